//===- AttentionKernel.cpp - The kernel of gg.attention -------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AttentionKernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace gg;

/// Floats of a vector, and keys whose scores are computed together.
static constexpr int64_t kLanes = 16;
/// Keys of a block, a multiple of the lanes: its values stay in the L2 cache
/// while all rows of a unit use them.
static constexpr int64_t kBlock = 128;
/// Rows whose scores, and vectors whose weighted values, are in registers at a
/// time; on CPUs with 16 registers of half the width too.
static constexpr int64_t kScoreRows = 6, kValueVectors = 8;
/// Fewer units than this leave cores of a small machine idle.
static constexpr int64_t kUnits = 16;

AttentionKernel::AttentionKernel(OpBuilder &builder, ir::AttentionOp op)
    : b(op.getLoc(), builder), op(op),
      floats(VectorType::get({kLanes}, builder.getF32Type())) {
  ArrayRef<int64_t> shape = op.shaped(op.getQuery()).getShape();
  group = shape[2];
  size = shape[4];
  valueSize = op.shaped(op.getValue()).getDimSize(3);
  // The weighted values of a unit take at most half of a small L1 cache.
  tile =
      std::clamp<int64_t>(4096 / std::max<int64_t>(1, group * valueSize), 1, 8);
  if (!ShapedType::isDynamic(shape[3]))
    tile = std::min(tile, std::max<int64_t>(1, shape[3]));
  queries = dim(op.getQuery(), 3);
  keys = dim(op.getKey(), 2);
}

bool AttentionKernel::dividesKeys() {
  ArrayRef<int64_t> query = op.shaped(op.getQuery()).getShape();
  int64_t count = op.shaped(op.getKey()).getDimSize(2);
  if (ShapedType::isDynamicShape(query) || ShapedType::isDynamic(count))
    return false;
  int64_t units = query[0] * query[1] * llvm::divideCeil(query[3], tile);
  return units < kUnits && count > 2 * kBlock;
}

void AttentionKernel::emit() {
  Value batch = dim(op.getQuery(), 0), heads = dim(op.getQuery(), 1);
  Value tiles = arith::CeilDivUIOp::create(b, queries, index(tile));
  if (!dividesKeys()) {
    parallel({batch, heads, tiles},
             [&](ValueRange at) { emitUnit(at, /*isPart=*/false); });
    return;
  }
  Value parts = emitParts();
  // One loop, which divides evenly where there are a few heads and parts.
  Value perPart = mul(mul(batch, heads), tiles);
  parallel(mul(parts, perPart), [&](ValueRange unit) {
    Values at;
    Value rest = unit[0];
    for (Value size : {tiles, heads, batch}) {
      at.insert(at.begin(), arith::RemUIOp::create(b, rest, size));
      rest = arith::DivUIOp::create(b, rest, size);
    }
    at.push_back(rest);
    emitUnit(at, /*isPart=*/true);
  });
  parallel({batch, heads, index(group), queries},
           [&](ValueRange at) { emitJoin(at, parts); });
}

/// Room for the parts, and how many blocks of keys there are for the query
/// that sees the most.
Value AttentionKernel::emitParts() {
  ArrayRef<int64_t> shape = op.shaped(op.getQuery()).getShape();
  int64_t count = op.shaped(op.getKey()).getDimSize(2);
  auto allocate = [&](int64_t last) -> Value {
    return memref::AllocOp::create(
        b,
        MemRefType::get({shape[0], shape[1],
                         static_cast<int64_t>(llvm::divideCeil(count, kBlock)),
                         shape[2], shape[3], last},
                        b.getF32Type()),
        b.getI64IntegerAttr(64));
  };
  partWeighted = allocate(valueSize);
  partStatistics = allocate(Correction);
  Value last = keys;
  if (op.getEnd())
    last = loop(index(0), index(shape[0]), 1, index(0),
                [&](Value batch, ValueRange carried) {
                  return loop(
                      index(0), queries, 1, carried,
                      [&](Value query, ValueRange carried) -> Values {
                        return {maximum(carried[0], keysOf(batch, query).to)};
                      });
                })[0];
  return arith::CeilDivUIOp::create(b, last, index(kBlock));
}

