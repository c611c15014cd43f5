//===- Attention.cpp - Attention, decomposed ------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// softmax(scores) * V, where the scores are q * k^T behind any order of scale,
// soft cap and masks that the standard's Attention can express. Heads stay on
// their axis: every operand is [batch, heads, sequence, size].
//
//===----------------------------------------------------------------------===//

#include "Dims.h"
#include "Emit.h"
#include "Patterns.h"

#include <cmath>

using namespace mlir;
using namespace gg::onnx;
using namespace gg::recover;

namespace {

/// A mask to add: `value`, or zero where `keep` holds (`inverted`: does not
/// hold) and `fill` elsewhere; times `factor`.
struct Mask {
  Value value;
  Value keep;
  Value fill;
  bool inverted = false;
  double factor = 1.0;
  bool isWide = false; ///< not known to reach every key by itself
};

/// Scores taken apart, from the softmax down to the product.
struct Scores {
  MatMulOp product;
  double scale = 1.0;
  double softcap = 0.0;
  SmallVector<Mask> masks;
};

/// A score that no other one in a row can be compared with: what it is added
/// to has weight zero unless the whole row is like it.
constexpr double kHidden = -1e4;

class ScoreMatcher {
public:
  explicit ScoreMatcher(Dims &dims) : dims(dims) {}

  std::optional<Scores> match(Value value) {
    Scores scores;
    if (!visit(value, scores, 1.0, /*depth=*/0))
      return std::nullopt;
    return scores;
  }

private:
  /// `outer` is the factor that applies to all of `value`.
  bool visit(Value value, Scores &scores, double outer, unsigned depth) {
    value = skipFloatCasts(value);
    Operation *op = value.getDefiningOp();
    if (!op || depth > 12)
      return false;
    if (auto matmul = dyn_cast<MatMulOp>(op)) {
      scores.product = matmul;
      scores.scale *= outer;
      return true;
    }
    if (auto mul = dyn_cast<MulOp>(op)) {
      for (Value side : {mul.getA(), mul.getB()})
        if (std::optional<double> factor = getScalar(getOther(mul, side)))
          return visitScaled(side, scores, outer, *factor, depth + 1);
      return false;
    }
    if (auto div = dyn_cast<DivOp>(op)) {
      std::optional<double> divisor = getScalar(div.getB());
      return divisor && *divisor != 0.0 &&
             visitScaled(div.getA(), scores, outer, 1.0 / *divisor, depth + 1);
    }
    if (auto add = dyn_cast<AddOp>(op))
      return visitMasked(add, scores, outer, depth + 1);
    if (auto where = dyn_cast<WhereOp>(op))
      return visitWhere(where, scores, outer, depth + 1);
    if (auto max = dyn_cast<MaxOp>(op))
      return visitClamp(max, scores, outer, depth + 1);
    return false;
  }

  /// factor * value, where the value may be the tanh of a soft cap.
  bool visitScaled(Value value, Scores &scores, double outer, double factor,
                   unsigned depth) {
    auto tanh = skipFloatCasts(value).getDefiningOp<TanhOp>();
    if (!tanh)
      return visit(value, scores, outer * factor, depth);
    if (outer != 1.0 || factor <= 0.0 || scores.softcap != 0.0)
      return false;
    // Below the cap only the scale may follow: c * tanh(s * q k / c).
    size_t masks = scores.masks.size();
    scores.softcap = factor;
    return visit(tanh.getX(), scores, factor, depth) &&
           scores.masks.size() == masks;
  }

  bool visitMasked(AddOp op, Scores &scores, double outer, unsigned depth) {
    for (bool isWide : {false, true})
      for (Value side : {op.getA(), op.getB()}) {
        Scores attempt = scores;
        Value mask = getOther(op, side);
        attempt.masks.push_back({mask, {}, {}, false, outer, isWide});
        if (fits(mask, side, isWide) && visit(side, attempt, outer, depth)) {
          scores = attempt;
          return true;
        }
      }
    return false;
  }

  /// Scores replaced by a hidden value where a condition holds or not.
  bool visitWhere(WhereOp op, Scores &scores, double outer, unsigned depth) {
    Value condition = op.getCondition();
    for (bool inverted : {false, true}) {
      Value side = inverted ? op.getY() : op.getX();
      Value fill = inverted ? op.getX() : op.getY();
      std::optional<double> number = getScalar(fill);
      bool isWide = !fits(condition, side, /*isWide=*/false);
      if (!number || *number * outer > kHidden ||
          !fits(condition, side, isWide))
        continue;
      scores.masks.push_back({{}, condition, fill, inverted, outer, isWide});
      return visit(side, scores, outer, depth);
    }
    return false;
  }

