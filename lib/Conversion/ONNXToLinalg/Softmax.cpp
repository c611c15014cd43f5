//===- Softmax.cpp - Softmax and its kin to linalg ------------------------===//
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

using namespace mlir;
using namespace gg::onnx;

namespace {

/// Softmax, or its logarithm, along an axis: the largest element is taken out
/// of the exponentials first.
template <typename OpTy, bool logarithm>
struct SoftmaxPattern : OpConversionPattern<OpTy> {
  using OpConversionPattern<OpTy>::OpConversionPattern;
  LogicalResult
  matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Value x = adaptor.getInput();
    Type type = getElementType(x);
    Sizes sizes = e.sizes(x);
    int64_t rank = sizes.size();
    int64_t axis = normalizeAxis(op.getAxis(), rank);
    Scalar outside(rewriter, e.loc, type);
    AffineMap whole = rewriter.getMultiDimIdentityMap(rank);
    AffineMap rows = whole.dropResult(axis);

    Value largest = e.reduce(x, axis, outside.lowest(),
                             [&](OpBuilder &b, Location loc, ValueRange args) {
                               Scalar s(b, loc, type);
                               return s.max(s.load(args[0]), args[1]);
                             });
    Value powers =
        e.map(sizes, outside.computeType(), {x, largest}, {whole, rows},
              [&](OpBuilder &b, Location loc, ValueRange args) {
                Scalar s(b, loc, type);
                return s.exp(s.sub(s.load(args[0]), args[1]));
              });
    Value sum = e.reduce(powers, axis, outside.constant(0),
                         [&](OpBuilder &b, Location loc, ValueRange args) {
                           return Scalar(b, loc, type).add(args[0], args[1]);
                         });
    if (logarithm)
      e.replace(e.map(sizes, type, {x, largest, sum}, {whole, rows, rows},
                      [&](OpBuilder &b, Location loc, ValueRange args) {
                        Scalar s(b, loc, type);
                        Value shifted = s.sub(s.load(args[0]), args[1]);
                        return s.store(s.sub(shifted, s.log(args[2])));
                      }));
    else
      e.replace(e.map(sizes, type, {powers, sum}, {whole, rows},
                      [&](OpBuilder &b, Location loc, ValueRange args) {
                        Scalar s(b, loc, type);
                        return s.store(s.div(args[0], args[1]));
                      }));
    return success();
  }
};

/// x / norm(x), and 0 where the norm is 0.
struct LpNormalizationPattern : OpConversionPattern<LpNormalizationOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(LpNormalizationOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Value x = adaptor.getInput();
    Type type = getElementType(x);
    Sizes sizes = e.sizes(x);
    int64_t axis = normalizeAxis(op.getAxis(), sizes.size());
    bool absolute = op.getP() == 1;
    Scalar outside(rewriter, e.loc, type);
    Value sum = e.reduce(x, axis, outside.constant(0),
                         [&](OpBuilder &b, Location loc, ValueRange args) {
                           Scalar s(b, loc, type);
                           Value x = s.load(args[0]);
                           Value term = absolute ? s.abs(x) : s.mul(x, x);
                           return s.add(term, args[1]);
                         });
    AffineMap whole = rewriter.getMultiDimIdentityMap(sizes.size());
    e.replace(e.map(sizes, type, {x, sum}, {whole, whole.dropResult(axis)},
                    [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                      Scalar s(b, loc, type);
                      Value norm = args[1], zero = s.constant(0);
                      Value isZero =
                          s.compare(arith::CmpFPredicate::OEQ, norm, zero);
                      if (!absolute)
                        norm = math::SqrtOp::create(b, loc, norm);
                      Value quotient = s.div(s.load(args[0]), norm);
                      return s.store(arith::SelectOp::create(b, loc, isZero,
                                                             zero, quotient));
                    }));
    return success();
  }
};
} // namespace

void gg::onnx::populateSoftmaxPatterns(const TypeConverter &types,
                                       RewritePatternSet &patterns) {
  patterns.add<SoftmaxPattern<SoftmaxOp, false>,
               SoftmaxPattern<LogSoftmaxOp, true>, LpNormalizationPattern>(
      types, patterns.getContext());
}
