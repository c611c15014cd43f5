//===- DecomposeQuantize.cpp - Quantizing at run time ---------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// rf8.quantize of what is no constant: scales by reductions, nearest rounding
// by integer arithmetic. It mirrors gg/RF8/Codec.h operation by operation.
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/RF8/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace gg::rf8;

namespace {

/// Arithmetic on i32 and f32 scalars, spelled shortly.
class Arithmetic {
public:
  explicit Arithmetic(ImplicitLocOpBuilder &b) : b(b) {}

  Value number(int64_t value) {
    return arith::ConstantIntOp::create(b, value, 32);
  }
  Value real(float value) {
    return arith::ConstantOp::create(b, b.getF32FloatAttr(value));
  }
  template <typename Op> Value bin(Value lhs, int64_t rhs) {
    return Op::create(b, lhs, number(rhs));
  }
  Value is(arith::CmpIPredicate predicate, Value lhs, int64_t rhs) {
    return arith::CmpIOp::create(b, predicate, lhs, number(rhs));
  }
  Value extend(Value flag) {
    return arith::ExtUIOp::create(b, b.getI32Type(), flag);
  }
  Value select(Value condition, Value yes, Value no) {
    return arith::SelectOp::create(b, condition, yes, no);
  }
  Value bits(Value real) {
    return arith::BitcastOp::create(b, b.getI32Type(), real);
  }
  Value ofBits(Value bits) {
    return arith::BitcastOp::create(b, b.getF32Type(), bits);
  }

  Value encodeNearest(Value value, Format format);
  Value scale(Value absMax, GranularityKind kind);

private:
  ImplicitLocOpBuilder &b;
};

} // namespace

/// gg::rf8::encodeNearest in IR; the result is an i8.
Value Arithmetic::encodeNearest(Value value, Format format) {
  using P = arith::CmpIPredicate;
  Value all = bits(value);
  Value magnitude = bin<arith::AndIOp>(all, 0x7FFFFFFF);
  Value exponent = bin<arith::SubIOp>(bin<arith::ShRUIOp>(magnitude, 23), 112);
  Value mantissa = bin<arith::AndIOp>(magnitude, 0x7FFFFF);
  bool dense = format == Format::E4R3D;
  Value odd = dense ? number(0) : bin<arith::AndIOp>(exponent, 1);
  Value oddUp = arith::AddIOp::create(b, mantissa, odd);
  Value evenUp = arith::AddIOp::create(b, mantissa, bin<arith::XOrIOp>(odd, 1));

  SmallVector<int64_t> midpoints{1, 3, 6, 12, 20, 26, 30};
  if (dense)
    midpoints = {1, 3, 6, 10, 14, 20, 26, 30};
  Value steps = number(0);
  for (auto [i, midpoint] : llvm::enumerate(midpoints))
    steps = arith::AddIOp::create(
        b, steps, extend(is(P::ugt, i % 2 ? oddUp : evenUp, midpoint << 18)));
  Value carries = is(P::eq, steps, midpoints.size());
  exponent = arith::AddIOp::create(b, exponent, extend(carries));
  if (dense) {
    // 11/8 lies between 5/4 and 3/2 but has the last residual code.
    Value after =
        select(is(P::ugt, steps, 4), bin<arith::SubIOp>(steps, 1), steps);
    steps = select(is(P::eq, steps, 4), number(7), after);
  }
  steps = select(carries, number(0), steps);

  Value code = arith::OrIOp::create(b, bin<arith::ShLIOp>(exponent, 3), steps);
  code = select(is(P::sgt, exponent, 15), number(kLargestCode), code);
  Value small =
      select(is(P::ugt, magnitude, 0x38800000), number(0x10), number(0));
  code = select(is(P::slt, exponent, 2), small, code);
  Value sign = bin<arith::AndIOp>(bin<arith::ShRUIOp>(all, 24), 0x80);
  code = select(is(P::eq, code, 0), code, arith::OrIOp::create(b, code, sign));
  return arith::TruncIOp::create(b, b.getI8Type(), code);
}

