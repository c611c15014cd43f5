//===- PlanArena.cpp - Buffers to places in the arena --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/LoopLikeInterface.h"

namespace gg {
#define GEN_PASS_DEF_PLANARENAPASS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg;

static constexpr int64_t kAlignment = 64; // GG_ARENA_ALIGNMENT

/// More than any arena: sizes above it are all alike "too large".
static constexpr int64_t kHuge = int64_t(1) << 47;

static int64_t getBytes(MemRefType type) {
  return llvm::alignTo(type.getNumElements() *
                           *ir::getElementBytes(type.getElementType()),
                       kAlignment);
}

/// The type with the largest sizes that a buffer can have, if they are known:
/// those of a minimum with a constant are.
static std::optional<MemRefType> getLargest(Operation *op) {
  auto type = cast<MemRefType>(op->getResult(0).getType());
  if (type.hasStaticShape())
    return type;
  auto alloc = dyn_cast<memref::AllocOp>(op);
  if (!alloc)
    return std::nullopt;
  SmallVector<int64_t> shape(type.getShape());
  auto dynamic = alloc.getDynamicSizes().begin();
  for (int64_t &size : shape) {
    if (!ShapedType::isDynamic(size))
      continue;
    APInt bound;
    auto least = (*dynamic++).getDefiningOp<arith::MinUIOp>();
    if (!least || !matchPattern(least.getRhs(), m_ConstantInt(&bound)) ||
        bound.ugt(kHuge))
      return std::nullopt;
    size = bound.getSExtValue();
  }
  return MemRefType::get(shape, type.getElementType());
}

namespace {

/// A buffer of static size with the time it lives: positions of operations in
/// the entry's block.
struct Slot {
  Operation *op;
  int64_t bytes;
  unsigned first, last;
  int64_t offset = 0;
};

/// First fit, largest first.
int64_t assignOffsets(MutableArrayRef<Slot> slots) {
  SmallVector<Slot *> order;
  for (Slot &slot : slots)
    order.push_back(&slot);
  llvm::sort(order, [](Slot *a, Slot *b) { // slots lie in program order
    return std::make_pair(-a->bytes, a) < std::make_pair(-b->bytes, b);
  });

  int64_t total = 0;
  SmallVector<Slot *> placed; // by offset
  for (Slot *slot : order) {
    int64_t offset = 0;
    for (Slot *other : placed) {
      if (other->last < slot->first || slot->last < other->first)
        continue;
      if (offset + slot->bytes <= other->offset)
        break;
      offset = std::max(offset, other->offset + other->bytes);
    }
    slot->offset = offset;
    total = std::max(total, offset + slot->bytes);
    placed.insert(llvm::upper_bound(
                      placed, slot,
                      [](Slot *a, Slot *b) { return a->offset < b->offset; }),
                  slot);
  }
  return total;
}

/// Takes dynamic buffers from what the static ones leave of the arena. How much
/// is taken is a variable on each thread's stack.
class DynamicArena {
public:
  DynamicArena(func::FuncOp func, Value arena, int64_t staticBytes)
      : func(func), arena(arena), staticBytes(staticBytes) {}

