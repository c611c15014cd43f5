//===- InferShapes.cpp - Refines types by shape inference -----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Transforms/Passes.h"

#include "Signature.h"
#include "gg/Analysis/SymbolicShapes.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"

namespace gg {
#define GEN_PASS_DEF_ONNXINFERSHAPES
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg;
using namespace gg::onnx;

/// Gives a value of unknown rank a shape, and what it was computed from element
/// by element the same one.
static void adoptShape(Value value, ArrayRef<int64_t> shape) {
  while (auto type = dyn_cast<UnrankedTensorType>(value.getType())) {
    Operation *op = value.getDefiningOp();
    if (!op)
      return;
    value.setType(RankedTensorType::get(shape, type.getElementType()));
    if (!op->hasTrait<mlir::OpTrait::SameOperandsAndResultShape>() &&
        !isa<CastLikeOp>(op))
      return;
    value = op->getOperand(0);
  }
}

/// A result of the graph has the rank that the graph declares for it
/// (`onnx.dims`), where nothing else says so. The run checks its dims.
static void adoptDeclaredRanks(func::FuncOp function) {
  Operation *terminator = function.back().getTerminator();
  for (auto [index, value] : llvm::enumerate(terminator->getOperands())) {
    auto dims = function.getResultAttrOfType<ArrayAttr>(index, "onnx.dims");
    if (!dims)
      continue;
    SmallVector<int64_t> shape;
    for (Attribute dim : dims) {
      auto text = dyn_cast<StringAttr>(dim);
      int64_t size;
      if (!text || text.getValue().getAsInteger(10, size) || size < 0)
        size = ShapedType::kDynamic;
      shape.push_back(size);
    }
    adoptShape(value, shape);
  }
}

namespace {

struct InferShapes final : gg::impl::OnnxInferShapesBase<InferShapes> {
  using OnnxInferShapesBase::OnnxInferShapesBase;

  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal())
      return;
    SymbolicShapes shapes(function);
    if (failed(shapes.run()))
      return signalPassFailure();
    function.getFunctionBody().walk([&](Operation *op) {
      if (!isa<ONNXDialect>(op->getDialect()) || isa<ConstantOp>(op))
        return;
      for (OpResult result : op->getResults()) {
        Type refined = shapes.getRefinedType(result);
        if (refined == result.getType())
          continue;
        result.setType(refined);
        ++numRefined;
      }
    });
    adoptDeclaredRanks(function);
    updateResultTypes(function);
    materialize(function, shapes);
    if (trace)
      traceToArguments(function, shapes);
  }

  /// A Shape whose dims are those of an argument reads the argument, so that
  /// sizes rest on no data, and equal ones are one value.
  static void traceToArguments(func::FuncOp function, SymbolicShapes &shapes) {
    DenseMap<AffineExpr, SmallVector<std::pair<BlockArgument, int64_t>>> places;
    for (BlockArgument argument : function.getArguments())
      if (std::optional<SymbolicShape> shape = shapes.getShape(argument))
        for (auto [axis, dim] : llvm::enumerate(*shape))
          places[dim].push_back({argument, axis});
    function.getFunctionBody().walk([&](ShapeOp op) {
      std::optional<SymbolicShape> dims = shapes.getElements(op.getShape());
      if (!dims || dims->empty() || isa<BlockArgument>(op.getData()))
        return;
      int64_t count = dims->size();
      for (auto [argument, axis] : places.lookup(dims->front())) {
        SymbolicShape shape = *shapes.getShape(argument);
        if (ArrayRef(shape).drop_front(axis).take_front(count) !=
            ArrayRef(*dims))
          continue;
        op.getDataMutable().assign(argument);
        op.setStart(axis);
        op.setEnd(axis + count);
        return;
      }
    });
  }

  /// Lists of integers of which every element turned out to be a number become
  /// constants, whatever they were computed from.
  static void materialize(func::FuncOp function, SymbolicShapes &shapes) {
    SmallVector<Operation *> replaced;
    function.getFunctionBody().walk([&](Operation *op) {
      if (!isa<ONNXDialect>(op->getDialect()) || isa<ConstantOp>(op) ||
          op->getNumResults() != 1 || !isPure(op))
        return;
      Value result = op->getResult(0);
      auto type = dyn_cast<RankedTensorType>(result.getType());
      std::optional<SymbolicShape> elements = shapes.getElements(result);
      if (!type || !elements)
        return;
      std::optional<SmallVector<int64_t>> numbers = getNumbers(*elements);
      if (!numbers || !type.hasStaticShape() ||
          type.getNumElements() != static_cast<int64_t>(numbers->size()))
        return;
      SmallVector<Attribute> values;
      for (int64_t number : *numbers)
        values.push_back(IntegerAttr::get(type.getElementType(), number));
      OpBuilder builder(op);
      auto value = DenseElementsAttr::get(type, values);
      result.replaceAllUsesWith(
          ConstantOp::create(builder, op->getLoc(), type, value));
      replaced.push_back(op);
    });
    for (Operation *op : llvm::reverse(replaced))
      op->erase();
  }
};

} // namespace
