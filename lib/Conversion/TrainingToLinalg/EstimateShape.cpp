//===- EstimateShape.cpp - Solving for a generalized Gaussian's shape
//--------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "Real.h"

#include "mlir/Dialect/SCF/IR/SCF.h"

#include <limits>

using namespace mlir;
using namespace gg;
using namespace gg::ir;

/// The logarithm of Γ(x) for x > 0, to about 14 digits: Stirling's series at
/// x + 8 (Abramowitz and Stegun, 6.1.40), and Γ(x + 1) = x Γ(x) back to x.
static Real emitLogGamma(Real x) {
  Real product = x;
  for (int i = 1; i < 8; ++i)
    product = product * (x + i);
  Real z = x + 8;
  Real square = z * z;
  Real series = z.like(-691.0 / 360360);
  for (double coefficient :
       {1.0 / 1188, -1.0 / 1680, 1.0 / 1260, -1.0 / 360, 1.0 / 12})
    series = series / square + coefficient;
  constexpr double kHalfLog2Pi = 0.91893853320467274178;
  return (z - 0.5) * z.log() - z + kHalfLog2Pi + series / z - product.log();
}

/// The logarithm of Γ(t)Γ(3t)/Γ(2t)² with t = 1/ν, which grows with t.
static Real emitLogRatio(Real t) {
  return emitLogGamma(t) + emitLogGamma(t * 3) - emitLogGamma(t * 2) * 2;
}

namespace {

struct ExpandEstimateShape : OpRewritePattern<EstimateShapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(EstimateShapeOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Value integer =
        arith::IndexCastOp::create(b, b.getI64Type(), op.getCount());
    Real count(b, arith::UIToFPOp::create(b, b.getF64Type(), integer));
    Real abs(b, op.getAbs());
    Real ratio = count * Real(b, op.getSquare()) / (abs * abs);

    Real t = bisect(b, ratio.log());
    Value isFinite =
        ratio.compare(arith::CmpFPredicate::OLT,
                      ratio.like(std::numeric_limits<double>::infinity()));
    Value previous = op.getPrevious();
    rewriter.replaceOpWithNewOp<arith::SelectOp>(
        op, isFinite, (1.0 / t).as(previous.getType()), previous);
    return success();
  }

private:
  /// The t from 1/3 to 10 where emitLogRatio is nearest to `wanted`.
  static Real bisect(ImplicitLocOpBuilder &b, Real wanted) {
    constexpr int64_t kHalvings = 60; // more than an f64 has bits
    Value zero = arith::ConstantIndexOp::create(b, 0);
    Value one = arith::ConstantIndexOp::create(b, 1);
    Value halvings = arith::ConstantIndexOp::create(b, kHalvings);
    auto loop = scf::ForOp::create(
        b, zero, halvings, one,
        ValueRange{wanted.like(1.0 / 3), wanted.like(10)},
        [&](OpBuilder &builder, Location loc, Value, ValueRange range) {
          ImplicitLocOpBuilder inner(loc, builder);
          Real low(inner, range[0]), high(inner, range[1]);
          Real middle = (low + high) * 0.5;
          Value above = emitLogRatio(middle).compare(arith::CmpFPredicate::OLT,
                                                     Real(inner, wanted));
          scf::YieldOp::create(
              inner,
              ValueRange{arith::SelectOp::create(inner, above, middle, low),
                         arith::SelectOp::create(inner, above, high, middle)});
        });
    return Real(b, loop.getResult(0));
  }
};

} // namespace

void gg::populateEstimateShapePatterns(RewritePatternSet &patterns) {
  patterns.add<ExpandEstimateShape>(patterns.getContext());
}
