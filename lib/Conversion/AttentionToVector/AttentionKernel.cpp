//===- AttentionKernel.cpp - The kernel of gg.attention -------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// How the work is divided. What is done with a block of keys is in
// AttentionBlock.cpp.
//
//===----------------------------------------------------------------------===//

#include "AttentionKernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace gg;

/// Keys of a block, a multiple of the lanes: its values stay in the L2 cache
/// while all rows of a unit use them.
static constexpr int64_t kBlock = 128;
/// Fewer units than this leave cores of a small machine idle.
static constexpr int64_t kUnits = 16;
/// Rows whose powers are computed at a time, so that they do not wait for each
/// other.
static constexpr int64_t kPowerRows = 4;
/// Parts that keys are divided into, where a part is neither more than a block
/// nor made for fewer keys than the latter, as its own cost would show then.
static constexpr int64_t kParts = 16, kPartKeys = 32;

AttentionKernel::AttentionKernel(OpBuilder &builder, ir::AttentionOp op,
                                 int64_t registers)
    : KernelBuilder(builder, op.getLoc()), op(op), registers(registers) {
  ArrayRef<int64_t> shape = op.shaped(op.getQuery()).getShape();
  group = shape[2];
  size = shape[4];
  valueSize = op.shaped(op.getValue()).getDimSize(3);
  // The weighted values of a unit take at most half of a small L1 cache.
  tile =
      std::clamp<int64_t>(4096 / std::max<int64_t>(1, group * valueSize), 1, 8);
  if (!ShapedType::isDynamic(shape[3]))
    tile = std::min(tile, std::max<int64_t>(1, shape[3]));
  rows = tile * group;
  readsOnce = shape[3] == tile;
  queries = dim(op.getQuery(), 3);
  keys = dim(op.getKey(), 2);
}

bool AttentionKernel::dividesKeys() {
  ArrayRef<int64_t> query = op.shaped(op.getQuery()).getShape();
  int64_t count = op.shaped(op.getKey()).getDimSize(2);
  if (ShapedType::isDynamicShape(query) || ShapedType::isDynamic(count))
    return false;
  int64_t units = query[0] * query[1] * llvm::divideCeil(query[3], tile);
  return units < kUnits && count > kBlock;
}

void AttentionKernel::emit() {
  Value batch = dim(op.getQuery(), 0), heads = dim(op.getQuery(), 1);
  Value tiles = ceilDiv(queries, index(tile));
  if (!dividesKeys()) {
    parallel({batch, heads, tiles}, [&](ValueRange at) { emitUnit(at); });
    return;
  }
  // One loop, which divides evenly where there are a few heads and parts.
  auto positionOf = [&](Value number, ValueRange sizes) {
    Values at;
    for (Value size : llvm::reverse(sizes)) {
      at.insert(at.begin(), rem(number, size));
      number = div(number, size);
    }
    return at;
  };
  Value parts = emitPartCount();
  Value units = mul(mul(batch, heads), tiles);
  parallel(mul(units, parts), [&](ValueRange unit) {
    // Neighbours share a head, so a thread reads on where it was.
    Values at = positionOf(unit[0], {batch, heads, tiles, parts});
    emitPart(ValueRange(at).drop_back(), at.back(), parts);
  });
  Value all = mul(mul(batch, heads), mul(index(group), queries));
  parallel(all, [&](ValueRange number) {
    Values at = positionOf(number[0], {batch, heads, index(group), queries});
    emitJoin({at[0], at[1], at[2], at[3], {}}, parts);
  });
}

/// Room for the parts, and how many there are. It depends on how many keys the
/// queries see, never on the number of threads.
Value AttentionKernel::emitPartCount() {
  ArrayRef<int64_t> shape = op.shaped(op.getQuery()).getShape();
  Value most = keys;
  if (op.getEnd())
    most = loop(index(0), index(shape[0]), 1, index(0),
                [&](Value batch, ValueRange carried) -> Values {
                  Keys seen = keysOfAll(batch, index(0), shape[3]);
                  return {maximum(carried[0], sub(seen.to, seen.from))};
                })[0];
  Value partKeys = minimum(
      maximum(ceilDiv(most, index(kParts)), index(kPartKeys)), index(kBlock));
  Value parts = ceilDiv(most, partKeys);

  int64_t capacity = op.shaped(op.getKey()).getDimSize(2);
  int64_t room = std::max<int64_t>(kParts, llvm::divideCeil(capacity, kBlock));
  SmallVector<int64_t> places(shape.take_front(4));
  places.append({room, valueSize});
  partWeighted = allocateShared(places);
  // Totals are read as vectors.
  places.assign(shape.begin(), shape.begin() + 4);
  places.append({2, static_cast<int64_t>(llvm::alignTo(room, kLanes))});
  partTotals = allocateShared(places);
  return parts;
}

