//===- CastElement.cpp - Conversion of single elements --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Scalar.h"

#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace gg::onnx;

/// f64 to f32 on the way to a float of less precision: to round to the nearest
/// f32 first would round twice, so this step rounds to odd, which the second
/// one then settles.
static Value roundToOdd(ImplicitLocOpBuilder &b, Value wide) {
  Type f32 = b.getF32Type(), i32 = b.getI32Type();
  Value near = arith::TruncFOp::create(b, f32, wide);
  Value back = arith::ExtFOp::create(b, b.getF64Type(), near);
  Value inexact =
      arith::CmpFOp::create(b, arith::CmpFPredicate::ONE, back, wide);
  Value bits = arith::BitcastOp::create(b, i32, near);
  Value one = arith::ConstantOp::create(b, b.getI32IntegerAttr(1));
  Value zero = arith::ConstantOp::create(b, b.getI32IntegerAttr(0));
  Value even = arith::CmpIOp::create(b, arith::CmpIPredicate::eq,
                                     arith::AndIOp::create(b, bits, one), zero);
  Value away = arith::CmpFOp::create(b, arith::CmpFPredicate::OGT,
                                     math::AbsFOp::create(b, back),
                                     math::AbsFOp::create(b, wide));
  Value neighbour =
      arith::SelectOp::create(b, away, arith::SubIOp::create(b, bits, one),
                              arith::AddIOp::create(b, bits, one));
  Value adjust = arith::AndIOp::create(b, inexact, even);
  Value odd = arith::SelectOp::create(b, adjust, neighbour, bits);
  return arith::BitcastOp::create(b, f32, odd);
}

static Value castFloat(ImplicitLocOpBuilder &b, Value x, FloatType from,
                       FloatType to) {
  if (from == to)
    return x;
  if (from.isF64() && to.getWidth() < 32)
    return arith::TruncFOp::create(b, to, roundToOdd(b, x));
  if (from.getWidth() < 32 && to.getWidth() < 32)
    return arith::TruncFOp::create(b, to,
                                   arith::ExtFOp::create(b, b.getF32Type(), x));
  if (from.getWidth() < to.getWidth())
    return arith::ExtFOp::create(b, to, x);
  return arith::TruncFOp::create(b, to, x);
}

static Value floatConstant(ImplicitLocOpBuilder &b, Type type, double value) {
  return arith::ConstantOp::create(
      b, b.getFloatAttr(cast<FloatType>(type), value));
}

/// Toward zero. What does not fit (the standard leaves it open, LLVM makes it
/// poison) becomes the smallest number, as x86 has it; toward fewer than 32
/// bits it wraps.
static Value castToInteger(ImplicitLocOpBuilder &b, Value x, Type to) {
  unsigned width = to.getIntOrFloatBitWidth();
  if (x.getType().getIntOrFloatBitWidth() < 32)
    x = arith::ExtFOp::create(b, b.getF32Type(), x);
  // 32 unsigned bits fit into 64 signed ones.
  unsigned via =
      width == 64 || (width == 32 && to.isUnsignedInteger()) ? 64 : 32;
  Type viaType = b.getIntegerType(via);
  double limit = via == 64 ? 0x1p63 : 0x1p31;
  Value low = floatConstant(b, x.getType(), -limit);
  Value high = floatConstant(b, x.getType(), limit);
  // Above -limit - 1 would do as well, but f32 does not have that number.
  Value fits = arith::AndIOp::create(
      b, arith::CmpFOp::create(b, arith::CmpFPredicate::OGE, x, low),
      arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x, high));
  Value smallest = arith::ConstantOp::create(
      b, b.getIntegerAttr(viaType, APInt::getSignedMinValue(via)));
  Value zero = floatConstant(b, x.getType(), 0);
  Value inside = arith::SelectOp::create(b, fits, x, zero);
  Value result = arith::SelectOp::create(
      b, fits, arith::FPToSIOp::create(b, viaType, inside), smallest);
  if (via == 64 && width == 64 && to.isUnsignedInteger()) {
    Value upper = arith::AndIOp::create(
        b, arith::CmpFOp::create(b, arith::CmpFPredicate::OGE, x, high),
        arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, x,
                              floatConstant(b, x.getType(), 0x1p64)));
    Value rest = arith::SelectOp::create(
        b, upper, arith::SubFOp::create(b, x, high), zero);
    Value large = arith::AddIOp::create(
        b, arith::FPToSIOp::create(b, viaType, rest), smallest);
    result = arith::SelectOp::create(b, upper, large, result);
  }
  if (width < via)
    result = arith::TruncIOp::create(b, b.getIntegerType(width), result);
  return result;
}

