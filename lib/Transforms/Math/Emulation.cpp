//===- Emulation.cpp - Instructions that older CPUs lack -----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emulation.h"

#include "FloatBuilder.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace gg;

using FP = arith::CmpFPredicate;
using IP = arith::CmpIPredicate;

//===----------------------------------------------------------------------===//
// f16
//===----------------------------------------------------------------------===//

static Value halfToFloat(FloatBuilder &b, Value half) {
  Value bits = b.halfToBits(half);
  Value magnitude = b.iand(bits, b.i32(0x7fff));
  // The fraction at its place in an f32, whose exponent then is 112 too small;
  // the product mends that and normalizes.
  Value shifted = b.shiftLeft(magnitude, b.i32(13));
  Value finite = b.mul(b.fromBits(shifted), b.f32(0x1p112));
  Value special = b.fromBits(b.ior(shifted, b.i32(0x7f800000)));
  Value isFinite = b.compare(IP::ult, magnitude, b.i32(0x7c00));
  Value sign = b.shiftLeft(b.iand(bits, b.i32(0x8000)), b.i32(16));
  Value value = b.select(isFinite, finite, special);
  return b.fromBits(b.ior(b.toBits(value), sign));
}

/// Rounds to nearest, ties to even.
static Value floatToHalf(FloatBuilder &b, Value value) {
  Value bits = b.toBits(value);
  Value magnitude = b.iand(bits, b.i32(INT32_MAX));
  // Below 2^-14 the sum with 0.5 has its last bit where the f16 has it.
  Value sum = b.add(b.fromBits(magnitude), b.f32(0.5));
  Value small = b.isub(b.toBits(sum), b.toBits(b.f32(0.5)));
  // Above, all but half of the last bit is added before the rest is dropped,
  // or half of it where the bit is odd; the carry may reach infinity.
  Value odd = b.iand(b.shiftRight(magnitude, b.i32(13)), b.i32(1));
  Value rounded = b.iadd(b.iadd(magnitude, b.i32(0xfff)), odd);
  Value normal = b.shiftRight(b.isub(rounded, b.i32(112 << 23)), b.i32(13));
  Value payload = b.iand(b.shiftRight(magnitude, b.i32(13)), b.i32(0x3ff));
  Value isNaN = b.compare(IP::ugt, magnitude, b.i32(0x7f800000));
  Value special = b.select(isNaN, b.ior(payload, b.i32(0x7e00)), b.i32(0x7c00));

  Value isSmall = b.compare(IP::ult, magnitude, b.i32((127 - 14) << 23));
  Value isLarge = b.compare(IP::uge, magnitude, b.i32((127 + 16) << 23));
  Value half = b.select(isLarge, special, b.select(isSmall, small, normal));
  Value sign = b.iand(b.shiftRight(bits, b.i32(16)), b.i32(0x8000));
  return b.halfFromBits(b.ior(half, sign));
}

namespace {

struct ExtendHalf : OpRewritePattern<arith::ExtFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::ExtFOp op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getIn().getType()).isF16())
      return failure();
    FloatBuilder b(rewriter, op.getLoc(), op.getType());
    Value value = halfToFloat(b, op.getIn());
    if (getElementTypeOrSelf(op.getType()).isF64())
      value = b.toF64(value);
    rewriter.replaceOp(op, value);
    return success();
  }
};

struct TruncateToHalf : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    if (!getElementTypeOrSelf(op.getType()).isF16() ||
        !getElementTypeOrSelf(op.getIn().getType()).isF32())
      return failure();
    FloatBuilder b(rewriter, op.getLoc(), op.getType());
    rewriter.replaceOp(op, floatToHalf(b, op.getIn()));
    return success();
  }
};

} // namespace

void gg::populateHalfPatterns(RewritePatternSet &patterns) {
  patterns.add<ExtendHalf, TruncateToHalf>(patterns.getContext());
}

//===----------------------------------------------------------------------===//
// Rounding
//===----------------------------------------------------------------------===//

/// 1 where `condition` holds and 0 elsewhere, like `x`.
static Value oneIf(FloatBuilder &b, Value condition, Value x) {
  return b.select(condition, b.like(x, 1), b.like(x, 0));
}

namespace {

enum class Direction { Nearest, Down, Up, ToZero };

template <typename OpTy, Direction direction>
struct ExpandRounding : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    Type element = getElementTypeOrSelf(op.getType());
    if (!element.isF32() && !element.isF64())
      return failure();
    FloatBuilder b(rewriter, op.getLoc(), op.getType());
    Value x = op.getOperand(), magnitude = b.abs(x);
    // From here on there is nothing behind the point; NaN is not below it.
    Value limit = b.like(x, element.isF64() ? 0x1p52 : 0x1p23);
    Value hasFraction = b.compare(FP::OLT, magnitude, limit);
    // The sum has no bits behind the point; ties went to even.
    Value nearest = b.sub(b.add(magnitude, limit), limit);
    if (direction == Direction::ToZero)
      nearest =
          b.sub(nearest, oneIf(b, b.compare(FP::OGT, nearest, magnitude), x));
    Value result = b.copySign(nearest, x);
    if (direction == Direction::Down)
      result = b.sub(result, oneIf(b, b.compare(FP::OGT, result, x), x));
    if (direction == Direction::Up) // of -0.5 it is -0
      result = b.copySign(
          b.add(result, oneIf(b, b.compare(FP::OLT, result, x), x)), x);
    rewriter.replaceOp(op, b.select(hasFraction, result, x));
    return success();
  }
};

} // namespace

void gg::populateRoundingPatterns(RewritePatternSet &patterns) {
  patterns.add<ExpandRounding<math::RoundEvenOp, Direction::Nearest>,
               ExpandRounding<math::FloorOp, Direction::Down>,
               ExpandRounding<math::CeilOp, Direction::Up>,
               ExpandRounding<math::TruncOp, Direction::ToZero>>(
      patterns.getContext());
}
