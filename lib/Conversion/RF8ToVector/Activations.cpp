//===- Activations.cpp - The input of rf8.linear
//----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Activations.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"

using namespace mlir;
using namespace gg;

/// Rows up to which activations always have two terms: so few are multiplied
/// about as fast as their weights come from memory.
static constexpr int64_t kTwoTermRows = 4;

/// Steps that an iteration converts.
static constexpr int64_t kSteps = 16;

static Value toBF16(ImplicitLocOpBuilder &b, Value floats) {
  return x86vector::CvtPackedF32ToBF16Op::create(
      b, VectorType::get({kSteps}, b.getBF16Type()), floats);
}

/// What rounding `floats` to `rounded` left over.
static Value getRest(ImplicitLocOpBuilder &b, Value floats, Value rounded) {
  Type type = floats.getType();
  Value rest =
      arith::SubFOp::create(b, floats, arith::ExtFOp::create(b, type, rounded));
  // An infinity leaves NaN over, and is infinite without it.
  Value isNumber =
      arith::CmpFOp::create(b, arith::CmpFPredicate::ORD, rest, rest);
  Value zero = arith::ConstantOp::create(b, b.getZeroAttr(type));
  return arith::SelectOp::create(b, isNumber, rest, zero);
}

Activations gg::emitActivations(OpBuilder &builder, rf8::LinearOp op,
                                const KernelTarget &target, bool exact) {
  Value input = op.getInput();
  if (!target.multipliesPairs(op.getWeightsType().getElementType()))
    return {input, 0};
  ImplicitLocOpBuilder b(op.getLoc(), builder);
  auto index = [&](int64_t value) -> Value {
    return arith::ConstantIndexOp::create(b, value);
  };
  int64_t steps = op.getSteps(), rows = op.getInputType().getDimSize(0);
  bool isDynamic = ShapedType::isDynamic(rows);
  int64_t terms = exact || (!isDynamic && rows <= kTwoTermRows) ? 2 : 1;
  int64_t blocks = llvm::divideCeil(steps, kSteps);
  auto type =
      MemRefType::get({rows, terms, blocks * kSteps / 2}, b.getI32Type());
  SmallVector<Value> sizes;
  if (isDynamic)
    sizes.push_back(memref::DimOp::create(b, input, 0));
  Value buffer =
      memref::AllocOp::create(b, type, sizes, b.getI64IntegerAttr(64));

  Value zero = index(0), one = index(1);
  scf::ParallelOp::create(
      b, ValueRange{zero, zero},
      ValueRange{isDynamic ? sizes.front() : index(rows), index(blocks)},
      ValueRange{one, one}, [&](OpBuilder &inner, Location loc, ValueRange at) {
        ImplicitLocOpBuilder b(loc, inner);
        auto times = [&](int64_t factor) -> Value {
          return arith::MulIOp::create(
              b, at[1], arith::ConstantIndexOp::create(b, factor));
        };
        Value padding = arith::ConstantOp::create(b, b.getF32FloatAttr(0));
        Value floats = vector::TransferReadOp::create(
            b, VectorType::get({kSteps}, b.getF32Type()), input,
            ValueRange{at[0], times(kSteps)}, padding,
            ArrayRef<bool>{steps % kSteps == 0});
        for (int64_t term = 0; term < terms; ++term) {
          Value rounded = toBF16(b, floats);
          Value pairs = vector::BitCastOp::create(
              b, VectorType::get({kSteps / 2}, b.getI32Type()), rounded);
          vector::StoreOp::create(
              b, pairs, buffer,
              ValueRange{at[0], arith::ConstantIndexOp::create(b, term),
                         times(kSteps / 2)});
          if (term + 1 < terms)
            floats = getRest(b, floats, rounded);
        }
      });
  return {buffer, terms};
}
