//===- Indexing.cpp - ONNX ops that read by index to linalg ---------------===//
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
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace gg::onnx;

/// An index of any integer type as a position in a dim; negative ones count
/// from the end. The caller has checked the range.
static Value toPosition(OpBuilder &b, Location loc, Value index, Value size) {
  Value position = arith::IndexCastOp::create(b, loc, b.getIndexType(), index);
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value negative =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, position, zero);
  Value wrapped = arith::AddIOp::create(b, loc, position, size);
  return arith::SelectOp::create(b, loc, negative, wrapped, position);
}

/// Indices lie in [-size, size).
static void checkIndices(Emitter &e, Value indices, OpFoldResult size) {
  e.checkRange(indices, e.sub(e.index(0), size), size, "an index out of range");
}

namespace {

//===----------------------------------------------------------------------===//
// Gather
//===----------------------------------------------------------------------===//

struct GatherPattern : OpConversionPattern<GatherOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(GatherOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Value table = getTable(e, op, adaptor);
    Sizes from = e.sizes(table);
    int64_t axis = normalizeAxis(op.getAxis(), from.size());
    if (gatherOne(e, op, adaptor.getData(), axis))
      return success();
    checkIndices(e, adaptor.getIndices(), from[axis]);

    Sizes picks = e.sizes(adaptor.getIndices()), to;
    llvm::append_range(to, ArrayRef<OpFoldResult>(from).take_front(axis));
    llvm::append_range(to, picks);
    llvm::append_range(to, ArrayRef<OpFoldResult>(from).drop_front(axis + 1));
    AffineMap pick = rewriter.getMultiDimIdentityMap(to.size()).getSliceMap(
        axis, picks.size());
    Value size = e.value(from[axis]);
    Type stored = getElementType(table);
    Type element = getElementType(adaptor.getData());
    e.replace(
        e.map(to, element, adaptor.getIndices(), pick,
              [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                SmallVector<Value> position;
                for (int64_t dim = 0, rank = from.size(); dim < rank; ++dim) {
                  if (dim == axis)
                    position.push_back(toPosition(b, loc, args[0], size));
                  else
                    position.push_back(linalg::IndexOp::create(
                        b, loc, dim < axis ? dim : dim + picks.size() - 1));
                }
                Value x = tensor::ExtractOp::create(b, loc, table, position);
                if (stored != element)
                  x = arith::ExtFOp::create(b, loc, element, x);
                return x;
              }));
    return success();
  }

private:
  /// A constant table is read as it is stored, before any widening.
  static Value getTable(Emitter &e, GatherOp op, OpAdaptor adaptor) {
    auto cast = op.getData().getDefiningOp<CastOp>();
    if (!cast || !cast.getInput().getDefiningOp<ConstantOp>())
      return adaptor.getData();
    auto from = dyn_cast<FloatType>(getElementType(cast.getInput()));
    auto to = dyn_cast<FloatType>(cast.getTo());
    if (!isa_and_present<Float16Type, BFloat16Type>(from) || !to ||
        from.getWidth() >= to.getWidth())
      return adaptor.getData();
    return e.b.getRemappedValue(cast.getInput());
  }

  /// A single known index only takes a view.
  static bool gatherOne(Emitter &e, GatherOp op, Value data, int64_t axis) {
    std::optional<int64_t> index = getConstantInt(op.getIndices());
    Sizes sizes = e.sizes(data);
    std::optional<int64_t> size = getConstantIntValue(sizes[axis]);
    if (!index || !size || *index < -*size || *index >= *size)
      return false;
    Sizes offsets(sizes.size(), e.index(0));
    offsets[axis] = e.index(normalizeAxis(*index, *size));
    sizes[axis] = e.index(1);
    Value slice = e.slice(data, offsets, sizes);
    sizes.erase(sizes.begin() + axis);
    int64_t picked = *getRank(op.getIndices());
    sizes.insert(sizes.begin() + axis, picked, e.index(1));
    e.replace(e.reshape(slice, sizes));
    return true;
  }
};

//===----------------------------------------------------------------------===//
// GatherElements and GatherND
//===----------------------------------------------------------------------===//

struct GatherElementsPattern : OpConversionPattern<GatherElementsOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(GatherElementsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Value data = adaptor.getData();
    Sizes from = e.sizes(data), to = e.sizes(adaptor.getIndices());
    int64_t rank = from.size(), axis = normalizeAxis(op.getAxis(), rank);
    checkIndices(e, adaptor.getIndices(), from[axis]);
    for (int64_t dim = 0; dim < rank; ++dim)
      if (dim != axis)
        e.check(e.compare(arith::CmpIPredicate::sle, to[dim], from[dim]),
                "more indices than elements in dim " + Twine(dim));
    Value size = e.value(from[axis]);
    e.replace(e.map(to, getElementType(data), adaptor.getIndices(),
                    [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
                      SmallVector<Value> position;
                      for (int64_t dim = 0; dim < rank; ++dim)
                        position.push_back(
                            dim == axis
                                ? toPosition(b, loc, args[0], size)
                                : Value(linalg::IndexOp::create(b, loc, dim)));
                      return tensor::ExtractOp::create(b, loc, data, position);
                    }));
    return success();
  }
};

struct GatherNDPattern : OpConversionPattern<GatherNDOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(GatherNDOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Value data = adaptor.getData(), indices = adaptor.getIndices();
    Sizes from = e.sizes(data), tuples = e.sizes(indices);
    int64_t length = getShape(op.getIndices())->back();
    int64_t batch = op.getBatchDims(), lead = tuples.size() - 1;
    for (int64_t dim = 0; dim < batch; ++dim)
      e.checkEqual(from[dim], tuples[dim], "batch dims differ");

    SmallVector<Value> limits;
    for (int64_t i = 0; i < length; ++i) {
      Sizes offsets(tuples.size(), e.index(0)), column = tuples;
      offsets.back() = e.index(i);
      column.back() = e.index(1);
      checkIndices(e, e.slice(indices, offsets, column), from[batch + i]);
      limits.push_back(e.value(from[batch + i]));
    }
    Sizes to(ArrayRef<OpFoldResult>(tuples).drop_back());
    llvm::append_range(to,
                       ArrayRef<OpFoldResult>(from).drop_front(batch + length));
    e.replace(e.map(
        to, getElementType(data), {}, ArrayRef<AffineMap>(),
        [&](OpBuilder &b, Location loc, ValueRange) -> Value {
          auto loop = [&](int64_t dim) -> Value {
            return linalg::IndexOp::create(b, loc, dim);
          };
          SmallVector<Value> tuple, position;
          for (int64_t dim = 0; dim < lead; ++dim)
            tuple.push_back(loop(dim));
          for (int64_t dim = 0; dim < batch; ++dim)
            position.push_back(loop(dim));
          for (auto [i, limit] : llvm::enumerate(limits)) {
            tuple.push_back(arith::ConstantIndexOp::create(b, loc, i));
            Value index = tensor::ExtractOp::create(b, loc, indices, tuple);
            position.push_back(toPosition(b, loc, index, limit));
            tuple.pop_back();
          }
          for (int64_t dim = lead, end = to.size(); dim < end; ++dim)
            position.push_back(loop(dim));
          return tensor::ExtractOp::create(b, loc, data, position);
        }));
    return success();
  }
};
} // namespace

void gg::onnx::populateIndexingPatterns(const TypeConverter &types,
                                        RewritePatternSet &patterns) {
  patterns.add<GatherPattern, GatherElementsPattern, GatherNDPattern>(
      types, patterns.getContext());
}
