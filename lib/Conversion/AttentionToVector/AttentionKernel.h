//===- AttentionKernel.h - The kernel of gg.attention --------- -*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_CONVERSION_ATTENTIONTOVECTOR_ATTENTIONKERNEL_H
#define GG_LIB_CONVERSION_ATTENTIONTOVECTOR_ATTENTIONKERNEL_H

#include "gg/Conversion/KernelBuilder.h"
#include "gg/Dialect/GG/IR/GG.h"

namespace gg {

/// Emits the loops of a gg.attention on memrefs.
///
/// A unit of work is some queries of a key head and the heads of its group. It
/// walks over the keys in blocks: scores of a block, their powers relative to
/// the largest score so far, and the weighted values, which are rescaled when
/// the largest score grows (online softmax). Where there are few such units and
/// many keys, as in a decoding step, keys are divided among units too, a block
/// or less for each, and a second loop puts their parts together.
class AttentionKernel : KernelBuilder {
public:
  /// `registers` is how many vectors of 16 floats the registers hold.
  AttentionKernel(mlir::OpBuilder &builder, ir::AttentionOp op,
                  int64_t registers);

  void emit();

private:
  /// A query in a unit: where it is, and its row in the unit's buffers.
  struct Query {
    Value batch, head, group, query, row;
  };
  /// Keys [from, to).
  struct Keys {
    Value from, to;
  };
  /// The largest score of some keys, and the sum of powers relative to it.
  struct Total {
    Value largest, sum;
  };
  using Queries = llvm::SmallVector<Query>;
  using EachTile = llvm::function_ref<void(Value row, int64_t count)>;

  /// Numbers of a row: its total so far, and what earlier weighted values are
  /// to be multiplied by.
  enum Statistic { Largest, Sum, Correction, NumStatistics };

  // Division of the work.
  bool dividesKeys();
  Value emitPartCount();
  Keys keysOf(Value batch, Value query);
  Keys keysOfAll(Value batch, Value first, int64_t count);
  void emitUnit(ValueRange at);
  void emitPart(ValueRange at, Value part, Value parts);
  void emitJoin(const Query &at, Value parts);
  Query queryAt(ValueRange unit, Value row);
  Queries queriesAt(ValueRange unit, Value row, int64_t count);
  void eachRow(llvm::function_ref<void(Value)> body);
  void eachTile(int64_t count, int64_t size, EachTile body);

  // Blocks: scores, powers, values.
  void emitProducts(ValueRange unit, Keys now);
  Value sumLanes(ValueRange sums);
  Value finishScore(const Query &at, Value score, Value key, Value end);
  llvm::SmallVector<Total> emitPowers(const Queries &queries, Keys now,
                                      ValueRange before);
  void emitWeightedValues(
      Value batch, Value head, Keys now, Value end,
      llvm::function_ref<Value(Value row, int64_t from)> begin,
      llvm::function_ref<void(Value row, int64_t from, Value sum)> finish);
  void emitResult(const Query &at, Value sum, ValueRange values);
  void prefetch(Value buffer, ValueRange row);

  Value exp(Value x, Value largest);
  Value statistic(Value row, Statistic which);
  void setStatistic(Value row, Statistic which, Value number);

  ir::AttentionOp op;
  int64_t registers, group, size, valueSize, tile, rows;
  /// Whether one unit alone reads a key: it comes from memory, as in a step.
  bool readsOnce;
  Value queries, keys;
  // Of a unit: weighted values [row, value size]; numbers of rows; scores of a
  // block [row, key].
  Value weighted, statistics, block;
  // Of keys that are divided: [batch, head, group, query, part, value size] and
  // [batch, head, group, query, Largest or Sum, part].
  Value partWeighted, partTotals;
};

} // namespace gg

#endif // GG_LIB_CONVERSION_ATTENTIONTOVECTOR_ATTENTIONKERNEL_H
