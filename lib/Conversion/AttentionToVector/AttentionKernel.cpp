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
/// Keys of a block, a multiple of the lanes: its values stay in the L1 cache
/// while all rows of a unit use them.
static constexpr int64_t kBlock = 128;
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
  partStatistics = allocate(2);
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
  weighted = allocate({tile * group, valueSize});
  statistics = allocate({tile * group, 2});
  block = allocate({kBlock});

  Value first = mul(at[2], index(tile));
  int64_t all = op.shaped(op.getQuery()).getDimSize(3);
  Value count = !ShapedType::isDynamic(all) && all % tile == 0
                    ? index(tile)
                    : minimum(index(tile), sub(queries, first));
  auto eachQuery = [&](function_ref<void(const Query &)> body) {
    loop(index(0), count, 1, {}, [&](Value i, ValueRange) -> Values {
      loop(index(0), index(group), 1, {}, [&](Value j, ValueRange) -> Values {
        body({at[0], at[1], j, add(first, i), add(mul(i, index(group)), j)});
        return {};
      });
      return {};
    });
  };

  // The keys that any of the queries sees.
  Keys seen{index(0), keys};
  if (op.getBegin()) {
    Values range = loop(index(0), count, 1, {keys, index(0)},
                        [&](Value i, ValueRange carried) -> Values {
                          Keys own = keysOf(at[0], add(first, i));
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

  eachQuery([&](const Query &query) {
    for (int64_t i = 0; i < valueSize; i += kLanes)
      storeFloats(splat(0), weighted, {query.row}, i, valueSize);
    memref::StoreOp::create(b, f32(-HUGE_VAL), statistics,
                            ValueRange{query.row, index(0)});
    memref::StoreOp::create(b, f32(0), statistics,
                            ValueRange{query.row, index(1)});
  });
  loop(seen.from, seen.to, kBlock, {}, [&](Value from, ValueRange) -> Values {
    Value to = minimum(seen.to, add(from, index(kBlock)));
    eachQuery([&](const Query &query) {
      Keys own = keysOf(query.batch, query.query);
      own = {maximum(own.from, from), minimum(own.to, to)};
      Value some =
          arith::CmpIOp::create(b, arith::CmpIPredicate::slt, own.from, own.to);
      auto branch = scf::IfOp::create(b, some, /*withElseRegion=*/false);
      OpBuilder::InsertionGuard guard(b);
      b.setInsertionPoint(branch.thenYield());
      emitBlock(query, own);
    });
    return {};
  });
  eachQuery([&](const Query &query) {
    if (isPart)
      return emitPart(query, at[3]);
    Values values;
    for (int64_t i = 0; i < valueSize; i += kLanes)
      values.push_back(loadFloats(weighted, {query.row}, i, valueSize));
    emitResult(
        query,
        memref::LoadOp::create(b, statistics, ValueRange{query.row, index(1)}),
        values);
  });
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

/// One query and at most a block of keys, at least one.
void AttentionKernel::emitBlock(const Query &at, Keys seen) {
  Values query = loadQuery(at);
  Value highest =
      loop(seen.from, seen.to, kLanes, splat(-HUGE_VAL),
           [&](Value key, ValueRange carried) -> Values {
             Value score = scores(at, query, key, seen.to);
             vector::StoreOp::create(b, score, block, sub(key, seen.from));
             return {arith::MaximumFOp::create(b, score, carried[0])};
           })[0];
  Value before =
      memref::LoadOp::create(b, statistics, ValueRange{at.row, index(0)});
  Value largest = vector::ReductionOp::create(
      b, vector::CombiningKind::MAXIMUMF, highest, before);
  Value correction = exp(before, largest);
  Value powers =
      loop(seen.from, seen.to, kLanes, splat(0),
           [&](Value key, ValueRange carried) -> Values {
             Value from = sub(key, seen.from);
             Value power =
                 exp(vector::LoadOp::create(b, floats, block, from), largest);
             vector::StoreOp::create(b, power, block, from);
             return {arith::AddFOp::create(b, carried[0], power)};
           })[0];
  Value sum =
      memref::LoadOp::create(b, statistics, ValueRange{at.row, index(1)});
  sum = vector::ReductionOp::create(b, vector::CombiningKind::ADD, powers,
                                    fmul(sum, correction));
  memref::StoreOp::create(b, largest, statistics, ValueRange{at.row, index(0)});
  memref::StoreOp::create(b, sum, statistics, ValueRange{at.row, index(1)});
  emitWeightedValues(at, seen, correction);
}

void AttentionKernel::emitWeightedValues(const Query &at, Keys seen,
                                         Value correction) {
  Value factor = broadcast(correction);
  // As many vectors at a time as leave registers for the operands.
  constexpr int64_t kVectors = 8;
  for (int64_t first = 0; first < valueSize; first += kVectors * kLanes) {
    int64_t last = std::min(valueSize, first + kVectors * kLanes);
    Values sums;
    for (int64_t i = first; i < last; i += kLanes)
      sums.push_back(
          fmul(loadFloats(weighted, {at.row}, i, valueSize), factor));
    sums = loop(seen.from, seen.to, 1, sums,
                [&](Value key, ValueRange carried) -> Values {
                  Value power = broadcast(memref::LoadOp::create(
                      b, block, ValueRange{sub(key, seen.from)}));
                  Values next;
                  for (auto [i, sum] : llvm::enumerate(carried)) {
                    Value value =
                        loadFloats(op.getValue(), {at.batch, at.head, key},
                                   first + i * kLanes, valueSize);
                    next.push_back(fadd(sum, fmul(power, value)));
                  }
                  return next;
                });
    for (auto [i, sum] : llvm::enumerate(sums))
      storeFloats(sum, weighted, {at.row}, first + i * kLanes, valueSize);
  }
}

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

AttentionKernel::Values AttentionKernel::loadQuery(const Query &at) {
  Values result;
  for (int64_t i = 0; i < size; i += kLanes)
    result.push_back(loadFloats(
        op.getQuery(), {at.batch, at.head, at.group, at.query}, i, size));
  return result;
}

/// The sums of 16 vectors, one a lane. Neighbours are added while they are
/// joined, first inside the 4 lanes of 128 bits, then across them.
Value AttentionKernel::sumLanes(ArrayRef<Value> vectors) {
  constexpr int64_t kQuarter = 4;
  auto join = [&](Value x, Value y, bool across) -> Value {
    SmallVector<int64_t> even, odd;
    if (across) {
      for (int64_t from : {int64_t(0), kLanes})
        for (int64_t quarter = 0; quarter < kLanes; quarter += 2 * kQuarter)
          for (int64_t i = 0; i < kQuarter; ++i) {
            even.push_back(from + quarter + i);
            odd.push_back(from + quarter + kQuarter + i);
          }
    } else {
      for (int64_t quarter = 0; quarter < kLanes; quarter += kQuarter)
        for (int64_t from : {int64_t(0), kLanes})
          for (int64_t i = 0; i < kQuarter; i += 2) {
            even.push_back(from + quarter + i);
            odd.push_back(from + quarter + i + 1);
          }
    }
    return arith::AddFOp::create(b, vector::ShuffleOp::create(b, x, y, even),
                                 vector::ShuffleOp::create(b, x, y, odd));
  };
  Values level(vectors);
  while (level.size() > 1) {
    bool across = level.size() <= kQuarter;
    Values next;
    for (size_t i = 0; i < level.size(); i += 2)
      next.push_back(join(level[i], level[i + 1], across));
    level = next;
  }
  return level[0];
}

/// The scores of a query and 16 keys from `key` on; minus infinity from `end`
/// on.
Value AttentionKernel::scores(const Query &at, ArrayRef<Value> query, Value key,
                              Value end) {
  Values products;
  Value last = sub(end, index(1));
  for (int64_t lane = 0; lane < kLanes; ++lane) {
    // Keys behind the end are not read.
    Value row = minimum(add(key, index(lane)), last);
    Value sum;
    for (auto [i, part] : llvm::enumerate(query)) {
      Value product =
          fmul(part, loadFloats(op.getKey(), {at.batch, at.head, row},
                                i * kLanes, size));
      sum = sum ? fadd(sum, product) : product;
    }
    products.push_back(sum);
  }
  Value score = fmul(sumLanes(products), splat(op.getScale().convertToFloat()));
  if (std::optional<APFloat> softcap = op.getSoftcap()) {
    double cap = softcap->convertToFloat();
    score = arith::DivFOp::create(b, score, splat(cap));
    score = fmul(math::TanhOp::create(b, score), splat(cap));
  }
  Value lowest = splat(-HUGE_VAL);
  Value exists = vector::CreateMaskOp::create(
      b, VectorType::get({kLanes}, b.getI1Type()), sub(end, key));
  if (Value mask = op.getMask()) {
    SmallVector<Value> place{at.batch, at.head, at.group, at.query, key};
    for (auto [i, index] : llvm::enumerate(MutableArrayRef(place).drop_back()))
      if (op.shaped(mask).getDimSize(i) == 1)
        index = this->index(0);
    Value bias =
        vector::MaskedLoadOp::create(b, floats, mask, place, exists, lowest);
    // Whatever the product is.
    Value hidden =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, bias, lowest);
    score = arith::SelectOp::create(b, hidden, lowest, fadd(score, bias));
  }
  return arith::SelectOp::create(b, exists, score, lowest);
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
  for (int64_t i : {0, 1}) {
    place.back() = index(i);
    Value number =
        memref::LoadOp::create(b, statistics, ValueRange{at.row, index(i)});
    memref::StoreOp::create(b, number, partStatistics, place);
  }
}

/// A query's parts, relative to the largest score of all.
void AttentionKernel::emitJoin(ValueRange at, Value parts) {
  Query query{at[0], at[1], at[2], at[3], {}};
  auto statistic = [&](Value part, int64_t which) -> Value {
    return memref::LoadOp::create(
        b, partStatistics,
        ValueRange{at[0], at[1], part, at[2], at[3], index(which)});
  };
  Value largest = loop(
      index(0), parts, 1, f32(-HUGE_VAL),
      [&](Value part, ValueRange carried) -> Values {
        return {arith::MaximumFOp::create(b, carried[0], statistic(part, 0))};
      })[0];
  Values sums{f32(0)};
  for (int64_t i = 0; i < valueSize; i += kLanes)
    sums.push_back(splat(0));
  sums = loop(
      index(0), parts, 1, sums, [&](Value part, ValueRange carried) -> Values {
        Value factor = exp(statistic(part, 0), largest);
        Values next{fadd(carried[0], fmul(statistic(part, 1), factor))};
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
