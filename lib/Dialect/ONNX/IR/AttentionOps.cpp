//===- AttentionOps.cpp - ONNX ops of attention ---------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Verify.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::onnx::detail;

/// Whether two dims can be the same at run time.
static bool agree(int64_t a, int64_t b) {
  return a == b || ShapedType::isDynamic(a) || ShapedType::isDynamic(b);
}

//===----------------------------------------------------------------------===//
// RotaryEmbedding
//===----------------------------------------------------------------------===//

/// The dim of a head; dynamic if not known.
static FailureOr<int64_t> getRotaryHeadSize(RotaryEmbeddingOp op,
                                            ArrayRef<int64_t> shape) {
  if (shape.size() == 4)
    return shape[3];
  if (shape.size() != 3)
    return op.emitOpError("expected an operand of rank 3 or 4 but got ")
           << op.getX().getType();
  int64_t heads = op.getNumHeads();
  if (heads <= 0)
    return op.emitOpError("expected num_heads above 0 for an operand of rank 3 "
                          "but got ")
           << heads;
  if (ShapedType::isDynamic(shape[2]))
    return ShapedType::kDynamic;
  if (shape[2] % heads != 0)
    return op.emitOpError("expected a last dim that ")
           << heads << " heads divide but got " << shape[2];
  return shape[2] / heads;
}

LogicalResult RotaryEmbeddingOp::verify() {
  int64_t cacheRank = isPresent(getPositionIds()) ? 2 : 3;
  if (failed(verifyRank(*this, "a cos_cache", getCosCache(), cacheRank)) ||
      failed(verifyRank(*this, "a sin_cache", getSinCache(), cacheRank)) ||
      failed(verifyRank(*this, "position_ids", getPositionIds(), 2)))
    return failure();
  std::optional<ArrayRef<int64_t>> shape = getShape(getX());
  if (!shape)
    return success();
  FailureOr<int64_t> headSize = getRotaryHeadSize(*this, *shape);
  if (failed(headSize))
    return failure();
  int64_t rotated = getRotaryEmbeddingDim();
  if (rotated == 0)
    rotated = *headSize;
  if (!ShapedType::isDynamic(rotated)) {
    if (rotated < 0 || rotated % 2 != 0 ||
        (!ShapedType::isDynamic(*headSize) && rotated > *headSize))
      return emitOpError("expected an even number of rotated elements, up to ")
             << *headSize << ", but got " << rotated;
    for (Value cache : {getCosCache(), getSinCache()}) {
      std::optional<ArrayRef<int64_t>> dims = getShape(cache);
      if (dims && !agree(dims->back(), rotated / 2))
        return emitOpError("expected caches of ")
               << rotated / 2 << " columns but got " << cache.getType();
    }
  }
  return verifyResultShape(*this, getY(), *shape);
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

/// [batch, heads, sequence, head size] of an operand of either form.
static FailureOr<SmallVector<int64_t>>
getHeadShape(AttentionOp op, StringRef what, Value value,
             std::optional<int64_t> heads, StringRef headsName) {
  ArrayRef<int64_t> shape = *getShape(value);
  if (shape.size() == 4)
    return SmallVector<int64_t>(shape);
  if (shape.size() != 3)
    return op.emitOpError("expected ")
           << what << " of rank 3 or 4 but got " << value.getType();
  if (!heads || *heads <= 0)
    return op.emitOpError("expected ")
           << headsName << " above 0 for " << what << " of rank 3 but got "
           << heads.value_or(0);
  int64_t size = ShapedType::kDynamic;
  if (!ShapedType::isDynamic(shape[2])) {
    if (shape[2] % *heads != 0)
      return op.emitOpError("expected a last dim of ")
             << what << " that " << *heads << " heads divide but got "
             << shape[2];
    size = shape[2] / *heads;
  }
  return SmallVector<int64_t>{shape[0], *heads, shape[1], size};
}

static LogicalResult verifyHeads(AttentionOp op, ArrayRef<int64_t> q,
                                 ArrayRef<int64_t> k, ArrayRef<int64_t> v) {
  if (!agree(q[0], k[0]) || !agree(k[0], v[0]))
    return op.emitOpError("expected one batch size but got ")
           << q[0] << ", " << k[0] << " and " << v[0];
  if (!agree(q[3], k[3]))
    return op.emitOpError("expected Q and K of one head size but got ")
           << q[3] << " and " << k[3];
  if (!agree(k[1], v[1]))
    return op.emitOpError("expected as many heads in V as in K, ")
           << k[1] << ", but got " << v[1];
  if (!agree(k[2], v[2]))
    return op.emitOpError("expected V of the length of K, ")
           << k[2] << ", but got " << v[2];
  bool known = !ShapedType::isDynamic(q[1]) && !ShapedType::isDynamic(k[1]);
  if (known && (k[1] == 0 || q[1] % k[1] != 0))
    return op.emitOpError("expected a number of query heads that ")
           << k[1] << " key heads divide but got " << q[1];
  return success();
}

/// A past has rank 4 and the heads and head size of what continues it.
static LogicalResult verifyPast(AttentionOp op, StringRef what, Value past,
                                ArrayRef<int64_t> continued) {
  if (failed(verifyRank(op, what, past, 4)))
    return failure();
  std::optional<ArrayRef<int64_t>> shape = getShape(past);
  if (!shape)
    return success();
  for (int64_t dim : {0, 1, 3})
    if (!agree((*shape)[dim], continued[dim]))
      return op.emitOpError("expected ")
             << what << " with dim " << dim << " of size " << continued[dim]
             << " but got " << past.getType();
  return success();
}

LogicalResult AttentionOp::verify() {
  if (isPresent(getPastKey()) != isPresent(getPastValue()))
    return emitOpError("expected past_key and past_value both or neither");
  if (isPresent(getPastKey()) && isPresent(getNonpadKvSeqlen()))
    return emitOpError("expected past_key or nonpad_kv_seqlen, not both");
  if (!getShape(getQ()) || !getShape(getK()) || !getShape(getV()))
    return success();
  FailureOr<SmallVector<int64_t>> q =
      getHeadShape(*this, "Q", getQ(), getQNumHeads(), "q_num_heads");
  if (failed(q))
    return failure();
  FailureOr<SmallVector<int64_t>> k =
      getHeadShape(*this, "K", getK(), getKvNumHeads(), "kv_num_heads");
  if (failed(k))
    return failure();
  FailureOr<SmallVector<int64_t>> v =
      getHeadShape(*this, "V", getV(), getKvNumHeads(), "kv_num_heads");
  if (failed(v))
    return failure();
  if (failed(verifyHeads(*this, *q, *k, *v)) ||
      failed(verifyPast(*this, "past_key", getPastKey(), *k)) ||
      failed(verifyPast(*this, "past_value", getPastValue(), *v)) ||
      failed(verifyRank(*this, "nonpad_kv_seqlen", getNonpadKvSeqlen(), 1)))
    return failure();
  if (std::optional<int64_t> rank = getRank(getAttnMask());
      rank && (*rank < 1 || *rank > 4))
    return emitOpError("expected an attn_mask of rank 1 to 4 but got ")
           << getAttnMask().getType();
  if (std::optional<int64_t> type = getSoftmaxPrecision())
    if (!isa_and_present<FloatType>(getTypeForDataType(getContext(), *type)))
      return emitOpError("expected a float softmax_precision but got ")
             << *type;
  return verifyRank(*this, "a result", getY(), *getRank(getQ()));
}
