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
  return make<arith::ConstantOp>(value);
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

Value FloatBuilder::mulAdd(Value a, Value b, Value c) {
  auto contract = arith::FastMathFlags::contract;
  Value product = make<arith::MulFOp>(a, b, contract);
  return make<arith::AddFOp>(product, c, contract);
}

Value FloatBuilder::polynomial(Value x, ArrayRef<double> coefficients) {
  Value sum = like(x, coefficients.back());
  for (double coefficient : llvm::reverse(coefficients.drop_back()))
    sum = mulAdd(sum, x, like(x, coefficient));
  return sum;
}

Value FloatBuilder::abs(Value a) {
  Value bits = toBits(a);
  return fromBits(iand(bits, isF64(a) ? i64(INT64_MAX) : i32(INT32_MAX)));
}

Value FloatBuilder::copySign(Value a, Value b) {
  Value sign = iand(toBits(b), isF64(b) ? i64(INT64_MIN) : i32(INT32_MIN));
  return fromBits(ior(toBits(abs(a)), sign));
}

Value FloatBuilder::toBits(Value a) {
  Type bits = isF64(a) ? builder.getI64Type() : builder.getI32Type();
  return make<arith::BitcastOp>(like(bits), a);
}
Value FloatBuilder::fromBits(Value a) {
  bool wide = getElementTypeOrSelf(a.getType()).isInteger(64);
  Type type = wide ? Type(builder.getF64Type()) : Type(builder.getF32Type());
  return make<arith::BitcastOp>(like(type), a);
}
Value FloatBuilder::halfToBits(Value a) {
  Value bits = make<arith::BitcastOp>(like(builder.getI16Type()), a);
  return make<arith::ExtUIOp>(like(builder.getI32Type()), bits);
}
Value FloatBuilder::halfFromBits(Value a) {
  Value bits = make<arith::TruncIOp>(like(builder.getI16Type()), a);
  return make<arith::BitcastOp>(like(builder.getF16Type()), bits);
}

std::pair<Value, Value> FloatBuilder::round(Value a) {
  // Adding 1.5·2^23 (2^52) leaves no bits behind the point; the integer then
  // stands in the low bits.
  Value magic = like(a, isF64(a) ? 0x1.8p52 : 0x1.8p23);
  Value shifted = add(a, magic);
  Value integer = isub(toBits(shifted), toBits(magic));
  return {sub(shifted, magic), integer};
}
