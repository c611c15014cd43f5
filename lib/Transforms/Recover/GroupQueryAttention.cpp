//===- GroupQueryAttention.cpp - com.microsoft GroupQueryAttention --------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Each row of the batch writes its new keys behind the ones it has, at
// `seqlens_k + 1 - sequence` (at 0 for the first prompt), and attends causally
// to all up to them. That is the standard's external cache: TensorScatter and
// an Attention with nonpad_kv_seqlen. It holds for rows of different lengths
// and for caches that have their final size; where the cache grows, room for
// the new keys is appended first.
//
//===----------------------------------------------------------------------===//

#include "Heads.h"
#include "Patterns.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::recover;

namespace {

/// Why the op has no standard form, or null.
const char *getObstacle(MSGroupQueryAttentionOp op) {
  if (isPresent(op.getHeadSink()) || op.getSmoothSoftmax() > 0)
    return "a smooth softmax (head_sink)";
  if (op.getSlidingWindowCache() &&
      (!op.getCausal() || op.getLocalWindowSize() <= 0 ||
       !op->getParentOfType<func::FuncOp>()))
    return "a sliding window cache without a window";
  if (isPresent(op.getKScale()) || isPresent(op.getVScale()) ||
      op.getKQuantType() != "NONE" || op.getVQuantType() != "NONE")
    return "a quantized cache";
  if (isPresent(op.getQuerySeqlens()))
    return "query_seqlens";
  if (isPresent(op.getOutputQk()) && !op.getOutputQk().use_empty())
    return "a use of output_qk";
  if (isPresent(op.getKey()) != isPresent(op.getValue()) ||
      isPresent(op.getPastKey()) != isPresent(op.getPastValue()) ||
      isPresent(op.getQNormWeight()) != isPresent(op.getKNormWeight()))
    return "an operand without its partner";
  if (rankOf(op.getQuery()) != 3 ||
      ShapedType::isDynamic(dimOf(op.getQuery(), 2)))
    return "a query of unknown size";
  if (isPresent(op.getKey()) &&
      (rankOf(op.getKey()) != 3 || rankOf(op.getValue()) != 3))
    return "a key or value not of rank 3";
  if (isPresent(op.getPastKey()) &&
      (rankOf(op.getPastKey()) != 4 || rankOf(op.getPastValue()) != 4))
    return "a past not of rank 4";
  if (rankOf(op.getSeqlensK()) != 1 && rankOf(op.getSeqlensK()) != 2)
    return "seqlens_k of unknown rank";
  if (isPresent(op.getPositionIds()) && rankOf(op.getPositionIds()) != 2)
    return "position_ids not of rank 2";
  if (op.getDoRotary() &&
      (!isPresent(op.getCosCache()) || !isPresent(op.getSinCache()) ||
       ShapedType::isDynamic(dimOf(op.getCosCache(), 1))))
    return "rotary tables of unknown width";
  int64_t heads = op.getNumHeads(), keyHeads = op.getKvNumHeads();
  if (heads <= 0 || keyHeads <= 0 || heads % keyHeads != 0)
    return "head numbers that do not divide";
  int64_t all = isPresent(op.getKey()) ? heads : heads + 2 * keyHeads;
  if (dimOf(op.getQuery(), 2) % all != 0)
    return "a query that the heads do not divide";
  return nullptr;
}

class Conversion {
public:
  Conversion(MSGroupQueryAttentionOp op, PatternRewriter &rewriter)
      : op(op), rewriter(rewriter), emit(rewriter, op.getLoc()),
        heads(op.getNumHeads()), keyHeads(op.getKvNumHeads()) {}

  void run() {
    splitOperands();
    buildLengths();
    normalizeHeads();
    if (op.getDoRotary())
      rotate();
    bool isCausal = op.getCausal();
    Value keys = buildCache(op.getPastKey(), k, op.getPresentKey());
    Value values = buildCache(op.getPastValue(), v, op.getPresentValue());
    SmallVector<NamedAttribute> attrs = {
        emit.attr("is_causal", int64_t(isCausal)),
        emit.attr("softcap", op.getSoftcap().convertToDouble())};
    // ONNX Runtime reads 0 as "not given".
    if (op.getScale() && !op.getScale()->isZero())
      attrs.push_back(emit.attr("scale", op.getScale()->convertToDouble()));
    // The window counts the query's own position, left_window_size does not.
    if (int64_t window = op.getLocalWindowSize(); isCausal && window > 0)
      attrs.push_back(emit.attr("left_window_size", window - 1));
    Value bias =
        isPresent(op.getAttentionBias()) ? op.getAttentionBias() : emit.none();
    Type none = rewriter.getNoneType();
    auto attention = emit.make<AttentionOp>(
        TypeRange({q.getType(), none, none, none}),
        {q, keys, values, bias, emit.none(), emit.none(), valid}, attrs);
    Value y = mergeHeads(emit, attention.getY(), op.getOutput().getType());
    rewriter.replaceOp(op, {y, keys, values, emit.none()});
  }

private:
  /// q, k and v with their heads on an axis of their own.
  void splitOperands() {
    q = op.getQuery(), k = op.getKey(), v = op.getValue();
    if (!isPresent(k)) {
      int64_t size = dimOf(q, 2) / (heads + 2 * keyHeads);
      SmallVector<Value> parts =
          emit.splitLast(q, {heads * size, keyHeads * size, keyHeads * size});
      q = parts[0], k = parts[1], v = parts[2];
    }
    q = splitHeads(emit, q, heads);
    k = splitHeads(emit, k, keyHeads);
    v = splitHeads(emit, v, keyHeads);
  }

