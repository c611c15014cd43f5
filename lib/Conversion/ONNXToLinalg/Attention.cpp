//===- Attention.cpp - Attention to linalg --------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Attention.h"

#include "Contraction.h"
#include "Patterns.h"
#include "Scalar.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace gg::onnx;

Type AttentionEmitter::getComputeType() {
  Type precise = type;
  if (std::optional<int64_t> asked = op.getSoftmaxPrecision())
    precise = getTypeForDataType(op.getContext(), *asked);
  if (type.isF64() || precise.isF64())
    return e.b.getF64Type();
  return e.b.getF32Type();
}

AffineMap AttentionEmitter::map(ArrayRef<Loop> dims, int64_t loops) const {
  SmallVector<AffineExpr> exprs;
  for (Loop loop : dims)
    exprs.push_back(e.b.getAffineDimExpr(loop));
  return AffineMap::get(loops, 0, exprs, e.b.getContext());
}

//===----------------------------------------------------------------------===//
// Operands
//===----------------------------------------------------------------------===//

/// Views of Q, K and V with a dim for each loop. Query heads that share a key
/// head stand next to each other.
void AttentionEmitter::splitHeads() {
  query = in.getQ();
  key = in.getK();
  value = in.getV();
  sequenceFirst = *getRank(query) == 3;
  Sizes q = e.sizes(query), k = e.sizes(key), v = e.sizes(value);
  batch = q[0];
  if (sequenceFirst) {
    heads = e.index(*op.getKvNumHeads());
    group = e.index(*op.getQNumHeads() / *op.getKvNumHeads());
    queries = q[1];
    keys = k[1];
    size = e.div(k[2], heads);
    valueSize = e.div(v[2], heads);
    e.checkEqual(e.mul(e.mul(heads, group), size), q[2],
                 "Q and K differ in their head size");
    e.checkEqual(e.mul(heads, valueSize), v[2],
                 "the heads do not divide the last dim of V");
    query = e.reshape(query, {batch, queries, heads, group, size});
    key = e.reshape(key, {k[0], keys, heads, size});
    value = e.reshape(value, {v[0], v[1], heads, valueSize});
    queryLoops = {Batch, Query, Head, Group, Size};
    keyLoops = {Batch, Key, Head, Size};
  } else {
    heads = k[1];
    group = e.div(q[1], heads);
    queries = q[2];
    keys = k[2];
    size = k[3];
    valueSize = v[3];
    e.checkEqual(e.mul(heads, group), q[1],
                 "the key heads do not divide the query heads");
    e.checkEqual(size, q[3], "Q and K differ in their head size");
    e.checkEqual(heads, v[1], "K and V differ in their heads");
    query = e.reshape(query, {batch, heads, group, queries, size});
    queryLoops = {Batch, Head, Group, Query, Size};
    keyLoops = {Batch, Head, Key, Size};
  }
  e.checkEqual(batch, k[0], "Q and K differ in their batch size");
  e.checkEqual(batch, v[0], "Q and V differ in their batch size");
  e.checkEqual(keys, v[sequenceFirst ? 1 : 2], "K and V differ in length");
}

/// The dims of `tensor` in another order: `sizes`, dim i of which is dim
/// `order[i]` of the tensor.
Value AttentionEmitter::permute(Value tensor, const Sizes &sizes,
                                ArrayRef<int64_t> order) {
  AffineMap map = AffineMap::getPermutationMap(order, e.b.getContext());
  return e.map(sizes, getElementType(tensor), tensor, inversePermutation(map),
               [](OpBuilder &, Location, ValueRange args) { return args[0]; });
}

void AttentionEmitter::layOutKeysByHeads() {
  if (keyLoops[1] == Head)
    return;
  key = permute(key, {batch, heads, keys, size}, {0, 2, 1, 3});
  value = permute(value, {batch, heads, keys, valueSize}, {0, 2, 1, 3});
  keyLoops = {Batch, Head, Key, Size};
}

