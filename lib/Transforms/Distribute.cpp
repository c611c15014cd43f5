//===- Distribute.cpp - Entries run by a team of threads -----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SplitParallel.h"
#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Transforms/BufferRange.h"
#include "gg/Transforms/Passes.h"
#include "gg/Weights/EntryABI.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace gg {
#define GEN_PASS_DEF_DISTRIBUTEPASS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg;

namespace {

/// Which threads make an access.
enum class Who { First, Share, All };

struct TeamAccess {
  BufferAccess access;
  Who who;
};

class Distributor {
public:
  Distributor(func::FuncOp func, int64_t grain) : grain(grain) {
    OpBuilder builder = OpBuilder::atBlockBegin(&func.front());
    Location loc = func.getLoc();
    Value thread = ir::ThreadIdOp::create(builder, loc, builder.getIndexType());
    Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
    isFirst = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                    thread, zero);
    start = isFirst.getDefiningOp();
  }

  LogicalResult run(func::FuncOp func) {
    return distributeBlock(func.front(), start->getNextNode());
  }

private:
  LogicalResult distributeBlock(Block &block, Operation *from) {
    for (Operation *op = from; op && !op->hasTrait<OpTrait::IsTerminator>();) {
      Operation *next = op->getNextNode();
      if (failed(distribute(op)))
        return failure();
      op = next;
    }
    group = nullptr;
    return success();
  }

  LogicalResult distribute(Operation *op) {
    if (isa<cf::AssertOp>(op)) {
      // What follows may rely on it.
      group = nullptr;
      return success();
    }
    if (isMemoryEffectFree(op)) {
      if (group)
        op->moveBefore(group);
      return success();
    }
    auto accesses = getSharedAccesses(op);
    if (!accesses)
      return op->emitOpError("cannot be distributed: what memory it touches is "
                             "not known");
    bool writes = llvm::any_of(
        *accesses, [](const BufferAccess &access) { return access.isWrite; });
    if (isControlOfTeam(op, writes))
      return distributeControl(op, *accesses);
    if (!writes) {
      group = nullptr;
      meet(op, *accesses, Who::All);
      return success();
    }
    if (writesPrivate(op))
      return op->emitOpError("cannot be divided: it writes buffers of every "
                             "thread and shared ones");
    if (auto loop = dyn_cast<scf::ParallelOp>(op); loop && isLarge(loop)) {
      group = nullptr;
      if (claims == GG_MAX_LOOPS)
        barrierBefore(op);
      meet(op, *accesses, Who::Share);
      splitParallel(loop, claims++);
      return success();
    }
    if (op->getNumResults() != 0)
      return op->emitOpError("cannot be left to one thread: it has results");
    leaveToFirst(op, *accesses);
    return success();
  }

  /// Whether `op` writes private memory that is not its own.
  static bool writesPrivate(Operation *op) {
    return op
        ->walk([&](MemoryEffectOpInterface inner) {
          // It claims to write, lest it be removed.
          if (isa<memref::PrefetchOp>(inner))
            return WalkResult::advance();
          SmallVector<MemoryEffects::EffectInstance> effects;
          inner.getEffects<MemoryEffects::Write>(effects);
          return llvm::any_of(effects,
                              [&](const MemoryEffects::EffectInstance &effect) {
                                Value buffer = effect.getValue();
                                return buffer && isPrivate(buffer) &&
                                       !isOwn(buffer, op);
                              })
                     ? WalkResult::interrupt()
                     : WalkResult::advance();
        })
        .wasInterrupted();
  }

  static bool isPrivate(Value buffer) {
    return getBufferRange(buffer).kind == BufferRange::Private;
  }

  /// Whether the view of the stack that `buffer` comes from is made in `op`.
  static bool isOwn(Value buffer, Operation *op) {
    Operation *def = buffer.getDefiningOp();
    while (op->isProperAncestor(def)) {
      auto view = dyn_cast<ViewLikeOpInterface>(def);
      if (!view || view.getViewSource().getDefiningOp<memref::AllocaOp>())
        return true;
      def = view.getViewSource().getDefiningOp();
    }
    return false;
  }

  bool isLarge(scf::ParallelOp loop) {
    return loop.getInitVals().empty() && estimateWork(loop) >= grain;
  }

