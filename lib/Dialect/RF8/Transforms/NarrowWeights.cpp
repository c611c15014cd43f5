//===- NarrowWeights.cpp - Constant weights to bf16 or f16 ----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/RF8/Transforms/ConstantWeights.h"

#include "gg/Dialect/RF8/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SetVector.h"

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
  ConstantMaker constants;
};

} // namespace

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
          narrowMatrix(constant.getLoc(), **matrix, element, constants);
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
