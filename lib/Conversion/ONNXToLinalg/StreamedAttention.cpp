//===- StreamedAttention.cpp - Attention to gg.attention ------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Attention.h"

#include "gg/Dialect/GG/IR/GG.h"

using namespace mlir;
using namespace gg;
using namespace gg::onnx;

static bool isKnown(OpFoldResult size) { return isa<Attribute>(size); }

/// Whether nobody asks for scores, and the kernel can hold heads in registers.
bool AttentionEmitter::canStream() {
  return compute.isF32() && !isPresent(op.getQkMatmulOutput()) &&
         isKnown(group) && isKnown(size) && isKnown(valueSize);
}

/// What a cache of narrow floats was widened from; the kernel reads it as it
/// is.
static Value seeThroughWidening(Emitter &e, Value original, Value converted) {
  auto cast = original.getDefiningOp<CastOp>();
  if (!cast || !getElementType(original).isF32())
    return converted;
  Type narrow = getElementType(cast.getInput());
  if (!narrow.isBF16() && !narrow.isF16())
    return converted;
  Value source = e.b.getRemappedValue(cast.getInput());
  return source && source.getType() == cast.getInput().getType() ? source
                                                                 : converted;
}

/// The first key that each query sees, and the one behind the last:
/// [batch, queries]; null where all queries see all keys.
std::pair<Value, Value> AttentionEmitter::emitKeyRanges() {
  int64_t left = op.getLeftWindowSize(), right = op.getRightWindowSize();
  bool hasLengths = isPresent(op.getNonpadKvSeqlen());
  if (!op.getIsCausal() && left < 0 && right < 0 && !hasLengths)
    return {};
  Type i64 = e.b.getI64Type();
  SmallVector<Value> operands;
  SmallVector<AffineMap> maps;
  if (hasLengths) {
    operands.push_back(in.getNonpadKvSeqlen());
    maps.push_back(AffineMap::get(2, 0, e.b.getAffineDimExpr(0)));
  }
  auto emit =
      [&](function_ref<Value(ImplicitLocOpBuilder &, Value at, Value length)>
              body) {
        return e.map(
            {batch, queries}, i64, operands, maps,
            [&](OpBuilder &builder, Location loc, ValueRange args) {
              ImplicitLocOpBuilder b(loc, builder);
              auto asInteger = [&](OpFoldResult size) -> Value {
                return b.createOrFold<arith::IndexCastOp>(i64, e.value(size));
              };
              Value length = hasLengths ? args[0] : asInteger(keys);
              // The last query stands at the last valid key.
              Value before = hasLengths ? Value(arith::SubIOp::create(
                                              b, length, asInteger(queries)))
                                        : asInteger(pastKeys);
              Value query = arith::IndexCastOp::create(
                  b, i64, linalg::IndexOp::create(b, 1));
              return body(b, arith::AddIOp::create(b, query, before), length);
            });
      };
  auto constant = [&](ImplicitLocOpBuilder &b, int64_t value) -> Value {
    return arith::ConstantOp::create(b, b.getI64IntegerAttr(value));
  };
  Value begin = emit([&](ImplicitLocOpBuilder &b, Value at, Value) -> Value {
    if (left < 0)
      return constant(b, 0);
    return arith::MaxSIOp::create(
        b, arith::SubIOp::create(b, at, constant(b, left)), constant(b, 0));
  });
  Value end =
      emit([&](ImplicitLocOpBuilder &b, Value at, Value length) -> Value {
        if (op.getIsCausal())
          right = 0;
        if (right < 0)
          return length;
        return arith::MinSIOp::create(
            b, arith::AddIOp::create(b, at, constant(b, right + 1)), length);
      });
  return {begin, end};
}

/// The mask as numbers to add, [batch, heads, group, queries, keys], sizes of 1
/// standing for all; minus infinity hides a key.
Value AttentionEmitter::emitBias() {
  if (!isPresent(op.getAttnMask()))
    return {};
  AffineMap map;
  Value mask = emitMask(map);
  Sizes sizes = e.sizes(mask);
  if (getElementType(mask).isInteger(1)) {
    Type f32 = e.b.getF32Type();
    mask = e.map(sizes, f32, mask, e.b.getMultiDimIdentityMap(sizes.size()),
                 [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                   Scalar s(b, loc, f32);
                   return arith::SelectOp::create(b, loc, args[0],
                                                  s.constant(0), s.lowest());
                 });
  }
  mask = e.castFloats(mask, e.b.getF32Type());
  sizes.insert(sizes.begin(), 5 - sizes.size(), e.index(1));
  return e.reshape(mask, sizes);
}

Value AttentionEmitter::emitStreamed() {
  if (!isPresent(op.getPastKey()) && !isPresent(op.getPresentKey()) &&
      !isPresent(op.getPresentValue()) && !sequenceFirst) {
    key = seeThroughWidening(e, op.getK(), key);
    value = seeThroughWidening(e, op.getV(), value);
  }
  layOutKeysByHeads();
  // A single query is where it is in any order.
  bool reorder = sequenceFirst && !Emitter::isOne(queries);
  Sizes byHeads = {batch, heads, group, queries, size};
  if (reorder)
    query = permute(query, byHeads, {0, 2, 3, 1, 4});
  else
    query = e.reshape(query, byHeads);
  Type f32 = e.b.getF32Type();
  query = e.castFloats(query, f32);

  float scale = 1 / std::sqrt(static_cast<float>(
                        cast<IntegerAttr>(cast<Attribute>(size)).getInt()));
  if (std::optional<APFloat> given = op.getScale())
    scale = given->convertToFloat();
  FloatAttr softcap;
  if (op.getSoftcap().convertToFloat() > 0)
    softcap = e.b.getF32FloatAttr(op.getSoftcap().convertToFloat());
  auto [begin, end] = emitKeyRanges();
  Sizes sizes = {batch, heads, group, queries, valueSize};
  Value init = e.empty(sizes, f32);
  Value y = ir::AttentionOp::create(e.b, e.loc, init.getType(), query, key,
                                    value, begin, end, emitBias(), init,
                                    e.b.getF32FloatAttr(scale), softcap)
                .getResult();
  y = e.castFloats(y, type);
  OpFoldResult allHeads = e.mul(heads, group);
  if (!sequenceFirst)
    return e.reshape(y, {batch, allHeads, queries, valueSize});
  if (reorder)
    y = permute(y, {batch, queries, heads, group, valueSize}, {0, 3, 1, 2, 4});
  return e.reshape(y, {batch, queries, e.mul(allHeads, valueSize)});
}
