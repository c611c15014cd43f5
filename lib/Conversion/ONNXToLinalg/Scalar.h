//===- Scalar.h - Arithmetic on single elements -----------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_CONVERSION_ONNXTOLINALG_SCALAR_H
#define GG_LIB_CONVERSION_ONNXTOLINALG_SCALAR_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace gg::onnx {

/// Arithmetic on elements of one onnx element type, inside a generic's body.
/// Values are as they are stored; the type says how to read them. Floats of
/// less than f32's width are computed in f32: `load` widens an element and
/// `store` rounds the result.
class Scalar {
public:
  Scalar(mlir::OpBuilder &builder, mlir::Location loc, mlir::Type type)
      : b(loc, builder), type(type) {}

  mlir::ImplicitLocOpBuilder b;
  mlir::Type type;

  bool isFloat() const { return llvm::isa<mlir::FloatType>(type); }
  bool isUnsigned() const {
    return type.isUnsignedInteger() || type.isInteger(1);
  }
  /// The type of a loaded element.
  mlir::Type computeType() const;

  mlir::Value load(mlir::Value element);
  mlir::Value store(mlir::Value result);
  /// A constant of the compute type.
  mlir::Value constant(double number);
  mlir::Value integer(int64_t number);

  mlir::Value add(mlir::Value x, mlir::Value y);
  mlir::Value sub(mlir::Value x, mlir::Value y);
  mlir::Value mul(mlir::Value x, mlir::Value y);
  /// Integers: toward zero, and 0 where the divisor is 0.
  mlir::Value div(mlir::Value x, mlir::Value y);
  /// The remainder with the sign of the dividend; 0 where the divisor is 0.
  mlir::Value remainder(mlir::Value x, mlir::Value y);
  /// The remainder with the sign of the divisor, of integers.
  mlir::Value modulo(mlir::Value x, mlir::Value y);
  mlir::Value min(mlir::Value x, mlir::Value y);
  mlir::Value max(mlir::Value x, mlir::Value y);
  mlir::Value neg(mlir::Value x);
  mlir::Value abs(mlir::Value x);
  mlir::Value exp(mlir::Value x);
  mlir::Value log(mlir::Value x);
  /// By the ordered predicate of floats, or the one of the type's signedness.
  mlir::Value compare(mlir::arith::CmpFPredicate predicate, mlir::Value x,
                      mlir::Value y);
  mlir::Value less(mlir::Value x, mlir::Value y) {
    return compare(mlir::arith::CmpFPredicate::OLT, x, y);
  }

  /// The smallest and largest value of the type (floats: infinite).
  mlir::Value lowest();
  mlir::Value highest();

private:
  /// Division or remainder without its traps: 0 and -1 as divisors.
  mlir::Value divide(mlir::Value x, mlir::Value y, bool wantRemainder);
};

/// Converts one stored element as onnx.Cast does. The types are the onnx ones.
/// Toward 8-bit floats, `saturate` keeps what is too large at the largest
/// number.
mlir::Value castElement(mlir::ImplicitLocOpBuilder &b, mlir::Value element,
                        mlir::Type from, mlir::Type to, bool saturate = true);

/// Whether castElement knows both types.
bool canCast(mlir::Type from, mlir::Type to);

/// The type that holds elements of `type` after the conversion: integers are
/// signless, those of 2 and 4 bits are extended to a byte, and of floats of 8
/// bits or less a byte holds the code.
mlir::Type toStored(mlir::Type type);

/// Whether `type` is one of the standard's four 8-bit floats with a sign.
bool isFloat8(mlir::Type type);
/// The f32 that the code of an 8-bit float stands for.
mlir::Value decodeFloat8(mlir::ImplicitLocOpBuilder &b, mlir::Value code,
                         mlir::Type type);
/// The code of the 8-bit float nearest to an f32, ties to even.
mlir::Value encodeFloat8(mlir::ImplicitLocOpBuilder &b, mlir::Value x,
                         mlir::Type type, bool saturate);

} // namespace gg::onnx

#endif // GG_LIB_CONVERSION_ONNXTOLINALG_SCALAR_H
