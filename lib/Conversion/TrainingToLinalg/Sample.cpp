//===- Sample.cpp - gg.sample and gg.philox
//----------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "Real.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

#include <array>
#include <cmath>

using namespace mlir;
using namespace gg;
using namespace gg::ir;

using Words = std::array<Value, 4>;

static Value emitConstant(ImplicitLocOpBuilder &b, uint32_t value) {
  return arith::ConstantOp::create(
      b, b.getIntegerAttr(b.getI32Type(), APInt(32, value)));
}

static Value emitXor(ImplicitLocOpBuilder &b, Value x, Value y, Value z) {
  return arith::XOrIOp::create(b, arith::XOrIOp::create(b, x, y), z);
}

/// Ten rounds, with the multipliers and the key's increments of the paper.
static Words emitPhilox(ImplicitLocOpBuilder &b, Words c, Value key0,
                        Value key1) {
  for (int round = 0; round < 10; ++round) {
    if (round > 0) {
      key0 = arith::AddIOp::create(b, key0, emitConstant(b, 0x9E3779B9));
      key1 = arith::AddIOp::create(b, key1, emitConstant(b, 0xBB67AE85));
    }
    auto product0 =
        arith::MulUIExtendedOp::create(b, emitConstant(b, 0xD2511F53), c[0]);
    auto product1 =
        arith::MulUIExtendedOp::create(b, emitConstant(b, 0xCD9E8D57), c[2]);
    c = {emitXor(b, product1.getHigh(), c[1], key0), product1.getLow(),
         emitXor(b, product0.getHigh(), c[3], key1), product0.getLow()};
  }
  return c;
}

static Value emitTruncated(ImplicitLocOpBuilder &b, Value x) {
  return arith::TruncIOp::create(b, b.getI32Type(), x);
}

static Value emitHighHalf(ImplicitLocOpBuilder &b, Value x) {
  Value bits = arith::ConstantIntOp::create(b, 32, 64);
  return emitTruncated(b, arith::ShRUIOp::create(b, x, bits));
}

/// The row-major index, an i64, of the element that a generic over a tensor of
/// these sizes computes.
static Value emitElementIndex(ImplicitLocOpBuilder &b, ArrayRef<Value> sizes) {
  Value index = arith::ConstantIndexOp::create(b, 0);
  for (auto [i, size] : llvm::enumerate(sizes)) {
    index = arith::MulIOp::create(b, index, size);
    index = arith::AddIOp::create(b, index, linalg::IndexOp::create(b, i));
  }
  return arith::IndexCastOp::create(b, b.getI64Type(), index);
}

namespace {

struct ExpandPhilox : OpRewritePattern<PhiloxOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PhiloxOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    rewriter.replaceOp(op, emitPhilox(b,
                                      {op.getCounter0(), op.getCounter1(),
                                       op.getCounter2(), op.getCounter3()},
                                      op.getKey0(), op.getKey1()));
    return success();
  }
};

/// Emits the samples of one tensor, in numbers of `type`.
class Sampler {
public:
  Sampler(SampleOp op, Type type, Value key0, Value key1)
      : type(type), key0(key0), key1(key1), stream(op.getStream()),
        shape(op.getShape().convertToDouble()),
        scale(op.getScale().convertToDouble()) {}

