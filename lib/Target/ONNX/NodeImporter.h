//===- NodeImporter.h - Import of one node --------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TARGET_ONNX_NODEIMPORTER_H
#define GG_LIB_TARGET_ONNX_NODEIMPORTER_H

#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "gg/Target/ONNX/Proto.h"
#include "mlir/IR/Builders.h"

namespace gg {

class GraphImporter;
struct Scope;

/// How many operands and results an op has.
struct Arity {
  /// The fixed number, or -1 where the last one is variadic.
  int operands;
  int results;
};

/// One node on its way to an op of the newest opset: its operands and
/// attributes, which upgrade steps rewrite before the op is made of them.
class NodeImporter {
public:
  NodeImporter(GraphImporter &graph, Scope &scope, const proto::NodeProto &node,
               int64_t version, llvm::StringRef types, mlir::Location loc)
      : graph(graph), scope(scope), node(node), version(version), types(types),
        loc(loc) {}

  /// Looks the inputs up and converts the attributes.
  llvm::LogicalResult load();

  /// Makes the op and defines the node's outputs as its results.
  llvm::LogicalResult create(llvm::StringRef name, Arity arity);

  /// Checks an op that stands for the node, and defines the outputs as its
  /// results.
  llvm::LogicalResult finish(mlir::Operation *op);

  /// Defines the node's outputs as `results`.
  llvm::LogicalResult define(mlir::ValueRange results);

  /// An error with the file and the node.
  mlir::InFlightDiagnostic emitError() const;
  llvm::LogicalResult emitError(llvm::Error error) const;

  // What steps look at and change.

  /// Null: absent. There may be fewer operands than the op has.
  llvm::SmallVector<mlir::Value> operands;
  mlir::NamedAttrList attributes;

  mlir::Value getOperand(unsigned index) const {
    return index < operands.size() ? operands[index] : mlir::Value();
  }
  void setOperand(unsigned index, mlir::Value value);
  bool hasResult(unsigned index) const {
    return index < node.outputs.size() && !node.outputs[index].empty();
  }
  unsigned getNumResults() const { return node.outputs.size(); }

  /// Takes an attribute away; null if the node does not have it. An attribute
  /// of another type than T is an error.
  template <typename T> llvm::FailureOr<T> take(llvm::StringRef name) {
    mlir::Attribute attribute = attributes.erase(name);
    if (attribute && !llvm::isa<T>(attribute)) {
      emitError() << "attribute '" << name << "' has an unexpected type";
      return mlir::failure();
    }
    return llvm::cast_or_null<T>(attribute);
  }

  /// Constants in front of the node: a list of integers, or any tensor.
  mlir::Value createInts(llvm::ArrayRef<int64_t> values);
  mlir::Value createConstant(mlir::ElementsAttr value);

  /// The result of an op in front of the node, of the element type; null if
  /// the op is not valid, which was said.
  template <typename Op>
  mlir::Value createBefore(mlir::Type elementType, mlir::ValueRange inputs,
                           llvm::ArrayRef<mlir::NamedAttribute> attrs = {}) {
    return createBefore(Op::getOperationName(), elementType, inputs, attrs);
  }
  mlir::Value createBefore(llvm::StringRef name, mlir::Type elementType,
                           mlir::ValueRange inputs,
                           llvm::ArrayRef<mlir::NamedAttribute> attrs);

  mlir::OpBuilder &getBuilder() const;

  GraphImporter &graph;
  Scope &scope;
  const proto::NodeProto &node;
  /// The version of the operator set that the node is taken from.
  const int64_t version;
  /// The element types of the results, see OperatorRow.
  const llvm::StringRef types;
  const mlir::Location loc;

private:
  llvm::LogicalResult verify(mlir::Operation *op);
  llvm::LogicalResult loadAttribute(const proto::AttributeProto &attribute);
  llvm::LogicalResult checkArity(Arity arity);
  llvm::LogicalResult checkAttributes(mlir::OperationName name);
  mlir::Type getResultType(unsigned index);
};

} // namespace gg

#endif // GG_LIB_TARGET_ONNX_NODEIMPORTER_H
