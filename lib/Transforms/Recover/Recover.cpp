//===- Recover.cpp - Decomposed and vendor forms to standard ops ----------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Transforms/Passes.h"

#include "../Signature.h"
#include "Dims.h"
#include "Patterns.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace gg {
#define GEN_PASS_DEF_ONNXRECOVER
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg::onnx;
using namespace gg::recover;

namespace {

/// Keeps the reasons that patterns give for leaving a vendor op.
class ReasonListener : public RewriterBase::Listener {
public:
  void notifyMatchFailure(Location loc,
                          function_ref<void(Diagnostic &)> describe) override {
    Diagnostic reason(loc, DiagnosticSeverity::Remark);
    describe(reason);
    reasons[loc] = reason.str();
  }

  std::string lookup(Location loc) const { return reasons.lookup(loc); }

private:
  DenseMap<Location, std::string> reasons;
};

struct Recover final : gg::impl::OnnxRecoverBase<Recover> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal())
      return;
    // Patterns compare operands by value: equal sub-graphs must be one.
    joinEqual();
    ReasonListener reasons;
    if (failed(apply(&reasons,
                     [](RewritePatternSet &patterns) {
                       populateFlattenedPatterns(patterns);
                       populateNormPatterns(patterns);
                       populateActivationPatterns(patterns);
                       populateVendorNormPatterns(patterns);
                       populateVendorActivationPatterns(patterns);
                       populateVendorRotaryPatterns(patterns);
                       populateGroupQueryAttentionPatterns(patterns);
                       populateMultiHeadAttentionPatterns(patterns);
                     })) ||
        failed(reportVendorOps(reasons)) ||
        failed(applyWithDims(populateRotaryPatterns)) ||
        failed(applyWithDims(populateBatchedMatMulPatterns)) ||
        failed(applyWithDims(populateAttentionPatterns)) ||
        failed(applyWithDims(populateSharedHeadPatterns)) ||
        failed(apply(nullptr, populateKVCachePatterns)))
      return signalPassFailure();
    // Each layer made tables of its own.
    joinEqual();
    gg::updateResultTypes(function);
  }

private:
  void joinEqual() {
    IRRewriter rewriter(&getContext());
    DominanceInfo dominance(getOperation());
    eliminateCommonSubExpressions(rewriter, dominance, getOperation());
  }

  LogicalResult apply(RewriterBase::Listener *listener,
                      function_ref<void(RewritePatternSet &)> populate) {
    RewritePatternSet patterns(&getContext());
    populate(patterns);
    GreedyRewriteConfig config;
    config.setListener(listener)
        .setUseTopDownTraversal(true)
        .setRegionSimplificationLevel(GreedySimplifyRegionLevel::Disabled)
        .enableFolding(false);
    if (succeeded(
            applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      return success();
    return getOperation().emitError("expected the patterns of onnx-recover to "
                                    "reach a fixed point but got none");
  }

  /// Runs patterns that ask for dims, each set on an analysis of its own.
  LogicalResult
  applyWithDims(function_ref<void(RewritePatternSet &, Dims &)> populate) {
    SymbolicShapes shapes(getOperation());
    if (failed(shapes.run()))
      return failure();
    Dims dims(shapes);
    return apply(
        &dims, [&](RewritePatternSet &patterns) { populate(patterns, dims); });
  }

  /// An error at each op of the vendor's domain that is left. Where there are
  /// some that no pattern is for, the others may only lack what those hide.
  LogicalResult reportVendorOps(const ReasonListener &reasons) {
    SmallVector<Operation *> unknown, left;
    getOperation()->walk([&](Operation *op) {
      if (op->getName().getStringRef().starts_with("onnx.ms."))
        (reasons.lookup(op->getLoc()).empty() ? unknown : left).push_back(op);
    });
    for (Operation *op : unknown)
      op->emitOpError("is not supported");
    if (!unknown.empty())
      return failure();
    for (Operation *op : left)
      op->emitOpError("expected a form that the standard can express but got ")
          << reasons.lookup(op->getLoc());
    return success(left.empty());
  }
};

} // namespace