  /// `total`, `sequence` (rank 1 of one element), and per row `write` and
  /// `valid`.
  void buildLengths() {
    Type i64 = rewriter.getI64Type();
    total = emit.reshape(emit.cast(op.getTotalSequenceLength(), i64), 1);
    sequence = emit.dim(op.getQuery(), 1);
    isFirst = emit.compare<EqualOp>(sequence, total);
    Value lengths = emit.cast(op.getSeqlensK(), i64);
    if (rankOf(lengths) != 1)
      lengths = emit.reshape(lengths, -1);
    Value behind = emit.sub(emit.add(lengths, emit.ints(1)), sequence);
    write = emit.where(isFirst, emit.ints(0), behind);
    valid = emit.add(write, sequence);
  }

  /// RMSNormalization of each head of q and k.
  void normalizeHeads() {
    if (!isPresent(op.getQNormWeight()))
      return;
    auto normalize = [&](Value x, Value weight,
                         std::optional<APFloat> epsilon) {
      APFloat chosen = epsilon ? *epsilon : op.getQkNormEpsilon();
      return emit
          .make<RMSNormalizationOp>(
              TypeRange(x.getType()), {x, weight},
              {emit.attr("axis", int64_t(-1)),
               emit.attr("epsilon", chosen.convertToDouble())})
          .getY();
    };
    q = normalize(q, op.getQNormWeight(), op.getQNormEpsilon());
    k = normalize(k, op.getKNormWeight(), op.getKNormEpsilon());
  }

  void rotate() {
    Value positions = buildPositions();
    int64_t rotated = 2 * dimOf(op.getCosCache(), 1);
    auto turn = [&](Value x) {
      return emit
          .make<RotaryEmbeddingOp>(
              TypeRange(x.getType()),
              {x, op.getCosCache(), op.getSinCache(), positions},
              {emit.attr("interleaved", op.getRotaryInterleaved()),
               emit.attr("rotary_embedding_dim",
                         rotated == dimOf(x, 3) ? int64_t(0) : rotated)})
          .getY();
    };
    q = turn(q), k = turn(k);
  }

  /// [batch, sequence]: the places in the cache, or the given positions, of
  /// which a first prompt uses only the very first.
  Value buildPositions() {
    Value index = emit.unsqueeze(emit.iota(sequence), int64_t(0));
    if (!isPresent(op.getPositionIds()))
      return emit.add(emit.unsqueeze(write, int64_t(1)), index);
    Value given = op.getPositionIds();
    Value start = emit.pick(emit.reshape(given, -1), 0);
    return emit.where(isFirst, emit.add(index, start), given);
  }

  /// The past with room for the new entries, and these written into it.
  Value buildCache(Value past, Value update, Value present) {
    bool hasPast = isPresent(past);
    Value batch = emit.dim(update, 0), size = emit.dim(update, 3);
    Value length = hasPast ? emit.dim(past, 2) : emit.ints(0);
    Value room = emit.sub(emit.max(total, length), length);
    Value zeros = emit.fill({batch, emit.ints(keyHeads), room, size},
                            getElementType(update), 0.0);
    Value cache = hasPast ? emit.concat({past, zeros}, 2) : zeros;
    Type type = isPresent(present) ? present.getType() : cache.getType();
    return emit
        .make<TensorScatterOp>(TypeRange(type), {cache, update, write},
                               emit.attr("axis", int64_t(2)))
        .getPresentCache();
  }

  MSGroupQueryAttentionOp op;
  PatternRewriter &rewriter;
  Emit emit;
  int64_t heads, keyHeads;
  Value q, k, v;
  Value total, sequence, isFirst, write, valid;
};

struct ConvertGroupQueryAttention : OpRewritePattern<MSGroupQueryAttentionOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MSGroupQueryAttentionOp op,
                                PatternRewriter &rewriter) const override {
    if (const char *obstacle = getObstacle(op))
      return rewriter.notifyMatchFailure(op, obstacle);
    // A cache of the window's last entries, which a decoder can have in full:
    // what the window hides changes nothing. Other callers cannot.
    if (op.getSlidingWindowCache()) {
      auto function = op->getParentOfType<func::FuncOp>();
      rewriter.modifyOpInPlace(function, [&] {
        function->setAttr("gg.decoder_by",
                          rewriter.getStringAttr("a sliding window cache"));
      });
    }
    Conversion(op, rewriter).run();
    return success();
  }
};

} // namespace

void gg::recover::populateGroupQueryAttentionPatterns(
    RewritePatternSet &patterns) {
  patterns.add<ConvertGroupQueryAttention>(patterns.getContext());
}
