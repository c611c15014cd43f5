//===- Normalization.cpp - Layer and RMS normalization to linalg ----------===//
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

/// What the two normalizations share: statistics of each row, which is the dims
/// from the axis on, as tensors of the dims before it.
struct Rows {
  Emitter &e;
  Value x;
  Type type;    // of the elements
  Type compute; // of the statistics
  Sizes sizes;
  SmallVector<int64_t> axes;
  AffineMap whole, lead;
  Value count;

  Rows(Emitter &e, Value x, int64_t axis)
      : e(e), x(x), type(getElementType(x)), sizes(e.sizes(x)) {
    int64_t rank = sizes.size();
    axis = normalizeAxis(axis, rank);
    axes = llvm::to_vector(llvm::seq<int64_t>(axis, rank));
    whole = e.b.getMultiDimIdentityMap(rank);
    lead = whole.getMajorSubMap(axis);
    if (axis == 0)
      lead = AffineMap::get(rank, 0, e.b.getContext());
    Scalar s(e.b, e.loc, type);
    compute = s.computeType();
    Value n =
        e.value(e.product(ArrayRef<OpFoldResult>(sizes).drop_front(axis)));
    n = arith::IndexCastOp::create(e.b, e.loc, e.b.getI64Type(), n);
    count = castElement(s.b, n, e.b.getI64Type(), compute);
  }

  Sizes leadSizes() const {
    return Sizes(ArrayRef<OpFoldResult>(sizes).drop_back(axes.size()));
  }

  /// The mean over each row of the term that the body makes of an element (and
  /// of the row's value in `of`, if given).
  Value mean(Value of,
             llvm::function_ref<Value(Scalar &, Value, Value)> term) const {
    SmallVector<Value> operands = {x};
    SmallVector<AffineMap> maps = {whole};
    if (of) {
      operands.push_back(of);
      maps.push_back(lead);
    }
    maps.push_back(lead);
    SmallVector<utils::IteratorType> iterators(sizes.size() - axes.size(),
                                               utils::IteratorType::parallel);
    iterators.append(axes.size(), utils::IteratorType::reduction);
    Scalar outside(e.b, e.loc, type);
    Value init = e.filled(leadSizes(), outside.constant(0));
    Value sum = linalg::GenericOp::create(
                    e.b, e.loc, init.getType(), operands, init, maps, iterators,
                    [&](OpBuilder &b, Location loc, ValueRange args) {
                      Scalar s(b, loc, type);
                      Value next =
                          term(s, s.load(args[0]), of ? args[1] : Value());
                      linalg::YieldOp::create(b, loc, s.add(args.back(), next));
                    })
                    .getResult(0);
    return eachRow(sum,
                   [&](Scalar &s, Value sum) { return s.div(sum, count); });
  }

  Value eachRow(Value of,
                llvm::function_ref<Value(Scalar &, Value)> body) const {
    return e.map(leadSizes(), compute, of,
                 [&](OpBuilder &b, Location loc, ValueRange args) {
                   Scalar s(b, loc, type);
                   return body(s, args[0]);
                 });
  }

  /// 1 / sqrt(mean + epsilon)
  Value inverseRoot(Value mean, const APFloat &epsilon) const {
    return eachRow(mean, [&](Scalar &s, Value x) -> Value {
      Value sum = s.add(x, s.constant(epsilon.convertToFloat()));
      return s.div(s.constant(1), math::SqrtOp::create(s.b, sum));
    });
  }

  /// The statistics as an optional result has them: with the reduced dims.
  Value asResult(Value statistics, Value result) const {
    if (!isPresent(result))
      return {};
    return e.unsqueeze(e.castFloats(statistics, getElementType(result)), axes);
  }
};

struct LayerNormalizationPattern : OpConversionPattern<LayerNormalizationOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(LayerNormalizationOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Rows rows(e, adaptor.getX(), op.getAxis());
    Value mean = rows.mean({}, [](Scalar &, Value x, Value) { return x; });
    Value variance = rows.mean(mean, [](Scalar &s, Value x, Value mean) {
      Value distance = s.sub(x, mean);
      return s.mul(distance, distance);
    });
    Value inverse = rows.inverseRoot(variance, op.getEpsilon());

    SmallVector<Value> operands = {adaptor.getX(), adaptor.getScale()};
    bool hasBias = isPresent(op.getB());
    if (hasBias)
      operands.push_back(adaptor.getB());
    Broadcast in = e.broadcast(operands);
    in.operands.append({mean, inverse});
    in.maps.append({rows.lead, rows.lead});
    Value y =
        e.map(in.sizes, rows.type, in.operands, in.maps,
              [&](OpBuilder &b, Location loc, ValueRange args) {
                Scalar s(b, loc, rows.type);
                Value centred = s.sub(s.load(args[0]), args[args.size() - 2]);
                Value y = s.mul(s.mul(centred, args.back()), s.load(args[1]));
                return s.store(hasBias ? s.add(y, s.load(args[2])) : y);
              });
    e.replace({y, rows.asResult(mean, op.getMean()),
               rows.asResult(inverse, op.getInvStdDev())});
    return success();
  }
};

struct RMSNormalizationPattern : OpConversionPattern<RMSNormalizationOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(RMSNormalizationOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Rows rows(e, adaptor.getX(), op.getAxis());
    Value mean =
        rows.mean({}, [](Scalar &s, Value x, Value) { return s.mul(x, x); });
    Value inverse = rows.inverseRoot(mean, op.getEpsilon());
    Broadcast in = e.broadcast({adaptor.getX(), adaptor.getScale()});
    in.operands.push_back(inverse);
    in.maps.push_back(rows.lead);
    Type result = getElementType(op.getY());
    e.replace(e.map(in.sizes, result, in.operands, in.maps,
                    [&](OpBuilder &b, Location loc, ValueRange args) {
                      Scalar s(b, loc, rows.type), out(b, loc, result);
                      Value y = s.mul(s.load(args[0]), args[2]);
                      y = castElement(s.b, y, rows.compute, out.computeType());
                      return out.store(out.mul(y, out.load(args[1])));
                    }));
    return success();
  }
};
} // namespace

void gg::onnx::populateNormalizationPatterns(const TypeConverter &types,
                                             RewritePatternSet &patterns) {
  patterns.add<LayerNormalizationPattern, RMSNormalizationPattern>(
      types, patterns.getContext());
}
