//===- VendorNorms.cpp - Norms of the com.microsoft domain ----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emit.h"
#include "Patterns.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::recover;

namespace {

struct ConvertSimplifiedNorm
    : OpRewritePattern<MSSimplifiedLayerNormalizationOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MSSimplifiedLayerNormalizationOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getInvStdVar().use_empty())
      return rewriter.notifyMatchFailure(op, "a use of inv_std_var");
    Emit emit(rewriter, op.getLoc());
    Value y = emit.make<RMSNormalizationOp>(TypeRange(op.getY().getType()),
                                            {op.getX(), op.getScale()},
                                            op->getAttrs());
    rewriter.replaceOp(op, {y, op.getInvStdVar()});
    return success();
  }
};

/// The sum of `values`, absent ones left out.
Value addPresent(Emit &emit, ValueRange values) {
  Value sum;
  for (Value value : values)
    if (isPresent(value))
      sum = sum ? emit.add(sum, value) : value;
  return sum;
}

/// The two norms of input + skip (+ bias) of com.microsoft.
template <typename OpTy> struct ConvertSkipNorm : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    if (!op.getMean().use_empty() || !op.getInvStdVar().use_empty())
      return rewriter.notifyMatchFailure(op, "a use of mean or inv_std_var");
    Emit emit(rewriter, op.getLoc());
    Value sum = addPresent(emit, {op.getInput(), op.getSkip(), op.getBias()});
    SmallVector<NamedAttribute> attrs = {
        emit.attr("axis", int64_t(-1)),
        emit.attr("epsilon", op.getEpsilon().convertToDouble())};
    Type type = op.getOutput().getType();
    Value y;
    if constexpr (std::is_same_v<OpTy, MSSkipLayerNormalizationOp>) {
      Type none = rewriter.getNoneType();
      Value beta = !isPresent(op.getBeta()) ? emit.none() : op.getBeta();
      y = emit.make<LayerNormalizationOp>(TypeRange({type, none, none}),
                                          {sum, op.getGamma(), beta}, attrs)
              .getY();
    } else {
      y = emit.make<RMSNormalizationOp>(TypeRange(type), {sum, op.getGamma()},
                                        attrs);
    }
    Value none = emit.none();
    bool wantsSum = isPresent(op.getInputSkipBiasSum());
    rewriter.replaceOp(op, {y, none, none, wantsSum ? sum : none});
    return success();
  }
};

struct ConvertEmbedNorm : OpRewritePattern<MSEmbedLayerNormalizationOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MSEmbedLayerNormalizationOp op,
                                PatternRewriter &rewriter) const override {
    if (rankOf(op.getInputIds()) != 2 ||
        isPresent(op.getSegmentIds()) != isPresent(op.getSegmentEmbedding()))
      return rewriter.notifyMatchFailure(op, "operands of unknown form");
    Emit emit(rewriter, op.getLoc());
    // Without position ids each row counts from 0.
    Value positions = !isPresent(op.getPositionIds())
                          ? emit.iota(emit.dim(op.getInputIds(), 1))
                          : op.getPositionIds();
    Value sum = emit.add(emit.gather(op.getWordEmbedding(), op.getInputIds()),
                         emit.gather(op.getPositionEmbedding(), positions));
    if (isPresent(op.getSegmentIds()))
      sum = emit.add(sum,
                     emit.gather(op.getSegmentEmbedding(), op.getSegmentIds()));
    Type none = rewriter.getNoneType();
    auto norm = emit.make<LayerNormalizationOp>(
        TypeRange({op.getOutput().getType(), none, none}),
        {sum, op.getGamma(), op.getBeta()},
        {emit.attr("axis", int64_t(-1)),
         emit.attr("epsilon", op.getEpsilon().convertToDouble())});
    Value maskIndex =
        !isPresent(op.getMaskIndex()) ? emit.none() : buildMaskIndex(emit, op);
    rewriter.replaceOp(op,
                       {norm.getY(), maskIndex,
                        !isPresent(op.getEmbeddingSum()) ? emit.none() : sum});
    return success();
  }

  /// How many ones each row of the mask has; zero without a mask.
  static Value buildMaskIndex(Emit &emit, MSEmbedLayerNormalizationOp op) {
    Type i32 = emit.builder.getI32Type();
    if (!isPresent(op.getMask()))
      return emit.fill(emit.dim(op.getInputIds(), 0), i32, 0);
    Value isOne = emit.compare<EqualOp>(
        op.getMask(), emit.scalar(1, getElementType(op.getMask())));
    return emit.reduceSum(emit.cast(isOne, i32), int64_t(1));
  }
};

} // namespace

void gg::recover::populateVendorNormPatterns(RewritePatternSet &patterns) {
  patterns.add<ConvertSimplifiedNorm,
               ConvertSkipNorm<MSSkipSimplifiedLayerNormalizationOp>,
               ConvertSkipNorm<MSSkipLayerNormalizationOp>, ConvertEmbedNorm>(
      patterns.getContext());
}