  /// Control flow that every thread follows, because of what is inside.
  bool isControlOfTeam(Operation *op, bool writes) {
    if (!isa<scf::ForOp, scf::WhileOp, scf::IfOp>(op))
      return false;
    if (writes && op->getNumResults() != 0)
      return true;
    return op
        ->walk([&](Operation *inner) {
          auto loop = dyn_cast<scf::ParallelOp>(inner);
          return isa<cf::AssertOp>(inner) || (loop && isLarge(loop))
                     ? WalkResult::interrupt()
                     : WalkResult::advance();
        })
        .wasInterrupted();
  }

  LogicalResult distributeControl(Operation *op,
                                  ArrayRef<BufferAccess> accesses) {
    group = nullptr;
    if (auto branch = dyn_cast<scf::IfOp>(op)) {
      SmallVector<TeamAccess> before = pending, after;
      int64_t claimsBefore = claims, claimsAfter = claims;
      for (Region &region : branch->getRegions()) {
        pending = before;
        claims = claimsBefore;
        if (!region.empty() &&
            failed(distributeBlock(region.front(), &region.front().front())))
          return failure();
        after.append(pending);
        claimsAfter = std::max(claimsAfter, claims);
      }
      pending = std::move(after);
      claims = claimsAfter;
      return success();
    }
    // An iteration starts with nothing pending, whether the first or not.
    barrierBefore(op);
    int64_t claimsAtEnd = 0;
    for (Region &region : op->getRegions()) {
      Block &block = region.front();
      if (failed(distributeBlock(block, &block.front())))
        return failure();
      bool isCondition = isa<scf::ConditionOp>(block.getTerminator());
      if (!isCondition || isPendingIn(region))
        barrierBefore(block.getTerminator());
      if (isCondition)
        claimsAtEnd = claims;
    }
    claims = claimsAtEnd;
    // Where the loop ends by its condition, what that read is still pending.
    for (const BufferAccess &access : accesses)
      if (isa<scf::WhileOp>(op))
        pending.push_back({access, Who::All});
    return success();
  }

  /// Whether a dynamic buffer of `region` may be in use: where the region ends,
  /// its memory is free for others.
  bool isPendingIn(Region &region) {
    return llvm::any_of(pending, [&](const TeamAccess &earlier) {
      BufferRange range = earlier.access.range;
      return range.kind == BufferRange::Object &&
             region.isAncestor(range.object.getParentRegion());
    });
  }

  void leaveToFirst(Operation *op, ArrayRef<BufferAccess> accesses) {
    if (meet(op, accesses, Who::First))
      group = nullptr;
    if (!group) {
      OpBuilder builder(op);
      group = scf::IfOp::create(builder, op->getLoc(), isFirst,
                                /*withElseRegion=*/false);
    }
    op->moveBefore(group.thenBlock()->getTerminator());
  }

  /// Puts a barrier before `op` where its accesses need one, and remembers
  /// them. True where it did.
  bool meet(Operation *op, ArrayRef<BufferAccess> accesses, Who who) {
    bool conflict = llvm::any_of(pending, [&](const TeamAccess &earlier) {
      if (earlier.who == Who::First && who == Who::First)
        return false; // in program order
      return llvm::any_of(accesses, [&](const BufferAccess &access) {
        return (earlier.access.isWrite || access.isWrite) &&
               earlier.access.range.mayOverlap(access.range);
      });
    });
    if (conflict)
      barrierBefore(op);
    for (const BufferAccess &access : accesses)
      pending.push_back({access, who});
    return conflict;
  }

  void barrierBefore(Operation *op) {
    if (pending.empty())
      return;
    OpBuilder builder(op);
    ir::BarrierOp::create(builder, op->getLoc());
    pending.clear();
    claims = 0;
  }

  int64_t grain;
  Value isFirst;
  Operation *start;
  /// Accesses since the last barrier.
  SmallVector<TeamAccess> pending;
  /// Loops shared out since then.
  int64_t claims = 0;
  /// The region of thread 0 that the next write of it may join.
  scf::IfOp group;
};

struct DistributePass : public gg::impl::DistributePassBase<DistributePass> {
  using DistributePassBase::DistributePassBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (!func->hasAttr(ir::kEntryAttr))
      return;
    // Threads agree on control flow, so an assertion may not depend on which
    // iterations a thread runs.
    auto result = func.walk([](cf::AssertOp op) {
      if (!op->getParentOfType<scf::ParallelOp>())
        return WalkResult::advance();
      op.emitOpError("expected outside of parallel loops");
      return WalkResult::interrupt();
    });
    if (result.wasInterrupted() || failed(Distributor(func, grain).run(func)))
      signalPassFailure();
  }
};

} // namespace