/// The present is the past with the new keys behind it; without a past, it is
/// the new keys, which only a result asks to be laid out by heads.
void AttentionEmitter::joinPast() {
  pastKeys = e.index(0);
  bool hasPast = isPresent(op.getPastKey());
  bool wanted =
      isPresent(op.getPresentKey()) || isPresent(op.getPresentValue());
  if (!hasPast && !wanted)
    return;
  layOutKeysByHeads();
  if (!hasPast)
    return;
  pastKeys = e.size(in.getPastKey(), 2);
  key = e.concat({in.getPastKey(), key}, 2);
  value = e.concat({in.getPastValue(), value}, 2);
  keys = e.size(key, 2);
  e.checkEqual(keys, e.size(value, 2), "the pasts differ in length");
}

void AttentionEmitter::checkLengths() {
  if (!isPresent(op.getNonpadKvSeqlen()))
    return;
  Value lengths = in.getNonpadKvSeqlen();
  e.checkEqual(e.size(lengths, 0), batch, "an unexpected number of lengths");
  e.checkRange(lengths, e.index(0), e.add(keys, e.index(1)),
               "more valid keys than there are keys");
}

/// No row looks at keys behind its valid ones: all loops over keys end at the
/// longest row. The room is still that of all keys, so that its size does not
/// depend on the run.
void AttentionEmitter::leaveOutPadding() {
  if (!isPresent(op.getNonpadKvSeqlen()) || isPresent(op.getQkMatmulOutput()))
    return;
  Value lengths = in.getNonpadKvSeqlen();
  Value longest = e.scalar(
      e.reduce(lengths, 0, e.integer(e.b.getI64Type(), 0),
               [](OpBuilder &b, Location loc, ValueRange args) -> Value {
                 return arith::MaxSIOp::create(b, loc, args[0], args[1]);
               }));
  Value count =
      e.b.createOrFold<arith::IndexCastOp>(e.loc, e.b.getIndexType(), longest);
  // The check says so already; here it bounds the size of buffers.
  keys = e.fold(arith::MinUIOp::create(
      e.b, e.loc, count,
      getValueOrCreateConstantIndexOp(e.b, e.loc, capacity)));
  auto shorten = [&](Value tensor) {
    Sizes sizes = e.sizes(tensor), offsets(4, e.index(0));
    sizes[llvm::find(keyLoops, Key) - keyLoops.begin()] = keys;
    return e.slice(tensor, offsets, sizes);
  };
  key = shorten(key);
  value = shorten(value);
}

/// Room for scores: sizes[Key] may be what only the run knows, the allocation
/// is that of the capacity.
Value AttentionEmitter::room(ArrayRef<OpFoldResult> sizes) const {
  if (Emitter::same(keys, capacity))
    return e.empty(sizes, compute);
  Sizes full(sizes), offsets(sizes.size(), e.index(0));
  full[Key] = capacity;
  return e.slice(e.empty(full, compute), offsets, sizes);
}

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

Value AttentionEmitter::emitProduct() {
  SmallVector<utils::IteratorType> iterators(NumLoops,
                                             utils::IteratorType::parallel);
  iterators[Size] = utils::IteratorType::reduction;
  AffineMap maps[] = {map(queryLoops, NumLoops), map(keyLoops, NumLoops),
                      map({Batch, Head, Group, Query, Key}, NumLoops)};
  return contract(e, room({batch, heads, group, queries, keys}), query, key,
                  maps, iterators);
}

