//===- Heads.cpp - Heads in vendor attention ops --------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Heads.h"

using namespace mlir;
using namespace gg::onnx;

namespace gg::recover {

Value splitHeads(Emit &emit, Value x, int64_t heads) {
  int64_t hidden = dimOf(x, 2);
  int64_t size = ShapedType::isDynamic(hidden) ? -1 : hidden / heads;
  return emit.transpose(emit.reshape(x, {0, 0, heads, size}), {0, 2, 1, 3});
}

Value mergeHeads(Emit &emit, Value x, Type type) {
  Value rows = emit.transpose(x, {0, 2, 1, 3});
  int64_t heads = dimOf(x, 1), size = dimOf(x, 3);
  int64_t hidden = ShapedType::isDynamic(heads) || ShapedType::isDynamic(size)
                       ? -1
                       : heads * size;
  return emit
      .make<ReshapeOp>(TypeRange(type), {rows, emit.ints({0, 0, hidden})})
      .getResult();
}

PaddingMask classifyPaddingMask(Value mask, Value batchOf) {
  if (!isPresent(mask))
    return PaddingMask::None;
  switch (rankOf(mask)) {
  case 1: {
    int64_t size = dimOf(mask, 0), batch = dimOf(batchOf, 0);
    if (ShapedType::isDynamic(size) || ShapedType::isDynamic(batch))
      return PaddingMask::Unknown;
    return size == batch       ? PaddingMask::RowLengths
           : size == 2 * batch ? PaddingMask::RowRanges
                               : PaddingMask::Unknown;
  }
  case 2:
    return PaddingMask::Keys;
  case 3:
    return PaddingMask::Scores;
  default:
    return PaddingMask::Unknown;
  }
}

/// Whether each key is valid, [batch, 1, 1, keys] or [batch, 1, queries, keys].
static Value buildValidKeys(Emit &emit, Value mask, PaddingMask form,
                            Value keys) {
  Type i64 = emit.builder.getI64Type();
  if (form == PaddingMask::Keys || form == PaddingMask::Scores) {
    Value valid =
        emit.compare<GreaterOp>(mask, emit.scalar(0, getElementType(mask)));
    return form == PaddingMask::Keys ? emit.unsqueeze(valid, {1, 2})
                                     : emit.unsqueeze(valid, int64_t(1));
  }
  Value limits = emit.cast(mask, i64), index = emit.iota(keys);
  if (form == PaddingMask::RowLengths)
    return emit.compare<LessOp>(index, emit.unsqueeze(limits, {1, 2, 3}));
  // [2 * batch] -> [2, batch, 1, 1, 1]
  Value rows = emit.reshape(limits, {2, dimOf(mask, 0) / 2, 1, 1, 1});
  return emit.binary<AndOp>(
      emit.compare<LessOp>(index, emit.pick(rows, 0)),
      emit.compare<GreaterOrEqualOp>(index, emit.pick(rows, 1)));
}

Value buildPaddingMask(Emit &emit, Value mask, PaddingMask form, Value keys,
                       Type elementType, double hidden) {
  if (form == PaddingMask::None)
    return emit.none();
  return emit.where(buildValidKeys(emit, mask, form, keys),
                    emit.scalar(0.0, elementType),
                    emit.scalar(hidden, elementType));
}

Value addMasks(Emit &emit, Value a, Value b) {
  if (!isPresent(a) || !isPresent(b))
    return isPresent(a) ? a : b;
  return emit.add(a, b);
}

} // namespace gg::recover