//===----------------------------------------------------------------------===//
// A unit
//===----------------------------------------------------------------------===//

/// The keys that a query sees, clipped to those that there are.
AttentionKernel::Keys AttentionKernel::keysOf(Value batch, Value query) {
  if (!op.getBegin())
    return {index(0), keys};
  auto load = [&](Value bounds) -> Value {
    Value bound = memref::LoadOp::create(b, bounds, ValueRange{batch, query});
    bound = arith::IndexCastOp::create(b, b.getIndexType(), bound);
    return minimum(maximum(bound, index(0)), keys);
  };
  return {load(op.getBegin()), load(op.getEnd())};
}

void AttentionKernel::emitUnit(ValueRange at, bool isPart) {
  auto allocate = [&](ArrayRef<int64_t> shape) -> Value {
    return memref::AllocaOp::create(b, MemRefType::get(shape, b.getF32Type()),
                                    b.getI64IntegerAttr(64));
  };
  int64_t rows = tile * group;
  weighted = allocate({rows, valueSize});
  statistics = allocate({rows, NumStatistics});
  block = allocate({rows, kBlock});
  transposed =
      allocate({static_cast<int64_t>(llvm::alignTo(size, kLanes)), kLanes});

  // The row of a query and a head of the group. The last tile may have fewer
  // queries; its last one is computed again then, which does not hurt.
  Value first = mul(at[2], index(tile));
  auto queryAt = [&, batch = at[0], head = at[1]](Value row) -> Query {
    Value query = add(first, arith::DivUIOp::create(b, row, index(group)));
    return {batch, head, arith::RemUIOp::create(b, row, index(group)),
            minimum(query, sub(queries, index(1))), row};
  };
  auto eachRow = [&](function_ref<void(const Query &)> body) {
    loop(index(0), index(rows), 1, {}, [&](Value row, ValueRange) -> Values {
      body(queryAt(row));
      return {};
    });
  };

  // The keys that any of the queries sees.
  Keys seen{index(0), keys};
  if (op.getBegin()) {
    Values range = loop(index(0), index(tile), 1, {keys, index(0)},
                        [&](Value i, ValueRange carried) -> Values {
                          Query query = queryAt(mul(i, index(group)));
                          Keys own = keysOf(query.batch, query.query);
                          return {minimum(carried[0], own.from),
                                  maximum(carried[1], own.to)};
                        });
    seen = {range[0], range[1]};
  }
  if (isPart) {
    Value from = mul(at[3], index(kBlock));
    seen = {maximum(seen.from, from),
            minimum(seen.to, add(from, index(kBlock)))};
  }

  eachRow([&](const Query &query) {
    for (int64_t i = 0; i < valueSize; i += kLanes)
      storeFloats(splat(0), weighted, {query.row}, i, valueSize);
    store(query.row, Largest, f32(-HUGE_VAL));
    store(query.row, Sum, f32(0));
  });
  loop(seen.from, seen.to, kBlock, {}, [&](Value from, ValueRange) -> Values {
    Keys now{from, minimum(seen.to, add(from, index(kBlock)))};
    loop(now.from, now.to, kLanes, {}, [&](Value key, ValueRange) -> Values {
      transposeKeys(at[0], at[1], key, now.to);
      eachTile(rows, kScoreRows, [&](Value row, int64_t count) {
        SmallVector<Query> queries;
        for (int64_t i = 0; i < count; ++i)
          queries.push_back(queryAt(add(row, index(i))));
        emitScores(queries, key, now);
      });
      return {};
    });
    eachRow([&](const Query &query) { emitPowers(query.row, now); });
    emitWeightedValues(at[0], at[1], rows, now);
    return {};
  });
  eachRow([&](const Query &query) {
    if (isPart)
      return emitPart(query, at[3]);
    Values values;
    for (int64_t i = 0; i < valueSize; i += kLanes)
      values.push_back(loadFloats(weighted, {query.row}, i, valueSize));
    emitResult(query, load(query.row, Sum), values);
  });
}

