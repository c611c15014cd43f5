//===- MultiHeadAttention.cpp - com.microsoft attention ops ---------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// MultiHeadAttention and the older Attention, which projects its input itself.
// Both become the standard's Attention on [batch, heads, sequence, size].
//
//===----------------------------------------------------------------------===//

#include "Heads.h"
#include "Patterns.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::recover;

namespace {

/// What ONNX Runtime adds to hidden scores unless told otherwise.
constexpr double kDefaultMaskFilter = -10000.0;

/// The operands of a standard Attention and what it shall return.
struct Parts {
  Value q, k, v;
  Value pastKey, pastValue;
  Value padding;
  PaddingMask paddingForm = PaddingMask::None;
  Value bias;
  bool isCausal = false;
  std::optional<APFloat> scale;
  double maskFilter = kDefaultMaskFilter;
};

/// The results of an attention: y as [batch, heads, sequence, size].
struct Results {
  Value y, presentKey, presentValue;
};

Results buildAttention(Emit &emit, const Parts &parts) {
  bool hasPast = isPresent(parts.pastKey);
  Value keys = emit.dim(parts.k, 2);
  if (hasPast)
    keys = emit.add(keys, emit.dim(parts.pastKey, 2));
  Type element = getElementType(parts.q);
  Value mask = addMasks(emit,
                        buildPaddingMask(emit, parts.padding, parts.paddingForm,
                                         keys, element, parts.maskFilter),
                        parts.bias);
  SmallVector<NamedAttribute> attrs = {
      emit.attr("is_causal", int64_t(parts.isCausal))};
  // ONNX Runtime reads 0 as "not given".
  if (parts.scale && !parts.scale->isZero())
    attrs.push_back(emit.attr("scale", parts.scale->convertToDouble()));
  auto shapeOf = [&](Value past, Value update) -> Type {
    if (!hasPast)
      return emit.builder.getNoneType();
    SmallVector<int64_t> shape(*getShape(update));
    shape[2] =
        ShapedType::isDynamic(dimOf(past, 2)) || ShapedType::isDynamic(shape[2])
            ? ShapedType::kDynamic
            : dimOf(past, 2) + shape[2];
    return RankedTensorType::get(shape, element);
  };
  SmallVector<int64_t> shape(*getShape(parts.q));
  shape[3] = dimOf(parts.v, 3);
  auto op =
      emit.make<AttentionOp>(TypeRange({RankedTensorType::get(shape, element),
                                        shapeOf(parts.pastKey, parts.k),
                                        shapeOf(parts.pastValue, parts.v),
                                        emit.builder.getNoneType()}),
                             {parts.q, parts.k, parts.v, mask, parts.pastKey,
                              parts.pastValue, emit.none()},
                             attrs);
  // Without a past the present is what came in.
  return {op.getY(), hasPast ? op.getPresentKey() : parts.k,
          hasPast ? op.getPresentValue() : parts.v};
}

/// Reads what both ops say alike of their scores.
template <typename OpTy>
void readScores(OpTy op, Value query, Value padding, Parts &parts) {
  parts.padding = padding;
  parts.paddingForm = classifyPaddingMask(padding, query);
  parts.bias = op.getAttentionBias();
  parts.isCausal = op.getUnidirectional();
  parts.scale = op.getScale();
  if (auto filter = op.getMaskFilterValue())
    parts.maskFilter = filter->convertToDouble();
}

/// A value that stands for a present of the type that the graph names.
Value asResult(Emit &emit, Value wanted, Value have) {
  if (!isPresent(wanted))
    return emit.none();
  if (have.getType() == wanted.getType())
    return have;
  // The types differ in how much they know; a copy bridges them.
  return emit.make<IdentityOp>(TypeRange(wanted.getType()), have).getOutput();
}

//===----------------------------------------------------------------------===//
// MultiHeadAttention
//===----------------------------------------------------------------------===//

const char *getObstacle(MSMultiHeadAttentionOp op) {
  int64_t rank = rankOf(op.getQuery()), heads = op.getNumHeads();
  if (isPresent(op.getPastSequenceLength()) ||
      isPresent(op.getCacheIndirection()))
    return "a past in a shared buffer";
  if (isPresent(op.getQk()) && !op.getQk().use_empty())
    return "a use of qk";
  if (isPresent(op.getPastKey()) != isPresent(op.getPastValue()))
    return "an operand without its partner";
  if (rank != 3 && rank != 5)
    return "a query of unknown form";
  if (rank == 5) {
    if (isPresent(op.getKey()) || isPresent(op.getValue()) ||
        isPresent(op.getBias()) || dimOf(op.getQuery(), 3) != 3)
      return "a packed query beside other operands";
  } else {
    int64_t keyRank = rankOf(op.getKey()), valueRank = rankOf(op.getValue());
    bool isSplit = (keyRank == 3 || keyRank == 4) && valueRank == keyRank;
    bool isPacked = keyRank == 5 && !isPresent(op.getValue());
    if (!isSplit && !isPacked)
      return "a key or value of unknown form";
    if (isPresent(op.getBias()) && keyRank != 3)
      return "a bias beside a key with heads of its own";
    for (Value value : op->getOperands().take_front(3))
      if (rankOf(value) == 3 && (ShapedType::isDynamic(dimOf(value, 2)) ||
                                 heads <= 0 || dimOf(value, 2) % heads != 0))
        return "a hidden size that the heads do not divide";
  }
  if (classifyPaddingMask(op.getKeyPaddingMask(), op.getQuery()) ==
      PaddingMask::Unknown)
    return "a key_padding_mask of unknown form";
  return nullptr;
}

struct ConvertMultiHeadAttention : OpRewritePattern<MSMultiHeadAttentionOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MSMultiHeadAttentionOp op,
                                PatternRewriter &rewriter) const override {
    if (const char *obstacle = getObstacle(op))
      return rewriter.notifyMatchFailure(op, obstacle);
    Emit emit(rewriter, op.getLoc());
    Parts parts;
    splitOperands(emit, op, parts);
    parts.pastKey = op.getPastKey(), parts.pastValue = op.getPastValue();
    readScores(op, op.getQuery(), op.getKeyPaddingMask(), parts);
    Results results = buildAttention(emit, parts);
    rewriter.replaceOp(
        op, {mergeHeads(emit, results.y, op.getOutput().getType()),
             asResult(emit, op.getPresentKey(), results.presentKey),
             asResult(emit, op.getPresentValue(), results.presentValue),
             emit.none()});
    return success();
  }

  static void splitOperands(Emit &emit, MSMultiHeadAttentionOp op,
                            Parts &parts) {
    int64_t heads = op.getNumHeads();
    if (rankOf(op.getQuery()) == 5) {
      parts.q = pickPacked(emit, op.getQuery(), 0);
      parts.k = pickPacked(emit, op.getQuery(), 1);
      parts.v = pickPacked(emit, op.getQuery(), 2);
      return;
    }
    Value q = op.getQuery(), k = op.getKey(), v = op.getValue();
    if (isPresent(op.getBias())) {
      SmallVector<Value> bias =
          emit.splitLast(op.getBias(), {dimOf(q, 2), dimOf(k, 2), dimOf(v, 2)});
      q = emit.add(q, bias[0]), k = emit.add(k, bias[1]),
      v = emit.add(v, bias[2]);
    }
    parts.q = splitHeads(emit, q, heads);
    if (rankOf(k) == 5) {
      parts.k = pickPacked(emit, k, 0);
      parts.v = pickPacked(emit, k, 1);
    } else {
      parts.k = rankOf(k) == 3 ? splitHeads(emit, k, heads) : k;
      parts.v = rankOf(v) == 3 ? splitHeads(emit, v, heads) : v;
    }
  }

  /// One of the tensors in [batch, sequence, heads, n, size].
  static Value pickPacked(Emit &emit, Value packed, int64_t index) {
    // [n, batch, heads, sequence, size]
    return emit.pick(emit.transpose(packed, {3, 0, 2, 1, 4}), index);
  }
};

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// How many columns of the projection are queries, keys and values.
std::optional<SmallVector<int64_t>> getHiddenSizes(MSAttentionOp op) {
  int64_t columns = dimOf(op.getWeights(), 1), heads = op.getNumHeads();
  SmallVector<int64_t> sizes;
  if (auto given = op.getQkvHiddenSizes())
    sizes.append(given->begin(), given->end());
  else if (!ShapedType::isDynamic(columns) && columns % 3 == 0)
    sizes.assign(3, columns / 3);
  if (sizes.size() != 3 || heads <= 0 || sizes[0] != sizes[1] ||
      sizes[0] + sizes[1] + sizes[2] != columns ||
      llvm::any_of(
          sizes, [&](int64_t size) { return size <= 0 || size % heads != 0; }))
    return std::nullopt;
  return sizes;
}

