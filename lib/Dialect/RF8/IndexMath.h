//===- IndexMath.h - Arithmetic on indices by constants --------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_DIALECT_RF8_INDEXMATH_H
#define GG_LIB_DIALECT_RF8_INDEXMATH_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace gg::rf8 {

inline mlir::Value index(mlir::ImplicitLocOpBuilder &b, int64_t value) {
  return mlir::arith::ConstantIndexOp::create(b, value);
}

inline mlir::Value divide(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                          int64_t by) {
  return by == 1 ? value : mlir::arith::DivUIOp::create(b, value, index(b, by));
}

inline mlir::Value modulo(mlir::ImplicitLocOpBuilder &b, mlir::Value value,
                          int64_t by) {
  return mlir::arith::RemUIOp::create(b, value, index(b, by));
}

/// lhs * factor + rhs
inline mlir::Value sum(mlir::ImplicitLocOpBuilder &b, mlir::Value lhs,
                       int64_t factor, mlir::Value rhs) {
  lhs = mlir::arith::MulIOp::create(b, lhs, index(b, factor));
  return mlir::arith::AddIOp::create(b, lhs, rhs);
}

} // namespace gg::rf8

#endif // GG_LIB_DIALECT_RF8_INDEXMATH_H
