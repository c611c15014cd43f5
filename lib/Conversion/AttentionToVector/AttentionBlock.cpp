//===- AttentionBlock.cpp - gg.attention over a block of keys -------------===//
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
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace gg;

/// Keys that rows are multiplied by at a time, and the bytes of a line of the
/// cache.
static constexpr int64_t kProductKeys = 4, kLine = 64;
/// Vectors of a row's weighted values that are in registers at a time, at most.
static constexpr int64_t kValueVectors = 8;

/// About equal pieces of at most `most`.
static int64_t evenly(int64_t count, int64_t most) {
  return llvm::divideCeil(count, llvm::divideCeil(count, most));
}

//===----------------------------------------------------------------------===//
// Scores
//===----------------------------------------------------------------------===//

/// The products of a unit's rows with the keys of a block: scores that
/// finishScore has not seen yet.
void AttentionKernel::emitProducts(ValueRange unit, Keys now) {
  int64_t tileRows =
      evenly(rows, std::max<int64_t>(1, registers / (2 * kProductKeys)));
  Value last = sub(now.to, index(1));
  loop(now.from, now.to, kProductKeys, [&](Value key) {
    Values places;
    for (int64_t i = 0; i < kProductKeys; ++i) // keys behind it are not read
      places.push_back(minimum(add(key, index(i)), last));
    if (readsOnce)
      for (Value place : places)
        prefetch(op.getValue(), {unit[0], unit[1], place});
    eachTile(rows, tileRows, [&](Value row, int64_t count) {
      Queries queries = queriesAt(unit, row, count);
      Values sums(count * kProductKeys, splat(0));
      for (int64_t from = 0; from < size; from += kLanes) {
        Values parts;
        for (Value place : places)
          parts.push_back(
              loadFloats(op.getKey(), {unit[0], unit[1], place}, from, size));
        for (auto [i, at] : llvm::enumerate(queries)) {
          Value x =
              loadFloats(op.getQuery(), {at.batch, at.head, at.group, at.query},
                         from, size);
          for (int64_t k = 0; k < kProductKeys; ++k) {
            Value &sum = sums[i * kProductKeys + k];
            sum = fadd(sum, fmul(x, parts[k]));
          }
        }
      }
      for (auto [i, at] : llvm::enumerate(queries)) {
        auto own = ArrayRef(sums).slice(i * kProductKeys, kProductKeys);
        vector::StoreOp::create(b, sumLanes(own), block,
                                ValueRange{at.row, sub(key, now.from)});
      }
    });
  });
}

/// The sums across the lanes of four vectors, as one of four.
Value AttentionKernel::sumLanes(ValueRange sums) {
  auto slice = [&](Value value, int64_t from, int64_t count) -> Value {
    return vector::ExtractStridedSliceOp::create(
        b, value, ArrayRef<int64_t>{from}, ArrayRef<int64_t>{count},
        ArrayRef<int64_t>{1});
  };
  auto shuffle = [&](Value x, Value y, ArrayRef<int64_t> lanes) -> Value {
    return vector::ShuffleOp::create(b, x, y, lanes);
  };
  Values halves;
  for (Value sum : sums)
    halves.push_back(
        fadd(slice(sum, 0, kLanes / 2), slice(sum, kLanes / 2, kLanes / 2)));
  // As a transposition of squares of four, which x86 does within 128 bits.
  Values pairs;
  for (int64_t i = 0; i < 4; i += 2)
    pairs.push_back(
        fadd(shuffle(halves[i], halves[i + 1], {0, 8, 1, 9, 4, 12, 5, 13}),
             shuffle(halves[i], halves[i + 1], {2, 10, 3, 11, 6, 14, 7, 15})));
  Value quads = fadd(shuffle(pairs[0], pairs[1], {0, 1, 8, 9, 4, 5, 12, 13}),
                     shuffle(pairs[0], pairs[1], {2, 3, 10, 11, 6, 7, 14, 15}));
  return fadd(slice(quads, 0, 4), slice(quads, 4, 4));
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
  Value lowest = splat(-HUGE_VAL);
  Value before = lanesBefore(sub(minimum(own.to, end), key));
  if (Value mask = op.getMask()) {
    SmallVector<Value> place{at.batch, at.head, at.group, at.query, key};
    for (auto [i, index] : llvm::enumerate(MutableArrayRef(place).drop_back()))
      if (op.shaped(mask).getDimSize(i) == 1)
        index = this->index(0);
    Value bias =
        vector::MaskedLoadOp::create(b, floats, mask, place, before, lowest);
    // Whatever the product is.
    score = select(isEqual(bias, lowest), lowest, fadd(score, bias));
  }
  score = select(before, score, lowest);
  return op.getBegin() ? select(lanesBefore(sub(own.from, key)), lowest, score)
                       : score;
}

//===----------------------------------------------------------------------===//
// Powers
//===----------------------------------------------------------------------===//