/// Calls `body` for rows `count` at a time, then for those that are left over.
void AttentionKernel::eachTile(int64_t rows, int64_t count,
                               function_ref<void(Value, int64_t)> body) {
  int64_t whole = rows / count * count;
  if (whole)
    loop(index(0), index(whole), count, {},
         [&](Value row, ValueRange) -> Values {
           body(row, count);
           return {};
         });
  if (whole != rows)
    body(index(whole), rows - whole);
}

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

/// Stores 16 keys with a vector for each of their elements.
void AttentionKernel::transposeKeys(Value batch, Value head, Value key,
                                    Value end) {
  Value last = sub(end, index(1));
  Values places;
  for (int64_t lane = 0; lane < kLanes; ++lane) // keys behind it are not read
    places.push_back(minimum(add(key, index(lane)), last));
  for (int64_t from = 0; from < size; from += kLanes) {
    Values rows;
    for (Value place : places)
      rows.push_back(loadFloats(op.getKey(), {batch, head, place}, from, size));
    // Swaps ever larger squares beside the diagonal.
    for (int64_t width = 1; width < kLanes; width *= 2) {
      SmallVector<int64_t> upper, lower;
      for (int64_t i = 0; i < kLanes; ++i) {
        bool left = (i & width) == 0;
        upper.push_back(left ? i : kLanes + i - width);
        lower.push_back(left ? i + width : kLanes + i);
      }
      for (int64_t i = 0; i < kLanes; ++i) {
        if (i & width)
          continue;
        Value x = rows[i], y = rows[i + width];
        rows[i] = vector::ShuffleOp::create(b, x, y, upper);
        rows[i + width] = vector::ShuffleOp::create(b, x, y, lower);
      }
    }
    for (auto [i, row] : llvm::enumerate(rows))
      vector::StoreOp::create(b, row, transposed,
                              ValueRange{index(from + i), index(0)});
  }
}

/// The scores of queries and 16 keys from `key` on, into their rows of the
/// block.
void AttentionKernel::emitScores(ArrayRef<Query> queries, Value key, Keys now) {
  // Sums of few rows would wait for each other: several for each, then.
  int64_t chains =
      std::min<int64_t>(size, std::max<size_t>(1, 4 / queries.size()));
  Values sums(queries.size() * chains, splat(0));
  auto addStep = [&](Value step, int64_t chain, MutableArrayRef<Value> sums) {
    Value part = vector::LoadOp::create(b, floats, transposed,
                                        ValueRange{step, index(0)});
    for (auto [i, at] : llvm::enumerate(queries)) {
      Value x = memref::LoadOp::create(
          b, op.getQuery(),
          ValueRange{at.batch, at.head, at.group, at.query, step});
      Value &sum = sums[i * chains + chain];
      sum = fadd(sum, fmul(broadcast(x), part));
    }
  };
  int64_t whole = size / chains * chains;
  sums = loop(index(0), index(whole), chains, sums,
              [&](Value step, ValueRange carried) -> Values {
                Values next(carried);
                for (int64_t i = 0; i < chains; ++i)
                  addStep(add(step, index(i)), i, next);
                return next;
              });
  for (int64_t i = whole; i < size; ++i)
    addStep(index(i), i - whole, sums);
  for (auto [i, at] : llvm::enumerate(queries)) {
    Value sum = sums[i * chains];
    for (int64_t chain = 1; chain < chains; ++chain)
      sum = fadd(sum, sums[i * chains + chain]);
    vector::StoreOp::create(b, finishScore(at, sum, key, now.to), block,
                            ValueRange{at.row, sub(key, now.from)});
  }
}