  void replace(memref::AllocOp op) {
    getCursor();
    restoreAfterLoop(op);
    OpBuilder builder(op);
    Location loc = op.getLoc();
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIndexOp::create(builder, loc, value);
    };
    MemRefType type = op.getType();
    // The product of the sizes, or more than kHuge where it is too large: a
    // product that wrapped around would pass the check below.
    Value bytes = constant(*ir::getElementBytes(type.getElementType()));
    Value huge = constant(kHuge);
    auto multiply = [&](Value size) {
      Value most = arith::DivUIOp::create(
          builder, loc, huge,
          arith::MaxUIOp::create(builder, loc, bytes, constant(1)));
      Value tooLarge = arith::CmpIOp::create(
          builder, loc, arith::CmpIPredicate::ugt, size, most);
      Value product = arith::MulIOp::create(builder, loc, bytes, size);
      bytes = arith::SelectOp::create(builder, loc, tooLarge, huge, product);
    };
    unsigned dynamic = 0;
    for (int64_t size : type.getShape())
      multiply(ShapedType::isDynamic(size) ? op.getDynamicSizes()[dynamic++]
                                           : constant(size));
    Value rounded = arith::AndIOp::create(
        builder, loc,
        arith::AddIOp::create(builder, loc, bytes, constant(kAlignment - 1)),
        constant(-kAlignment));
    Value start = memref::LoadOp::create(builder, loc, cursor, ValueRange());
    Value end = arith::AddIOp::create(builder, loc, start, rounded);
    Value limit = memref::DimOp::create(builder, loc, arena, int64_t(0));
    Value fits = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ule,
                                       end, limit);
    cf::AssertOp::create(builder, loc, fits,
                         "the tensors of this call do not fit into its arena");
    memref::StoreOp::create(builder, loc, end, cursor, ValueRange());
    Value view = memref::ViewOp::create(builder, loc, type, arena, start,
                                        op.getDynamicSizes());
    op.replaceAllUsesWith(view);
    op.erase();
  }

private:
  void getCursor() {
    if (cursor)
      return;
    OpBuilder builder = OpBuilder::atBlockBegin(&func.front());
    builder.setInsertionPointAfterValue(arena);
    Location loc = func.getLoc();
    cursor = memref::AllocaOp::create(
        builder, loc, MemRefType::get({}, builder.getIndexType()));
    Value start = arith::ConstantIndexOp::create(builder, loc, staticBytes);
    memref::StoreOp::create(builder, loc, start, cursor, ValueRange());
  }

  /// A buffer of a loop's body is free again when the iteration is over.
  void restoreAfterLoop(memref::AllocOp op) {
    auto loop = op->getParentOfType<LoopLikeOpInterface>();
    if (!loop || !loops.insert(loop).second)
      return;
    for (Region *region : loop.getLoopRegions()) {
      Block &body = region->front();
      OpBuilder builder = OpBuilder::atBlockBegin(&body);
      Value saved =
          memref::LoadOp::create(builder, loop.getLoc(), cursor, ValueRange());
      builder.setInsertionPoint(body.getTerminator());
      memref::StoreOp::create(builder, loop.getLoc(), saved, cursor,
                              ValueRange());
    }
  }

  func::FuncOp func;
  Value arena, cursor;
  int64_t staticBytes;
  DenseSet<Operation *> loops;
};

struct PlanArenaPass : public gg::impl::PlanArenaPassBase<PlanArenaPass> {
  using PlanArenaPassBase::PlanArenaPassBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (!func->hasAttr(ir::kEntryAttr))
      return;
    if (!func.getBody().hasOneBlock()) {
      func.emitOpError("expected one block");
      return signalPassFailure();
    }
    slots.clear();
    dynamic.clear();
    scratch.clear();
    if (failed(collect(func)) || failed(planScratch(func)))
      return signalPassFailure();

    int64_t total = assignOffsets(slots);
    OpBuilder builder = OpBuilder::atBlockBegin(&func.front());
    func->setAttr(ir::kArenaBytesAttr, builder.getI64IntegerAttr(total));
    if (!dynamic.empty())
      func->setAttr(ir::kArenaDynamicAttr, builder.getUnitAttr());
    if (slots.empty() && dynamic.empty())
      return;
    Value arena = ir::ArenaOp::create(
        builder, func.getLoc(),
        MemRefType::get({ShapedType::kDynamic}, builder.getI8Type()));
    for (Slot &slot : slots)
      replaceByView(slot.op, arena, slot.offset);
    DynamicArena rest(func, arena, total);
    for (memref::AllocOp op : dynamic)
      rest.replace(op);
  }

