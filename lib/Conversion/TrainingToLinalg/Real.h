//===- Real.h - Formulas as they are written --------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_CONVERSION_TRAININGTOLINALG_REAL_H
#define GG_LIB_CONVERSION_TRAININGTOLINALG_REAL_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace gg {

/// A scalar float, whose operators emit what they compute at the builder's
/// insertion point.
class Real {
public:
  Real(mlir::ImplicitLocOpBuilder &builder, mlir::Value value)
      : builder(&builder), value(value) {}
  Real(mlir::ImplicitLocOpBuilder &builder, mlir::Type type, double number)
      : Real(builder, mlir::arith::ConstantOp::create(
                          builder, builder.getFloatAttr(type, number))) {}

  operator mlir::Value() const { return value; }

  /// A number of this one's type.
  Real like(double number) const {
    return Real(*builder, value.getType(), number);
  }
  /// The same number as another type of float.
  Real as(mlir::Type type) const {
    unsigned from = value.getType().getIntOrFloatBitWidth();
    unsigned to = type.getIntOrFloatBitWidth();
    if (value.getType() == type)
      return *this;
    if (from < to)
      return Real(*builder, mlir::arith::ExtFOp::create(*builder, type, value));
    return Real(*builder, mlir::arith::TruncFOp::create(*builder, type, value));
  }
  /// An operation of one or two operands of this type.
  template <typename OpTy> Real apply() const {
    return Real(*builder, OpTy::create(*builder, value));
  }
  template <typename OpTy> Real apply(Real other) const {
    return Real(*builder, OpTy::create(*builder, value, other));
  }
  mlir::Value compare(mlir::arith::CmpFPredicate predicate, Real other) const {
    return mlir::arith::CmpFOp::create(*builder, predicate, value, other);
  }

  Real abs() const { return apply<mlir::math::AbsFOp>(); }
  Real log() const { return apply<mlir::math::LogOp>(); }
  Real pow(Real power) const { return apply<mlir::math::PowFOp>(power); }

  friend Real operator+(Real a, Real b) {
    return a.apply<mlir::arith::AddFOp>(b);
  }
  friend Real operator-(Real a, Real b) {
    return a.apply<mlir::arith::SubFOp>(b);
  }
  friend Real operator*(Real a, Real b) {
    return a.apply<mlir::arith::MulFOp>(b);
  }
  friend Real operator/(Real a, Real b) {
    return a.apply<mlir::arith::DivFOp>(b);
  }
  friend Real operator+(Real a, double b) { return a + a.like(b); }
  friend Real operator-(Real a, double b) { return a - a.like(b); }
  friend Real operator*(Real a, double b) { return a * a.like(b); }
  friend Real operator/(double a, Real b) { return b.like(a) / b; }

private:
  mlir::ImplicitLocOpBuilder *builder;
  mlir::Value value;
};

} // namespace gg

#endif // GG_LIB_CONVERSION_TRAININGTOLINALG_REAL_H
