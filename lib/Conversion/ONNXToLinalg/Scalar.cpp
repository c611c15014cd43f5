//===- Scalar.cpp - Arithmetic on single elements -------------------------===//
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

Type gg::onnx::toStored(Type type) {
  if (!isa<IntegerType>(type) && !isFloat8(type) &&
      !isa<Float8E8M0FNUType, Float4E2M1FNType>(type))
    return type;
  unsigned width = type.getIntOrFloatBitWidth();
  return IntegerType::get(type.getContext(),
                          width == 1 ? width : std::max(width, 8u));
}

Type Scalar::computeType() const {
  if (isa<Float16Type, BFloat16Type>(type) || isFloat8(type))
    return Float32Type::get(type.getContext());
  return toStored(type);
}

Value Scalar::load(Value element) {
  Type compute = computeType();
  if (element.getType() == compute)
    return element;
  return castElement(b, element, type, compute);
}

Value Scalar::store(Value result) {
  Type stored = toStored(type);
  if (result.getType() == stored || !isFloat())
    return result;
  return castElement(b, result, computeType(), type);
}

Value Scalar::constant(double number) {
  Type compute = computeType();
  if (auto floatType = dyn_cast<FloatType>(compute))
    return arith::ConstantOp::create(b, b.getFloatAttr(floatType, number));
  return integer(static_cast<int64_t>(number));
}

Value Scalar::integer(int64_t number) {
  if (isFloat())
    return constant(static_cast<double>(number));
  return arith::ConstantOp::create(b, b.getIntegerAttr(computeType(), number));
}

Value Scalar::lowest() {
  if (isFloat())
    return constant(-std::numeric_limits<double>::infinity());
  if (isUnsigned())
    return integer(0);
  APInt value = APInt::getSignedMinValue(type.getIntOrFloatBitWidth());
  return arith::ConstantOp::create(b, b.getIntegerAttr(computeType(), value));
}

Value Scalar::highest() {
  if (isFloat())
    return constant(std::numeric_limits<double>::infinity());
  unsigned width = type.getIntOrFloatBitWidth();
  APInt value = isUnsigned() ? APInt::getMaxValue(width)
                             : APInt::getSignedMaxValue(width);
  return arith::ConstantOp::create(b, b.getIntegerAttr(computeType(), value));
}

Value Scalar::add(Value x, Value y) {
  if (isFloat())
    return arith::AddFOp::create(b, x, y);
  return arith::AddIOp::create(b, x, y);
}

Value Scalar::sub(Value x, Value y) {
  if (isFloat())
    return arith::SubFOp::create(b, x, y);
  return arith::SubIOp::create(b, x, y);
}

Value Scalar::mul(Value x, Value y) {
  if (isFloat())
    return arith::MulFOp::create(b, x, y);
  return arith::MulIOp::create(b, x, y);
}

Value Scalar::divide(Value x, Value y, bool wantRemainder) {
  Value zero = integer(0), one = integer(1);
  Value byZero = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, y, zero);
  Value safe = arith::SelectOp::create(b, byZero, one, y);
  if (isUnsigned()) {
    Value result = wantRemainder
                       ? arith::RemUIOp::create(b, x, safe).getResult()
                       : arith::DivUIOp::create(b, x, safe).getResult();
    return arith::SelectOp::create(b, byZero, zero, result);
  }
  // The smallest number divided by -1 overflows, which traps on x86.
  Value minusOne = integer(-1);
  Value negates =
      arith::CmpIOp::create(b, arith::CmpIPredicate::eq, y, minusOne);
  safe = arith::SelectOp::create(b, negates, one, safe);
  if (wantRemainder) {
    Value result = arith::RemSIOp::create(b, x, safe);
    return arith::SelectOp::create(b, byZero, zero, result);
  }
  Value result = arith::DivSIOp::create(b, x, safe);
  result = arith::SelectOp::create(b, negates, neg(x), result);
  return arith::SelectOp::create(b, byZero, zero, result);
}

Value Scalar::div(Value x, Value y) {
  if (isFloat())
    return arith::DivFOp::create(b, x, y);
  return divide(x, y, /*wantRemainder=*/false);
}

Value Scalar::remainder(Value x, Value y) {
  if (isFloat())
    return arith::RemFOp::create(b, x, y);
  return divide(x, y, /*wantRemainder=*/true);
}

Value Scalar::modulo(Value x, Value y) {
  Value rest = remainder(x, y);
  if (isUnsigned())
    return rest;
  // A remainder of the other sign than the divisor is one divisor off.
  Value zero = integer(0);
  Value differs = arith::CmpIOp::create(
      b, arith::CmpIPredicate::slt, arith::XOrIOp::create(b, rest, y), zero);
  Value isRest = arith::CmpIOp::create(b, arith::CmpIPredicate::ne, rest, zero);
  return arith::SelectOp::create(b, arith::AndIOp::create(b, differs, isRest),
                                 add(rest, y), rest);
}

Value Scalar::min(Value x, Value y) {
  if (isFloat())
    return arith::MinimumFOp::create(b, x, y);
  if (isUnsigned())
    return arith::MinUIOp::create(b, x, y);
  return arith::MinSIOp::create(b, x, y);
}

Value Scalar::max(Value x, Value y) {
  if (isFloat())
    return arith::MaximumFOp::create(b, x, y);
  if (isUnsigned())
    return arith::MaxUIOp::create(b, x, y);
  return arith::MaxSIOp::create(b, x, y);
}

Value Scalar::neg(Value x) {
  if (isFloat())
    return arith::NegFOp::create(b, x);
  return arith::SubIOp::create(b, integer(0), x);
}

Value Scalar::abs(Value x) {
  if (isFloat())
    return math::AbsFOp::create(b, x);
  if (isUnsigned())
    return x;
  return arith::SelectOp::create(b, less(x, integer(0)), neg(x), x);
}

Value Scalar::exp(Value x) { return math::ExpOp::create(b, x); }

Value Scalar::log(Value x) { return math::LogOp::create(b, x); }

static arith::CmpIPredicate getIntPredicate(arith::CmpFPredicate predicate,
                                            bool isUnsigned) {
  switch (predicate) {
  case arith::CmpFPredicate::OEQ:
    return arith::CmpIPredicate::eq;
  case arith::CmpFPredicate::OLT:
    return isUnsigned ? arith::CmpIPredicate::ult : arith::CmpIPredicate::slt;
  case arith::CmpFPredicate::OLE:
    return isUnsigned ? arith::CmpIPredicate::ule : arith::CmpIPredicate::sle;
  case arith::CmpFPredicate::OGT:
    return isUnsigned ? arith::CmpIPredicate::ugt : arith::CmpIPredicate::sgt;
  case arith::CmpFPredicate::OGE:
    return isUnsigned ? arith::CmpIPredicate::uge : arith::CmpIPredicate::sge;
  default:
    return arith::CmpIPredicate::ne;
  }
}

Value Scalar::compare(arith::CmpFPredicate predicate, Value x, Value y) {
  if (isFloat())
    return arith::CmpFOp::create(b, predicate, x, y);
  return arith::CmpIOp::create(b, getIntPredicate(predicate, isUnsigned()), x,
                               y);
}
