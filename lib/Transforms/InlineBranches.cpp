//===- InlineBranches.cpp - Replaces decided Ifs by their branch ----------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Transforms/Passes.h"

#include "Signature.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "gg/Dialect/ONNX/IR/ONNXHelpers.h"

namespace gg {
#define GEN_PASS_DEF_ONNXINLINEBRANCHES
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg::onnx;

namespace {

/// What decoders merged by optimum call the input that asks for the branch
/// which reads the caches.
constexpr StringLiteral kCacheBranch = "use_cache_branch";

struct InlineBranches final : gg::impl::OnnxInlineBranchesBase<InlineBranches> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal() || !function.getBody().hasOneBlock())
      return;
    SmallVector<IfOp> ops;
    function.walk<WalkOrder::PreOrder>([&](IfOp op) { ops.push_back(op); });
    bool changed = false;
    // Outer ones first, so that the inner ones of a branch not taken are gone.
    for (IfOp op : ops) {
      if (gone.contains(op))
        continue;
      std::optional<bool> taken = decide(op.getCond());
      if (!taken)
        continue;
      inlineBranch(op, *taken ? op.getThenBranch() : op.getElseBranch(),
                   *taken ? op.getElseBranch() : op.getThenBranch());
      changed = true;
    }
    if (changed)
      gg::updateResultTypes(function);
  }

private:
  /// The value of a condition, if it is known.
  std::optional<bool> decide(Value condition) {
    if (std::optional<int64_t> number = getConstantInt(condition))
      return *number != 0;
    while (Operation *op = condition.getDefiningOp()) {
      if (!isa<IdentityOp, CastOp, ReshapeOp, SqueezeOp, UnsqueezeOp>(op))
        return std::nullopt;
      condition = op->getOperand(0);
    }
    auto argument = dyn_cast<BlockArgument>(condition);
    if (!argument || argument.getOwner() != &getOperation().getBody().front())
      return std::nullopt;
    auto name = getOperation().getArgAttrOfType<StringAttr>(
        argument.getArgNumber(), "onnx.name");
    if (!name || name.getValue() != kCacheBranch)
      return std::nullopt;
    getOperation()->setAttr(
        "gg.decoder_by",
        StringAttr::get(&getContext(), "the input 'use_cache_branch'"));
    return true;
  }

  void inlineBranch(IfOp op, Region &taken, Region &other) {
    other.walk([&](Operation *inner) { gone.insert(inner); });
    Block &block = taken.front();
    Operation *yield = block.getTerminator();
    op->getBlock()->getOperations().splice(Block::iterator(op),
                                           block.getOperations(), block.begin(),
                                           Block::iterator(yield));
    op->replaceAllUsesWith(yield->getOperands());
    gone.insert(op);
    op->erase();
  }

  /// Ops of branches not taken; never read, as they are erased.
  DenseSet<Operation *> gone;
};

} // namespace