  /// The sample of the element whose index has these halves.
  Real emit(ImplicitLocOpBuilder &b, Value low, Value high) {
    auto loop = scf::WhileOp::create(
        b, TypeRange{b.getI32Type(), type, type},
        ValueRange{emitConstant(b, 0)},
        [&](OpBuilder &builder, Location loc, ValueRange attempt) {
          ImplicitLocOpBuilder inner(loc, builder);
          emitAttempt(inner,
                      {low, high, attempt[0], emitConstant(inner, stream)});
        },
        [&](OpBuilder &builder, Location loc, ValueRange rejected) {
          ImplicitLocOpBuilder inner(loc, builder);
          Value next =
              arith::AddIOp::create(inner, rejected[0], emitConstant(inner, 1));
          scf::YieldOp::create(inner, next);
        });
    Real gamma(b, loop.getResult(1)), uniform(b, loop.getResult(2));
    return uniform * scale * gamma.pow(gamma.like(1 / shape));
  }

private:
  /// Marsaglia and Tsang: with a normal x and v = (1 + cx)³, d·v has the gamma
  /// distribution of shape d + 1/3 if a uniform is below what the condition
  /// says.
  void emitAttempt(ImplicitLocOpBuilder &b, Words counter) {
    double d = 1 + 1 / shape - 1.0 / 3, c = 1 / std::sqrt(9 * d);
    Words words = emitPhilox(b, counter, key0, key1);
    Real x = emitNormal(b, words[0], words[1]);
    Real root = x * c + 1;
    Real v = root * root * root;
    Real bound = x * x * 0.5 + (v.like(1) - v + v.log()) * d;
    Value isBelow = emitUniform(b, words[2])
                        .log()
                        .compare(arith::CmpFPredicate::OLT, bound);
    Value isPositive = v.compare(arith::CmpFPredicate::OGT, v.like(0));
    Value accepted = arith::AndIOp::create(b, isBelow, isPositive);
    Value yes = arith::ConstantIntOp::create(b, 1, 1);
    scf::ConditionOp::create(
        b, arith::XOrIOp::create(b, accepted, yes),
        ValueRange{counter[2], v * d, emitSigned(b, words[3])});
  }

  /// In (0, 1).
  Real emitUniform(ImplicitLocOpBuilder &b, Value word) {
    Real number(b, arith::UIToFPOp::create(b, type, word));
    return (number + 0.5) * std::ldexp(1.0, -32);
  }

  /// In (−1, 1).
  Real emitSigned(ImplicitLocOpBuilder &b, Value word) {
    Real number(b, arith::SIToFPOp::create(b, type, word));
    return (number + 0.5) * std::ldexp(1.0, -31);
  }

  /// Box and Muller.
  Real emitNormal(ImplicitLocOpBuilder &b, Value word0, Value word1) {
    constexpr double kTwoPi = 6.28318530717958647693;
    Real radius = (emitUniform(b, word0).log() * -2).apply<math::SqrtOp>();
    return radius * (emitUniform(b, word1) * kTwoPi).apply<math::CosOp>();
  }

  Type type;
  Value key0, key1;
  uint32_t stream;
  double shape, scale;
};

struct ExpandSample : OpRewritePattern<SampleOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(SampleOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    RankedTensorType tensor = op.getInit().getType();
    Type element = tensor.getElementType();
    Sampler sampler(op, element.isF64() ? element : b.getF32Type(),
                    emitTruncated(b, op.getSeed()),
                    emitHighHalf(b, op.getSeed()));
    SmallVector<Value> sizes;
    for (OpFoldResult size :
         tensor::getMixedSizes(rewriter, op.getLoc(), op.getInit()))
      sizes.push_back(
          getValueOrCreateConstantIndexOp(rewriter, op.getLoc(), size));
    SmallVector<utils::IteratorType> kinds(tensor.getRank(),
                                           utils::IteratorType::parallel);
    auto generic = linalg::GenericOp::create(
        b, tensor, ValueRange(), op.getInit(),
        b.getMultiDimIdentityMap(tensor.getRank()), kinds,
        [&](OpBuilder &builder, Location loc, ValueRange) {
          ImplicitLocOpBuilder inner(loc, builder);
          Value index = emitElementIndex(inner, sizes);
          Real sample = sampler.emit(inner, emitTruncated(inner, index),
                                     emitHighHalf(inner, index));
          linalg::YieldOp::create(inner, Value(sample.as(element)));
        });
    rewriter.replaceOp(op, generic.getResults());
    return success();
  }
};

} // namespace

void gg::populateSamplePatterns(RewritePatternSet &patterns) {
  patterns.add<ExpandPhilox, ExpandSample>(patterns.getContext());
}
