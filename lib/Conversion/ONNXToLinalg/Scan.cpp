//===- Scan.cpp - Running sums and orders to linalg -----------------------===//
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
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace gg::onnx;

namespace {

//===----------------------------------------------------------------------===//
// ArgMax and ArgMin
//===----------------------------------------------------------------------===//

template <typename OpTy, bool largest>
struct ArgPattern : OpConversionPattern<OpTy> {
  using OpConversionPattern<OpTy>::OpConversionPattern;
  LogicalResult
  matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Value data = adaptor.getData();
    Type type = getElementType(op.getData());
    Sizes sizes = e.sizes(data);
    int64_t rank = sizes.size(), axis = normalizeAxis(op.getAxis(), rank);
    e.check(e.compare(arith::CmpIPredicate::ne, sizes[axis], e.index(0)),
            "no element to choose from");
    Sizes to = sizes;
    to.erase(to.begin() + axis);
    Type i64 = rewriter.getI64Type();
    Scalar outside(rewriter, e.loc, type);
    Value best = e.filled(to, outside.integer(0));
    Value where = e.filled(to, e.integer(i64, 0));
    AffineMap whole = rewriter.getMultiDimIdentityMap(rank);
    AffineMap rows = whole.dropResult(axis);
    SmallVector<utils::IteratorType> iterators(rank,
                                               utils::IteratorType::parallel);
    iterators[axis] = utils::IteratorType::reduction;
    auto generic = linalg::GenericOp::create(
        rewriter, e.loc, TypeRange{best.getType(), where.getType()}, data,
        ValueRange{best, where}, ArrayRef<AffineMap>{whole, rows, rows},
        iterators, [&](OpBuilder &b, Location loc, ValueRange args) {
          Scalar s(b, loc, type);
          Value x = s.load(args[0]), best = args[1];
          Value i = arith::IndexCastOp::create(
              b, loc, i64, linalg::IndexOp::create(b, loc, axis));
          Value wins =
              s.compare(getPredicate(op.getSelectLastIndex()), x, best);
          // The first element wins in any case, and a NaN over a number.
          Value isFirst = arith::CmpIOp::create(
              b, loc, arith::CmpIPredicate::eq, i,
              arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(0)));
          wins = arith::OrIOp::create(b, loc, wins, isFirst);
          if (s.isFloat()) {
            Value isNaN =
                arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNO, x, x);
            Value number = arith::CmpFOp::create(
                b, loc, arith::CmpFPredicate::ORD, best, best);
            wins = arith::OrIOp::create(
                b, loc, wins, arith::AndIOp::create(b, loc, isNaN, number));
          }
          linalg::YieldOp::create(
              b, loc,
              ValueRange{arith::SelectOp::create(b, loc, wins, x, best),
                         arith::SelectOp::create(b, loc, wins, i, args[2])});
        });
    Value result = generic.getResult(1);
    e.replace(op.getKeepdims() ? e.unsqueeze(result, axis) : result);
    return success();
  }

private:
  static arith::CmpFPredicate getPredicate(bool last) {
    if (largest)
      return last ? arith::CmpFPredicate::OGE : arith::CmpFPredicate::OGT;
    return last ? arith::CmpFPredicate::OLE : arith::CmpFPredicate::OLT;
  }
};

//===----------------------------------------------------------------------===//
// CumSum
//===----------------------------------------------------------------------===//

