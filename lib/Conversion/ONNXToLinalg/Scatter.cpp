//===- Scatter.cpp - ONNX ops that write by index to linalg ---------------===//
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
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace gg::onnx;

/// How an update joins what stands at its place.
static Value join(Scalar &s, StringRef reduction, Value old, Value update) {
  if (reduction == "none")
    return update;
  Value x = s.load(old), y = s.load(update);
  return s.store(reduction == "add"   ? s.add(x, y)
                 : reduction == "mul" ? s.mul(x, y)
                 : reduction == "max" ? s.max(x, y)
                                      : s.min(x, y));
}

/// Whether an index, counted from the end where negative, is a position.
static Value hits(OpBuilder &b, Location loc, Value index, Value size,
                  Value position) {
  Value at = arith::IndexCastOp::create(b, loc, b.getIndexType(), index);
  Value wrapped = arith::AddIOp::create(b, loc, at, size);
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value negative =
      arith::CmpIOp::create(b, loc, arith::CmpIPredicate::slt, at, zero);
  at = arith::SelectOp::create(b, loc, negative, wrapped, at);
  return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, at, position);
}

namespace {

/// One update as an element sees it: whether it is meant, and by which value.
struct Update {
  Value hit, value;
};

/// Where an element of the result is.
using Position = ArrayRef<Value>;

} // namespace

/// Both scatters are computed from the result's side: each element looks for
/// the updates that concern it, in their order. That is more reading than
/// writing each update to its place would be, but no two positions touch each
/// other. `count` says how many updates an element looks at.
template <typename OpTy>
static Value
joinUpdates(Emitter &e, OpTy op, Value data,
            function_ref<Value(OpBuilder &, Location, Position)> count,
            function_ref<Update(OpBuilder &, Location, Position, Value)> get) {
  Type type = getElementType(op.getData());
  Value zero = e.value(e.index(0)), one = e.value(e.index(1));
  Sizes sizes = e.sizes(data);
  return e.map(
      sizes, getElementType(data), data,
      [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
        SmallVector<Value> position = getPosition(b, loc, sizes.size());
        auto loop = scf::ForOp::create(
            b, loc, zero, count(b, loc, position), one, args[0],
            [&](OpBuilder &b, Location loc, Value j, ValueRange old) {
              Update update = get(b, loc, position, j);
              Scalar s(b, loc, type);
              Value joined = join(s, op.getReduction(), old[0], update.value);
              Value result =
                  arith::SelectOp::create(b, loc, update.hit, joined, old[0]);
              scf::YieldOp::create(b, loc, result);
            });
        return loop.getResult(0);
      });
}

namespace {

struct ScatterElementsPattern : OpConversionPattern<ScatterElementsOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(ScatterElementsOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Value indices = adaptor.getIndices(), updates = adaptor.getUpdates();
    Sizes sizes = e.sizes(adaptor.getData()), given = e.sizes(indices);
    int64_t rank = sizes.size(), axis = normalizeAxis(op.getAxis(), rank);
    e.checkRange(indices, e.sub(e.index(0), sizes[axis]), sizes[axis],
                 "an index out of range");
    SmallVector<Value> limits;
    for (int64_t dim = 0; dim < rank; ++dim) {
      e.checkEqual(given[dim], e.size(updates, dim),
                   "indices and updates differ in dim " + Twine(dim));
      limits.push_back(e.value(given[dim]));
    }
    Value zero = e.value(e.index(0)), size = e.value(sizes[axis]);
    // No update at all where another dim is beyond theirs.
    auto count = [&](OpBuilder &b, Location loc, Position position) {
      Value end = limits[axis];
      for (int64_t dim = 0; dim < rank; ++dim) {
        if (dim == axis)
          continue;
        Value inside = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::ult,
                                             position[dim], limits[dim]);
        end = arith::SelectOp::create(b, loc, inside, end, zero);
      }
      return end;
    };
    auto get = [&](OpBuilder &b, Location loc, Position position, Value j) {
      SmallVector<Value> at(position);
      at[axis] = j;
      Value index = tensor::ExtractOp::create(b, loc, indices, at);
      Value update = tensor::ExtractOp::create(b, loc, updates, at);
      return Update{hits(b, loc, index, size, position[axis]), update};
    };
    e.replace(joinUpdates(e, op, adaptor.getData(), count, get));
    return success();
  }
};

