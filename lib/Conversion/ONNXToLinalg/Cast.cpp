//===- Cast.cpp - Cast and Pow to linalg ----------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "Patterns.h"
#include "Scalar.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace gg::onnx;

namespace {

/// Cast and CastLike.
template <typename OpTy> struct CastPattern : OpConversionPattern<OpTy> {
  using OpConversionPattern<OpTy>::OpConversionPattern;
  LogicalResult
  matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type from = getElementType(op.getInput());
    Type to = getElementType(op.getOutput());
    Emitter e(rewriter, op);
    if (from == to) {
      e.replace(adaptor.getInput());
      return success();
    }
    e.replace(
        e.map(e.sizes(adaptor.getInput()), toStored(to), adaptor.getInput(),
              [&](OpBuilder &builder, Location loc, ValueRange args) {
                ImplicitLocOpBuilder b(loc, builder);
                return castElement(b, args[0], from, to, op.getSaturate());
              }));
    return success();
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Pow
//===----------------------------------------------------------------------===//

/// An integer to the power of another, wrapping, by repeated squaring. A
/// negative exponent leaves 1 and -1, and makes 0 of the rest.
static Value integerPower(Scalar &s, Value x, Value exponent,
                          bool unsignedExponent) {
  ImplicitLocOpBuilder &b = s.b;
  Type wide = b.getI64Type();
  if (exponent.getType() != wide)
    exponent = unsignedExponent
                   ? arith::ExtUIOp::create(b, wide, exponent).getResult()
                   : arith::ExtSIOp::create(b, wide, exponent).getResult();
  Value zero = arith::ConstantIndexOp::create(b, 0);
  Value end = arith::ConstantIndexOp::create(b, 64);
  Value step = arith::ConstantIndexOp::create(b, 1);
  Value oneBit = arith::ConstantOp::create(b, b.getI64IntegerAttr(1));
  auto loop = scf::ForOp::create(
      b, zero, end, step, ValueRange{s.integer(1), x, exponent},
      [&](OpBuilder &nested, Location loc, Value, ValueRange state) {
        Scalar inner(nested, loc, s.type);
        Value odd =
            arith::TruncIOp::create(nested, loc, nested.getI1Type(), state[2]);
        Value product = inner.mul(state[0], state[1]);
        Value result =
            arith::SelectOp::create(nested, loc, odd, product, state[0]);
        Value square = inner.mul(state[1], state[1]);
        Value rest = arith::ShRUIOp::create(nested, loc, state[2], oneBit);
        scf::YieldOp::create(nested, loc, ValueRange{result, square, rest});
      });
  Value result = loop.getResult(0);
  if (unsignedExponent)
    return result;
  Value none = arith::ConstantOp::create(b, b.getI64IntegerAttr(0));
  Value negative =
      arith::CmpIOp::create(b, arith::CmpIPredicate::slt, exponent, none);
  Value unit = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, s.abs(x),
                                     s.integer(1));
  Value zeroed = arith::AndIOp::create(
      b, negative,
      arith::XOrIOp::create(b, unit,
                            arith::ConstantOp::create(b, b.getBoolAttr(true))));
  return arith::SelectOp::create(b, zeroed, s.integer(0), result);
}

namespace {
struct PowPattern : OpConversionPattern<PowOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(PowOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Type base = getElementType(op.getX()), exponent = getElementType(op.getY());
    std::optional<double> known = getConstantFloat(op.getY());
    if (std::optional<int64_t> number = getConstantInt(op.getY()))
      known = static_cast<double>(*number);
    bool isSquare = known == 2.0, isCube = known == 3.0;
    bool integers = isa<IntegerType>(base) && isa<IntegerType>(exponent);
    // Integers beyond 24 bits and exponents as large need f64.
    bool viaF64 = isa<IntegerType>(base) || base.isF64() || exponent.isF64() ||
                  exponent.getIntOrFloatBitWidth() == 64;
    Type compute =
        viaF64 ? Type(rewriter.getF64Type()) : Type(rewriter.getF32Type());
    Broadcast in = e.broadcast(adaptor.getOperands());
    e.replace(
        e.map(in.sizes, toStored(base), in.operands, in.maps,
              [&](OpBuilder &builder, Location loc, ValueRange args) -> Value {
                Scalar s(builder, loc, base);
                if (isSquare || isCube) {
                  Value x = s.load(args[0]);
                  Value square = s.mul(x, x);
                  return s.store(isCube ? s.mul(square, x) : square);
                }
                if (integers)
                  return integerPower(s, args[0], args[1],
                                      exponent.isUnsignedInteger());
                Value x = castElement(s.b, args[0], base, compute);
                Value y = castElement(s.b, args[1], exponent, compute);
                Value power = math::PowFOp::create(s.b, x, y);
                return castElement(s.b, power, compute, base);
              }));
    return success();
  }
};
} // namespace

void gg::onnx::populateCastPatterns(const TypeConverter &types,
                                    RewritePatternSet &patterns) {
  patterns.add<CastPattern<CastOp>, CastPattern<CastLikeOp>, PowPattern>(
      types, patterns.getContext());
}
