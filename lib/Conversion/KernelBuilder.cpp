//===- KernelBuilder.cpp - Words that kernels are written in --------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Conversion/KernelBuilder.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace gg;

/// Buffers start at a line of the cache.
static constexpr int64_t kAlignment = 64;

KernelBuilder::KernelBuilder(OpBuilder &builder, Location loc)
    : b(loc, builder), floats(VectorType::get({kLanes}, builder.getF32Type())) {
}

//===----------------------------------------------------------------------===//
// Indices
//===----------------------------------------------------------------------===//

Value KernelBuilder::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

Value KernelBuilder::add(Value lhs, Value rhs) {
  return b.createOrFold<arith::AddIOp>(lhs, rhs);
}

Value KernelBuilder::sub(Value lhs, Value rhs) {
  return b.createOrFold<arith::SubIOp>(lhs, rhs);
}

Value KernelBuilder::mul(Value lhs, Value rhs) {
  return b.createOrFold<arith::MulIOp>(lhs, rhs);
}

Value KernelBuilder::div(Value lhs, Value rhs) {
  return b.createOrFold<arith::DivUIOp>(lhs, rhs);
}

Value KernelBuilder::rem(Value lhs, Value rhs) {
  return b.createOrFold<arith::RemUIOp>(lhs, rhs);
}

Value KernelBuilder::ceilDiv(Value lhs, Value rhs) {
  return b.createOrFold<arith::CeilDivUIOp>(lhs, rhs);
}

Value KernelBuilder::minimum(Value lhs, Value rhs) {
  return b.createOrFold<arith::MinSIOp>(lhs, rhs);
}

Value KernelBuilder::maximum(Value lhs, Value rhs) {
  return b.createOrFold<arith::MaxSIOp>(lhs, rhs);
}

Value KernelBuilder::dim(Value buffer, int64_t number) {
  int64_t size = cast<MemRefType>(buffer.getType()).getDimSize(number);
  if (!ShapedType::isDynamic(size))
    return index(size);
  return memref::DimOp::create(b, buffer, number);
}

//===----------------------------------------------------------------------===//
// Floats
//===----------------------------------------------------------------------===//

Value KernelBuilder::f32(double value) {
  return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
}

Value KernelBuilder::splat(double value) {
  return arith::ConstantOp::create(
      b, DenseElementsAttr::get(floats, static_cast<float>(value)));
}

Value KernelBuilder::broadcast(Value value) {
  return vector::BroadcastOp::create(b, floats, value);
}

Value KernelBuilder::fadd(Value lhs, Value rhs) {
  return arith::AddFOp::create(b, lhs, rhs, arith::FastMathFlags::contract);
}

Value KernelBuilder::fmul(Value lhs, Value rhs) {
  return arith::MulFOp::create(b, lhs, rhs, arith::FastMathFlags::contract);
}

Value KernelBuilder::largest(Value lhs, Value rhs) {
  return arith::MaximumFOp::create(b, lhs, rhs);
}

Value KernelBuilder::isEqual(Value lhs, Value rhs) {
  return arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, lhs, rhs);
}

Value KernelBuilder::select(Value condition, Value lhs, Value rhs) {
  return arith::SelectOp::create(b, condition, lhs, rhs);
}

Value KernelBuilder::lanesBefore(Value count) {
  return vector::CreateMaskOp::create(
      b, VectorType::get({kLanes}, b.getI1Type()), count);
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

Value KernelBuilder::load(Value buffer, ValueRange at) {
  return memref::LoadOp::create(b, buffer, at);
}

void KernelBuilder::store(Value value, Value buffer, ValueRange at) {
  memref::StoreOp::create(b, value, buffer, at);
}

Value KernelBuilder::loadVector(Value buffer, ValueRange at) {
  return vector::LoadOp::create(b, floats, buffer, at);
}

/// Those of the 16 lanes from `from` on that a row of `length` has.
static Value lanesOf(ImplicitLocOpBuilder &b, int64_t from, int64_t length) {
  return vector::ConstantMaskOp::create(
      b, VectorType::get({KernelBuilder::kLanes}, b.getI1Type()),
      ArrayRef<int64_t>{length - from});
}

Value KernelBuilder::loadFloats(Value buffer, ValueRange row, int64_t from,
                                int64_t length) {
  Type element = cast<MemRefType>(buffer.getType()).getElementType();
  VectorType type = floats.clone(element);
  Values at(row);
  at.push_back(index(from));
  Value result;
  if (from + kLanes <= length) {
    result = vector::LoadOp::create(b, type, buffer, at);
  } else {
    Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
    result = vector::MaskedLoadOp::create(b, type, buffer, at,
                                          lanesOf(b, from, length), zero);
  }
  return element.isF32() ? result
                         : arith::ExtFOp::create(b, floats, result).getResult();
}

void KernelBuilder::storeFloats(Value value, Value buffer, ValueRange row,
                                int64_t from, int64_t length) {
  Values at(row);
  at.push_back(index(from));
  if (from + kLanes <= length)
    vector::StoreOp::create(b, value, buffer, at);
  else
    vector::MaskedStoreOp::create(b, buffer, at, lanesOf(b, from, length),
                                  value);
}

Value KernelBuilder::allocateLocal(ArrayRef<int64_t> shape) {
  return memref::AllocaOp::create(b, MemRefType::get(shape, b.getF32Type()),
                                  b.getI64IntegerAttr(kAlignment));
}

Value KernelBuilder::allocateShared(ArrayRef<int64_t> shape) {
  return memref::AllocOp::create(b, MemRefType::get(shape, b.getF32Type()),
                                 b.getI64IntegerAttr(kAlignment));
}

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

KernelBuilder::Values
KernelBuilder::loop(Value from, Value to, int64_t step, ValueRange carried,
                    function_ref<Values(Value, ValueRange)> body) {
  auto op = scf::ForOp::create(
      b, from, to, index(step), carried,
      [&](OpBuilder &builder, Location, Value i, ValueRange args) {
        OpBuilder::InsertionGuard guard(b);
        b.restoreInsertionPoint(builder.saveInsertionPoint());
        scf::YieldOp::create(b, body(i, args));
      });
  return Values(op.getResults());
}

void KernelBuilder::loop(Value from, Value to, int64_t step,
                         function_ref<void(Value)> body) {
  loop(from, to, step, {}, [&](Value i, ValueRange) -> Values {
    body(i);
    return {};
  });
}

void KernelBuilder::parallel(ValueRange sizes,
                             function_ref<void(ValueRange)> body) {
  Values zeros(sizes.size(), index(0)), ones(sizes.size(), index(1));
  scf::ParallelOp::create(
      b, zeros, sizes, ones, [&](OpBuilder &builder, Location, ValueRange at) {
        OpBuilder::InsertionGuard guard(b);
        b.restoreInsertionPoint(builder.saveInsertionPoint());
        body(at);
      });
}
