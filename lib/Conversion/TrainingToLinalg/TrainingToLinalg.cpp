//===- TrainingToLinalg.cpp - gg ops of the training side to linalg
//----------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"

#include "gg/Conversion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

namespace gg {
#define GEN_PASS_DEF_CONVERTGGTRAININGTOLINALGPASS
#include "gg/Conversion/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg;

/// What tells a train step's arguments and results apart is of no use below.
static void dropAttributes(func::FuncOp function) {
  for (StringRef name : {ir::kParamAttr, ir::kLossAttr, ir::kLambdaAttr,
                         ir::kShapesAttr, ir::kStepAttr, ir::kRateAttr}) {
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      function.removeArgAttr(i, name);
    for (unsigned i = 0; i < function.getNumResults(); ++i)
      function.removeResultAttr(i,
                                StringAttr::get(function.getContext(), name));
  }
}

namespace {
struct ConvertGGTrainingToLinalgPass
    : gg::impl::ConvertGGTrainingToLinalgPassBase<
          ConvertGGTrainingToLinalgPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populatePenaltyPatterns(patterns);
    populateEstimateShapePatterns(patterns);
    populateSamplePatterns(patterns);
    // Unlike the greedy driver, this leaves the rest of the module alone.
    walkAndApplyPatterns(getOperation(), std::move(patterns));
    for (auto function : getOperation().getOps<func::FuncOp>())
      dropAttributes(function);
  }
};
} // namespace
