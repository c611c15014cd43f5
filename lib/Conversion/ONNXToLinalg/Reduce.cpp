//===- Reduce.cpp - Reductions to linalg ----------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Axes.h"
#include "Emitter.h"
#include "Patterns.h"
#include "Scalar.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace gg::onnx;

//===----------------------------------------------------------------------===//
// What each reduction does with an element, and with the joined ones
//===----------------------------------------------------------------------===//

namespace {

struct Sum {
  static Value initial(Scalar &s) { return s.integer(0); }
  static Value load(Scalar &s, Value x) { return x; }
  static Value join(Scalar &s, Value x, Value y) { return s.add(x, y); }
  static Value finish(Scalar &s, Value sum, Value) { return sum; }
};

template <typename OpTy> struct Reduction;

template <> struct Reduction<ReduceSumOp> : Sum {};

template <> struct Reduction<ReduceMeanOp> : Sum {
  static Value finish(Scalar &s, Value sum, Value count) {
    return s.div(sum, count);
  }
};

template <> struct Reduction<ReduceProdOp> : Sum {
  static Value initial(Scalar &s) { return s.integer(1); }
  static Value join(Scalar &s, Value x, Value y) { return s.mul(x, y); }
};

template <> struct Reduction<ReduceMaxOp> : Sum {
  static Value initial(Scalar &s) { return s.lowest(); }
  static Value join(Scalar &s, Value x, Value y) { return s.max(x, y); }
};

template <> struct Reduction<ReduceMinOp> : Sum {
  static Value initial(Scalar &s) { return s.highest(); }
  static Value join(Scalar &s, Value x, Value y) { return s.min(x, y); }
};

template <> struct Reduction<ReduceL1Op> : Sum {
  static Value load(Scalar &s, Value x) { return s.abs(x); }
};

template <> struct Reduction<ReduceSumSquareOp> : Sum {
  static Value load(Scalar &s, Value x) { return s.mul(x, x); }
};

/// A function of floats, which integers reach through f64.
template <typename FunctionOp> Value apply(Scalar &s, Value x) {
  if (s.isFloat())
    return FunctionOp::create(s.b, x);
  Type f64 = s.b.getF64Type();
  Value result = FunctionOp::create(s.b, castElement(s.b, x, s.type, f64));
  return castElement(s.b, result, f64, s.type);
}

template <> struct Reduction<ReduceL2Op> : Reduction<ReduceSumSquareOp> {
  static Value finish(Scalar &s, Value sum, Value) {
    return apply<math::SqrtOp>(s, sum);
  }
};

template <> struct Reduction<ReduceLogSumOp> : Sum {
  static Value finish(Scalar &s, Value sum, Value) {
    return apply<math::LogOp>(s, sum);
  }
};
} // namespace

//===----------------------------------------------------------------------===//
// Loops
//===----------------------------------------------------------------------===//

/// Reduces along dims that the run decides on: each dim is walked by two loops,
/// one of which makes a single step. The reduced dims stay, of size 1.
static Value reduceFlagged(Emitter &e, Value data, ArrayRef<Value> reduced,
                           Value initial, Body body) {
  Sizes from = e.sizes(data), to, inner;
  for (auto [size, flag] : llvm::zip(from, reduced)) {
    to.push_back(e.select(flag, e.index(1), size));
    inner.push_back(e.select(flag, size, e.index(1)));
  }
  int64_t rank = from.size();
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  iterators.append(rank, utils::IteratorType::reduction);
  SmallVector<AffineExpr> outerDims, innerDims;
  for (int64_t dim = 0; dim < rank; ++dim) {
    outerDims.push_back(e.b.getAffineDimExpr(dim));
    innerDims.push_back(e.b.getAffineDimExpr(rank + dim));
  }
  MLIRContext *context = e.b.getContext();
  AffineMap maps[] = {AffineMap::get(2 * rank, 0, innerDims, context),
                      AffineMap::get(2 * rank, 0, outerDims, context)};
  // Only its shape matters: it says how long the inner loops are.
  Value extent = e.empty(inner, e.b.getI1Type());
  Value init = e.filled(to, initial);
  return linalg::GenericOp::create(
             e.b, e.loc, init.getType(), extent, init, maps, iterators,
             [&](OpBuilder &b, Location loc, ValueRange args) {
               SmallVector<Value> position;
               for (int64_t dim = 0; dim < rank; ++dim)
                 position.push_back(arith::AddIOp::create(
                     b, loc, linalg::IndexOp::create(b, loc, dim),
                     linalg::IndexOp::create(b, loc, rank + dim)));
               Value x = tensor::ExtractOp::create(b, loc, data, position);
               linalg::YieldOp::create(b, loc, body(b, loc, {x, args[1]}));
             })
      .getResult(0);
}

namespace {

/// The dims that a reduction removes: known, or as run-time flags.
struct ReducedDims {
  SmallVector<int64_t> known;
  SmallVector<Value> flags;