/// The mask as it is read in loops over the scores; `map` reads it.
Value AttentionEmitter::emitMask(AffineMap &map) {
  Value mask = in.getAttnMask();
  Sizes sizes = e.sizes(mask);
  OpFoldResult given = sizes.back();
  Sizes offsets(sizes.size(), e.index(0));
  if (!Emitter::same(keys, given)) {
    bool shortened = !Emitter::same(keys, capacity);
    e.check(e.compare(shortened ? arith::CmpIPredicate::sge
                                : arith::CmpIPredicate::sle,
                      given, keys),
            "a mask of an unexpected length");
    if (shortened) {
      sizes.back() = keys;
      mask = e.slice(mask, offsets, sizes);
    } else {
      // Keys that the mask does not reach are hidden.
      Type element = getElementType(mask);
      sizes.back() = e.max(e.sub(keys, given), e.index(0));
      Value hidden =
          e.number(element, isa<FloatType>(element)
                                ? -std::numeric_limits<double>::infinity()
                                : 0.0);
      mask = e.concat({mask, e.filled(sizes, hidden)}, sizes.size() - 1);
      sizes.back() = keys;
    }
  }
  // [batch, heads, queries, keys], the first ones of which may be left out.
  int64_t rank = sizes.size();
  if (rank >= 3) {
    OpFoldResult own = sizes[rank - 3], one = e.index(1);
    Sizes split(sizes);
    split[rank - 3] = Emitter::isOne(own) ? one : heads;
    split.insert(split.begin() + rank - 2, Emitter::isOne(own) ? one : group);
    e.checkEqual(own, Emitter::isOne(own) ? one : e.mul(heads, group),
                 "a mask of an unexpected number of heads");
    mask = e.reshape(mask, split);
    sizes = split;
    ++rank;
  }
  OpFoldResult loops[] = {batch, heads, group, queries, keys};
  SmallVector<AffineExpr> exprs;
  bool unsure = false;
  for (int64_t dim = 0; dim < rank; ++dim) {
    int64_t loop = dim + 5 - rank;
    bool repeats = Emitter::isOne(sizes[dim]) && !Emitter::isOne(loops[loop]) &&
                   loop != Key;
    exprs.push_back(repeats ? e.b.getAffineConstantExpr(0)
                            : e.b.getAffineDimExpr(loop));
    if (repeats || Emitter::same(sizes[dim], loops[loop]))
      continue;
    unsure = true;
    sizes[dim] = loops[loop];
  }
  map = AffineMap::get(5, 0, exprs, e.b.getContext());
  return unsure ? e.expand(mask, sizes) : mask;
}

/// Whether the query of a position sees its key, by the rules that need no
/// mask; null if it always does. `padded` is the row's number of valid keys.
Value AttentionEmitter::emitVisible(Scalar &s, Value padded) {
  ImplicitLocOpBuilder &b = s.b;
  Value visible;
  auto require = [&](arith::CmpIPredicate predicate, Value x, Value y) {
    Value holds = arith::CmpIOp::create(b, predicate, x, y);
    visible =
        visible ? arith::AndIOp::create(b, visible, holds).getResult() : holds;
  };
  Value keyAt = linalg::IndexOp::create(b, Key);
  bool placed = op.getIsCausal() || op.getLeftWindowSize() >= 0 ||
                op.getRightWindowSize() >= 0;
  if (placed) {
    Value at = linalg::IndexOp::create(b, Query);
    // The last query stands at the last valid key.
    Value before =
        padded ? arith::SubIOp::create(
                     b, padded,
                     getValueOrCreateConstantIndexOp(b, b.getLoc(), queries))
                     .getResult()
               : getValueOrCreateConstantIndexOp(b, b.getLoc(), pastKeys);
    at = arith::AddIOp::create(b, at, before);
    auto shifted = [&](int64_t by) -> Value {
      return arith::AddIOp::create(b, at,
                                   arith::ConstantIndexOp::create(b, by));
    };
    if (op.getIsCausal())
      require(arith::CmpIPredicate::sle, keyAt, at);
    if (op.getLeftWindowSize() >= 0)
      require(arith::CmpIPredicate::sge, keyAt,
              shifted(-op.getLeftWindowSize()));
    if (op.getRightWindowSize() >= 0)
      require(arith::CmpIPredicate::sle, keyAt,
              shifted(op.getRightWindowSize()));
  }
  if (padded)
    require(arith::CmpIPredicate::slt, keyAt, padded);
  return visible;
}

