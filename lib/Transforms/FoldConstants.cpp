//===- FoldConstants.cpp - Computes small constants -----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Transforms/Passes.h"

#include "Signature.h"
#include "gg/Analysis/Evaluator.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "mlir/IR/Builders.h"

namespace gg {
#define GEN_PASS_DEF_ONNXFOLDCONSTANTS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg::onnx;

namespace {

/// The bytes of a tensor of static shape.
std::optional<int64_t> getBytes(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return std::nullopt;
  std::optional<int64_t> count = countElements(tensor.getShape());
  if (!count)
    return std::nullopt;
  return *count * std::max(1u, tensor.getElementTypeBitWidth() / 8);
}

struct FoldConstants final : gg::impl::OnnxFoldConstantsBase<FoldConstants> {
  using OnnxFoldConstantsBase::OnnxFoldConstantsBase;

  void runOnOperation() override {
    getOperation()->walk([&](Operation *op) { fold(op); });
    getOperation()->walk([](Operation *op) {
      if (isa<ConstantOp, NoneOp>(op) && op->use_empty())
        op->erase();
      else if (auto function = dyn_cast<func::FuncOp>(op))
        gg::updateResultTypes(function);
    });
  }

  bool isSmallConstant(Value operand) const {
    if (!isPresent(operand))
      return true;
    std::optional<int64_t> bytes = getBytes(operand.getType());
    return operand.getDefiningOp<ConstantOp>() && bytes && *bytes <= maxBytes;
  }

  void fold(Operation *op) const {
    if (isa<ConstantOp, NoneOp>(op) || op->getNumRegions() ||
        op->getNumResults() == 0 || !Evaluator::isSupported(op))
      return;
    Evaluator evaluator(maxBytes);
    if (isa<ShapeOp, SizeOp>(op)) {
      auto type = dyn_cast<RankedTensorType>(op->getOperand(0).getType());
      if (!type || !type.hasStaticShape())
        return;
      evaluator.setShapeOracle(
          [type](Value) { return HostTensor::Shape(type.getShape()); });
    } else if (!llvm::all_of(op->getOperands(), [&](Value operand) {
                 return isSmallConstant(operand);
               })) {
      return;
    }
    for (OpResult result : op->getResults())
      if (std::optional<int64_t> bytes = getBytes(result.getType());
          bytes && *bytes > maxBytes)
        return;
    SmallVector<ElementsAttr> values;
    for (OpResult result : op->getResults()) {
      const HostTensor *tensor = evaluator.evaluate(result);
      if (!tensor)
        return;
      ElementsAttr value = tensor->toAttr(maxBytes);
      std::optional<int64_t> bytes = getBytes(value.getType());
      if (!bytes || *bytes > maxBytes)
        return;
      // A branch's result has the type of the op around it.
      if (value.getType() != result.getType() &&
          llvm::any_of(result.getUsers(), llvm::IsaPred<YieldOp>))
        return;
      values.push_back(value);
    }
    OpBuilder builder(op);
    for (auto [result, value] : llvm::zip(op->getResults(), values))
      result.replaceAllUsesWith(
          ConstantOp::create(builder, op->getLoc(), value.getType(), value));
    op->erase();
  }
};

} // namespace
