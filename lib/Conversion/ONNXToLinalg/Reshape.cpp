//===- Reshape.cpp - ONNX ops that change a shape to linalg ---------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Axes.h"
#include "Emitter.h"
#include "Patterns.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace gg::onnx;

//===----------------------------------------------------------------------===//
// Reshape
//===----------------------------------------------------------------------===//

/// A size out of a tensor that the run computes may be one of Reshape's special
/// numbers; one that is a tensor's size is not.
static bool isRunTimeNumber(OpFoldResult size) {
  auto value = dyn_cast<Value>(size);
  return value && value.getDefiningOp<arith::IndexCastOp>();
}

/// Takes away the sizes that both lists have, and the static ones, whose
/// products are returned.
static std::pair<int64_t, int64_t> cancel(Sizes &x, Sizes &y) {
  auto takeStatic = [](Sizes &sizes) {
    int64_t product = 1;
    llvm::erase_if(sizes, [&](OpFoldResult size) {
      std::optional<int64_t> known = getConstantIntValue(size);
      product *= known.value_or(1);
      return known.has_value();
    });
    return product;
  };
  std::pair<int64_t, int64_t> products(takeStatic(x), takeStatic(y));
  llvm::erase_if(y, [&](OpFoldResult size) {
    auto *equal = llvm::find_if(
        x, [&](OpFoldResult other) { return Emitter::same(size, other); });
    if (equal == x.end())
      return false;
    x.erase(equal);
    return true;
  });
  return products;
}

/// What is left for the -1 of a shape, given the other dims.
static OpFoldResult inferDim(Emitter &e, ArrayRef<OpFoldResult> from,
                             ArrayRef<OpFoldResult> others) {
  Sizes total(from), known(others);
  auto [totalStatic, knownStatic] = cancel(total, known);
  if (known.empty() && knownStatic != 0 && totalStatic % knownStatic == 0)
    return e.mul(e.product(total), e.index(totalStatic / knownStatic));
  OpFoldResult dividend = e.mul(e.product(total), e.index(totalStatic));
  OpFoldResult divisor = e.mul(e.product(known), e.index(knownStatic));
  OpFoldResult quotient = e.div(dividend, divisor);
  e.checkEqual(e.mul(quotient, divisor), dividend,
               "the shape does not divide the number of elements");
  return quotient;
}

namespace {
struct ReshapePattern : OpConversionPattern<ReshapeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(ReshapeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    int64_t rank = *getRank(op.getReshaped());
    Emitter e(rewriter, op);
    e.checkEqual(e.size(adaptor.getShape(), 0), e.index(rank),
                 "expected a shape of " + Twine(rank) + " dims");
    Sizes from = e.sizes(adaptor.getData());
    e.replace(e.reshape(adaptor.getData(), getSizes(e, op, from, rank)));
    return success();
  }

private:
  static Sizes getSizes(Emitter &e, ReshapeOp op, ArrayRef<OpFoldResult> from,
                        int64_t rank) {
    Sizes to, others;
    SmallVector<int64_t> inferred, asked;
    for (int64_t i = 0; i < rank; ++i) {
      OpFoldResult size = e.element(op.getShape(), i);
      if (!op.getAllowzero() && i < static_cast<int64_t>(from.size())) {
        if (isConstantIntValue(size, 0))
          size = from[i];
        else if (isRunTimeNumber(size)) {
          asked.push_back(i);
          size = e.select(e.compare(arith::CmpIPredicate::eq, size, e.index(0)),
                          from[i], size);
        }
      } else if (isRunTimeNumber(size)) {
        asked.push_back(i);
      }
      to.push_back(size);
      if (isConstantIntValue(size, -1))
        inferred.push_back(i);
      else
        others.push_back(size);
    }
    if (inferred.size() == 1) {
      to[inferred.front()] = inferDim(e, from, others);
    } else if (!asked.empty()) {
      // Any of them may be a -1: the rest's product then is what remains.
      OpFoldResult known = e.index(1), minusOne = e.index(-1);
      for (OpFoldResult size : to)
        known = e.mul(
            known, e.select(e.compare(arith::CmpIPredicate::eq, size, minusOne),
                            e.index(1), size));
      OpFoldResult rest = e.div(e.product(from), known);
      for (int64_t i : asked)
        to[i] = e.select(e.compare(arith::CmpIPredicate::eq, to[i], minusOne),
                         rest, to[i]);
    }
    for (int64_t i : asked)
      e.check(e.compare(arith::CmpIPredicate::sge, to[i], e.index(0)),
              "a negative dim");
    if (inferred.size() != 1 || !asked.empty()) {
      Sizes x(from), y(to);
      auto [xStatic, yStatic] = cancel(x, y);
      e.checkEqual(e.mul(e.product(x), e.index(xStatic)),
                   e.mul(e.product(y), e.index(yStatic)),
                   "the shape has another number of elements");
    }
    return to;
  }
};

