//===- Movement.cpp - ONNX ops that move elements to linalg ---------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "Patterns.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace gg::onnx;

/// What a generic that only reads its operand elsewhere yields.
static Value passThrough(OpBuilder &, Location, ValueRange args) {
  return args[0];
}

namespace {

//===----------------------------------------------------------------------===//
// Transpose
//===----------------------------------------------------------------------===//

struct TransposePattern : OpConversionPattern<TransposeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(TransposeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Value data = adaptor.getData();
    Sizes from = e.sizes(data), to;
    int64_t rank = from.size();
    SmallVector<AffineExpr> source(rank);
    bool inOrder = true;
    int64_t last = -1;
    SmallVector<int64_t> perm = getPermutation(op.getPerm(), rank);
    for (auto [dim, origin] : llvm::enumerate(perm)) {
      to.push_back(from[origin]);
      source[origin] = rewriter.getAffineDimExpr(dim);
      if (Emitter::isOne(from[origin]))
        continue;
      inOrder &= origin > last;
      last = origin;
    }
    // Where only dims of size 1 move, no element does.
    e.replace(
        inOrder ? e.reshape(data, to)
                : e.map(to, getElementType(data), data,
                        AffineMap::get(rank, 0, source, rewriter.getContext()),
                        passThrough));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Concat and Split
//===----------------------------------------------------------------------===//

struct ConcatPattern : OpConversionPattern<ConcatOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(ConcatOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    int64_t rank = *getRank(adaptor.getInputs().front());
    e.replace(e.concat(adaptor.getInputs(), normalizeAxis(op.getAxis(), rank)));
    return success();
  }
};

struct SplitPattern : OpConversionPattern<SplitOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(SplitOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Sizes sizes = e.sizes(adaptor.getInput());
    Sizes offsets(sizes.size(), e.index(0));
    int64_t axis = normalizeAxis(op.getAxis(), sizes.size());
    OpFoldResult whole = sizes[axis];
    int64_t count = op.getOutputs().size();
    bool given = isPresent(op.getSplit());
    if (given)
      e.checkEqual(e.size(adaptor.getSplit(), 0), e.index(count),
                   "expected " + Twine(count) + " sizes");
    OpFoldResult equal =
        e.div(e.add(whole, e.index(count - 1)), e.index(count));
    SmallVector<Value> parts;
    for (int64_t i = 0; i < count; ++i) {
      OpFoldResult left = e.sub(whole, offsets[axis]);
      if (given) {
        sizes[axis] = e.element(op.getSplit(), i);
        e.check(e.compare(arith::CmpIPredicate::sge, sizes[axis], e.index(0)),
                "a negative size");
        e.check(e.compare(arith::CmpIPredicate::sle, sizes[axis], left),
                "sizes beyond the dim");
      } else {
        // The last parts are smaller, or empty.
        sizes[axis] = e.max(e.min(equal, left), e.index(0));
      }
      parts.push_back(e.slice(adaptor.getInput(), offsets, sizes));
      offsets[axis] = e.add(offsets[axis], sizes[axis]);
    }
    e.checkEqual(offsets[axis], whole, "sizes that do not add up to the dim");
    e.replace(parts);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Slice
//===----------------------------------------------------------------------===//

struct SlicePattern : OpConversionPattern<SliceOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(SliceOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Sizes sizes = e.sizes(adaptor.getData());
    int64_t rank = sizes.size();
    // Positions are relative to the dims until they are clamped below.
    Sizes starts(rank, e.index(0)), ends = sizes, steps(rank, e.index(1));
    SmallVector<bool> sliced(rank);
    Lists lists(e, op, adaptor, rank);
    for (int64_t i = 0; i < lists.count; ++i) {
      OpFoldResult start = lists.get(e, op.getStarts(), lists.starts, i);
      OpFoldResult end = lists.get(e, op.getEnds(), lists.ends, i);
      OpFoldResult step = isPresent(op.getSteps())
                              ? lists.get(e, op.getSteps(), lists.steps, i)
                              : e.index(1);
      OpFoldResult axis = isPresent(op.getAxes())
                              ? lists.get(e, op.getAxes(), lists.axes, i)
                              : e.index(i);
      std::optional<int64_t> known = getConstantIntValue(axis);
      if (known && isa<Attribute>(lists.length)) {
        int64_t dim = normalizeAxis(*known, rank);
        starts[dim] = start;
        ends[dim] = end;
        steps[dim] = step;
        sliced[dim] = true;
        continue;
      }
      axis = e.select(e.compare(arith::CmpIPredicate::slt, axis, e.index(0)),
                      e.add(axis, e.index(rank)), axis);
      Value exists =
          e.compare(arith::CmpIPredicate::slt, e.index(i), lists.length);
      Value inRange = e.compare(arith::CmpIPredicate::ult, axis, e.index(rank));
      Value absent = arith::XOrIOp::create(rewriter, e.loc, exists,
                                           e.integer(rewriter.getI1Type(), 1));
      e.check(arith::OrIOp::create(rewriter, e.loc, inRange, absent),
              "an axis out of range");
      for (int64_t dim = 0; dim < rank; ++dim) {
        Value here = arith::AndIOp::create(
            rewriter, e.loc, exists,
            e.compare(arith::CmpIPredicate::eq, axis, e.index(dim)));
        starts[dim] = e.select(here, start, starts[dim]);
        ends[dim] = e.select(here, end, ends[dim]);
        steps[dim] = e.select(here, step, steps[dim]);
        sliced[dim] = true;
      }
    }
    Sizes counts = sizes;
    for (int64_t dim = 0; dim < rank; ++dim)
      if (sliced[dim])
        clamp(e, sizes[dim], starts[dim], ends[dim], steps[dim], counts[dim]);
    e.replace(take(e, adaptor.getData(), starts, steps, counts));
    return success();
  }

private:
  /// The four lists of numbers. Where only the run knows how long they are,
  /// they are read from copies that are padded to the largest possible length.
  struct Lists {
    int64_t count;
    OpFoldResult length;
    Value starts, ends, steps, axes; // padded; null where not needed

    Lists(Emitter &e, SliceOp op, OpAdaptor adaptor, int64_t rank)
        : length(e.size(adaptor.getStarts(), 0)) {
      std::optional<int64_t> known = getConstantIntValue(length);
      count = known.value_or(rank);
      if (known)
        return;
      e.check(e.compare(arith::CmpIPredicate::sle, length, e.index(rank)),
              "more numbers than dims");
      auto pad = [&](Value list) -> Value {
        if (!isPresent(list))
          return {};
        e.checkEqual(e.size(list, 0), length, "lists of different lengths");
        Value room =
            e.filled(e.index(rank), e.integer(getElementType(list), 1));
        return tensor::InsertSliceOp::create(e.b, e.loc, list, room, e.index(0),
                                             length, e.index(1));
      };
      starts = pad(adaptor.getStarts());
      ends = pad(adaptor.getEnds());
      steps = pad(adaptor.getSteps());
      axes = pad(adaptor.getAxes());
    }

    OpFoldResult get(Emitter &e, Value list, Value padded, int64_t i) const {
      if (!padded)
        return e.element(list, i);
      Value number =
          tensor::ExtractOp::create(e.b, e.loc, padded, e.value(e.index(i)));
      return e.fold(e.b.createOrFold<arith::IndexCastOp>(
          e.loc, e.b.getIndexType(), number));
    }
  };

  /// Makes start and step those of `count` positions that all exist.
  static void clamp(Emitter &e, OpFoldResult size, OpFoldResult &start,
                    OpFoldResult end, OpFoldResult &step, OpFoldResult &count) {
    OpFoldResult zero = e.index(0), one = e.index(1), none = e.index(-1);
    auto isNegative = [&](OpFoldResult number) {
      return e.compare(arith::CmpIPredicate::slt, number, zero);
    };
    e.check(e.compare(arith::CmpIPredicate::ne, step, zero), "a step of 0");
    Value back = isNegative(step);
    // A longer step than the dim reaches the same one position.
    OpFoldResult longest = e.max(size, one);
    step = e.max(e.min(step, longest), e.sub(zero, longest));
    step = e.select(e.compare(arith::CmpIPredicate::eq, step, zero), one, step);
    start = e.select(isNegative(start), e.add(start, size), start);
    end = e.select(isNegative(end), e.add(end, size), end);
    OpFoldResult last = e.sub(size, one);
    start = e.select(back, e.max(e.min(start, last), none),
                     e.max(e.min(start, size), zero));
    end = e.select(back, e.max(e.min(end, last), none),
                   e.max(e.min(end, size), zero));
    OpFoldResult way = e.select(back, e.sub(start, end), e.sub(end, start));
    OpFoldResult length = e.select(back, e.sub(zero, step), step);
    count = e.div(e.add(e.max(way, zero), e.sub(length, one)), length);
  }

  static Value take(Emitter &e, Value data, ArrayRef<OpFoldResult> starts,
                    ArrayRef<OpFoldResult> steps,
                    ArrayRef<OpFoldResult> counts) {
    bool isView = llvm::all_of(steps, [](OpFoldResult step) {
      return getConstantIntValue(step).value_or(-1) > 0;
    });
    if (isView)
      return e.slice(data, starts, counts, steps);
    SmallVector<Value> first, stride;
    for (auto [start, step] : llvm::zip(starts, steps)) {
      first.push_back(e.value(start));
      stride.push_back(e.value(step));
    }
    return e.map(
        counts, getElementType(data), {}, ArrayRef<AffineMap>(),
        [&](OpBuilder &b, Location loc, ValueRange) -> Value {
          SmallVector<Value> position;
          for (auto [dim, pair] : llvm::enumerate(llvm::zip(first, stride))) {
            Value i = linalg::IndexOp::create(b, loc, dim);
            Value way = arith::MulIOp::create(b, loc, i, std::get<1>(pair));
            position.push_back(
                arith::AddIOp::create(b, loc, std::get<0>(pair), way));
          }
          return tensor::ExtractOp::create(b, loc, data, position);
        });
  }
};

//===----------------------------------------------------------------------===//
// Expand and Tile
//===----------------------------------------------------------------------===//

struct ExpandPattern : OpConversionPattern<ExpandOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(ExpandOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Value input = adaptor.getInput();
    Sizes own = e.sizes(input);
    auto shape = cast<RankedTensorType>(op.getShape().getType());
    int64_t ownRank = own.size(), length;
    if (shape.hasStaticShape()) {
      length = shape.getDimSize(0);
    } else {
      length = *getRank(op.getOutput());
      e.checkEqual(e.size(adaptor.getShape(), 0), e.index(length),
                   "expected a shape of " + Twine(length) + " dims");
    }
    int64_t rank = std::max(ownRank, length);
    Sizes to(rank, e.index(1)), wanted = own;
    SmallVector<AffineExpr> exprs;
    for (int64_t dim = 0; dim < rank; ++dim) {
      bool had = dim >= rank - ownRank;
      OpFoldResult size = had ? own[dim - (rank - ownRank)] : e.index(1);
      if (dim >= rank - length) {
        OpFoldResult asked = e.element(op.getShape(), dim - (rank - length));
        e.check(e.compare(arith::CmpIPredicate::sge, asked, e.index(0)),
                "a negative dim");
        to[dim] = join(e, size, asked);
      } else {
        to[dim] = size;
      }
      if (!had)
        continue;
      bool repeats = Emitter::isOne(size) && !Emitter::isOne(to[dim]);
      exprs.push_back(repeats ? rewriter.getAffineConstantExpr(0)
                              : rewriter.getAffineDimExpr(dim));
      if (!repeats)
        wanted[dim - (rank - ownRank)] = to[dim];
    }
    bool unsure = llvm::any_of(llvm::zip(own, wanted), [](auto pair) {
      return !Emitter::same(std::get<0>(pair), std::get<1>(pair));
    });
    if (unsure)
      input = e.expand(input, wanted);
    bool copies = rank != ownRank || llvm::any_of(exprs, [](AffineExpr expr) {
                    return isa<AffineConstantExpr>(expr);
                  });
    if (copies)
      input = e.map(to, getElementType(input), input,
                    AffineMap::get(rank, 0, exprs, rewriter.getContext()),
                    passThrough);
    e.replace(input);
    return success();
  }

private:
  /// The broadcast of two sizes; e.expand checks that there is one.
  static OpFoldResult join(Emitter &e, OpFoldResult own, OpFoldResult asked) {
    if (Emitter::isOne(asked) || Emitter::same(own, asked))
      return own;
    if (Emitter::isOne(own))
      return asked;
    return e.select(e.compare(arith::CmpIPredicate::eq, asked, e.index(1)), own,
                    asked);
  }
};