/// The scaled product, capped and masked as far as asked for. Hidden keys get
/// minus infinity whatever their product is.
Value AttentionEmitter::emitScores(Value product, bool capped, bool masked) {
  SmallVector<Value> operands = {product};
  SmallVector<AffineMap> maps = {e.b.getMultiDimIdentityMap(5)};
  bool hasMask = masked && isPresent(op.getAttnMask());
  bool hasLengths = masked && isPresent(op.getNonpadKvSeqlen());
  if (hasMask) {
    AffineMap maskMap;
    operands.push_back(emitMask(maskMap));
    maps.push_back(maskMap);
  }
  if (hasLengths) {
    operands.push_back(in.getNonpadKvSeqlen());
    maps.push_back(map(Batch, 5));
  }
  double cap = op.getSoftcap().convertToFloat();
  Value scale;
  Scalar outside(e.b, e.loc, compute);
  if (std::optional<APFloat> given = op.getScale()) {
    scale = outside.constant(given->convertToFloat());
  } else {
    Value count =
        arith::IndexCastOp::create(e.b, e.loc, e.b.getI64Type(), e.value(size));
    count = castElement(outside.b, count, e.b.getI64Type(), compute);
    scale = outside.div(outside.constant(1),
                        math::SqrtOp::create(e.b, e.loc, count));
  }
  return e.mapInto(
      room({batch, heads, group, queries, keys}), operands, maps,
      [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
        Scalar s(b, loc, compute);
        Value score = s.mul(args[0], scale);
        if (capped && cap > 0) {
          Value limit = s.constant(cap);
          score =
              s.mul(math::TanhOp::create(b, loc, s.div(score, limit)), limit);
        }
        if (!masked)
          return score;
        Value padded;
        if (hasLengths)
          padded =
              arith::IndexCastOp::create(b, loc, b.getIndexType(), args.back());
        Value visible = emitVisible(s, padded);
        auto alsoRequire = [&](Value holds) {
          visible = visible
                        ? Value(arith::AndIOp::create(b, loc, visible, holds))
                        : holds;
        };
        if (hasMask && args[1].getType().isInteger(1)) {
          alsoRequire(args[1]);
        } else if (hasMask) {
          Value bias = castElement(s.b, args[1],
                                   getElementType(op.getAttnMask()), compute);
          alsoRequire(s.compare(arith::CmpFPredicate::UNE, bias, s.lowest()));
          score = s.add(score, bias);
        }
        if (!visible)
          return score;
        return arith::SelectOp::create(b, loc, visible, score, s.lowest());
      });
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

/// Softmax over the keys, whose division comes last: after the product with V.
/// A query that sees no key has the largest score minus infinity and a sum of
/// zero; it yields zeros.
Value AttentionEmitter::emitOutput(Value scores, Value &probabilities) {
  Scalar outside(e.b, e.loc, compute);
  AffineMap whole = e.b.getMultiDimIdentityMap(5);
  AffineMap rows = whole.dropResult(Key);
  Value largest =
      e.reduce(scores, Key, outside.lowest(),
               [&](OpBuilder &b, Location loc, ValueRange args) {
                 return Scalar(b, loc, compute).max(args[0], args[1]);
               });
  Value powers = e.mapInto(
      room({batch, heads, group, queries, keys}), {scores, largest},
      {whole, rows}, [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
        Scalar s(b, loc, compute);
        Value none = s.compare(arith::CmpFPredicate::OEQ, args[1], s.lowest());
        Value base =
            arith::SelectOp::create(b, loc, none, s.constant(0), args[1]);
        return s.exp(s.sub(args[0], base));
      });
  Value sum = e.reduce(powers, Key, outside.constant(0),
                       [&](OpBuilder &b, Location loc, ValueRange args) {
                         return Scalar(b, loc, compute).add(args[0], args[1]);
                       });
  auto divide = [&](OpBuilder &b, Location loc, Value x, Value sum) -> Value {
    Scalar s(b, loc, compute);
    Value isZero = s.compare(arith::CmpFPredicate::OEQ, sum, s.constant(0));
    return s.div(x,
                 arith::SelectOp::create(b, loc, isZero, s.constant(1), sum));
  };
  if (op.getQkMatmulOutputMode() == 3 && isPresent(op.getQkMatmulOutput()))
    probabilities =
        e.map({batch, heads, group, queries, keys}, compute, {powers, sum},
              {whole, rows}, [&](OpBuilder &b, Location loc, ValueRange args) {
                return divide(b, loc, args[0], args[1]);
              });

  SmallVector<Loop> out = {Batch, Head, Group, Query, Size};
  Sizes sizes = {batch, heads, group, queries, valueSize};
  if (sequenceFirst) {
    out = {Batch, Query, Head, Group, Size};
    sizes = {batch, queries, heads, group, valueSize};
  }
  SmallVector<utils::IteratorType> iterators(NumLoops,
                                             utils::IteratorType::parallel);
  iterators[Key] = utils::IteratorType::reduction;
  AffineMap maps[] = {map({Batch, Head, Group, Query, Key}, NumLoops),
                      map(keyLoops, NumLoops), map(out, NumLoops)};
  Value weighted =
      contract(e, e.empty(sizes, compute), powers, value, maps, iterators);
  AffineMap sumMap =
      sequenceFirst
          ? AffineMap::get(5, 0,
                           {e.b.getAffineDimExpr(0), e.b.getAffineDimExpr(2),
                            e.b.getAffineDimExpr(3), e.b.getAffineDimExpr(1)},
                           e.b.getContext())
          : rows;
  Value y = e.map(sizes, type, {weighted, sum}, {whole, sumMap},
                  [&](OpBuilder &b, Location loc, ValueRange args) {
                    Scalar s(b, loc, compute);
                    return castElement(s.b, divide(b, loc, args[0], args[1]),
                                       compute, type);
                  });
  OpFoldResult allHeads = e.mul(heads, group);
  if (sequenceFirst)
    return e.reshape(y, {batch, queries, e.mul(allHeads, valueSize)});
  return e.reshape(y, {batch, allHeads, queries, valueSize});
}

/// Scores as the fourth result has them.
Value AttentionEmitter::asHeads(Value scores) {
  return e.castFloats(
      e.reshape(scores, {batch, e.mul(heads, group), queries, keys}), type);
}

void AttentionEmitter::run() {
  splitHeads();
  joinPast();
  Value presentKey = key, presentValue = value;
  capacity = keys;
  checkLengths();
  if (canStream())
    return e.replace({emitStreamed(), presentKey, presentValue, Value()});
  leaveOutPadding();
  Value product = emitProduct();
  Value scores = emitScores(product, /*capped=*/true, /*masked=*/true);
  Value shown;
  Value y = emitOutput(scores, shown);
  if (isPresent(op.getQkMatmulOutput())) {
    int64_t mode = op.getQkMatmulOutputMode();
    if (mode < 2)
      shown = emitScores(product, /*capped=*/mode == 1, /*masked=*/false);
    else if (mode == 2)
      shown = scores;
    shown = asHeads(shown);
  }
  e.replace({y, presentKey, presentValue, shown});
}

namespace {
struct AttentionPattern : OpConversionPattern<AttentionOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(AttentionOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    AttentionEmitter(e, op, adaptor).run();
    return success();
  }
};
} // namespace

void gg::onnx::populateAttentionPatterns(const TypeConverter &types,
                                         RewritePatternSet &patterns) {
  patterns.add<AttentionPattern>(types, patterns.getContext());
}