  template <typename OpTy>
  ReducedDims(Emitter &e, OpTy op, Value data, Value axes) {
    int64_t rank = *getRank(data);
    std::optional<SmallVector<int64_t>> list;
    if (!isPresent(op.getAxes()))
      list.emplace();
    else
      list = getConstantInts(op.getAxes());
    if (list) {
      known = normalizeAxes(*list, rank);
      if (list->empty() && !op.getNoopWithEmptyAxes())
        known = llvm::to_vector(llvm::seq<int64_t>(0, rank));
      return;
    }
    flags = emitAxisFlags(e, axes, rank);
    if (op.getNoopWithEmptyAxes())
      return;
    Value none =
        e.compare(arith::CmpIPredicate::eq, e.size(axes, 0), e.index(0));
    for (Value &flag : flags)
      flag = arith::OrIOp::create(e.b, e.loc, flag, none);
  }

  Value reduce(Emitter &e, Value data, Value initial, Body body) const {
    if (flags.empty())
      return e.reduce(data, known, initial, body);
    return reduceFlagged(e, data, flags, initial, body);
  }

  OpFoldResult count(Emitter &e, Value data) const {
    OpFoldResult result = e.index(1);
    for (auto [dim, size] : llvm::enumerate(e.sizes(data))) {
      if (!flags.empty())
        result = e.mul(result, e.select(flags[dim], size, e.index(1)));
      else if (llvm::is_contained(known, static_cast<int64_t>(dim)))
        result = e.mul(result, size);
    }
    return result;
  }

  /// Gives the reduced tensor the dims of size 1 that are to stay, or removes
  /// those that are not.
  Value shape(Emitter &e, Value reduced, bool keepDims, int64_t rank) const {
    if (flags.empty())
      return keepDims ? e.unsqueeze(reduced, known) : reduced;
    if (keepDims)
      return reduced;
    return e.reshape(reduced, emitKeptSizes(e, e.sizes(reduced), flags, rank));
  }
};

template <typename OpTy> struct ReducePattern : OpConversionPattern<OpTy> {
  using OpConversionPattern<OpTy>::OpConversionPattern;
  LogicalResult
  matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    using Kind = Reduction<OpTy>;
    Emitter e(rewriter, op);
    Type type = getElementType(op.getData());
    Value data = adaptor.getData();
    ReducedDims dims(e, op, data, adaptor.getAxes());
    Scalar outside(rewriter, e.loc, type);
    Value reduced = dims.reduce(
        e, data, Kind::initial(outside),
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          Scalar s(b, loc, type);
          return Kind::join(s, Kind::load(s, s.load(args[0])), args[1]);
        });
    Value count = arith::IndexCastOp::create(
        rewriter, e.loc, rewriter.getI64Type(), e.value(dims.count(e, data)));
    count = castElement(outside.b, count, rewriter.getI64Type(),
                        outside.computeType());
    Value result =
        e.map(e.sizes(reduced), toStored(type), reduced,
              [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                Scalar s(b, loc, type);
                return s.store(Kind::finish(s, args[0], count));
              });
    e.replace(
        dims.shape(e, result, op.getKeepdims(), *getRank(op.getReduced())));
    return success();
  }
};

/// The largest element is taken out of the exponentials, so that they do not
/// overflow. It may be infinite, or none at all: then nothing is taken out.
struct ReduceLogSumExpPattern : OpConversionPattern<ReduceLogSumExpOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(ReduceLogSumExpOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Type type = getElementType(op.getData());
    Value data = adaptor.getData();
    ReducedDims dims(e, op, data, adaptor.getAxes());
    Scalar outside(rewriter, e.loc, type);
    int64_t rank = *getRank(data);
    Value largest =
        dims.reduce(e, data, outside.lowest(),
                    [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                      Scalar s(b, loc, type);
                      return s.max(s.load(args[0]), args[1]);
                    });
    largest = e.map(e.sizes(largest), outside.computeType(), largest,
                    [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                      Scalar s(b, loc, type);
                      Value finite = s.less(s.abs(args[0]), s.highest());
                      return arith::SelectOp::create(b, loc, finite, args[0],
                                                     s.constant(0));
                    });
    Value kept = dims.shape(e, largest, /*keepDims=*/true, rank);
    Broadcast in = e.broadcast({data, kept});
    Value powers =
        e.map(in.sizes, outside.computeType(), in.operands, in.maps,
              [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                Scalar s(b, loc, type);
                return s.exp(s.sub(s.load(args[0]), args[1]));
              });
    Value sum =
        dims.reduce(e, powers, outside.constant(0),
                    [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                      Scalar s(b, loc, type);
                      return s.add(args[0], args[1]);
                    });
    Value result = e.map(e.sizes(sum), type, {sum, largest},
                         [&](OpBuilder &b, Location loc, ValueRange args) {
                           Scalar s(b, loc, type);
                           return s.store(s.add(s.log(args[0]), args[1]));
                         });
    e.replace(
        dims.shape(e, result, op.getKeepdims(), *getRank(op.getReduced())));
    return success();
  }
};
} // namespace

void gg::onnx::populateReductionPatterns(const TypeConverter &types,
                                         RewritePatternSet &patterns) {
  patterns.add<ReducePattern<ReduceSumOp>, ReducePattern<ReduceMeanOp>,
               ReducePattern<ReduceProdOp>, ReducePattern<ReduceMaxOp>,
               ReducePattern<ReduceMinOp>, ReducePattern<ReduceL1Op>,
               ReducePattern<ReduceL2Op>, ReducePattern<ReduceSumSquareOp>,
               ReducePattern<ReduceLogSumOp>, ReduceLogSumExpPattern>(
      types, patterns.getContext());
}
