//===- KernelBuilder.h - Words that kernels are written in ---*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_CONVERSION_KERNELBUILDER_H
#define GG_CONVERSION_KERNELBUILDER_H

#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace gg {

/// What kernels are made of: numbers, loops, and vectors of 16 floats, which
/// targets with narrower registers split.
class KernelBuilder {
public:
  using Value = mlir::Value;
  using ValueRange = mlir::ValueRange;
  using Values = llvm::SmallVector<Value>;

  static constexpr int64_t kLanes = 16;

  KernelBuilder(mlir::OpBuilder &builder, mlir::Location loc);

  // Of index type.
  Value index(int64_t value);
  Value add(Value lhs, Value rhs);
  Value sub(Value lhs, Value rhs);
  Value mul(Value lhs, Value rhs);
  Value div(Value lhs, Value rhs);
  Value rem(Value lhs, Value rhs);
  Value ceilDiv(Value lhs, Value rhs);
  Value minimum(Value lhs, Value rhs);
  Value maximum(Value lhs, Value rhs);
  Value dim(Value buffer, int64_t number);

  // Of f32, or vectors of it.
  Value f32(double value);
  Value splat(double value);
  Value broadcast(Value value);
  /// A product and a sum become one instruction where the target has it.
  Value fadd(Value lhs, Value rhs);
  Value fmul(Value lhs, Value rhs);
  Value largest(Value lhs, Value rhs);
  Value isEqual(Value lhs, Value rhs);
  Value select(Value condition, Value lhs, Value rhs);

  /// Which of 16 lanes are before `count`.
  Value lanesBefore(Value count);

  Value load(Value buffer, ValueRange at);
  void store(Value value, Value buffer, ValueRange at);
  /// 16 elements of type f32 from `at` on.
  Value loadVector(Value buffer, ValueRange at);
  /// Elements [from, from + 16) of a row of `length`, zeros behind it; widened
  /// to f32.
  Value loadFloats(Value buffer, ValueRange row, int64_t from, int64_t length);
  void storeFloats(Value value, Value buffer, ValueRange row, int64_t from,
                   int64_t length);

  /// A buffer of f32 on the stack of the thread, and one of the call.
  Value allocateLocal(llvm::ArrayRef<int64_t> shape);
  Value allocateShared(llvm::ArrayRef<int64_t> shape);

  Values loop(Value from, Value to, int64_t step, ValueRange carried,
              llvm::function_ref<Values(Value, ValueRange)> body);
  /// One without results.
  void loop(Value from, Value to, int64_t step,
            llvm::function_ref<void(Value)> body);
  void parallel(ValueRange sizes, llvm::function_ref<void(ValueRange)> body);

  mlir::ImplicitLocOpBuilder b;
  mlir::VectorType floats;
};

} // namespace gg

#endif // GG_CONVERSION_KERNELBUILDER_H
