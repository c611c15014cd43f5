//===- LowerAsserts.cpp - cf.assert to gg.fail ---------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Conversion/Passes.h"
#include "gg/Dialect/GG/IR/GG.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"

namespace gg {
#define GEN_PASS_DEF_LOWERASSERTSPASS
#include "gg/Conversion/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg;

namespace {

struct LowerAssertsPass
    : public gg::impl::LowerAssertsPassBase<LowerAssertsPass> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (!func->hasAttr(ir::kEntryAttr))
      return;
    if (func.getNumResults() != 0) {
      func.emitOpError("expected no results");
      return signalPassFailure();
    }
    SmallVector<cf::AssertOp> asserts;
    auto nested = func.walk([&](cf::AssertOp op) {
      asserts.push_back(op);
      return op->getParentOp() == func ? WalkResult::advance()
                                       : WalkResult::interrupt();
    });
    if (nested.wasInterrupted()) {
      asserts.back().emitOpError("expected in a block of its entry");
      return signalPassFailure();
    }
    for (cf::AssertOp op : asserts)
      lower(op, func);
  }

private:
  static void lower(cf::AssertOp op, func::FuncOp func) {
    Location loc = op.getLoc();
    OpBuilder builder(op);
    Block *block = op->getBlock();
    Block *next = block->splitBlock(op->getNextNode());
    Block *failed = builder.createBlock(&func.getBody(), func.end());
    Block *report = builder.createBlock(&func.getBody(), func.end());
    Block *exit = builder.createBlock(&func.getBody(), func.end());

    builder.setInsertionPoint(op);
    cf::CondBranchOp::create(builder, loc, op.getArg(), next, failed);
    builder.setInsertionPointToStart(failed);
    Value thread = ir::ThreadIdOp::create(builder, loc, builder.getIndexType());
    Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
    Value isFirst = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::eq, thread, zero);
    cf::CondBranchOp::create(builder, loc, isFirst, report, exit);
    builder.setInsertionPointToStart(report);
    ir::FailOp::create(builder, loc, op.getMsgAttr());
    cf::BranchOp::create(builder, loc, exit);
    builder.setInsertionPointToStart(exit);
    func::ReturnOp::create(builder, loc);
    op.erase();
  }
};

} // namespace