static Value castFromInteger(ImplicitLocOpBuilder &b, Value x, Type from,
                             FloatType to) {
  bool isUnsigned = from.isUnsignedInteger() || from.isInteger(1);
  // Two roundings would differ from one; f64 holds what is seen in practice.
  bool viaF64 = to.isBF16() && from.getIntOrFloatBitWidth() >= 32;
  auto via = cast<FloatType>(viaF64               ? Type(b.getF64Type())
                             : to.getWidth() < 32 ? b.getF32Type()
                                                  : Type(to));
  Value result = isUnsigned ? arith::UIToFPOp::create(b, via, x).getResult()
                            : arith::SIToFPOp::create(b, via, x).getResult();
  return castFloat(b, result, via, to);
}

bool gg::onnx::canCast(Type from, Type to) {
  auto known = [](Type type) {
    return isa<IntegerType, Float16Type, BFloat16Type, Float32Type,
               Float64Type>(type) ||
           isFloat8(type);
  };
  return known(from) && known(to);
}

static bool isNarrowInteger(Type type) {
  auto integer = dyn_cast<IntegerType>(type);
  return integer && integer.getWidth() > 1 && integer.getWidth() < 8;
}

/// The integers of a byte that have the sign of a narrower type.
static Type getByteLike(Type type) {
  return IntegerType::get(type.getContext(), 8,
                          cast<IntegerType>(type).getSignedness());
}

static Value castBetweenIntegers(ImplicitLocOpBuilder &b, Value x, Type from,
                                 Type to) {
  unsigned fromWidth = from.getIntOrFloatBitWidth();
  unsigned toWidth = to.getIntOrFloatBitWidth();
  Type result = b.getIntegerType(toWidth);
  if (fromWidth == toWidth)
    return x;
  if (fromWidth > toWidth)
    return arith::TruncIOp::create(b, result, x);
  if (from.isUnsignedInteger() || from.isInteger(1))
    return arith::ExtUIOp::create(b, result, x);
  return arith::ExtSIOp::create(b, result, x);
}

Value gg::onnx::castElement(ImplicitLocOpBuilder &b, Value x, Type from,
                            Type to, bool saturate) {
  if (from == to)
    return x;
  if (isFloat8(from))
    return castElement(b, decodeFloat8(b, x, from), b.getF32Type(), to,
                       saturate);
  if (isNarrowInteger(from))
    return castElement(b, x, getByteLike(from), to, saturate);
  if (isFloat8(to)) {
    // Integers that f32 does not hold are beyond all of these formats.
    x = from.isF64() ? roundToOdd(b, x)
                     : castElement(b, x, from, b.getF32Type());
    return encodeFloat8(b, x, to, saturate);
  }
  if (isNarrowInteger(to)) {
    Type byte = getByteLike(to), bits = b.getIntegerType(8);
    x = arith::TruncIOp::create(b, b.getIntegerType(to.getIntOrFloatBitWidth()),
                                castElement(b, x, from, byte));
    if (to.isUnsignedInteger())
      return arith::ExtUIOp::create(b, bits, x);
    return arith::ExtSIOp::create(b, bits, x);
  }
  auto fromFloat = dyn_cast<FloatType>(from), toFloat = dyn_cast<FloatType>(to);
  if (to.isInteger(1)) {
    if (fromFloat)
      return arith::CmpFOp::create(b, arith::CmpFPredicate::UNE, x,
                                   floatConstant(b, from, 0));
    Value zero = arith::ConstantOp::create(b, b.getIntegerAttr(x.getType(), 0));
    return arith::CmpIOp::create(b, arith::CmpIPredicate::ne, x, zero);
  }
  if (fromFloat && toFloat)
    return castFloat(b, x, fromFloat, toFloat);
  if (fromFloat)
    return castToInteger(b, x, to);
  if (toFloat)
    return castFromInteger(b, x, from, toFloat);
  return castBetweenIntegers(b, x, from, to);
}
