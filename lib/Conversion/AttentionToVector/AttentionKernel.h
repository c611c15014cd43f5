//===- AttentionKernel.h - The kernel of gg.attention --------- -*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_CONVERSION_ATTENTIONTOVECTOR_ATTENTIONKERNEL_H
#define GG_LIB_CONVERSION_ATTENTIONTOVECTOR_ATTENTIONKERNEL_H

#include "gg/Dialect/GG/IR/GG.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace gg {

/// Emits the loops of a gg.attention on memrefs.
///
/// A unit of work is some queries of a key head and the heads of its group. It
/// walks over the keys in blocks: scores of a block, their powers relative to
/// the largest score so far, and the weighted values, which are rescaled when
/// the largest score grows (online softmax). Where there are few such units and
/// many keys, as in a decoding step, keys are divided among units too, and a
/// second loop puts their parts together.
class AttentionKernel {
public:
  AttentionKernel(mlir::OpBuilder &builder, ir::AttentionOp op);

  void emit();

private:
  using Value = mlir::Value;
  using ValueRange = mlir::ValueRange;
  using Values = llvm::SmallVector<Value>;

  /// A query in a unit: where it is, and its row in the unit's buffers.
  struct Query {
    Value batch, head, group, query, row;
  };
  /// Keys [from, to).
  struct Keys {
    Value from, to;
  };

  /// Numbers of a row: the largest score so far, the sum of powers relative to
  /// it, what earlier weighted values are to be multiplied by.
  enum Statistic { Largest, Sum, Correction, NumStatistics };

  bool dividesKeys();
  Value emitParts();
  void emitUnit(ValueRange at, bool isPart);
  void eachTile(int64_t rows, int64_t count,
                llvm::function_ref<void(Value, int64_t)> body);
  void transposeKeys(Value batch, Value head, Value key, Value end);
  void emitScores(llvm::ArrayRef<Query> queries, Value key, Keys now);
  Value finishScore(const Query &at, Value score, Value key, Value end);
  void emitPowers(Value row, Keys now);
  void emitWeightedValues(Value batch, Value head, int64_t rows, Keys now);
  void emitResult(const Query &at, Value sum, llvm::ArrayRef<Value> values);
  void emitPart(const Query &at, Value part);
  void emitJoin(ValueRange at, Value parts);

  Keys keysOf(Value batch, Value query);
  Value exp(Value x, Value largest);
  Value load(Value row, Statistic which);
  void store(Value row, Statistic which, Value number);
  Value loadFloats(Value buffer, ValueRange at, int64_t from, int64_t length);
  void storeFloats(Value value, Value buffer, ValueRange at, int64_t from,
                   int64_t length);

  Value index(int64_t value);
  Value f32(double value);
  Value splat(double value);
  Value broadcast(Value value);
  Value add(Value lhs, Value rhs);
  Value sub(Value lhs, Value rhs);
  Value mul(Value lhs, Value rhs);
  Value minimum(Value lhs, Value rhs);
  Value maximum(Value lhs, Value rhs);
  Value fadd(Value lhs, Value rhs);
  Value fmul(Value lhs, Value rhs);
  Value dim(Value buffer, int64_t number);
  Values loop(Value from, Value to, int64_t step, ValueRange carried,
              llvm::function_ref<Values(Value, ValueRange)> body);
  void parallel(ValueRange sizes, llvm::function_ref<void(ValueRange)> body);

  mlir::ImplicitLocOpBuilder b;
  ir::AttentionOp op;
  mlir::VectorType floats;
  int64_t group, size, valueSize, tile;
  Value queries, keys;
  // Of a unit: weighted values [row, value size]; numbers of rows; scores of a
  // block [row, key]; 16 keys [size, 16].
  Value weighted, statistics, block, transposed;
  // Of keys that are divided: [batch, head, part, group, query, …].
  Value partWeighted, partStatistics;
};

} // namespace gg

#endif // GG_LIB_CONVERSION_ATTENTIONTOVECTOR_ATTENTIONKERNEL_H
