//===- Rotary.cpp - Rotary embedding, decomposed --------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Dims.h"
#include "HalfWidth.h"
#include "Patterns.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::recover;

namespace {

/// A tensor with its pairs turned by 90 degrees: (a, b) -> (-b, a).
struct Rotated {
  Value x;
  Repeat pairs;
};

/// The operand of a negation.
Value getNegated(Value value) {
  if (auto neg = defining<NegOp>(value))
    return neg.getX();
  auto mul = defining<MulOp>(value);
  if (!mul)
    return {};
  for (Value side : {mul.getA(), mul.getB()})
    if (getScalar(getOther(mul, side)) == -1.0)
      return side;
  return {};
}

bool isPart(const std::optional<LastDimPart> &part, Value x, int64_t begin,
            int64_t end, int64_t step) {
  return part && part->source == x && part->begin == begin &&
         part->end == end && part->step == step;
}

/// Concat(-x[h:], x[:h]).
std::optional<Rotated> getRotatedHalves(Value value) {
  auto concat = defining<ConcatOp>(value);
  if (!concat || concat.getInputs().size() != 2 ||
      (concat.getAxis() != -1 && concat.getAxis() != rankOf(value) - 1))
    return std::nullopt;
  Value negated = getNegated(concat.getInputs()[0]);
  auto high = negated ? getLastDimPart(negated) : std::nullopt;
  auto low = getLastDimPart(concat.getInputs()[1]);
  int64_t size = dimOf(value, -1);
  if (!high || ShapedType::isDynamic(size) || size % 2 != 0 ||
      dimOf(high->source, -1) != size ||
      !isPart(high, high->source, size / 2, size, 1) ||
      !isPart(low, high->source, 0, size / 2, 1))
    return std::nullopt;
  return Rotated{high->source, Repeat::Halves};
}

/// Stack(-x[1::2], x[0::2]) on a new last dim, flattened.
std::optional<Rotated> getRotatedPairs(Value value) {
  auto reshape = defining<ReshapeOp>(value);
  auto concat = reshape ? defining<ConcatOp>(reshape.getData()) : nullptr;
  if (!concat || concat.getInputs().size() != 2 ||
      rankOf(concat) != rankOf(value) + 1 || dimOf(concat, -1) != 2)
    return std::nullopt;
  SmallVector<Value> parts;
  for (Value part : concat.getInputs()) {
    auto unsqueeze = defining<UnsqueezeOp>(part);
    auto axes = unsqueeze ? getInts(unsqueeze.getAxes()) : std::nullopt;
    if (!axes || axes->size() != 1 ||
        (axes->front() != -1 && axes->front() != rankOf(part) - 1))
      return std::nullopt;
    parts.push_back(unsqueeze.getData());
  }
  Value negated = getNegated(parts[0]);
  auto odd = negated ? getLastDimPart(negated) : std::nullopt;
  auto even = getLastDimPart(parts[1]);
  int64_t size = dimOf(value, -1);
  if (!odd || ShapedType::isDynamic(size) || size % 2 != 0 ||
      dimOf(odd->source, -1) != size || !isPart(odd, odd->source, 1, size, 2))
    return std::nullopt;
  // x[0:size:2] and x[0:size-1:2] take the same elements.
  if (!isPart(even, odd->source, 0, size, 2) &&
      !isPart(even, odd->source, 0, size - 1, 2))
    return std::nullopt;
  return Rotated{odd->source, Repeat::Pairs};
}

std::optional<Rotated> getRotated(Value value) {
  if (auto halves = getRotatedHalves(value))
    return halves;
  return getRotatedPairs(value);
}

//===----------------------------------------------------------------------===//
// The tables
//===----------------------------------------------------------------------===//

/// Which axis of a 4-D operand holds the heads; the other of 1 and 2 is the
/// sequence.
enum class HeadAxis { One = 1, Two = 2 };

/// The axis along which a table that broadcasts into `x` is constant, or
/// nullopt if it depends on the head.
std::optional<HeadAxis> getHeadAxis(Value table, Value x) {
  int64_t rank = rankOf(table);
  if (rank < 2 || rank > 4 || rankOf(x) != 4)
    return std::nullopt;
  // A missing or unit dim at place i counts from the end: axis 1 is -3.
  auto isUnit = [&](int64_t fromEnd) {
    return rank < fromEnd || dimOf(table, -fromEnd) == 1;
  };
  if (isUnit(3))
    return HeadAxis::One;
  if (isUnit(2))
    return HeadAxis::Two;
  return std::nullopt;
}

/// Replaces a root by a rotation, once its parts are known.
class Rewriter {
public:
  Rewriter(PatternRewriter &rewriter, Dims &dims, Operation *root, Value x,
           HeadAxis heads)
      : rewriter(rewriter), dims(dims), root(root), x(x), heads(heads),
        emit(rewriter, root->getLoc()) {}