/// Each element sums up its own prefix: more work than one running sum, but
/// positions stay independent of each other.
struct CumSumPattern : OpConversionPattern<CumSumOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(CumSumOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Value x = adaptor.getX();
    Type type = getElementType(op.getX());
    Sizes sizes = e.sizes(x);
    int64_t rank = sizes.size();
    OpFoldResult axis = e.element(op.getAxis(), 0);
    axis = e.select(e.compare(arith::CmpIPredicate::slt, axis, e.index(0)),
                    e.add(axis, e.index(rank)), axis);
    e.check(e.compare(arith::CmpIPredicate::ult, axis, e.index(rank)),
            "an axis out of range");
    SmallVector<Value> isAxis;
    OpFoldResult length = e.index(1);
    for (int64_t dim = 0; dim < rank; ++dim) {
      isAxis.push_back(e.compare(arith::CmpIPredicate::eq, axis, e.index(dim)));
      length = e.select(isAxis.back(), sizes[dim], length);
    }
    Value zero = e.value(e.index(0)), one = e.value(e.index(1));
    Value end = e.value(length);
    bool reverse = op.getReverse(), exclusive = op.getExclusive();
    e.replace(e.map(
        sizes, toStored(type), {}, ArrayRef<AffineMap>(),
        [&](OpBuilder &b, Location loc, ValueRange) -> Value {
          SmallVector<Value> position = getPosition(b, loc, rank);
          Value own = zero;
          for (auto [i, flag] : llvm::zip(position, isAxis))
            own = arith::SelectOp::create(b, loc, flag, i, own);
          Value next = arith::AddIOp::create(b, loc, own, one);
          Value from = !reverse ? zero : exclusive ? next : own;
          Value to = reverse ? end : exclusive ? own : next;
          Scalar outside(b, loc, type);
          auto loop = scf::ForOp::create(
              b, loc, from, to, one, outside.integer(0),
              [&](OpBuilder &b, Location loc, Value j, ValueRange sum) {
                SmallVector<Value> at;
                for (auto [i, flag] : llvm::zip(position, isAxis))
                  at.push_back(arith::SelectOp::create(b, loc, flag, j, i));
                Scalar s(b, loc, type);
                Value element = tensor::ExtractOp::create(b, loc, x, at);
                scf::YieldOp::create(b, loc, s.add(sum[0], s.load(element)));
              });
          return Scalar(b, loc, type).store(loop.getResult(0));
        }));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// TopK
//===----------------------------------------------------------------------===//

/// Counts for each element those that come before it in the order; the result
/// takes the elements with the counts 0 … K - 1.
struct TopKPattern : OpConversionPattern<TopKOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(TopKOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Value x = adaptor.getX();
    Type type = getElementType(op.getX()), i64 = rewriter.getI64Type();
    Sizes sizes = e.sizes(x);
    int64_t rank = sizes.size(), axis = normalizeAxis(op.getAxis(), rank);
    OpFoldResult count = e.element(op.getK(), 0);
    e.check(e.compare(arith::CmpIPredicate::sge, count, e.index(0)),
            "K is negative");
    e.check(e.compare(arith::CmpIPredicate::sle, count, sizes[axis]),
            "K is larger than the dim");
    Value zero = e.value(e.index(0)), one = e.value(e.index(1));
    Value length = e.value(sizes[axis]);
    bool largest = op.getLargest();

    Value order = e.map(
        sizes, i64, x,
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          SmallVector<Value> position = getPosition(b, loc, rank);
          Value own = position[axis];
          Value none =
              arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(0));
          auto loop = scf::ForOp::create(
              b, loc, zero, length, one, none,
              [&](OpBuilder &b, Location loc, Value j, ValueRange sum) {
                SmallVector<Value> at = position;
                at[axis] = j;
                Value other = tensor::ExtractOp::create(b, loc, x, at);
                Value first =
                    comesBefore(b, loc, type, largest, other, args[0], j, own);
                Value more = arith::ExtUIOp::create(b, loc, i64, first);
                scf::YieldOp::create(
                    b, loc,
                    arith::AddIOp::create(b, loc, sum[0], more).getResult());
              });
          return loop.getResult(0);
        });

    Sizes to = sizes;
    to[axis] = count;
    Value indices =
        e.map(to, i64, {}, ArrayRef<AffineMap>(),
              [&](OpBuilder &b, Location loc, ValueRange) -> Value {
                SmallVector<Value> position = getPosition(b, loc, rank);
                Value wanted =
                    arith::IndexCastOp::create(b, loc, i64, position[axis]);
                Value none =
                    arith::ConstantOp::create(b, loc, b.getI64IntegerAttr(0));
                auto loop = scf::ForOp::create(
                    b, loc, zero, length, one, none,
                    [&](OpBuilder &b, Location loc, Value j, ValueRange found) {
                      SmallVector<Value> at = position;
                      at[axis] = j;
                      Value place =
                          tensor::ExtractOp::create(b, loc, order, at);
                      Value hit = arith::CmpIOp::create(
                          b, loc, arith::CmpIPredicate::eq, place, wanted);
                      Value here = arith::IndexCastOp::create(b, loc, i64, j);
                      scf::YieldOp::create(
                          b, loc,
                          arith::SelectOp::create(b, loc, hit, here, found[0])
                              .getResult());
                    });
                return loop.getResult(0);
              });
    Value values =
        e.map(to, toStored(type), indices,
              [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                SmallVector<Value> at = getPosition(b, loc, rank);
                at[axis] = arith::IndexCastOp::create(b, loc, b.getIndexType(),
                                                      args[0]);
                return tensor::ExtractOp::create(b, loc, x, at);
              });
    e.replace({values, indices});
    return success();
  }

private:
  /// NaN counts as larger than any number; equal elements keep their order.
  static Value comesBefore(OpBuilder &b, Location loc, Type type, bool largest,
                           Value other, Value own, Value otherAt, Value ownAt) {
    Scalar s(b, loc, type);
    Value x = s.load(largest ? other : own), y = s.load(largest ? own : other);
    Value above = s.compare(arith::CmpFPredicate::OGT, x, y);
    Value below = s.compare(arith::CmpFPredicate::OLT, x, y);
    if (s.isFloat()) {
      auto isNaN = [&](Value z) -> Value {
        return arith::CmpFOp::create(b, loc, arith::CmpFPredicate::UNO, z, z);
      };
      Value nanX = isNaN(x), nanY = isNaN(y);
      Value one = arith::ConstantOp::create(b, loc, b.getBoolAttr(true));
      auto only = [&](Value p, Value q) -> Value {
        return arith::AndIOp::create(b, loc, p,
                                     arith::XOrIOp::create(b, loc, q, one));
      };
      above = arith::OrIOp::create(b, loc, above, only(nanX, nanY));
      below = arith::OrIOp::create(b, loc, below, only(nanY, nanX));
    }
    Value earlier = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult,
                                          otherAt, ownAt);
    Value one = arith::ConstantOp::create(b, loc, b.getBoolAttr(true));
    Value notBelow = arith::XOrIOp::create(b, loc, below, one);
    return arith::OrIOp::create(
        b, loc, above, arith::AndIOp::create(b, loc, notBelow, earlier));
  }
};
} // namespace

void gg::onnx::populateScanPatterns(const TypeConverter &types,
                                    RewritePatternSet &patterns) {
  patterns.add<ArgPattern<ArgMaxOp, true>, ArgPattern<ArgMinOp, false>,
               CumSumPattern, TopKPattern>(types, patterns.getContext());
}