  /// True if the mask leaves the shape of the scores as it is. With `isWide`,
  /// its numbers of queries and keys may be what only the run knows, as those
  /// of a slice of a constant: of keys there are as many as V has, and what
  /// does not match the queries is an error of Attention's own.
  bool fits(Value mask, Value scores, bool isWide) {
    int64_t rank = rankOf(mask);
    if (!isWide)
      return dims.broadcastsInto(mask, scores);
    if (rank < 2 || rank > rankOf(scores))
      return false;
    for (int64_t i = 1; i <= rank; ++i)
      if (dimOf(mask, -i) != 1 && !dims.areSame(mask, -i, scores, -i) &&
          (i > 2 || !ShapedType::isDynamic(dimOf(mask, -i))))
        return false;
    return true;
  }

  /// max(scores, lowest): changes only what a mask has hidden.
  bool visitClamp(MaxOp op, Scores &scores, double outer, unsigned depth) {
    if (op.getInputs().size() != 2 || outer <= 0.0)
      return false;
    for (Value side : op.getInputs())
      if (std::optional<double> lowest = getScalar(getOther(op, side)))
        return *lowest * outer <= kHidden && visit(side, scores, outer, depth);
    return false;
  }

  Dims &dims;
};

/// The value behind scalings by constants, whose product is taken into `scale`.
Value skipScales(Value value, double &scale) {
  for (;;) {
    value = skipFloatCasts(value);
    auto [next, factor] = [&]() -> std::pair<Value, double> {
      if (auto mul = value.getDefiningOp<MulOp>())
        for (Value side : {mul.getA(), mul.getB()})
          if (auto number = getScalar(getOther(mul, side)))
            return {side, *number};
      if (auto div = value.getDefiningOp<DivOp>())
        if (auto number = getScalar(div.getB()); number && *number != 0.0)
          return {div.getA(), 1.0 / *number};
      return {};
    }();
    if (!next || next.getType() != value.getType())
      return value;
    scale *= factor;
    value = next;
  }
}

/// The keys [batch, heads, length, size] whose transpose `value` is; a new
/// Transpose where the graph has none to take away.
Value getKeys(Emit &emit, Value value, Dims &dims) {
  if (auto transpose = defining<TransposeOp>(value)) {
    if (hasPerm(transpose, {0, 1, 3, 2}))
      return transpose.getData();
    if (hasPerm(transpose, {0, 2, 3, 1}))
      return emit.transpose(transpose.getData(), {0, 2, 1, 3});
  }
  // [b, h, t, d] -> [b h, t, d] -> [b h, d, t] -> [b, h, d, t]
  auto split = defining<ReshapeOp>(value);
  auto transpose = split ? defining<TransposeOp>(split.getData()) : nullptr;
  auto join = transpose ? defining<ReshapeOp>(transpose.getData()) : nullptr;
  if (join && rankOf(join) == 3 && rankOf(join.getData()) == 4 &&
      hasPerm(transpose, {0, 2, 1})) {
    Value keys = join.getData();
    if (dims.areSame(keys, 0, value, 0) && dims.areSame(keys, 1, value, 1) &&
        dims.areSame(keys, 2, value, 3) && dims.areSame(keys, 3, value, 2) &&
        dims.areSame(keys, 2, join, 1) && dims.areSame(keys, 3, join, 2))
      return keys;
  }
  return emit.transpose(value, {0, 1, 3, 2});
}

/// The probabilities behind guards against rows without any visible key:
/// Attention gives zeros there by itself.
Value skipNaNGuard(Value value) {
  value = skipFloatCasts(value);
  auto where = value.getDefiningOp<WhereOp>();
  auto isNaN = where ? defining<IsNaNOp>(where.getCondition()) : nullptr;
  if (!isNaN || getScalar(where.getX()) != 0.0 ||
      skipCopies(isNaN.getX()) != skipCopies(where.getY()))
    return value;
  return skipFloatCasts(where.getY());
}

struct RecoverAttention : OpRewritePattern<MatMulOp> {
  RecoverAttention(MLIRContext *context, Dims &dims)
      : OpRewritePattern(context), dims(dims) {}

