//===- Privatize.cpp - Small buffers, one for each thread -----------------===//
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
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace gg {
#define GEN_PASS_DEF_PRIVATIZEPASS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg;

/// Whether everything that happens to `buffer` can be seen in the effects of
/// operations on it and on its views.
static bool isTraceable(Value buffer) {
  return llvm::all_of(buffer.getUsers(), [&](Operation *user) {
    if (isa<ViewLikeOpInterface>(user))
      return llvm::all_of(user->getResults(), isTraceable);
    if (isMemoryEffectFree(user))
      return !user->hasTrait<OpTrait::IsTerminator>() &&
             llvm::none_of(user->getResultTypes(),
                           llvm::IsaPred<BaseMemRefType>);
    auto interface = dyn_cast<MemoryEffectOpInterface>(user);
    SmallVector<MemoryEffects::EffectInstance> effects;
    if (interface)
      interface.getEffectsOnValue(buffer, effects);
    return !effects.empty();
  });
}

static bool containsAssert(Operation *op) {
  return op->walk([](cf::AssertOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

namespace {

struct PrivatizePass : public gg::impl::PrivatizePassBase<PrivatizePass> {
  using PrivatizePassBase::PrivatizePassBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (!func->hasAttr(ir::kEntryAttr) || !func.getBody().hasOneBlock())
      return;
    Block &block = func.front();
    DenseSet<Value> buffers;
    for (auto alloc : block.getOps<memref::AllocOp>())
      if (isSmall(alloc.getType()) && isTraceable(alloc))
        buffers.insert(alloc);

    SmallVector<Writer> writers;
    for (Operation &op : block)
      if (!isMemoryEffectFree(&op) && failed(addWriter(&op, writers)))
        return;

    // What one of them shares, the others of the same buffer do, too.
    bool changed = true;
    while (changed) {
      changed = false;
      for (const Writer &writer : writers) {
        bool shares =
            !writer.isSmall || llvm::any_of(writer.buffers, [&](Value buffer) {
              return !buffers.contains(buffer);
            });
        if (shares)
          for (Value buffer : writer.buffers)
            changed |= buffers.erase(buffer);
      }
    }
    for (Value buffer : buffers)
      buffer.getDefiningOp()->setAttr(ir::kPrivateAttr,
                                      UnitAttr::get(&getContext()));
  }

private:
  /// An operation of the entry's block with what it writes; a null value where
  /// that is no buffer known.
  struct Writer {
    SmallVector<Value> buffers;
    bool isSmall;
  };

  bool isSmall(MemRefType type) {
    std::optional<int64_t> bytes = ir::getElementBytes(type.getElementType());
    return bytes && type.hasStaticShape() &&
           type.getNumElements() <= maxBytes / std::max<int64_t>(*bytes, 1);
  }

  LogicalResult addWriter(Operation *op, SmallVectorImpl<Writer> &writers) {
    auto accesses = getSharedAccesses(op);
    if (!accesses)
      return failure();
    Writer writer{{}, estimateWork(op) < grain && !containsAssert(op)};
    for (const BufferAccess &access : *accesses) {
      Value buffer = access.range.object;
      // Memory of its own is nobody else's.
      if (access.isWrite &&
          !(buffer && op->isAncestor(buffer.getParentBlock()->getParentOp())))
        writer.buffers.push_back(buffer);
    }
    writers.push_back(std::move(writer));
    return success();
  }
};

} // namespace
