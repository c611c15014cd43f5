//===- FloatBuilder.h - Arithmetic written as expressions -------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_MATH_FLOATBUILDER_H
#define GG_LIB_TRANSFORMS_MATH_FLOATBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace gg {

/// Builds arithmetic on values of one shape: scalars, or vectors of equal
/// sizes. Constants become splats.
class FloatBuilder {
public:
  FloatBuilder(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type shape);

  using Value = mlir::Value;

  Value f32(double value);
  Value f64(double value);
  Value i32(int64_t value);
  Value i64(int64_t value);
  /// A number of the type of `a`: f32 or f64.
  Value like(Value a, double value);

  Value add(Value a, Value b) { return make<mlir::arith::AddFOp>(a, b); }
  Value sub(Value a, Value b) { return make<mlir::arith::SubFOp>(a, b); }
  Value mul(Value a, Value b) { return make<mlir::arith::MulFOp>(a, b); }
  Value div(Value a, Value b) { return make<mlir::arith::DivFOp>(a, b); }
  /// a·b + c; the product may be rounded or not.
  Value mulAdd(Value a, Value b, Value c);
  /// coefficients[0] + x·(coefficients[1] + x·(…)), of the type of `x`.
  Value polynomial(Value x, mlir::ArrayRef<double> coefficients);
  Value negate(Value a) { return make<mlir::arith::NegFOp>(a); }
  Value abs(Value a);
  /// The magnitude of `a` with the sign of `b`, of one type.
  Value copySign(Value a, Value b);
  /// NaN where either is.
  Value min(Value a, Value b) { return make<mlir::arith::MinimumFOp>(a, b); }
  Value max(Value a, Value b) { return make<mlir::arith::MaximumFOp>(a, b); }
  Value select(Value condition, Value a, Value b) {
    return make<mlir::arith::SelectOp>(condition, a, b);
  }
  Value compare(mlir::arith::CmpFPredicate predicate, Value a, Value b) {
    return make<mlir::arith::CmpFOp>(predicate, a, b);
  }
  Value compare(mlir::arith::CmpIPredicate predicate, Value a, Value b) {
    return make<mlir::arith::CmpIOp>(predicate, a, b);
  }
  Value both(Value a, Value b) { return make<mlir::arith::AndIOp>(a, b); }
  Value either(Value a, Value b) { return make<mlir::arith::OrIOp>(a, b); }

  Value iadd(Value a, Value b) { return make<mlir::arith::AddIOp>(a, b); }
  Value isub(Value a, Value b) { return make<mlir::arith::SubIOp>(a, b); }
  Value iand(Value a, Value b) { return make<mlir::arith::AndIOp>(a, b); }
  Value ior(Value a, Value b) { return make<mlir::arith::OrIOp>(a, b); }
  Value shiftLeft(Value a, Value b) { return make<mlir::arith::ShLIOp>(a, b); }
  Value shiftRight(Value a, Value b) {
    return make<mlir::arith::ShRUIOp>(a, b);
  }
  Value shiftRightSigned(Value a, Value b) {
    return make<mlir::arith::ShRSIOp>(a, b);
  }

  /// The bits of an f32 or f64 as an integer, and back.
  Value toBits(Value a);
  Value fromBits(Value a);
  /// The bits of an f16 in the low half of an i32, and back.
  Value halfToBits(Value a);
  Value halfFromBits(Value a);
  Value toF64(Value a) {
    return make<mlir::arith::ExtFOp>(like(builder.getF64Type()), a);
  }
  Value toF32(Value a) {
    return make<mlir::arith::TruncFOp>(like(builder.getF32Type()), a);
  }
  Value intToF64(Value a) {
    return make<mlir::arith::SIToFPOp>(like(builder.getF64Type()), a);
  }

  /// The nearest integer to an f32 of magnitude below 2^22 (f64: 2^51), as a
  /// float and as an integer of the same width. Needs no rounding instruction.
  std::pair<Value, Value> round(Value a);

  mlir::ImplicitLocOpBuilder builder;

private:
  template <typename OpTy, typename... Arguments>
  Value make(Arguments... arguments) {
    return OpTy::create(builder, arguments...);
  }
  mlir::Type like(mlir::Type element);
  Value constant(mlir::Type element, mlir::TypedAttr value);
  bool isF64(Value a);

  mlir::VectorType vector; // null for scalars
};

} // namespace gg

#endif // GG_LIB_TRANSFORMS_MATH_FLOATBUILDER_H