/// Scales, caps and masks the products of a query and 16 keys; minus infinity
/// where it does not see them, and from `end` on.
Value AttentionKernel::finishScore(const Query &at, Value score, Value key,
                                   Value end) {
  score = fmul(score, splat(op.getScale().convertToFloat()));
  if (std::optional<APFloat> softcap = op.getSoftcap()) {
    double cap = softcap->convertToFloat();
    score = arith::DivFOp::create(b, score, splat(cap));
    score = fmul(math::TanhOp::create(b, score), splat(cap));
  }
  Keys own = keysOf(at.batch, at.query);
  auto lanesBefore = [&](Value bound) -> Value {
    return vector::CreateMaskOp::create(
        b, VectorType::get({kLanes}, b.getI1Type()), sub(bound, key));
  };
  Value lowest = splat(-HUGE_VAL);
  Value before = lanesBefore(minimum(own.to, end));
  if (Value mask = op.getMask()) {
    SmallVector<Value> place{at.batch, at.head, at.group, at.query, key};
    for (auto [i, index] : llvm::enumerate(MutableArrayRef(place).drop_back()))
      if (op.shaped(mask).getDimSize(i) == 1)
        index = this->index(0);
    Value bias =
        vector::MaskedLoadOp::create(b, floats, mask, place, before, lowest);
    // Whatever the product is.
    Value hidden =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, bias, lowest);
    score = arith::SelectOp::create(b, hidden, lowest, fadd(score, bias));
  }
  score = arith::SelectOp::create(b, before, score, lowest);
  return op.getBegin()
             ? arith::SelectOp::create(b, lanesBefore(own.from), lowest, score)
             : score;
}

/// exp(x - largest), also where that is minus infinity.
Value AttentionKernel::exp(Value x, Value largest) {
  Value none = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, largest,
                                     f32(-HUGE_VAL));
  Value base = arith::SelectOp::create(b, none, f32(0), largest);
  if (isa<VectorType>(x.getType()))
    base = broadcast(base);
  return math::ExpOp::create(b, arith::SubFOp::create(b, x, base));
}

/// The powers of a row's scores relative to the largest so far, in their place.
void AttentionKernel::emitPowers(Value row, Keys now) {
  auto scoresFrom = [&](Value key) -> Value {
    return vector::LoadOp::create(b, floats, block,
                                  ValueRange{row, sub(key, now.from)});
  };
  Value highest =
      loop(now.from, now.to, kLanes, splat(-HUGE_VAL),
           [&](Value key, ValueRange carried) -> Values {
             return {arith::MaximumFOp::create(b, scoresFrom(key), carried[0])};
           })[0];
  Value before = load(row, Largest);
  Value largest = vector::ReductionOp::create(
      b, vector::CombiningKind::MAXIMUMF, highest, before);
  Value powers =
      loop(now.from, now.to, kLanes, splat(0),
           [&](Value key, ValueRange carried) -> Values {
             Value power = exp(scoresFrom(key), largest);
             vector::StoreOp::create(b, power, block,
                                     ValueRange{row, sub(key, now.from)});
             return {arith::AddFOp::create(b, carried[0], power)};
           })[0];
  Value correction = exp(before, largest);
  store(row, Largest, largest);
  store(row, Correction, correction);
  store(row, Sum,
        vector::ReductionOp::create(b, vector::CombiningKind::ADD, powers,
                                    fmul(load(row, Sum), correction)));
}

//===----------------------------------------------------------------------===//
// Weighted values
//===----------------------------------------------------------------------===//

