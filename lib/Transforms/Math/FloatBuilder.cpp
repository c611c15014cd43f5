//===- FloatBuilder.cpp - Arithmetic written as expressions --------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FloatBuilder.h"

#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace gg;

FloatBuilder::FloatBuilder(OpBuilder &builder, Location loc, Type shape)
    : builder(loc, builder), vector(dyn_cast<VectorType>(shape)) {}

Type FloatBuilder::like(Type element) {
  return vector ? Type(vector.clone(element)) : element;
}

Value FloatBuilder::constant(Type element, TypedAttr value) {
  if (vector)
    value = DenseElementsAttr::get(vector.clone(element), Attribute(value));
  return arith::ConstantOp::create(builder, value);
}

Value FloatBuilder::f32(double value) {
  return constant(builder.getF32Type(), builder.getF32FloatAttr(value));
}
Value FloatBuilder::f64(double value) {
  return constant(builder.getF64Type(), builder.getF64FloatAttr(value));
}
Value FloatBuilder::i32(int64_t value) {
  return constant(builder.getI32Type(), builder.getI32IntegerAttr(value));
}
Value FloatBuilder::i64(int64_t value) {
  return constant(builder.getI64Type(), builder.getI64IntegerAttr(value));
}

Value FloatBuilder::like(Value a, double value) {
  return isF64(a) ? f64(value) : f32(value);
}

bool FloatBuilder::isF64(Value a) {
  return getElementTypeOrSelf(a.getType()).isF64();
}

Value FloatBuilder::add(Value a, Value b) {
  return arith::AddFOp::create(builder, a, b);
}
Value FloatBuilder::sub(Value a, Value b) {
  return arith::SubFOp::create(builder, a, b);
}
Value FloatBuilder::mul(Value a, Value b) {
  return arith::MulFOp::create(builder, a, b);
}
Value FloatBuilder::div(Value a, Value b) {
  return arith::DivFOp::create(builder, a, b);
}

Value FloatBuilder::mulAdd(Value a, Value b, Value c) {
  auto contract = arith::FastMathFlags::contract;
  Value product = arith::MulFOp::create(builder, a, b, contract);
  return arith::AddFOp::create(builder, product, c, contract);
}

Value FloatBuilder::polynomial(Value x, ArrayRef<double> coefficients) {
  Value sum = like(x, coefficients.back());
  for (double coefficient : llvm::reverse(coefficients.drop_back()))
    sum = mulAdd(sum, x, like(x, coefficient));
  return sum;
}

Value FloatBuilder::negate(Value a) {
  return arith::NegFOp::create(builder, a);
}

Value FloatBuilder::abs(Value a) {
  Value bits = toBits(a);
  return fromBits(iand(bits, isF64(a) ? i64(INT64_MAX) : i32(INT32_MAX)));
}

Value FloatBuilder::copySign(Value a, Value b) {
  Value sign = iand(toBits(b), isF64(b) ? i64(INT64_MIN) : i32(INT32_MIN));
  return fromBits(ior(toBits(abs(a)), sign));
}

Value FloatBuilder::min(Value a, Value b) {
  return arith::MinimumFOp::create(builder, a, b);
}
Value FloatBuilder::max(Value a, Value b) {
  return arith::MaximumFOp::create(builder, a, b);
}
Value FloatBuilder::select(Value condition, Value a, Value b) {
  return arith::SelectOp::create(builder, condition, a, b);
}
Value FloatBuilder::compare(arith::CmpFPredicate predicate, Value a, Value b) {
  return arith::CmpFOp::create(builder, predicate, a, b);
}
Value FloatBuilder::compare(arith::CmpIPredicate predicate, Value a, Value b) {
  return arith::CmpIOp::create(builder, predicate, a, b);
}
Value FloatBuilder::both(Value a, Value b) {
  return arith::AndIOp::create(builder, a, b);
}
Value FloatBuilder::either(Value a, Value b) {
  return arith::OrIOp::create(builder, a, b);
}

Value FloatBuilder::iadd(Value a, Value b) {
  return arith::AddIOp::create(builder, a, b);
}
Value FloatBuilder::isub(Value a, Value b) {
  return arith::SubIOp::create(builder, a, b);
}
Value FloatBuilder::iand(Value a, Value b) {
  return arith::AndIOp::create(builder, a, b);
}
Value FloatBuilder::ior(Value a, Value b) {
  return arith::OrIOp::create(builder, a, b);
}
Value FloatBuilder::shiftLeft(Value a, Value b) {
  return arith::ShLIOp::create(builder, a, b);
}
Value FloatBuilder::shiftRight(Value a, Value b) {
  return arith::ShRUIOp::create(builder, a, b);
}
Value FloatBuilder::shiftRightSigned(Value a, Value b) {
  return arith::ShRSIOp::create(builder, a, b);
}

Value FloatBuilder::toBits(Value a) {
  Type bits = isF64(a) ? builder.getI64Type() : builder.getI32Type();
  return arith::BitcastOp::create(builder, like(bits), a);
}
Value FloatBuilder::fromBits(Value a) {
  bool wide = getElementTypeOrSelf(a.getType()).isInteger(64);
  Type type = wide ? Type(builder.getF64Type()) : Type(builder.getF32Type());
  return arith::BitcastOp::create(builder, like(type), a);
}
Value FloatBuilder::halfToBits(Value a) {
  Value bits = arith::BitcastOp::create(builder, like(builder.getI16Type()), a);
  return arith::ExtUIOp::create(builder, like(builder.getI32Type()), bits);
}
Value FloatBuilder::halfFromBits(Value a) {
  Value bits = arith::TruncIOp::create(builder, like(builder.getI16Type()), a);
  return arith::BitcastOp::create(builder, like(builder.getF16Type()), bits);
}
Value FloatBuilder::toF64(Value a) {
  return arith::ExtFOp::create(builder, like(builder.getF64Type()), a);
}
Value FloatBuilder::toF32(Value a) {
  return arith::TruncFOp::create(builder, like(builder.getF32Type()), a);
}
Value FloatBuilder::intToF64(Value a) {
  return arith::SIToFPOp::create(builder, like(builder.getF64Type()), a);
}

std::pair<Value, Value> FloatBuilder::round(Value a) {
  // Adding 1.5·2^23 (2^52) leaves no bits behind the point; the integer then
  // stands in the low bits.
  Value magic = like(a, isF64(a) ? 0x1.8p52 : 0x1.8p23);
  Value shifted = add(a, magic);
  Value integer = isub(toBits(shifted), toBits(magic));
  return {sub(shifted, magic), integer};
}
