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

  bool dividesKeys();
  Value emitParts();
  void emitUnit(ValueRange at, bool isPart);
  void emitBlock(const Query &at, Keys keys);
  void emitWeightedValues(const Query &at, Keys keys, Value correction);
  void emitResult(const Query &at, Value sum, llvm::ArrayRef<Value> values);
  void emitPart(const Query &at, Value part);
  void emitJoin(ValueRange at, Value parts);

  Keys keysOf(Value batch, Value query);
  Values loadQuery(const Query &at);
  Value scores(const Query &at, llvm::ArrayRef<Value> query, Value key,
               Value end);
  Value sumLanes(llvm::ArrayRef<Value> vectors);
  Value loadFloats(Value buffer, ValueRange at, int64_t from, int64_t length);
  void storeFloats(Value value, Value buffer, ValueRange at, int64_t from,
                   int64_t length);
  Value exp(Value x, Value largest);

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
  // Of a unit: weighted values [row, value size]; largest score and sum of
  // powers [row, 2]; scores of a block.
  Value weighted, statistics, block;
  // Of keys that are divided: [batch, head, part, group, query, …].
  Value partWeighted, partStatistics;
};

} // namespace gg

#endif // GG_LIB_CONVERSION_ATTENTIONTOVECTOR_ATTENTIONKERNEL_H