struct FlattenPattern : OpConversionPattern<FlattenOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(FlattenOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Sizes from = e.sizes(adaptor.getInput());
    ArrayRef<OpFoldResult> all(from);
    int64_t axis = normalizeAxis(op.getAxis(), from.size());
    e.replace(e.reshape(adaptor.getInput(), {e.product(all.take_front(axis)),
                                             e.product(all.drop_front(axis))}));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Squeeze and Unsqueeze
//===----------------------------------------------------------------------===//

struct SqueezePattern : OpConversionPattern<SqueezeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(SqueezeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Sizes from = e.sizes(adaptor.getData());
    int64_t rank = from.size();
    std::optional<SmallVector<int64_t>> axes = getConstantInts(op.getAxes());
    if (!isPresent(op.getAxes())) {
      axes.emplace();
      for (auto [dim, size] : llvm::enumerate(*getShape(op.getData())))
        if (size == 1)
          axes->push_back(dim);
      // A dynamic dim that turns out to be 1 would change the rank.
      for (OpFoldResult size : from)
        if (isa<Value>(size))
          e.check(e.compare(arith::CmpIPredicate::ne, size, e.index(1)),
                  "a dim of size 1 that was not expected");
    }
    if (axes) {
      axes = normalizeAxes(*axes, rank);
      Sizes to;
      for (auto [dim, size] : llvm::enumerate(from)) {
        if (llvm::is_contained(*axes, static_cast<int64_t>(dim)))
          e.checkEqual(size, e.index(1), "expected a dim of size 1");
        else
          to.push_back(size);
      }
      e.replace(e.reshape(adaptor.getData(), to));
      return success();
    }
    SmallVector<Value> dropped = emitAxisFlags(e, adaptor.getAxes(), rank);
    for (auto [size, drop] : llvm::zip(from, dropped))
      e.checkEqual(e.select(drop, size, e.index(1)), e.index(1),
                   "expected a dim of size 1");
    e.replace(
        e.reshape(adaptor.getData(),
                  emitKeptSizes(e, from, dropped, *getRank(op.getSqueezed()))));
    return success();
  }
};

struct UnsqueezePattern : OpConversionPattern<UnsqueezeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(UnsqueezeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Sizes from = e.sizes(adaptor.getData());
    if (std::optional<SmallVector<int64_t>> axes =
            getConstantInts(op.getAxes())) {
      e.replace(e.unsqueeze(adaptor.getData(),
                            normalizeAxes(*axes, from.size() + axes->size())));
      return success();
    }
    Sizes to;
    OpFoldResult taken = e.index(0);
    for (Value inserted :
         emitAxisFlags(e, adaptor.getAxes(), *getRank(op.getExpanded()))) {
      OpFoldResult size = e.index(1);
      for (auto [dim, own] : llvm::enumerate(from))
        size =
            e.select(e.compare(arith::CmpIPredicate::eq, taken, e.index(dim)),
                     own, size);
      to.push_back(e.select(inserted, e.index(1), size));
      taken = e.add(taken, e.select(inserted, e.index(0), e.index(1)));
    }
    e.checkEqual(taken, e.index(from.size()), "an unexpected number of axes");
    e.replace(e.reshape(adaptor.getData(), to));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Shape and Size
//===----------------------------------------------------------------------===//

struct ShapePattern : OpConversionPattern<ShapeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(ShapeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Sizes sizes = e.sizes(adaptor.getData());
    int64_t rank = sizes.size();
    auto clamp = [&](int64_t position) {
      return std::clamp<int64_t>(normalizeAxis(position, rank), 0, rank);
    };
    int64_t start = clamp(op.getStart());
    int64_t end = clamp(op.getEnd().value_or(rank));
    SmallVector<Value> numbers;
    for (int64_t dim = start; dim < end; ++dim)
      numbers.push_back(arith::IndexCastOp::create(
          rewriter, e.loc, rewriter.getI64Type(), e.value(sizes[dim])));
    auto type = RankedTensorType::get(numbers.size(), rewriter.getI64Type());
    e.replace(tensor::FromElementsOp::create(rewriter, e.loc, type, numbers)
                  .getResult());
    return success();
  }
};

struct SizePattern : OpConversionPattern<SizeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(SizeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Value count = e.value(e.product(e.sizes(adaptor.getData())));
    Value number = arith::IndexCastOp::create(rewriter, e.loc,
                                              rewriter.getI64Type(), count);
    auto type = RankedTensorType::get({}, rewriter.getI64Type());
    e.replace(tensor::FromElementsOp::create(rewriter, e.loc, type, number)
                  .getResult());
    return success();
  }
};
} // namespace

void gg::onnx::populateReshapePatterns(const TypeConverter &types,
                                       RewritePatternSet &patterns) {
  patterns.add<ReshapePattern, FlattenPattern, SqueezePattern, UnsqueezePattern,
               ShapePattern, SizePattern>(types, patterns.getContext());
}