/// [a, b] repeated r and s times is [r, a, s, b] without r and s in the source.
struct TilePattern : OpConversionPattern<TileOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(TileOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    e.checkEqual(e.size(adaptor.getRepeats(), 0),
                 e.index(*getRank(adaptor.getInput())),
                 "expected a number of repeats for each dim");
    Sizes nested, joined;
    SmallVector<AffineExpr> source;
    for (auto [dim, size] : llvm::enumerate(e.sizes(adaptor.getInput()))) {
      OpFoldResult repeats = e.element(op.getRepeats(), dim);
      e.check(e.compare(arith::CmpIPredicate::sge, repeats, e.index(0)),
              "a negative number of repeats");
      if (!Emitter::isOne(repeats))
        nested.push_back(repeats);
      source.push_back(rewriter.getAffineDimExpr(nested.size()));
      nested.push_back(size);
      joined.push_back(e.mul(repeats, size));
    }
    Value tiled =
        e.map(nested, getElementType(adaptor.getInput()), adaptor.getInput(),
              AffineMap::get(nested.size(), 0, source, rewriter.getContext()),
              passThrough);
    e.replace(e.reshape(tiled, joined));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Trilu
//===----------------------------------------------------------------------===//

struct TriluPattern : OpConversionPattern<TriluOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(TriluOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Sizes sizes = e.sizes(adaptor.getInput());
    int64_t rank = sizes.size();
    Type element = getElementType(adaptor.getInput());
    Value k =
        e.value(isPresent(op.getK()) ? e.element(op.getK(), 0) : e.index(0));
    Value zero = arith::ConstantOp::create(rewriter, e.loc,
                                           rewriter.getZeroAttr(element));
    auto predicate =
        op.getUpper() ? arith::CmpIPredicate::sge : arith::CmpIPredicate::sle;
    e.replace(e.map(
        sizes, element, adaptor.getInput(),
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          Value row = linalg::IndexOp::create(b, loc, rank - 2);
          Value column = linalg::IndexOp::create(b, loc, rank - 1);
          Value diagonal = arith::SubIOp::create(b, loc, column, row);
          Value kept = arith::CmpIOp::create(b, loc, predicate, diagonal, k);
          return arith::SelectOp::create(b, loc, kept, args[0], zero);
        }));
    return success();
  }
};
} // namespace

void gg::onnx::populateMovementPatterns(const TypeConverter &types,
                                        RewritePatternSet &patterns) {
  patterns.add<TransposePattern, ConcatPattern, SplitPattern, SlicePattern,
               ExpandPattern, TilePattern, TriluPattern>(types,
                                                         patterns.getContext());
}
