//===- NumberPhases.cpp - What an entry does from barrier to barrier ------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/DenseSet.h"

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

struct NumberPhasesPass
    : public gg::impl::NumberPhasesPassBase<NumberPhasesPass> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (!func->hasAttr(ir::kEntryAttr))
      return;
    std::string text;
    llvm::raw_string_ostream os(text);
    DenseSet<Attribute> seen;
    Phase phase;
    int64_t number = 0;
    func.walk<WalkOrder::PreOrder>([&](Operation *op) {
      if (auto barrier = dyn_cast<ir::BarrierOp>(op)) {
        barrier.setPhase(number++);
        phase.print(os);
        phase = Phase();
      } else if (writesMemory(op)) {
        addCosts(op->getLoc(), seen, phase);
      }
    });
    phase.print(os);
    func->setAttr(ir::kPhasesAttr, StringAttr::get(&getContext(), text));
  }

private:
  /// Other operations may have been moved to earlier phases.
  static bool writesMemory(Operation *op) {
    auto interface = dyn_cast<MemoryEffectOpInterface>(op);
    return interface && interface.hasEffect<MemoryEffects::Write>();
  }

  static void addCosts(Location loc, DenseSet<Attribute> &seen, Phase &phase) {
    loc->walk([&](Location inner) {
      auto fused = dyn_cast<FusedLoc>(inner);
      auto cost =
          fused ? dyn_cast_or_null<ir::CostAttr>(fused.getMetadata()) : nullptr;
      if (!cost || !seen.insert(cost).second)
        return WalkResult::advance();
      auto name = inner->findInstanceOf<NameLoc>();
      phase.add(cost, name ? name.getName().getValue() : "");
      return WalkResult::advance();
    });
  }
};

} // namespace
