//===- NarrowWeights.cpp - Constant weights to bf16 or f16 ----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantWeights.h"

#include "gg/Dialect/RF8/Transforms/Passes.h"
#include "gg/RF8/Float.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Threading.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"

#include <atomic>
#include <cmath>

using namespace mlir;
using namespace gg::rf8;

namespace gg::rf8 {
#define GEN_PASS_DEF_RF8NARROWWEIGHTSPASS
#include "gg/Dialect/RF8/Transforms/Passes.h.inc"
} // namespace gg::rf8

namespace {

struct NarrowWeightsPass
    : gg::rf8::impl::RF8NarrowWeightsPassBase<NarrowWeightsPass> {
  using Base::Base;

  void runOnOperation() override;

private:
  FailureOr<ElementsAttr> narrow(Location loc, const ConstantMatrix &matrix,
                                 FloatType element);

  ConstantMaker constants;
};

} // namespace

FailureOr<ElementsAttr> NarrowWeightsPass::narrow(Location loc,
                                                  const ConstantMatrix &matrix,
                                                  FloatType element) {
  auto type = RankedTensorType::get({matrix.rows(), matrix.columns()}, element);
  FailureOr<MutableArrayRef<char>> bytes = constants.allocate(loc, type);
  if (failed(bytes))
    return failure();
  bool isBF16 = element.isBF16();
  std::atomic<bool> overflows = false;
  parallelFor(&getContext(), 0, matrix.rows(), [&](size_t row) {
    SmallVector<float> wide(matrix.columns());
    matrix.floatRow(row, wide);
    auto *to =
        reinterpret_cast<uint16_t *>(bytes->data()) + row * matrix.columns();
    for (float value : wide) {
      *to = isBF16 ? floatToBF16(value) : floatToHalf(value);
      float back = isBF16 ? bf16ToFloat(*to) : halfToFloat(*to);
      if (std::isinf(back) && !std::isinf(value))
        overflows = true;
      ++to;
    }
  });
  if (overflows)
    return emitError(loc, "expected weights within the range of ")
           << element << " but got larger ones";
  return constants.get(type, "rf8_narrow", *bytes);
}

void NarrowWeightsPass::runOnOperation() {
  FloatType element;
  if (type == "bf16")
    element = BFloat16Type::get(&getContext());
  else if (type == "f16")
    element = Float16Type::get(&getContext());
  if (!element) {
    emitError(getOperation().getLoc(), "expected type bf16 or f16 but got ")
        << type;
    return signalPassFailure();
  }

  llvm::SetVector<arith::ConstantOp> weights;
  forEachWeightUse(getOperation(), [&](const WeightUse &use) {
    auto constant = use.source.root.getDefiningOp<arith::ConstantOp>();
    auto matrix = cast<RankedTensorType>(constant.getType());
    if (matrix.getElementType().isF32() &&
        matrix.getNumElements() >= minElements)
      weights.insert(constant);
  });

  // Functions that share a constant share its narrow form.
  DenseMap<Attribute, ElementsAttr> narrowed;
  for (arith::ConstantOp constant : weights) {
    auto value = cast<ElementsAttr>(constant.getValue());
    ElementsAttr &result = narrowed[value];
    if (!result) {
      FailureOr<std::optional<ConstantMatrix>> matrix =
          ConstantMatrix::get(constant.getLoc(), value);
      if (failed(matrix))
        return signalPassFailure();
      if (!*matrix)
        continue;
      FailureOr<ElementsAttr> values =
          narrow(constant.getLoc(), **matrix, element);
      if (failed(values))
        return signalPassFailure();
      result = *values;
    }
    OpBuilder builder(constant);
    Value stored =
        arith::ConstantOp::create(builder, constant.getLoc(), result);
    Value wide = arith::ExtFOp::create(builder, constant.getLoc(),
                                       constant.getType(), stored);
    constant.replaceAllUsesWith(wide);
    constant.erase();
  }
}
