//===- RelaxReductions.cpp - Sums in any order ---------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace gg {
#define GEN_PASS_DEF_RELAXREDUCTIONSPASS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;

template <typename OpTy>
static void addFlags(OpTy op, arith::FastMathFlags flags) {
  op.setFastmath(op.getFastmath() | flags);
}

/// Marks the addition of `value` to the accumulator `sum`.
static void relax(Value sum, arith::AddFOp add) {
  addFlags(add, arith::FastMathFlags::reassoc | arith::FastMathFlags::contract);
  Value added = add.getLhs() == sum ? add.getRhs() : add.getLhs();
  if (auto product = added.getDefiningOp<arith::MulFOp>())
    addFlags(product, arith::FastMathFlags::contract);
}

namespace {

struct RelaxReductionsPass
    : public gg::impl::RelaxReductionsPassBase<RelaxReductionsPass> {
  void runOnOperation() override {
    getOperation()->walk([](linalg::GenericOp op) {
      if (op.getNumReductionLoops() == 0)
        return;
      for (Value sum : op.getRegionOutputArgs())
        for (Operation *user : sum.getUsers())
          if (auto add = dyn_cast<arith::AddFOp>(user))
            relax(sum, add);
    });
  }
};

} // namespace