/// absMaxScale or powerOfTwoScale in IR.
Value Arithmetic::scale(Value absMax, GranularityKind kind) {
  Value isZero =
      arith::CmpFOp::create(b, arith::CmpFPredicate::OEQ, absMax, real(0.0f));
  Value result;
  if (kind != GranularityKind::TensorPow2) {
    result = arith::DivFOp::create(b, absMax, real(kLargest));
  } else {
    // Subnormals are brought into range first; the way back is exact.
    Value small =
        arith::CmpFOp::create(b, arith::CmpFPredicate::OLT, absMax, real(1.0f));
    Value scaled = arith::MulFOp::create(b, absMax, real(0x1p30f));
    Value all = bits(select(small, scaled, absMax));
    Value above = extend(is(arith::CmpIPredicate::ugt,
                            bin<arith::AndIOp>(all, 0x7FFFFF), 0x700000));
    Value exponent =
        arith::AddIOp::create(b, bin<arith::ShRUIOp>(all, 23), above);
    exponent = bin<arith::MinUIOp>(exponent, 254);
    Value power = ofBits(bin<arith::ShLIOp>(exponent, 23));
    result =
        select(small, arith::MulFOp::create(b, power, real(0x1p-30f)), power);
  }
  return select(isZero, real(1.0f), result);
}

namespace {

struct DecomposeQuantize : OpRewritePattern<QuantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(QuantizeOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getRounding() != RoundingMode::Nearest)
      return rewriter.notifyMatchFailure(op, "log rounding at run time");
    Value scales = makeScales(op, rewriter);
    rewriter.replaceOp(op, {makeCodes(op, rewriter, scales), scales});
    return success();
  }

