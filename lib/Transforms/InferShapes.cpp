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

  /// Sizes that an argument has are read from it, so that they rest on no
  /// data, and equal ones are one value.
  static void traceToArguments(func::FuncOp function, SymbolicShapes &shapes) {
    DenseMap<AffineExpr, SmallVector<std::pair<BlockArgument, int64_t>>> places;
    for (BlockArgument argument : function.getArguments())
      if (std::optional<SymbolicShape> shape = shapes.getShape(argument))
        for (auto [axis, dim] : llvm::enumerate(*shape))
          places[dim].push_back({argument, axis});
    SmallVector<Value> sizes;
    function.getFunctionBody().walk([&](Operation *op) {
      if (!isa<ONNXDialect>(op->getDialect()) || isa<ConstantOp>(op) ||
          op->getNumResults() != 1 || !isPure(op))
        return;
      auto type = dyn_cast<RankedTensorType>(op->getResult(0).getType());
      if (type && type.getRank() <= 1 && type.getElementType().isInteger(64))
        sizes.push_back(op->getResult(0));
    });
    for (Value size : sizes) {
      auto shape = size.getDefiningOp<ShapeOp>();
      std::optional<SymbolicShape> dims = shapes.getElements(size);
      if (!dims || dims->empty() || getNumbers(*dims) ||
          (shape && isa<BlockArgument>(shape.getData())))
        continue;
      for (auto [argument, axis] : places.lookup(dims->front())) {
        SymbolicShape all = *shapes.getShape(argument);
        if (ArrayRef(all).drop_front(axis).take_front(dims->size()) !=
            ArrayRef(*dims))
          continue;
        readDims(size, argument, axis);
        break;
      }
    }
  }

  /// Replaces a list of sizes, or one, by the dims of an argument from `axis`
  /// on.
  static void readDims(Value sizes, BlockArgument argument, int64_t axis) {
    auto type = cast<RankedTensorType>(sizes.getType());
    int64_t count = type.getNumElements();
    Location loc = sizes.getLoc();
    OpBuilder builder(sizes.getDefiningOp());
    Type listType = RankedTensorType::get({count}, type.getElementType());
    Value read = ShapeOp::create(builder, loc, listType, argument, axis,
                                 builder.getI64IntegerAttr(axis + count));
    if (type.getRank() == 0) {
      auto none = RankedTensorType::get({0}, type.getElementType());
      Value noDims =
          ConstantOp::create(builder, loc, none,
                             DenseElementsAttr::get(none, ArrayRef<int64_t>()));
      read = ReshapeOp::create(builder, loc, type, read, noDims);
    }
    sizes.replaceAllUsesWith(read);
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