  /// `half` is what is left of `table`, which broadcasts into x.
  Value makeTable(Value table, Value half) {
    int64_t rank = rankOf(table);
    if (rank == 2)
      half = emit.unsqueeze(half, int64_t(0));
    else if (rank == 4)
      half = emit.squeeze(half, static_cast<int64_t>(heads));
    else if (heads == HeadAxis::Two)
      half = emit.transpose(half, {1, 0, 2}); // [sequence, 1, width]
    int64_t sequence = heads == HeadAxis::One ? 2 : 1;
    if (rank == 4 && dims.areSame(table, 0, x, 0) &&
        dims.areSame(table, heads == HeadAxis::One ? -2 : -3, x, sequence))
      return half;
    Type type =
        RankedTensorType::get({dimOf(x, 0), dimOf(x, sequence), dimOf(half, 2)},
                              getElementType(half));
    return emit.expand(
        half, {emit.dim(x, 0), emit.dim(x, sequence), emit.ints(1)}, type);
  }

  void replace(Value cos, Value sin, bool interleaved) {
    Value in = heads == HeadAxis::Two ? swap(x) : x;
    Value y = emit.make<RotaryEmbeddingOp>(
        TypeRange(in.getType()), {in, cos, sin, emit.none()},
        emit.attr("interleaved", int64_t(interleaved)));
    rewriter.replaceOp(root, heads == HeadAxis::Two ? swap(y) : y);
  }

private:
  Value swap(Value value) { return emit.transpose(value, {0, 2, 1, 3}); }

  PatternRewriter &rewriter;
  Dims &dims;
  Operation *root;
  Value x;
  HeadAxis heads;

public:
  Emit emit;
};

/// The factor beside `x` in a product.
Value getFactor(Value product, Value x) {
  auto mul = defining<MulOp>(product);
  if (!mul)
    return {};
  for (Value side : {mul.getA(), mul.getB()})
    if (skipCopies(side) == x)
      return getOther(mul, side);
  return {};
}

//===----------------------------------------------------------------------===//
// Patterns
//===----------------------------------------------------------------------===//

/// x * cos + rotated(x) * sin, with tables as wide as x.
struct RecoverRotary : OpRewritePattern<AddOp> {
  RecoverRotary(MLIRContext *context, Dims &dims)
      : OpRewritePattern(context), dims(dims) {}

  LogicalResult matchAndRewrite(AddOp op,
                                PatternRewriter &rewriter) const override {
    for (Value side : {op.getA(), op.getB()}) {
      auto mul = defining<MulOp>(side);
      if (!mul)
        continue;
      for (Value turned : {mul.getA(), mul.getB()}) {
        std::optional<Rotated> rotated = getRotated(turned);
        if (!rotated)
          continue;
        Value sin = getOther(mul, turned);
        Value cos = getFactor(getOther(op, side), rotated->x);
        if (cos && succeeded(rewrite(op, *rotated, cos, sin, rewriter)))
          return success();
      }
    }
    return failure();
  }

