//===- SharedHeads.cpp - Keys and values shared by query heads ------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Exporters copy each key head for every query head that reads it (repeat_kv).
// Attention shares them by itself.
//
//===----------------------------------------------------------------------===//

#include "Dims.h"
#include "Emit.h"
#include "Patterns.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::recover;

namespace {

/// [b, h, t, d] of which each head stands `count` times in a row.
struct Repeated {
  Value source;
  int64_t count;
};

class RepeatMatcher {
public:
  explicit RepeatMatcher(Dims &dims) : dims(dims) {}

  std::optional<Repeated> match(Value value) {
    value = skipCopies(value);
    Value source = getGathered(value);
    if (!source)
      source = getReshaped(value);
    if (!source || rankOf(source) != 4 || rankOf(value) != 4)
      return std::nullopt;
    int64_t heads = dimOf(source, 1), all = dimOf(value, 1);
    if (ShapedType::isDynamic(heads) || ShapedType::isDynamic(all) ||
        heads == 0 || all % heads != 0)
      return std::nullopt;
    for (int64_t axis : {0, 2, 3})
      if (!dims.areSame(source, axis, value, axis))
        return std::nullopt;
    return Repeated{source, all / heads};
  }

private:
  /// Gather of the heads 0, 0, 1, 1, …
  static Value getGathered(Value value) {
    auto gather = value.getDefiningOp<GatherOp>();
    auto indices = gather ? getInts(gather.getIndices()) : std::nullopt;
    if (!indices || rankOf(gather.getIndices()) != 1 ||
        (gather.getAxis() != 1 && gather.getAxis() != -3) ||
        rankOf(gather.getData()) != 4)
      return {};
    int64_t heads = dimOf(gather.getData(), 1), all = indices->size();
    if (heads <= 0 || all % heads != 0)
      return {};
    for (auto [place, index] : llvm::enumerate(*indices))
      if (index != static_cast<int64_t>(place) / (all / heads))
        return {};
    return gather.getData();
  }

  /// [b, h, t, d] -> [b, h, 1, t, d] -> [b, h, n, t, d] -> [b, h n, t, d].
  Value getReshaped(Value value) {
    auto reshape = value.getDefiningOp<ReshapeOp>();
    Value wide = reshape ? skipCopies(reshape.getData()) : Value();
    if (!wide || rankOf(wide) != 5 || !wide.getDefiningOp())
      return {};
    Operation *op = wide.getDefiningOp();
    Value narrow;
    if (isa<ExpandOp, TileOp>(op)) {
      narrow = op->getOperand(0);
    } else if (auto concat = dyn_cast<ConcatOp>(op)) {
      if ((concat.getAxis() == 2 || concat.getAxis() == -3) &&
          llvm::all_equal(concat.getInputs()))
        narrow = concat.getInputs().front();
    }
    if (!narrow || rankOf(narrow) != 5 || dimOf(narrow, 2) != 1)
      return {};
    for (int64_t axis : {0, 1, 3, 4})
      if (!dims.areSame(narrow, axis, wide, axis))
        return {};
    Operation *inner = skipCopies(narrow).getDefiningOp();
    if (!isa_and_nonnull<UnsqueezeOp, ReshapeOp>(inner))
      return {};
    Value source = inner->getOperand(0);
    if (rankOf(source) != 4)
      return {};
    // The new dim of 1 is the only difference, wherever it came from.
    for (auto [from, to] : {std::pair(0, 0), {1, 1}, {2, 3}, {3, 4}})
      if (!dims.areSame(source, from, narrow, to))
        return {};
    return source;
  }

  Dims &dims;
};

/// [b, h, t, d] -> [b, t, h, d] -> [b, t, h d] -> [b, t, h, d] -> [b, h, t, d]:
/// heads that were merged for an operand without an axis for them.
struct SkipMergedHeads : OpRewritePattern<TransposeOp> {
  SkipMergedHeads(MLIRContext *context, Dims &dims)
      : OpRewritePattern(context), dims(dims) {}

  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto split = defining<ReshapeOp>(op.getData());
    auto merge = split ? defining<ReshapeOp>(split.getData()) : nullptr;
    auto rows = merge ? defining<TransposeOp>(merge.getData()) : nullptr;
    if (!rows || rankOf(merge) != 3 || rankOf(rows) != 4 || rankOf(op) != 4 ||
        !hasPerm(op, {0, 2, 1, 3}) || !hasPerm(rows, {0, 2, 1, 3}))
      return failure();
    Value source = rows.getData();
    for (int64_t axis : {1, 3})
      if (ShapedType::isDynamic(dimOf(source, axis)) ||
          dimOf(source, axis) != dimOf(op, axis))
        return failure();
    if (!dims.areSame(source, 0, merge, 0) ||
        !dims.areSame(source, 2, merge, 1) || !dims.areSame(merge, 0, op, 0) ||
        !dims.areSame(merge, 1, op, 2))
      return failure();
    rewriter.replaceOp(op, source);
    return success();
  }