private:
  static Value widen(ImplicitLocOpBuilder &b, Value value) {
    return value.getType().isF32()
               ? value
               : arith::ExtFOp::create(b, b.getF32Type(), value).getResult();
  }

  static Value makeScales(QuantizeOp op, PatternRewriter &rewriter) {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    GranularityAttr granularity = op.getGranularity();
    RankedTensorType type = op.getScales().getType();
    int64_t axis = granularity.getAxis();
    bool grouped = granularity.getKind() == GranularityKind::Group;
    SmallVector<OpFoldResult> weightSizes =
        tensor::getMixedSizes(b, op.getLoc(), op.getWeights());

    // Loops: rows and columns or, where weights are grouped, the two
    // dimensions of the scales and the place inside a group.
    SmallVector<OpFoldResult> sizes;
    AffineExpr d0, d1, d2;
    bindDims(b.getContext(), d0, d1, d2);
    SmallVector<AffineExpr> outExprs;
    switch (granularity.getKind()) {
    case GranularityKind::TensorPow2:
      break;
    case GranularityKind::Channel:
      sizes = {weightSizes[axis]};
      outExprs = {axis == 0 ? d0 : d1};
      break;
    case GranularityKind::Group:
      sizes = weightSizes;
      sizes[axis] = groupCount(b, weightSizes[axis], granularity.getSize());
      outExprs = {d0, d1};
      break;
    }
    unsigned loops = grouped ? 3 : 2;
    Value source = op.getWeights();
    SmallVector<AffineExpr> inExprs{d0, d1};
    if (grouped) {
      // Only the length of a group: elements are read by their index, the last
      // group ends with the last of them again and again.
      source =
          tensor::EmptyOp::create(b, {granularity.getSize()}, b.getF32Type());
      inExprs = {d2};
    }
    SmallVector<utils::IteratorType> kinds(loops,
                                           utils::IteratorType::reduction);
    for (AffineExpr expr : outExprs)
      kinds[cast<AffineDimExpr>(expr).getPosition()] =
          utils::IteratorType::parallel;
    Value init = tensor::EmptyOp::create(b, sizes, b.getF32Type());
    Value zero = arith::ConstantOp::create(b, b.getF32FloatAttr(0.0f));
    init = linalg::FillOp::create(b, zero, init).getResult(0);
    Value length =
        getValueOrCreateConstantIndexOp(b, op.getLoc(), weightSizes[axis]);
    auto maximum = linalg::GenericOp::create(
        b, TypeRange{init.getType()}, ValueRange{source}, ValueRange{init},
        ArrayRef{AffineMap::get(loops, 0, inExprs, b.getContext()),
                 AffineMap::get(loops, 0, outExprs, b.getContext())},
        kinds, [&](OpBuilder &builder, Location loc, ValueRange args) {
          ImplicitLocOpBuilder b(loc, builder);
          Value weight = args[0];
          if (grouped) {
            SmallVector<Value> at{linalg::IndexOp::create(b, 0),
                                  linalg::IndexOp::create(b, 1)};
            Value size =
                arith::ConstantIndexOp::create(b, granularity.getSize());
            Value first = arith::MulIOp::create(b, at[axis], size);
            Value one = arith::ConstantIndexOp::create(b, 1);
            at[axis] = arith::MinUIOp::create(
                b,
                arith::AddIOp::create(b, first, linalg::IndexOp::create(b, 2)),
                arith::SubIOp::create(b, length, one));
            weight = tensor::ExtractOp::create(b, op.getWeights(), at);
          }
          Value magnitude = math::AbsFOp::create(b, widen(b, weight));
          linalg::YieldOp::create(
              b, arith::MaximumFOp::create(b, magnitude, args[1]).getResult());
        });

    AffineMap identity = b.getMultiDimIdentityMap(type.getRank());
    SmallVector<utils::IteratorType> parallel(type.getRank(),
                                              utils::IteratorType::parallel);
    Value scales =
        linalg::GenericOp::create(
            b, TypeRange{init.getType()}, maximum.getResults(),
            ValueRange{tensor::EmptyOp::create(b, sizes, b.getF32Type())},
            ArrayRef{identity, identity}, parallel,
            [&](OpBuilder &builder, Location loc, ValueRange args) {
              ImplicitLocOpBuilder b(loc, builder);
              linalg::YieldOp::create(
                  b, Arithmetic(b).scale(args[0], granularity.getKind()));
            })
            .getResult(0);
    if (scales.getType() != type)
      scales = tensor::CastOp::create(b, type, scales);
    return scales;
  }

  static OpFoldResult groupCount(ImplicitLocOpBuilder &b, OpFoldResult length,
                                 int64_t size) {
    if (std::optional<int64_t> known = getConstantIntValue(length))
      return b.getIndexAttr(llvm::divideCeil(*known, size));
    Value value = getValueOrCreateConstantIndexOp(b, b.getLoc(), length);
    return arith::CeilDivUIOp::create(b, value,
                                      arith::ConstantIndexOp::create(b, size))
        .getResult();
  }

  static Value makeCodes(QuantizeOp op, PatternRewriter &rewriter,
                         Value scales) {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    RankedTensorType type = op.getCodes().getType();
    GranularityAttr granularity = op.getGranularity();
    Value init = tensor::EmptyOp::create(
        b, tensor::getMixedSizes(b, op.getLoc(), op.getWeights()),
        type.getElementType());
    AffineMap identity = b.getMultiDimIdentityMap(2);
    Value codes =
        linalg::GenericOp::create(
            b, TypeRange{init.getType()}, ValueRange{op.getWeights()},
            ValueRange{init}, ArrayRef{identity, identity},
            ArrayRef{utils::IteratorType::parallel,
                     utils::IteratorType::parallel},
            [&](OpBuilder &builder, Location loc, ValueRange args) {
              ImplicitLocOpBuilder b(loc, builder);
              SmallVector<Value> at = granularity.getScaleIndices(
                  b, loc, linalg::IndexOp::create(b, 0),
                  linalg::IndexOp::create(b, 1));
              Value scale = tensor::ExtractOp::create(b, scales, at);
              Value value = arith::DivFOp::create(b, widen(b, args[0]), scale);
              Value code = Arithmetic(b).encodeNearest(
                  value, getFormat(type.getElementType()));
              linalg::YieldOp::create(b, UnrealizedConversionCastOp::create(
                                             b, type.getElementType(), code)
                                             .getResult(0));
            })
            .getResult(0);
    if (codes.getType() != type)
      codes = tensor::CastOp::create(b, type, codes);
    return codes;
  }
};

} // namespace

void gg::rf8::populateDecomposeQuantizePatterns(RewritePatternSet &patterns) {
  patterns.add<DecomposeQuantize>(patterns.getContext());
}