//===----------------------------------------------------------------------===//
// What queries see
//===----------------------------------------------------------------------===//

/// The keys that a query sees, clipped to those that there are.
AttentionKernel::Keys AttentionKernel::keysOf(Value batch, Value query) {
  if (!op.getBegin())
    return {index(0), keys};
  auto bound = [&](Value bounds) -> Value {
    Value number = load(bounds, {batch, query});
    number = arith::IndexCastOp::create(b, b.getIndexType(), number);
    return minimum(maximum(number, index(0)), keys);
  };
  return {bound(op.getBegin()), bound(op.getEnd())};
}

/// From the first to the last key that any of `count` queries sees.
AttentionKernel::Keys AttentionKernel::keysOfAll(Value batch, Value first,
                                                 int64_t count) {
  if (!op.getBegin())
    return {index(0), keys};
  Values range = loop(
      index(0), index(count), 1, {keys, index(0)},
      [&](Value i, ValueRange carried) -> Values {
        Value query = minimum(add(first, i), sub(queries, index(1)));
        Keys own = keysOf(batch, query);
        return {minimum(carried[0], own.from), maximum(carried[1], own.to)};
      });
  // None where no query sees any.
  return {range[0], maximum(range[0], range[1])};
}

/// The query and the head of the group of a row. The last tile may have fewer
/// queries; its last one is computed again then, which does not hurt.
AttentionKernel::Query AttentionKernel::queryAt(ValueRange unit, Value row) {
  Value query = add(mul(unit[2], index(tile)), div(row, index(group)));
  return {unit[0], unit[1], rem(row, index(group)),
          minimum(query, sub(queries, index(1))), row};
}

AttentionKernel::Queries AttentionKernel::queriesAt(ValueRange unit, Value row,
                                                    int64_t count) {
  Queries result;
  for (int64_t i = 0; i < count; ++i)
    result.push_back(queryAt(unit, add(row, index(i))));
  return result;
}

//===----------------------------------------------------------------------===//
// Units
//===----------------------------------------------------------------------===//

/// Queries over all keys that they see.
void AttentionKernel::emitUnit(ValueRange at) {
  block = allocateLocal({rows, kBlock});
  weighted = allocateLocal({rows, valueSize});
  statistics = allocateLocal({rows, NumStatistics});
  eachRow([&](Value row) {
    for (int64_t i = 0; i < valueSize; i += kLanes)
      storeFloats(splat(0), weighted, {row}, i, valueSize);
    setStatistic(row, Largest, f32(-HUGE_VAL));
    setStatistic(row, Sum, f32(0));
  });
  Keys seen = keysOfAll(at[0], mul(at[2], index(tile)), tile);
  loop(seen.from, seen.to, kBlock, [&](Value from) {
    Keys now{from, minimum(seen.to, add(from, index(kBlock)))};
    emitProducts(at, now);
    eachTile(rows, kPowerRows, [&](Value row, int64_t count) {
      Queries queries = queriesAt(at, row, count);
      Values before;
      for (const Query &query : queries)
        before.push_back(statistic(query.row, Largest));
      SmallVector<Total> totals = emitPowers(queries, now, before);
      for (auto [query, earlier, total] :
           llvm::zip_equal(queries, before, totals)) {
        Value correction = exp(earlier, total.largest);
        Value sum = fmul(statistic(query.row, Sum), correction);
        setStatistic(query.row, Largest, total.largest);
        setStatistic(query.row, Correction, correction);
        setStatistic(query.row, Sum, fadd(total.sum, sum));
      }
    });
    emitWeightedValues(
        at[0], at[1], now, seen.to,
        [&](Value row, int64_t i) {
          return fmul(loadFloats(weighted, {row}, i, valueSize),
                      broadcast(statistic(row, Correction)));
        },
        [&](Value row, int64_t i, Value sum) {
          storeFloats(sum, weighted, {row}, i, valueSize);
        });
  });
  eachRow([&](Value row) {
    Values values;
    for (int64_t i = 0; i < valueSize; i += kLanes)
      values.push_back(loadFloats(weighted, {row}, i, valueSize));
    emitResult(queryAt(at, row), statistic(row, Sum), values);
  });
}