  Dims &dims;
};

struct ShareHeads : OpRewritePattern<AttentionOp> {
  ShareHeads(MLIRContext *context, Dims &dims)
      : OpRewritePattern(context), dims(dims) {}

  LogicalResult matchAndRewrite(AttentionOp op,
                                PatternRewriter &rewriter) const override {
    if (isPresent(op.getPastKey()) || !op.getPresentKey().use_empty() ||
        !op.getPresentValue().use_empty() || rankOf(op.getQ()) != 4)
      return failure();
    RepeatMatcher matcher(dims);
    auto keys = matcher.match(op.getK()), values = matcher.match(op.getV());
    if (!keys || !values || keys->count != values->count || keys->count == 1)
      return failure();
    rewriter.modifyOpInPlace(op, [&] {
      op.getKMutable().assign(keys->source);
      op.getVMutable().assign(values->source);
    });
    return success();
  }

  Dims &dims;
};

//===----------------------------------------------------------------------===//
// Caches
//===----------------------------------------------------------------------===//

/// A Concat of two along the sequence.
ConcatOp getGrown(Value value) {
  auto concat = defining<ConcatOp>(value);
  bool isSequence = concat && rankOf(value) == 4 &&
                    (concat.getAxis() == 2 || concat.getAxis() == -2);
  return isSequence && concat.getInputs().size() == 2 ? concat : ConcatOp();
}

/// Attention over Concat(past, new), which it can join by itself.
struct JoinPast : OpRewritePattern<AttentionOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AttentionOp op,
                                PatternRewriter &rewriter) const override {
    ConcatOp keys = getGrown(op.getK()), values = getGrown(op.getV());
    // Causality and windows count from the past that the op knows of.
    if (!keys || !values || isPresent(op.getPastKey()) ||
        isPresent(op.getNonpadKvSeqlen()) || op.getIsCausal() ||
        op.getLeftWindowSize() != -1 || op.getRightWindowSize() != -1)
      return failure();
    Emit emit(rewriter, op.getLoc());
    Type none = rewriter.getNoneType();
    bool wantsQK = isPresent(op.getQkMatmulOutput());
    auto joined = emit.make<AttentionOp>(
        TypeRange({op.getY().getType(), keys.getType(), values.getType(),
                   wantsQK ? op.getQkMatmulOutput().getType() : none}),
        {op.getQ(), keys.getInputs()[1], values.getInputs()[1],
         op.getAttnMask(), keys.getInputs()[0], values.getInputs()[0],
         op.getNonpadKvSeqlen()},
        op->getAttrs());
    replaceLater(rewriter, keys, joined, joined.getPresentKey());
    replaceLater(rewriter, values, joined, joined.getPresentValue());
    rewriter.replaceOp(op, {joined.getY(), emit.none(), emit.none(),
                            joined.getQkMatmulOutput()});
    return success();
  }

  /// Replaces the uses behind the attention. Those before it ask for the shape
  /// only, to compute the mask.
  static void replaceLater(PatternRewriter &rewriter, ConcatOp concat,
                           AttentionOp attention, Value present) {
    rewriter.replaceUsesWithIf(
        concat.getResult(), present, [&](OpOperand &use) {
          Operation *user =
              attention->getBlock()->findAncestorOpInBlock(*use.getOwner());
          return user && attention->isBeforeInBlock(user);
        });
  }
};

} // namespace

void gg::recover::populateSharedHeadPatterns(RewritePatternSet &patterns,
                                             Dims &dims) {
  patterns.add<SkipMergedHeads, ShareHeads>(patterns.getContext(), dims);
}

void gg::recover::populateKVCachePatterns(RewritePatternSet &patterns) {
  patterns.add<JoinPast>(patterns.getContext());
}
