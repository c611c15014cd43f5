//===- SkipPadding.cpp - Linears skip tokens that do not count ------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Dialect/RF8/IR/RF8.h"
#include "gg/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace gg {
#define GEN_PASS_DEF_SKIPPADDINGPASS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;

namespace {

struct SkipPaddingPass : gg::impl::SkipPaddingPassBase<SkipPaddingPass> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    for (BlockArgument argument : func.getArguments()) {
      auto rows = func.getArgAttrOfType<IntegerAttr>(argument.getArgNumber(),
                                                     gg::ir::kTokenRowsAttr);
      if (!rows)
        continue;
      func.walk([&](gg::rf8::LinearOp op) {
        if (!op.getCounts() && op.getInputType().getDimSize(0) == rows.getInt())
          op.getCountsMutable().assign(argument);
      });
    }
  }
};

} // namespace