/// Queries over the keys of a part, a block or less.
void AttentionKernel::emitPart(ValueRange at, Value part, Value parts) {
  block = allocateLocal({rows, kBlock});
  Keys seen = keysOfAll(at[0], mul(at[2], index(tile)), tile);
  Value count = sub(seen.to, seen.from);
  auto bound = [&](Value part) {
    return add(seen.from, div(mul(count, part), parts));
  };
  Keys now{bound(part), bound(add(part, index(1)))};
  auto placeOf = [&](const Query &query, ArrayRef<Value> rest) {
    Values place{query.batch, query.head, query.group, query.query};
    place.append(rest.begin(), rest.end());
    return place;
  };

  emitProducts(at, now);
  eachTile(rows, kPowerRows, [&](Value row, int64_t tileRows) {
    Queries queries = queriesAt(at, row, tileRows);
    for (auto [query, total] :
         llvm::zip_equal(queries, emitPowers(queries, now, {}))) {
      store(total.largest, partTotals, placeOf(query, {index(Largest), part}));
      store(total.sum, partTotals, placeOf(query, {index(Sum), part}));
    }
  });
  emitWeightedValues(
      at[0], at[1], now, seen.to, [&](Value, int64_t) { return splat(0); },
      [&](Value row, int64_t i, Value sum) {
        storeFloats(sum, partWeighted, placeOf(queryAt(at, row), {part}), i,
                    valueSize);
      });
}

void AttentionKernel::eachRow(function_ref<void(Value)> body) {
  loop(index(0), index(rows), 1, body);
}

/// Calls `body` for `size` of `count` at a time, then for those left over.
void AttentionKernel::eachTile(int64_t count, int64_t size, EachTile body) {
  int64_t whole = count / size * size;
  if (whole == size)
    body(index(0), size);
  else if (whole)
    loop(index(0), index(whole), size, [&](Value at) { body(at, size); });
  if (whole != count)
    body(index(whole), count - whole);
}

Value AttentionKernel::statistic(Value row, Statistic which) {
  return load(statistics, {row, index(which)});
}

void AttentionKernel::setStatistic(Value row, Statistic which, Value number) {
  store(number, statistics, {row, index(which)});
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

/// Divides the weighted values by the sum of powers; none where it is zero.
void AttentionKernel::emitResult(const Query &at, Value sum,
                                 ValueRange values) {
  Value divisor = broadcast(select(isEqual(sum, f32(0)), f32(1), sum));
  for (auto [i, value] : llvm::enumerate(values))
    storeFloats(arith::DivFOp::create(b, value, divisor), op.getInit(),
                {at.batch, at.head, at.group, at.query}, i * kLanes, valueSize);
}

/// A query's parts, relative to the largest score of all.
void AttentionKernel::emitJoin(const Query &at, Value parts) {
  SmallVector<Value> place{at.batch, at.head, at.group, at.query, {}, {}};
  auto totalsFrom = [&](Value part, Statistic which) -> Value {
    place[4] = index(which);
    place[5] = part;
    return loadVector(partTotals, place);
  };
  auto isPart = [&](Value part) { return lanesBefore(sub(parts, part)); };
  Value highest =
      loop(index(0), parts, kLanes, splat(-HUGE_VAL),
           [&](Value part, ValueRange carried) -> Values {
             return {largest(carried[0],
                             select(isPart(part), totalsFrom(part, Largest),
                                    splat(-HUGE_VAL)))};
           })[0];
  highest =
      vector::ReductionOp::create(b, vector::CombiningKind::MAXIMUMF, highest);
  int64_t room = cast<MemRefType>(partTotals.getType()).getShape().back();
  Value factors = allocateLocal({room});
  Value sums =
      loop(index(0), parts, kLanes, splat(0),
           [&](Value part, ValueRange carried) -> Values {
             Value factor = exp(totalsFrom(part, Largest), highest);
             vector::StoreOp::create(b, factor, factors, part);
             Value sum = fmul(totalsFrom(part, Sum), factor);
             return {fadd(carried[0], select(isPart(part), sum, splat(0)))};
           })[0];
  Values weighted(llvm::divideCeil(valueSize, kLanes), splat(0));
  weighted =
      loop(index(0), parts, 1, weighted, [&](Value part, ValueRange carried) {
        Value factor = broadcast(load(factors, part));
        Values next(carried);
        for (auto [i, sum] : llvm::enumerate(next))
          sum = fadd(sum, fmul(loadFloats(partWeighted,
                                          {at.batch, at.head, at.group,
                                           at.query, part},
                                          i * kLanes, valueSize),
                               factor));
        return next;
      });
  emitResult(at,
             vector::ReductionOp::create(b, vector::CombiningKind::ADD, sums),
             weighted);
}
