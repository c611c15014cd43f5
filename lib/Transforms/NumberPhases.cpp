//===- NumberPhases.cpp - What an entry does from barrier to barrier ------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Transforms/BufferRange.h"
#include "gg/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/MapVector.h"

namespace gg {
#define GEN_PASS_DEF_NUMBERPHASESPASS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg;

namespace {

/// The costs of a phase and the name of the costliest node.
class Phase {
public:
  void add(ir::CostAttr cost, StringRef node) {
    addTo(bytes, cost.getBytes());
    addTo(slotBytes, cost.getSlotBytes());
    addTo(flops, cost.getFlops());
    addTo(slotFlops, cost.getSlotFlops());
    if (cost.getKind() == "linear")
      addTo(linearFlops, cost.getFlops());
    // A row of moderate length; unknown costs count as nothing.
    constexpr int64_t slots = 256;
    int64_t all = cost.getFlops() + slots * cost.getSlotFlops();
    if (all <= most)
      return;
    most = all;
    kind = cost.getKind();
    name = node;
  }

  void print(raw_ostream &os) const {
    os << kind << '\t';
    // Names come from a file, and these fields are told apart by tabs.
    for (char c : name)
      os << (static_cast<unsigned char>(c) < 0x20 ? '?' : c);
    for (int64_t number : {bytes, slotBytes, flops, slotFlops, linearFlops})
      os << '\t' << number;
    os << '\n';
  }

private:
  static void addTo(int64_t &sum, int64_t number) {
    sum = sum < 0 || number < 0 ? -1 : sum + number;
  }

  StringRef kind = "other", name = "";
  int64_t most = -1;
  int64_t bytes = 0, slotBytes = 0, flops = 0, slotFlops = 0;
  int64_t linearFlops = 0;
};

/// An operation's cost, and the first phases that write memory for it and that
/// read weights or a cache for it.
struct Seen {
  StringRef node;
  std::optional<int64_t> writes, streams;

  /// What a linear layer writes before it reads its weights, for instance, is
  /// preparation.
  int64_t phase() const { return streams.value_or(*writes); }
};

struct NumberPhasesPass
    : public gg::impl::NumberPhasesPassBase<NumberPhasesPass> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (!func->hasAttr(ir::kEntryAttr))
      return;
    int64_t last = 0;
    llvm::MapVector<ir::CostAttr, Seen> costs;
    func.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (auto barrier = dyn_cast<ir::BarrierOp>(op))
        barrier.setPhase(last++);
      else
        noteCosts(op, last, costs);
    });
    std::vector<Phase> phases(last + 1);
    for (auto &[cost, seen] : costs)
      if (seen.writes)
        phases[seen.phase()].add(cost, seen.node);
    std::string text;
    llvm::raw_string_ostream os(text);
    for (const Phase &phase : phases)
      phase.print(os);
    func->setAttr(ir::kPhasesAttr, StringAttr::get(&getContext(), text));
  }

private:
  /// Only of what touches memory: other operations may have been moved to
  /// earlier phases.
  static void noteCosts(Operation *op, int64_t phase,
                        llvm::MapVector<ir::CostAttr, Seen> &costs) {
    bool streams = readsStream(op);
    if (!streams && !writesMemory(op))
      return;
    op->getLoc()->walk([&](Location inner) {
      auto fused = dyn_cast<FusedLoc>(inner);
      auto cost =
          fused ? dyn_cast_or_null<ir::CostAttr>(fused.getMetadata()) : nullptr;
      if (!cost)
        return WalkResult::advance();
      Seen &seen = costs[cost];
      if (auto name = inner->findInstanceOf<NameLoc>())
        seen.node = name.getName().getValue();
      std::optional<int64_t> &first = streams ? seen.streams : seen.writes;
      if (!first)
        first = phase;
      return WalkResult::advance();
    });
  }

  static bool writesMemory(Operation *op) {
    auto interface = dyn_cast<MemoryEffectOpInterface>(op);
    return interface && interface.hasEffect<MemoryEffects::Write>();
  }

  /// Whether it reads a weight or an argument, such as a cache.
  static bool readsStream(Operation *op) {
    auto interface = dyn_cast<MemoryEffectOpInterface>(op);
    if (!interface || !interface.hasEffect<MemoryEffects::Read>())
      return false;
    return llvm::any_of(op->getOperands(), [](Value operand) {
      if (!isa<BaseMemRefType>(operand.getType()))
        return false;
      BufferRange range = getBufferRange(operand);
      return range.object && (range.kind == BufferRange::Constant ||
                              isa<BlockArgument>(range.object));
    });
  }
};

} // namespace
