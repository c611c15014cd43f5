//===- ControlFlow.cpp - Import of If -------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphImporter.h"
#include "Upgrades.h"

using namespace llvm;
using namespace mlir;
using namespace gg;
using namespace gg::proto;

/// The graph of the attribute `name`.
static FailureOr<GraphProto> getBranch(NodeImporter &node, StringRef name) {
  for (const AttributeProto &attribute : node.node.attributes) {
    if (attribute.name != name)
      continue;
    if (!attribute.is(AttributeType::Graph))
      break;
    Expected<GraphProto> graph = attribute.getGraph();
    if (!graph)
      return node.emitError(graph.takeError());
    if (graph->outputs.size() < node.getNumResults())
      return node.emitError()
             << "expected at least " << node.getNumResults() << " outputs of '"
             << name << "' but got " << graph->outputs.size();
    return std::move(*graph);
  }
  return node.emitError() << "expected a graph as attribute '" << name << "'";
}

/// The type of values of both types; null if there is none.
static Type join(Type a, Type b) {
  if (a == b)
    return a;
  auto tensorA = dyn_cast<TensorType>(a), tensorB = dyn_cast<TensorType>(b);
  if (!tensorA || !tensorB ||
      tensorA.getElementType() != tensorB.getElementType())
    return Type();
  Type element = tensorA.getElementType();
  if (!tensorA.hasRank() || !tensorB.hasRank() ||
      tensorA.getRank() != tensorB.getRank())
    return UnrankedTensorType::get(element);
  SmallVector<int64_t> shape(tensorA.getShape());
  for (auto [dim, other] : llvm::zip(shape, tensorB.getShape()))
    if (dim != other)
      dim = ShapedType::kDynamic;
  return RankedTensorType::get(shape, element);
}

LogicalResult gg::importIf(NodeImporter &node) {
  if (node.operands.size() != 1 || !node.operands[0])
    return node.emitError() << "expected one input";
  if (!node.attributes.empty())
    return node.emitError() << "expected graphs as attributes";
  FailureOr<GraphProto> thenGraph = getBranch(node, "then_branch");
  if (failed(thenGraph))
    return failure();
  FailureOr<GraphProto> elseGraph = getBranch(node, "else_branch");
  if (failed(elseGraph))
    return failure();

  Value condition = node.operands[0];
  if (std::optional<int64_t> known = onnx::getConstantInt(condition)) {
    FailureOr<SmallVector<Value>> results =
        node.graph.importSubgraph(*known ? *thenGraph : *elseGraph, node.scope);
    if (failed(results))
      return failure();
    return node.define(*results);
  }

  size_t numResults = thenGraph->outputs.size();
  if (elseGraph->outputs.size() != numResults)
    return node.emitError()
           << "expected as many outputs of both branches but "
              "got "
           << numResults << " and " << elseGraph->outputs.size();
  // The branches tell the types of the results, but are imported in place:
  // the verifier looks at the regions around an op.
  OpBuilder &builder = node.getBuilder();
  OperationState state(node.loc, onnx::IfOp::getOperationName());
  state.addOperands(condition);
  state.addTypes(SmallVector<Type>(numResults, builder.getNoneType()));
  state.addRegion();
  state.addRegion();
  Operation *op = builder.create(state);
  SmallVector<Value> yields[2];
  for (unsigned i : {0, 1}) {
    OpBuilder::InsertionGuard guard(builder);
    builder.createBlock(&op->getRegion(i));
    FailureOr<SmallVector<Value>> results =
        node.graph.importSubgraph(i == 0 ? *thenGraph : *elseGraph, node.scope);
    if (failed(results))
      return failure();
    yields[i] = std::move(*results);
  }
  for (auto [a, b, result] :
       llvm::zip(yields[0], yields[1], op->getResults())) {
    Type type = join(a.getType(), b.getType());
    if (!type)
      return node.emitError() << "expected outputs of one type but got "
                              << a.getType() << " and " << b.getType();
    result.setType(type);
  }
  for (unsigned i : {0, 1}) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(&op->getRegion(i).front());
    // A branch that knows more of a shape than the other forgets it.
    for (auto [value, type] : llvm::zip(yields[i], op->getResultTypes()))
      if (value.getType() != type)
        value = onnx::IdentityOp::create(builder, node.loc, type, value);
    onnx::YieldOp::create(builder, node.loc, yields[i]);
  }
  return node.finish(op);
}