  LogicalResult matchAndRewrite(MatMulOp op,
                                PatternRewriter &rewriter) const override {
    auto softmax = skipNaNGuard(op.getA()).getDefiningOp<SoftmaxOp>();
    if (!softmax || rankOf(softmax) != 4 || rankOf(op.getB()) != 4 ||
        (softmax.getAxis() != -1 && softmax.getAxis() != 3))
      return failure();
    auto scores = ScoreMatcher(dims).match(softmax.getInput());
    if (!scores || scores->masks.size() > 4)
      return failure();
    // c * tanh(s * q k / c): the scale found below the cap includes 1 / c.
    double scale = scores->scale;
    Value q = skipScales(scores->product.getA(), scale);
    Value transposedK = skipScales(scores->product.getB(), scale);
    Value v = op.getB();
    if (!haveHeads(q, transposedK, v) || !std::isfinite(scale) || scale == 0.0)
      return failure();

    Emit emit(rewriter, op.getLoc());
    Type element = getElementType(v);
    q = emit.cast(q, element);
    Value k = emit.cast(getKeys(emit, transposedK, dims), element);
    SmallVector<NamedAttribute> attrs = {emit.attr("scale", scale),
                                         emit.attr("softcap", scores->softcap)};
    Type none = rewriter.getNoneType();
    Value absent = emit.none();
    auto attention = emit.make<AttentionOp>(
        TypeRange({op.getType(), none, none, none}),
        {q, k, v, buildMask(emit, *scores, k, element), absent, absent, absent},
        attrs);
    rewriter.replaceOp(op, attention.getY());
    return success();
  }

  /// True if the operands are 4-D, of one batch size, and key heads divide
  /// query heads as the product's broadcasting did: all or one.
  bool haveHeads(Value q, Value transposedK, Value v) const {
    int64_t heads = dimOf(q, 1), keyHeads = dimOf(transposedK, 1);
    return rankOf(q) == 4 && rankOf(transposedK) == 4 &&
           !ShapedType::isDynamic(heads) && dimOf(v, 1) == keyHeads &&
           (keyHeads == heads || keyHeads == 1) && heads > 0 &&
           dims.areSame(q, 0, transposedK, 0) && dims.areSame(q, 0, v, 0) &&
           isa<FloatType>(getElementType(v));
  }

  /// Attention hides the keys that a short mask does not reach; the sum would
  /// have repeated a mask of one key.
  static Value reachKeys(Emit &emit, Value mask, Value keys) {
    SmallVector<Value> shape(rankOf(mask) - 1, emit.ints(1));
    shape.push_back(emit.dim(keys, 2));
    SmallVector<int64_t> sizes(*gg::onnx::getShape(mask));
    sizes.back() = dimOf(keys, 2);
    return emit.expand(mask, shape,
                       RankedTensorType::get(sizes, getElementType(mask)));
  }

  /// All masks as one tensor to add, or none.
  static Value buildMask(Emit &emit, const Scores &scores, Value keys,
                         Type element) {
    Value sum;
    for (const Mask &mask : scores.masks) {
      Value part = mask.value;
      if (mask.keep) {
        Value zero = emit.scalar(0.0, getElementType(mask.fill));
        Value fill = mask.fill;
        if (rankOf(fill) != 0)
          fill = emit.scalar(*getScalar(fill), getElementType(fill));
        part = mask.inverted ? emit.where(mask.keep, fill, zero)
                             : emit.where(mask.keep, zero, fill);
      }
      if (mask.isWide)
        part = reachKeys(emit, part, keys);
      part = emit.cast(part, element);
      if (mask.factor != 1.0)
        part = emit.mul(part, emit.scalar(mask.factor, element));
      sum = sum ? emit.add(sum, part) : part;
    }
    if (!sum)
      return emit.none();
    // The standard asks for at least [queries, keys].
    if (rankOf(sum) < 2)
      sum = emit.unsqueeze(sum, rankOf(sum) == 0 ? ArrayRef<int64_t>{0, 1}
                                                 : ArrayRef<int64_t>{0});
    return sum;
  }

  Dims &dims;
};

} // namespace

void gg::recover::populateAttentionPatterns(RewritePatternSet &patterns,
                                            Dims &dims) {
  patterns.add<RecoverAttention>(patterns.getContext(), dims);
}