struct ScatterNDPattern : OpConversionPattern<ScatterNDOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(ScatterNDOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Sizes sizes = e.sizes(adaptor.getData());
    Sizes tuples = e.sizes(adaptor.getIndices());
    int64_t length = getShape(op.getIndices())->back();
    // A list of tuples and one of updates.
    OpFoldResult count = e.product(ArrayRef<OpFoldResult>(tuples).drop_back());
    Value indices = e.reshape(adaptor.getIndices(), {count, e.index(length)});
    Sizes listed = {count};
    llvm::append_range(listed,
                       ArrayRef<OpFoldResult>(sizes).drop_front(length));
    Sizes given = e.sizes(adaptor.getUpdates());
    e.checkEqual(e.product(given), e.product(listed),
                 "an unexpected number of updates");
    Value updates = e.reshape(adaptor.getUpdates(), listed);

    SmallVector<Value> limits;
    for (int64_t i = 0; i < length; ++i) {
      Value column =
          e.slice(indices, {e.index(0), e.index(i)}, {count, e.index(1)});
      e.checkRange(column, e.sub(e.index(0), sizes[i]), sizes[i],
                   "an index out of range");
      limits.push_back(e.value(sizes[i]));
    }
    Value end = e.value(count);
    auto get = [&](OpBuilder &b, Location loc, Position position, Value j) {
      Value hit = arith::ConstantOp::create(b, loc, b.getBoolAttr(true));
      for (auto [i, limit] : llvm::enumerate(limits)) {
        Value column = arith::ConstantIndexOp::create(b, loc, i);
        Value index =
            tensor::ExtractOp::create(b, loc, indices, ValueRange{j, column});
        hit = arith::AndIOp::create(b, loc, hit,
                                    hits(b, loc, index, limit, position[i]));
      }
      SmallVector<Value> at = {j};
      llvm::append_range(at, position.drop_front(length));
      return Update{hit, tensor::ExtractOp::create(b, loc, updates, at)};
    };
    e.replace(joinUpdates(
        e, op, adaptor.getData(),
        [&](OpBuilder &, Location, Position) { return end; }, get));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// TensorScatter
//===----------------------------------------------------------------------===//

/// One slice for each batch row (two where it may wrap around), written into
/// the cache itself once the bufferization sees that nobody else reads it.
struct TensorScatterPattern : OpConversionPattern<TensorScatterOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(TensorScatterOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Value cache = adaptor.getPastCache(), update = adaptor.getUpdate();
    Sizes sizes = e.sizes(cache), given = e.sizes(update);
    int64_t axis = normalizeAxis(op.getAxis(), sizes.size());
    bool circular = op.getMode() == "circular";
    e.check(e.compare(arith::CmpIPredicate::sle, given[axis], sizes[axis]),
            "an update longer than the cache");
    Value starts;
    if (isPresent(op.getWriteIndices())) {
      starts = adaptor.getWriteIndices();
      // With a full-length update there is still the one place 0.
      OpFoldResult end =
          circular ? sizes[axis]
                   : e.add(e.sub(sizes[axis], given[axis]), e.index(1));
      e.checkRange(starts, e.index(0), end,
                   "the update does not fit into the cache");
    }
    auto writeRow = [&](Value cache, OpFoldResult row) {
      OpFoldResult start = e.index(0);
      if (starts) {
        Value number =
            tensor::ExtractOp::create(rewriter, e.loc, starts, e.value(row));
        start = e.fold(rewriter.createOrFold<arith::IndexCastOp>(
            e.loc, rewriter.getIndexType(), number));
      }
      OpFoldResult length = given[axis];
      OpFoldResult first =
          circular ? e.min(length, e.sub(sizes[axis], start)) : length;
      cache = write(e, cache, update, row, axis, start, e.index(0), first);
      if (!circular || !starts)
        return cache;
      return write(e, cache, update, row, axis, e.index(0), first,
                   e.sub(length, first));
    };

    std::optional<int64_t> batch = getConstantIntValue(sizes[0]);
    if (batch && *batch <= 64) {
      for (int64_t row = 0; row < *batch; ++row)
        cache = writeRow(cache, e.index(row));
      e.replace(cache);
      return success();
    }
    auto loop =
        scf::ForOp::create(rewriter, e.loc, e.value(e.index(0)),
                           e.value(sizes[0]), e.value(e.index(1)), cache);
    OpBuilder::InsertionGuard guard(rewriter);
    rewriter.setInsertionPointToStart(loop.getBody());
    Value written = writeRow(loop.getRegionIterArg(0), loop.getInductionVar());
    scf::YieldOp::create(rewriter, e.loc, written);
    rewriter.setInsertionPointAfter(loop);
    e.replace(loop.getResult(0));
    return success();
  }

private:
  /// `length` entries of a row's update, from `source` on, go to `target`.
  static Value write(Emitter &e, Value cache, Value update, OpFoldResult row,
                     int64_t axis, OpFoldResult target, OpFoldResult source,
                     OpFoldResult length) {
    Sizes sizes = e.sizes(update);
    Sizes from(sizes.size(), e.index(0)), strides(sizes.size(), e.index(1));
    sizes[0] = e.index(1);
    sizes[axis] = length;
    from[0] = row;
    Sizes to = from;
    from[axis] = source;
    to[axis] = target;
    Value part = e.slice(update, from, sizes);
    return tensor::InsertSliceOp::create(e.b, e.loc, part, cache, to, sizes,
                                         strides);
  }
};
} // namespace

void gg::onnx::populateScatterPatterns(const TypeConverter &types,
                                       RewritePatternSet &patterns) {
  patterns.add<ScatterElementsPattern, ScatterNDPattern, TensorScatterPattern>(
      types, patterns.getContext());
}