  LogicalResult rewrite(AddOp op, const Rotated &rotated, Value cos, Value sin,
                        PatternRewriter &rewriter) const {
    Value x = rotated.x;
    auto heads = getHeadAxis(cos, x);
    if (!heads || heads != getHeadAxis(sin, x) || x.getType() != op.getType() ||
        dimOf(cos, -1) != dimOf(x, -1) || dimOf(sin, -1) != dimOf(x, -1) ||
        !dims.broadcastsInto(cos, x) || !dims.broadcastsInto(sin, x) ||
        !isRepeated(cos, rotated.pairs) || !isRepeated(sin, rotated.pairs))
      return failure();
    Rewriter rotary(rewriter, dims, op, x, *heads);
    auto half = [&](Value table) {
      return rotary.makeTable(table,
                              getHalfWidth(rotary.emit, table, rotated.pairs));
    };
    Value halfCos = half(cos), halfSin = half(sin);
    rotary.replace(halfCos, halfSin, rotated.pairs == Repeat::Pairs);
    return success();
  }

  Dims &dims;
};

/// Concat(x1 * cos - x2 * sin, x2 * cos + x1 * sin) of the halves of x.
struct RecoverRotaryOfHalves : OpRewritePattern<ConcatOp> {
  RecoverRotaryOfHalves(MLIRContext *context, Dims &dims)
      : OpRewritePattern(context), dims(dims) {}

  LogicalResult matchAndRewrite(ConcatOp op,
                                PatternRewriter &rewriter) const override {
    int64_t size = dimOf(op, -1);
    if (op.getInputs().size() != 2 || ShapedType::isDynamic(size) ||
        size % 2 != 0 || (op.getAxis() != -1 && op.getAxis() != rankOf(op) - 1))
      return failure();
    auto real = defining<SubOp>(op.getInputs()[0]);
    auto imaginary = defining<AddOp>(op.getInputs()[1]);
    auto first = real ? defining<MulOp>(real.getA()) : nullptr;
    auto second = real ? defining<MulOp>(real.getB()) : nullptr;
    if (!first || !second || !imaginary)
      return failure();
    for (Value low : {first.getA(), first.getB()})
      for (Value high : {second.getA(), second.getB()})
        if (succeeded(rewrite(op, low, getOther(first, low), high,
                              getOther(second, high), imaginary, rewriter)))
          return success();
    return failure();
  }

  LogicalResult rewrite(ConcatOp op, Value low, Value cos, Value high,
                        Value sin, AddOp imaginary,
                        PatternRewriter &rewriter) const {
    int64_t size = dimOf(op, -1);
    auto lowPart = getLastDimPart(low), highPart = getLastDimPart(high);
    if (!lowPart)
      return failure();
    Value x = lowPart->source;
    if (x.getType() != op.getType() || !isPart(lowPart, x, 0, size / 2, 1) ||
        !isPart(highPart, x, size / 2, size, 1))
      return failure();
    auto isProduct = [](Value product, Value part, Value table) {
      Value factor = getFactor(product, skipCopies(part));
      return factor && skipCopies(factor) == skipCopies(table);
    };
    if (!(isProduct(imaginary.getA(), high, cos) &&
          isProduct(imaginary.getB(), low, sin)) &&
        !(isProduct(imaginary.getA(), low, sin) &&
          isProduct(imaginary.getB(), high, cos)))
      return failure();
    auto heads = getHeadAxis(cos, x);
    if (!heads || heads != getHeadAxis(sin, x) || dimOf(cos, -1) != size / 2 ||
        dimOf(sin, -1) != size / 2 || !dims.broadcastsInto(cos, low) ||
        !dims.broadcastsInto(sin, low))
      return failure();
    Rewriter rotary(rewriter, dims, op, x, *heads);
    Value cosTable = rotary.makeTable(cos, cos);
    Value sinTable = rotary.makeTable(sin, sin);
    rotary.replace(cosTable, sinTable, /*interleaved=*/false);
    return success();
  }

