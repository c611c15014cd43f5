//===- Float8.cpp - 8-bit floats by integer arithmetic --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scalar.h"

#include "mlir/Dialect/Math/IR/Math.h"
#include <cmath>

using namespace mlir;
using namespace gg::onnx;

namespace {

/// One of the formats, and how it relates to f32. A code without its sign bit
/// is the magnitude; magnitudes are ordered as their values are.
class Float8 {
public:
  Float8(ImplicitLocOpBuilder &b, FloatType type)
      : b(b), semantics(type.getFloatSemantics()),
        mantissaBits(APFloat::semanticsPrecision(semantics) - 1),
        minExponent(APFloat::semanticsMinExponent(semantics)),
        largest(codeOf(APFloat::getLargest(semantics))),
        hasInfinity(APFloat::semanticsHasInf(semantics)),
        hasSignedZero(isa<Float8E4M3FNType, Float8E5M2Type>(type)) {}

  Value decode(Value code);
  Value encode(Value x, bool saturate);

private:
  static int64_t codeOf(const APFloat &value) {
    return value.bitcastToAPInt().getZExtValue();
  }
  Value integer(int64_t value) {
    return arith::ConstantOp::create(b, b.getI32IntegerAttr(value));
  }
  Value real(double value) {
    return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  }
  Value toBits(Value x) {
    return arith::BitcastOp::create(b, b.getI32Type(), x);
  }
  Value toReal(Value bits) {
    return arith::BitcastOp::create(b, b.getF32Type(), bits);
  }
  Value compare(arith::CmpIPredicate predicate, Value x, int64_t y) {
    return arith::CmpIOp::create(b, predicate, x, integer(y));
  }
  Value select(Value condition, Value x, Value y) {
    return arith::SelectOp::create(b, condition, x, y);
  }
  /// The code of NaN without its sign, which is all there is of it in formats
  /// that have no negative zero.
  int64_t notANumber() {
    return codeOf(APFloat::getNaN(semantics)) & (hasSignedZero ? 0x7f : 0xff);
  }
  /// From the bits of f32, above those of its mantissa that are dropped, to
  /// the magnitude: the difference between the exponents' biases.
  int64_t rebias() { return int64_t(127 - (1 - minExponent)) << mantissaBits; }

  ImplicitLocOpBuilder &b;
  const llvm::fltSemantics &semantics;
  int mantissaBits, minExponent;
  int64_t largest;
  bool hasInfinity, hasSignedZero;
};

Value Float8::decode(Value code) {
  Value wide = arith::ExtUIOp::create(b, b.getI32Type(), code);
  Value magnitude = arith::AndIOp::create(b, wide, integer(0x7f));
  Value normal = toReal(arith::ShLIOp::create(
      b, arith::AddIOp::create(b, magnitude, integer(rebias())),
      integer(23 - mantissaBits)));
  Value small = arith::MulFOp::create(
      b, arith::UIToFPOp::create(b, b.getF32Type(), magnitude),
      real(std::ldexp(1.0, minExponent - mantissaBits)));
  Value isNormal =
      compare(arith::CmpIPredicate::uge, magnitude, int64_t(1) << mantissaBits);
  Value x = select(isNormal, normal, small);
  Value nan = real(std::numeric_limits<double>::quiet_NaN());
  if (hasInfinity) {
    Value infinite = compare(arith::CmpIPredicate::eq, magnitude, largest + 1);
    x = select(infinite, real(std::numeric_limits<double>::infinity()), x);
  }
  if (hasSignedZero)
    x = select(
        compare(arith::CmpIPredicate::ugt, magnitude, largest + hasInfinity),
        nan, x);
  Value isNegative = compare(arith::CmpIPredicate::uge, wide, 0x80);
  x = select(isNegative, arith::NegFOp::create(b, x), x);
  if (hasSignedZero)
    return x;
  return select(compare(arith::CmpIPredicate::eq, wide, notANumber()), nan, x);
}

Value Float8::encode(Value x, bool saturate) {
  Value positive = math::AbsFOp::create(b, x);
  Value bits = toBits(positive);
  // To nearest, ties to even: half of what is dropped is added, less one where
  // the last bit that stays is even. The sum may carry into the exponent.
  Value shift = integer(23 - mantissaBits);
  Value last = arith::AndIOp::create(b, arith::ShRUIOp::create(b, bits, shift),
                                     integer(1));
  Value half = integer((int64_t(1) << (22 - mantissaBits)) - 1);
  Value rounded =
      arith::AddIOp::create(b, bits, arith::AddIOp::create(b, half, last));
  Value normal = arith::SubIOp::create(
      b, arith::ShRUIOp::create(b, rounded, shift), integer(rebias()));
  // Below the smallest normal number the sum with a number whose last bit is
  // worth as much as the format's smallest number rounds alike.
  Value magic = real(std::ldexp(1.0, 23 + minExponent - mantissaBits));
  Value small = arith::SubIOp::create(
      b, toBits(arith::AddFOp::create(b, positive, magic)), toBits(magic));
  Value isSmall = arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, positive,
                                        real(std::ldexp(1.0, minExponent)));
  Value magnitude = select(isSmall, small, normal);
  int64_t beyond = saturate      ? largest
                   : hasInfinity ? largest + 1
                                 : notANumber();
  magnitude = select(compare(arith::CmpIPredicate::sgt, magnitude, largest),
                     integer(beyond), magnitude);
  Value isNaN = arith::CmpFOp::create(b, arith::CmpFPredicate::UNO, x, x);
  magnitude = select(isNaN, integer(notANumber()), magnitude);
  Value sign = arith::AndIOp::create(
      b, arith::ShRUIOp::create(b, toBits(x), integer(24)), integer(0x80));
  if (!hasSignedZero)
    sign = select(compare(arith::CmpIPredicate::eq, magnitude, 0), integer(0),
                  sign);
  return arith::TruncIOp::create(b, b.getI8Type(),
                                 arith::OrIOp::create(b, magnitude, sign));
}

} // namespace

bool gg::onnx::isFloat8(Type type) {
  return isa<Float8E4M3FNType, Float8E4M3FNUZType, Float8E5M2Type,
             Float8E5M2FNUZType>(type);
}

Value gg::onnx::decodeFloat8(ImplicitLocOpBuilder &b, Value code, Type type) {
  return Float8(b, cast<FloatType>(type)).decode(code);
}

Value gg::onnx::encodeFloat8(ImplicitLocOpBuilder &b, Value x, Type type,
                             bool saturate) {
  return Float8(b, cast<FloatType>(type)).encode(x, saturate);
}
