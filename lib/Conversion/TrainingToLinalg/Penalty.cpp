//===- Penalty.cpp - gg.rate, gg.moments and gg.backslash_step
//---------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "Real.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"

using namespace mlir;
using namespace gg;
using namespace gg::ir;

namespace {

using Body =
    function_ref<SmallVector<Value>(ImplicitLocOpBuilder &, Real, ValueRange)>;

/// A linalg.generic over the elements of `params` that updates sums. `body`
/// gets an element and the sums so far.
ResultRange addUp(ImplicitLocOpBuilder &b, Value params, ValueRange sums,
                  Body body) {
  int64_t rank = cast<ShapedType>(params.getType()).getRank();
  SmallVector<AffineMap> maps(sums.size() + 1,
                              AffineMap::get(rank, 0, b.getContext()));
  maps.front() = b.getMultiDimIdentityMap(rank);
  SmallVector<utils::IteratorType> kinds(rank, utils::IteratorType::reduction);
  auto generic = linalg::GenericOp::create(
      b, sums.getTypes(), params, sums, maps, kinds,
      [&](OpBuilder &builder, Location loc, ValueRange args) {
        ImplicitLocOpBuilder inner(loc, builder);
        linalg::YieldOp::create(
            inner, body(inner, Real(inner, args.front()), args.drop_front()));
      });
  return generic.getResults();
}

struct ExpandRate : OpRewritePattern<RateOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RateOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Type type = op.getShape().getType();
    double epsilon = op.getEpsilon().convertToDouble();
    rewriter.replaceOp(
        op,
        addUp(b, op.getParams(), op.getInit(),
              [&](ImplicitLocOpBuilder &b, Real x,
                  ValueRange sums) -> SmallVector<Value> {
                Real term =
                    (x.as(type).abs() + epsilon).pow(Real(b, op.getShape()));
                return {Real(b, sums[0]) + term.as(b.getF64Type())};
              }));
    return success();
  }
};

struct ExpandMoments : OpRewritePattern<MomentsOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MomentsOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    rewriter.replaceOp(op, addUp(b, op.getParams(),
                                 {op.getAbsInit(), op.getSquareInit()},
                                 [&](ImplicitLocOpBuilder &b, Real x,
                                     ValueRange sums) -> SmallVector<Value> {
                                   x = x.as(b.getF64Type());
                                   return {Real(b, sums[0]) + x.abs(),
                                           Real(b, sums[1]) + x * x};
                                 }));
    return success();
  }
};

struct ExpandBackslashStep : OpRewritePattern<BackslashStepOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(BackslashStepOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Real shape(b, op.getShape());
    Real weight = Real(b, op.getStrength()) * shape;
    Real power = shape - 1.0;
    RankedTensorType type = op.getInit().getType();
    SmallVector<utils::IteratorType> kinds(type.getRank(),
                                           utils::IteratorType::parallel);
    auto generic = linalg::GenericOp::create(
        b, type, ValueRange(), op.getInit(),
        b.getMultiDimIdentityMap(type.getRank()), kinds,
        [&](OpBuilder &builder, Location loc, ValueRange args) {
          ImplicitLocOpBuilder inner(loc, builder);
          linalg::YieldOp::create(inner, step(inner, op, Real(inner, args[0]),
                                              Real(inner, weight),
                                              Real(inner, power)));
        });
    rewriter.replaceOp(op, generic.getResults());
    return success();
  }

private:
  /// `old` after a step; `weight` is τ·ν and `power` ν − 1.
  static Value step(ImplicitLocOpBuilder &b, BackslashStepOp op, Real old,
                    Real weight, Real power) {
    Type type = op.getShape().getType();
    Real x = old.as(type), size = x.abs();
    Real down = weight * (size + op.getEpsilon().convertToDouble()).pow(power);
    Real zero = x.like(0);
    Real moved = op.getKind() == StepKind::Proximal
                     ? (size - down)
                           .apply<arith::MaximumFOp>(zero)
                           .apply<math::CopySignOp>(x)
                     : x - down.apply<math::CopySignOp>(x);
    // Zero has no sign to move against.
    Value isZero = x.compare(arith::CmpFPredicate::OEQ, zero);
    return arith::SelectOp::create(b, isZero, old,
                                   moved.as(Value(old).getType()));
  }
};

} // namespace

void gg::populatePenaltyPatterns(RewritePatternSet &patterns) {
  patterns.add<ExpandRate, ExpandMoments, ExpandBackslashStep>(
      patterns.getContext());
}