  Dims &dims;
};

/// Concat(rotary(x[:r]), x[r:]): the rotation of a part of each head.
struct RecoverPartialRotary : OpRewritePattern<ConcatOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ConcatOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getInputs().size() != 2 ||
        (op.getAxis() != -1 && op.getAxis() != rankOf(op) - 1))
      return failure();
    auto rotary = defining<RotaryEmbeddingOp>(op.getInputs()[0]);
    if (!rotary || rotary.getRotaryEmbeddingDim() != 0 ||
        rankOf(rotary.getX()) != 4)
      return failure();
    auto head = getLastDimPart(rotary.getX());
    auto rest = getLastDimPart(op.getInputs()[1]);
    int64_t rotated = dimOf(rotary.getX(), -1), size = dimOf(op, -1);
    if (!head || !isPart(head, head->source, 0, rotated, 1) ||
        !isPart(rest, head->source, rotated, size, 1) ||
        head->source.getType() != op.getType())
      return failure();
    Emit emit(rewriter, op.getLoc());
    SmallVector<Value> operands(rotary->getOperands());
    operands[0] = head->source;
    Value y = emit.make<RotaryEmbeddingOp>(
        TypeRange(op.getType()), operands,
        {emit.attr("interleaved", rotary.getInterleaved()),
         emit.attr("rotary_embedding_dim", rotated)});
    rewriter.replaceOp(op, y);
    return success();
  }
};

//===----------------------------------------------------------------------===//
// com.microsoft
//===----------------------------------------------------------------------===//

struct ConvertRotary : OpRewritePattern<MSRotaryEmbeddingOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MSRotaryEmbeddingOp op,
                                PatternRewriter &rewriter) const override {
    Value x = op.getInput(), positions = op.getPositionIds();
    int64_t rank = rankOf(x);
    if (op.getIsPackedBatching())
      return rewriter.notifyMatchFailure(op, "packed batching");
    if (op.getScale().convertToDouble() != 1.0)
      return rewriter.notifyMatchFailure(op, "a scale other than 1");
    if (rank != 3 && rank != 4)
      return rewriter.notifyMatchFailure(op, "an input of unknown rank");
    // Without num_heads the tables tell the size of a head.
    int64_t heads = op.getNumHeads(), width = dimOf(op.getCosCache(), -1);
    if (rank == 3 && heads == 0) {
      int64_t hidden = dimOf(x, 2);
      if (ShapedType::isDynamic(hidden) || ShapedType::isDynamic(width) ||
          width == 0 || hidden % (2 * width) != 0 ||
          op.getRotaryEmbeddingDim() != 0)
        return rewriter.notifyMatchFailure(op, "an unknown number of heads");
      heads = hidden / (2 * width);
    }
    Emit emit(rewriter, op.getLoc());
    if (rankOf(positions) == 1)
      positions = buildPositions(emit, op, rank == 3 ? 1 : 2);
    else if (rankOf(positions) != 2)
      return rewriter.notifyMatchFailure(op, "position ids of unknown rank");
    SmallVector<NamedAttribute> attrs = {
        emit.attr("interleaved", op.getInterleaved()),
        emit.attr("rotary_embedding_dim", op.getRotaryEmbeddingDim())};
    if (rank == 3)
      attrs.push_back(emit.attr("num_heads", heads));
    rewriter.replaceOp(
        op, emit.make<RotaryEmbeddingOp>(
                op->getResultTypes(),
                {x, op.getCosCache(), op.getSinCache(), positions}, attrs));
    return success();
  }

  /// The one given position, counted on along the sequence, for each row.
  static Value buildPositions(Emit &emit, MSRotaryEmbeddingOp op,
                              int64_t axis) {
    Value x = op.getInput();
    Value row = emit.add(emit.iota(emit.dim(x, axis)), op.getPositionIds());
    Type type = RankedTensorType::get({dimOf(x, 0), dimOf(x, axis)},
                                      emit.builder.getI64Type());
    return emit.expand(row, {emit.dim(x, 0), emit.ints(1)}, type);
  }
};

} // namespace

void gg::recover::populateRotaryPatterns(RewritePatternSet &patterns,
                                         Dims &dims) {
  patterns.add<RecoverRotary, RecoverRotaryOfHalves>(patterns.getContext(),
                                                     dims);
  patterns.add<RecoverPartialRotary>(patterns.getContext());
}

void gg::recover::populateVendorRotaryPatterns(RewritePatternSet &patterns) {
  patterns.add<ConvertRotary>(patterns.getContext());
}