const char *getObstacle(MSAttentionOp op) {
  if (op.getDoRotary())
    return "a rotary embedding without tables";
  if (op.getPastPresentShareBuffer() || isPresent(op.getPastSequenceLength()))
    return "a past in a shared buffer";
  if (rankOf(op.getInput()) != 3 || rankOf(op.getWeights()) != 2 ||
      !getHiddenSizes(op))
    return "weights of unknown form";
  if (isPresent(op.getPast()) && rankOf(op.getPast()) != 5)
    return "a past not of rank 5";
  if (isPresent(op.getPresent()) && !op.getPresent().use_empty() &&
      getHiddenSizes(op)->back() != getHiddenSizes(op)->front())
    return "a present of keys and values of different sizes";
  if (classifyPaddingMask(op.getMaskIndex(), op.getInput()) ==
      PaddingMask::Unknown)
    return "a mask_index of unknown form";
  return nullptr;
}

struct ConvertPackedAttention : OpRewritePattern<MSAttentionOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MSAttentionOp op,
                                PatternRewriter &rewriter) const override {
    if (const char *obstacle = getObstacle(op))
      return rewriter.notifyMatchFailure(op, obstacle);
    Emit emit(rewriter, op.getLoc());
    Parts parts;
    project(emit, op, parts);
    bool hasPast = isPresent(op.getPast());
    parts.pastKey = hasPast ? emit.pick(op.getPast(), 0) : emit.none();
    parts.pastValue = hasPast ? emit.pick(op.getPast(), 1) : emit.none();
    readScores(op, op.getInput(), op.getMaskIndex(), parts);
    Results results = buildAttention(emit, parts);
    Value present = emit.none();
    if (isPresent(op.getPresent()))
      present = emit.make<ConcatOp>(
                        TypeRange(op.getPresent().getType()),
                        {emit.unsqueeze(results.presentKey, int64_t(0)),
                         emit.unsqueeze(results.presentValue, int64_t(0))},
                        emit.attr("axis", int64_t(0)))
                    .getConcatResult();
    rewriter.replaceOp(
        op, {mergeHeads(emit, results.y, op.getOutput().getType()), present});
    return success();
  }

  static void project(Emit &emit, MSAttentionOp op, Parts &parts) {
    Value x = op.getInput();
    SmallVector<int64_t> shape(*getShape(x));
    shape[2] = dimOf(op.getWeights(), 1);
    Value all = emit.make<MatMulOp>(
        TypeRange(RankedTensorType::get(shape, getElementType(x))),
        {x, op.getWeights()});
    if (isPresent(op.getBias()))
      all = emit.add(all, op.getBias());
    SmallVector<Value> qkv = emit.splitLast(all, *getHiddenSizes(op));
    int64_t heads = op.getNumHeads();
    parts.q = splitHeads(emit, qkv[0], heads);
    parts.k = splitHeads(emit, qkv[1], heads);
    parts.v = splitHeads(emit, qkv[2], heads);
  }
};

} // namespace

void gg::recover::populateMultiHeadAttentionPatterns(
    RewritePatternSet &patterns) {
  patterns.add<ConvertMultiHeadAttention, ConvertPackedAttention>(
      patterns.getContext());
}