void AttentionKernel::emitWeightedValues(Value batch, Value head, int64_t rows,
                                         Keys now) {
  int64_t vectors = llvm::divideCeil(valueSize, kLanes);
  for (int64_t first = 0; first < vectors; first += kValueVectors) {
    int64_t count = std::min(kValueVectors, vectors - first);
    auto at = [&](int64_t i) { return (first + i) * kLanes; };
    eachTile(rows, std::min(rows, kValueVectors / count),
             [&](Value row, int64_t tileRows) {
               Values sums;
               for (int64_t i = 0; i < tileRows * count; ++i) {
                 Value own = add(row, index(i / count));
                 sums.push_back(
                     fmul(loadFloats(weighted, {own}, at(i % count), valueSize),
                          broadcast(load(own, Correction))));
               }
               sums = loop(
                   now.from, now.to, 1, sums,
                   [&](Value key, ValueRange carried) -> Values {
                     Values next(carried), values;
                     for (int64_t i = 0; i < count; ++i)
                       values.push_back(loadFloats(op.getValue(),
                                                   {batch, head, key}, at(i),
                                                   valueSize));
                     for (int64_t r = 0; r < tileRows; ++r) {
                       Value power = broadcast(memref::LoadOp::create(
                           b, block,
                           ValueRange{add(row, index(r)), sub(key, now.from)}));
                       for (int64_t i = 0; i < count; ++i)
                         next[r * count + i] =
                             fadd(next[r * count + i], fmul(power, values[i]));
                     }
                     return next;
                   });
               for (int64_t i = 0; i < tileRows * count; ++i)
                 storeFloats(sums[i], weighted, {add(row, index(i / count))},
                             at(i % count), valueSize);
             });
  }
}

//===----------------------------------------------------------------------===//
// Results
//===----------------------------------------------------------------------===//

/// Divides the weighted values by the sum of powers; none where it is zero.
void AttentionKernel::emitResult(const Query &at, Value sum,
                                 ArrayRef<Value> values) {
  Value none = arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, sum, f32(0));
  Value divisor = broadcast(arith::SelectOp::create(b, none, f32(1), sum));
  for (auto [i, value] : llvm::enumerate(values))
    storeFloats(arith::DivFOp::create(b, value, divisor), op.getInit(),
                {at.batch, at.head, at.group, at.query}, i * kLanes, valueSize);
}

void AttentionKernel::emitPart(const Query &at, Value part) {
  SmallVector<Value> place{at.batch, at.head, part, at.group, at.query};
  for (int64_t i = 0; i < valueSize; i += kLanes)
    storeFloats(loadFloats(weighted, {at.row}, i, valueSize), partWeighted,
                place, i, valueSize);
  place.push_back({});
  for (Statistic which : {Largest, Sum}) {
    place.back() = index(which);
    memref::StoreOp::create(b, load(at.row, which), partStatistics, place);
  }
}

/// A query's parts, relative to the largest score of all.
void AttentionKernel::emitJoin(ValueRange at, Value parts) {
  Query query{at[0], at[1], at[2], at[3], {}};
  auto statistic = [&](Value part, Statistic which) -> Value {
    return memref::LoadOp::create(
        b, partStatistics,
        ValueRange{at[0], at[1], part, at[2], at[3], index(which)});
  };
  Value largest = loop(index(0), parts, 1, f32(-HUGE_VAL),
                       [&](Value part, ValueRange carried) -> Values {
                         return {arith::MaximumFOp::create(
                             b, carried[0], statistic(part, Largest))};
                       })[0];
  Values sums{f32(0)};
  for (int64_t i = 0; i < valueSize; i += kLanes)
    sums.push_back(splat(0));
  sums = loop(
      index(0), parts, 1, sums, [&](Value part, ValueRange carried) -> Values {
        Value factor = exp(statistic(part, Largest), largest);
        Values next{fadd(carried[0], fmul(statistic(part, Sum), factor))};
        for (int64_t i = 0; i < valueSize; i += kLanes) {
          Value own = loadFloats(
              partWeighted, {at[0], at[1], part, at[2], at[3]}, i, valueSize);
          next.push_back(
              fadd(carried[1 + i / kLanes], fmul(own, broadcast(factor))));
        }
        return next;
      });
  emitResult(query, sums[0], ArrayRef(sums).drop_front());
}

//===----------------------------------------------------------------------===//
// Pieces
//===----------------------------------------------------------------------===//