/// exp(x - largest), also where that is minus infinity.
Value AttentionKernel::exp(Value x, Value largest) {
  Value base = select(isEqual(largest, f32(-HUGE_VAL)), f32(0), largest);
  if (isa<VectorType>(x.getType()))
    base = broadcast(base);
  return math::ExpOp::create(b, arith::SubFOp::create(b, x, base));
}

/// The powers of rows' scores relative to the largest so far, in their place.
/// `before` are the largest of earlier blocks, if there may be any.
SmallVector<AttentionKernel::Total>
AttentionKernel::emitPowers(const Queries &queries, Keys now,
                            ValueRange before) {
  auto scores = [&](const Query &query, Value key) -> Value {
    return loadVector(block, {query.row, sub(key, now.from)});
  };
  auto setScores = [&](const Query &query, Value key, Value value) {
    vector::StoreOp::create(b, value, block,
                            ValueRange{query.row, sub(key, now.from)});
  };
  // Of all rows together, so that they do not wait for each other.
  Values highest(queries.size(), splat(-HUGE_VAL)),
      sums(queries.size(), splat(0));
  highest = loop(
      now.from, now.to, kLanes, highest, [&](Value key, ValueRange carried) {
        Values next(carried);
        for (auto [query, most] : llvm::zip_equal(queries, next)) {
          Value score = finishScore(query, scores(query, key), key, now.to);
          setScores(query, key, score);
          most = largest(score, most);
        }
        return next;
      });
  for (auto [i, most] : llvm::enumerate(highest)) {
    auto kind = vector::CombiningKind::MAXIMUMF;
    most = before.empty()
               ? vector::ReductionOp::create(b, kind, most)
               : vector::ReductionOp::create(b, kind, most, before[i]);
  }
  sums =
      loop(now.from, now.to, kLanes, sums, [&](Value key, ValueRange carried) {
        Values next;
        for (auto [query, most, sum] :
             llvm::zip_equal(queries, highest, carried)) {
          Value power = exp(scores(query, key), most);
          setScores(query, key, power);
          next.push_back(fadd(sum, power));
        }
        return next;
      });
  SmallVector<Total> totals;
  for (auto [most, sum] : llvm::zip_equal(highest, sums))
    totals.push_back({most, vector::ReductionOp::create(
                                b, vector::CombiningKind::ADD, sum)});
  return totals;
}

//===----------------------------------------------------------------------===//
// Weighted values
//===----------------------------------------------------------------------===//

/// The sums of a block's values times their powers, added to what `begin`
/// gives; of rows and of 16 elements at a time.
void AttentionKernel::emitWeightedValues(
    Value batch, Value head, Keys now, Value end,
    function_ref<Value(Value row, int64_t from)> begin,
    function_ref<void(Value row, int64_t from, Value sum)> finish) {
  // Sums take most registers.
  int64_t most = registers - registers / 4;
  int64_t vectors = llvm::divideCeil(valueSize, kLanes);
  int64_t width = evenly(vectors, std::min(most, kValueVectors));
  int64_t tileRows = evenly(rows, std::max<int64_t>(1, most / width));
  for (int64_t first = 0; first < vectors; first += width) {
    int64_t count = std::min(width, vectors - first);
    eachTile(rows, tileRows, [&](Value row, int64_t tile) {
      auto eachSum = [&](function_ref<void(Value, int64_t)> body) {
        for (int64_t i = 0; i < tile * count; ++i)
          body(add(row, index(i / count)), (first + i % count) * kLanes);
      };
      Values sums;
      eachSum([&](Value row, int64_t at) { sums.push_back(begin(row, at)); });
      sums =
          loop(now.from, now.to, 1, sums, [&](Value key, ValueRange carried) {
            Values next(carried), values;
            if (readsOnce && first == 0) {
              Value later = add(key, sub(now.to, now.from));
              prefetch(op.getKey(),
                       {batch, head, minimum(later, sub(end, index(1)))});
            }
            for (int64_t i = 0; i < count; ++i)
              values.push_back(loadFloats(op.getValue(), {batch, head, key},
                                          (first + i) * kLanes, valueSize));
            for (int64_t r = 0; r < tile; ++r) {
              Value power = broadcast(
                  load(block, {add(row, index(r)), sub(key, now.from)}));
              for (int64_t i = 0; i < count; ++i) {
                Value &sum = next[r * count + i];
                sum = fadd(sum, fmul(power, values[i]));
              }
            }
            return next;
          });
      int64_t i = 0;
      eachSum([&](Value row, int64_t at) { finish(row, at, sums[i++]); });
    });
  }
}

/// Asks for a row that will be read soon.
void AttentionKernel::prefetch(Value buffer, ValueRange row) {
  auto type = cast<MemRefType>(buffer.getType());
  int64_t perLine = kLine * 8 / type.getElementTypeBitWidth();
  Values at(row);
  at.push_back({});
  for (int64_t i = 0; i < type.getShape().back(); i += perLine) {
    at.back() = index(i);
    memref::PrefetchOp::create(b, buffer, at, /*isWrite=*/false,
                               /*localityHint=*/2, /*isDataCache=*/true);
  }
}