private:
  static void replaceByView(Operation *op, Value base, int64_t offset) {
    OpBuilder builder(op);
    Location loc = op->getLoc();
    auto constant = [&](int64_t value) -> Value {
      return arith::ConstantIndexOp::create(builder, loc, value);
    };
    auto type = cast<MemRefType>(op->getResult(0).getType());
    Value shift = constant(offset);
    auto alloc = dyn_cast<memref::AllocOp>(op);
    if (!type.hasStaticShape()) {
      // All the bytes it may take, so that what overlaps them is known.
      auto room =
          MemRefType::get(getBytes(*getLargest(op)), builder.getI8Type());
      base =
          memref::ViewOp::create(builder, loc, room, base, shift, ValueRange());
      shift = constant(0);
    }
    Value view =
        memref::ViewOp::create(builder, loc, type, base, shift,
                               alloc ? alloc.getDynamicSizes() : ValueRange());
    op->getResult(0).replaceAllUsesWith(view);
    op->erase();
  }

  LogicalResult collect(func::FuncOp func) {
    DenseMap<Operation *, unsigned> position;
    for (Operation &op : func.front())
      position[&op] = position.size();
    BufferViewFlowAnalysis aliases(func);
    auto result = func.walk([&](Operation *op) -> WalkResult {
      if (isa<memref::DeallocOp>(op))
        return op->emitOpError("expected no deallocation in an entry");
      if (!isa<memref::AllocOp, memref::AllocaOp>(op))
        return WalkResult::advance();
      auto type = cast<MemRefType>(op->getResult(0).getType());
      if (!ir::getElementBytes(type.getElementType()))
        return op->emitOpError("expected elements of known size but got ")
               << type;
      if (op->getParentOfType<scf::ParallelOp>()) {
        if (!type.hasStaticShape())
          return op->emitOpError(
                     "expected a per-thread buffer of static size but got ")
                 << type;
        unsigned place =
            position.lookup(func.front().findAncestorOpInBlock(*op));
        scratch.push_back({op, getBytes(type), place, place});
        return WalkResult::advance();
      }
      return addBuffer(op, func, aliases, position);
    });
    return failure(result.wasInterrupted());
  }

  // A memref.alloca out here is a buffer that the threads share, like an
  // alloc.
  LogicalResult addBuffer(Operation *op, func::FuncOp func,
                          const BufferViewFlowAnalysis &aliases,
                          const DenseMap<Operation *, unsigned> &position) {
    auto locate = [&](Operation *user) {
      return position.lookup(func.front().findAncestorOpInBlock(*user));
    };
    Slot slot{op, 0, locate(op), locate(op)};
    for (Value alias : aliases.resolve(op->getResult(0))) {
      // Its memory is free again in the next iteration, which could overwrite
      // what this one hands over.
      if (auto loop = alias.getDefiningOp<LoopLikeOpInterface>();
          loop && loop->isProperAncestor(op))
        return op->emitOpError("expected a buffer that stays in its loop");
      for (Operation *user : alias.getUsers())
        slot.last = std::max(slot.last, locate(user));
    }
    std::optional<MemRefType> largest = getLargest(op);
    if (!largest) {
      auto alloc = dyn_cast<memref::AllocOp>(op);
      if (!alloc)
        return op->emitOpError("expected a static size but got ")
               << op->getResult(0).getType();
      dynamic.push_back(alloc);
      return success();
    }
    slot.bytes = getBytes(*largest);
    (op->hasAttr(ir::kPrivateAttr) ? scratch : slots).push_back(slot);
    return success();
  }

  /// Buffers of one parallel loop lie behind each other; those of different
  /// loops share memory.
  LogicalResult planScratch(func::FuncOp func) {
    int64_t total = assignOffsets(scratch);
    if (total > maxScratch) {
      SmallVector<Slot> all = std::exchange(scratch, {});
      for (const Slot &slot : all)
        (slot.op->hasAttr(ir::kPrivateAttr) ? slots : scratch).push_back(slot);
      total = assignOffsets(scratch);
    }
    if (total > maxScratch)
      return func.emitOpError("expected at most ")
             << int64_t(maxScratch) << " bytes of per-thread buffers but got "
             << total;
    if (scratch.empty())
      return success();
    OpBuilder builder = OpBuilder::atBlockBegin(&func.front());
    Value stack = memref::AllocaOp::create(
        builder, func.getLoc(), MemRefType::get({total}, builder.getI8Type()),
        builder.getI64IntegerAttr(kAlignment));
    for (const Slot &slot : scratch)
      replaceByView(slot.op, stack, slot.offset);
    return success();
  }

  SmallVector<Slot> slots;
  SmallVector<memref::AllocOp> dynamic;
  /// Per thread.
  SmallVector<Slot> scratch;
};

} // namespace