/// Floats [from, from + 16) of a row of `length`, zeros behind it.
Value AttentionKernel::loadFloats(Value buffer, ValueRange row, int64_t from,
                                  int64_t length) {
  Type element = cast<MemRefType>(buffer.getType()).getElementType();
  VectorType type = floats.clone(element);
  SmallVector<Value> at(row);
  at.push_back(index(from));
  Value result;
  if (from + kLanes <= length) {
    result = vector::LoadOp::create(b, type, buffer, at);
  } else {
    Value mask = vector::ConstantMaskOp::create(
        b, VectorType::get({kLanes}, b.getI1Type()),
        ArrayRef<int64_t>{length - from});
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
    result = vector::MaskedLoadOp::create(b, type, buffer, at, mask, zero);
  }
  return element.isF32() ? result
                         : arith::ExtFOp::create(b, floats, result).getResult();
}

void AttentionKernel::storeFloats(Value value, Value buffer, ValueRange row,
                                  int64_t from, int64_t length) {
  SmallVector<Value> at(row);
  at.push_back(index(from));
  if (from + kLanes <= length) {
    vector::StoreOp::create(b, value, buffer, at);
    return;
  }
  Value mask = vector::ConstantMaskOp::create(
      b, VectorType::get({kLanes}, b.getI1Type()),
      ArrayRef<int64_t>{length - from});
  vector::MaskedStoreOp::create(b, buffer, at, mask, value);
}

Value AttentionKernel::load(Value row, Statistic which) {
  return memref::LoadOp::create(b, statistics, ValueRange{row, index(which)});
}

void AttentionKernel::store(Value row, Statistic which, Value number) {
  memref::StoreOp::create(b, number, statistics, ValueRange{row, index(which)});
}

Value AttentionKernel::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

Value AttentionKernel::f32(double value) {
  return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
}

Value AttentionKernel::splat(double value) {
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(floats, static_cast<float>(value)));
}

Value AttentionKernel::broadcast(Value value) {
  return vector::BroadcastOp::create(b, floats, value);
}

Value AttentionKernel::add(Value lhs, Value rhs) {
  return b.createOrFold<arith::AddIOp>(lhs, rhs);
}

Value AttentionKernel::sub(Value lhs, Value rhs) {
  return b.createOrFold<arith::SubIOp>(lhs, rhs);
}

Value AttentionKernel::mul(Value lhs, Value rhs) {
  return b.createOrFold<arith::MulIOp>(lhs, rhs);
}

Value AttentionKernel::minimum(Value lhs, Value rhs) {
  return b.createOrFold<arith::MinSIOp>(lhs, rhs);
}

Value AttentionKernel::maximum(Value lhs, Value rhs) {
  return b.createOrFold<arith::MaxSIOp>(lhs, rhs);
}

// A product and a sum become one instruction where the target has it.
Value AttentionKernel::fadd(Value lhs, Value rhs) {
  return arith::AddFOp::create(b, lhs, rhs, arith::FastMathFlags::contract);
}

Value AttentionKernel::fmul(Value lhs, Value rhs) {
  return arith::MulFOp::create(b, lhs, rhs, arith::FastMathFlags::contract);
}

Value AttentionKernel::dim(Value buffer, int64_t number) {
  int64_t size = cast<MemRefType>(buffer.getType()).getDimSize(number);
  if (!ShapedType::isDynamic(size))
    return index(size);
  return memref::DimOp::create(b, buffer, number);
}

AttentionKernel::Values
AttentionKernel::loop(Value from, Value to, int64_t step, ValueRange carried,
                      function_ref<Values(Value, ValueRange)> body) {
  auto op = scf::ForOp::create(
      b, from, to, index(step), carried,
      [&](OpBuilder &builder, Location, Value i, ValueRange args) {
        OpBuilder::InsertionGuard guard(b);
        b.restoreInsertionPoint(builder.saveInsertionPoint());
        scf::YieldOp::create(b, body(i, args));
      });
  return Values(op.getResults());
}

void AttentionKernel::parallel(ValueRange sizes,
                               function_ref<void(ValueRange)> body) {
  Values zeros(sizes.size(), index(0)), ones(sizes.size(), index(1));
  scf::ParallelOp::create(
      b, zeros, sizes, ones, [&](OpBuilder &builder, Location, ValueRange at) {
        OpBuilder::InsertionGuard guard(b);
        b.restoreInsertionPoint(builder.saveInsertionPoint());
        body(at);
      });
}
