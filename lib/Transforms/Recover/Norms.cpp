//===- Norms.cpp - Decomposed norms ---------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// x / sqrt(mean(x^2) + eps) becomes RMSNormalization with a scale of ones; a
// product with the weights then becomes its scale. Where x is itself y -
// mean(y), the whole is LayerNormalization, and a sum with a vector its bias.
// So each spelling of a step is known in one place.
//
//===----------------------------------------------------------------------===//

#include "Emit.h"
#include "Patterns.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::recover;

namespace {

//===----------------------------------------------------------------------===//
// The parts of a norm
//===----------------------------------------------------------------------===//

/// The mean over `count` trailing dims, which stay with size 1.
struct Mean {
  Value operand;
  int64_t count;
};

std::optional<Mean> getMean(Value value) {
  value = skipFloatCasts(value);
  Operation *op = value.getDefiningOp();
  double factor = 1.0;
  if (isa_and_nonnull<MulOp, DivOp>(op)) {
    // A sum divided by a number that must turn out to be the right one.
    Product product = getProduct(value);
    if (product.factors.size() != 1)
      return std::nullopt;
    factor = product.scale;
    op = product.factors.front().getDefiningOp();
    if (!isa_and_nonnull<ReduceSumOp>(op))
      return std::nullopt;
  } else if (!isa_and_nonnull<ReduceMeanOp>(op)) {
    return std::nullopt;
  }
  auto axes = getInts(op->getOperand(1));
  auto keepdims = op->getAttrOfType<IntegerAttr>("keepdims");
  Mean mean{op->getOperand(0), 0};
  if (!axes || (keepdims && keepdims.getInt() != 1) ||
      !areTrailing(*axes, mean.operand, mean.count))
    return std::nullopt;
  if (isa<ReduceSumOp>(op)) {
    int64_t size = 1;
    for (int64_t i = 1; i <= mean.count; ++i) {
      int64_t dim = dimOf(mean.operand, -i);
      if (ShapedType::isDynamic(dim) || dim == 0)
        return std::nullopt;
      size *= dim;
    }
    if (!isClose(factor, 1.0 / size, getElementType(mean.operand)))
      return std::nullopt;
  }
  return mean;
}

/// The value whose square this is.
Value getSquared(Value value) {
  value = skipFloatCasts(value);
  if (auto mul = value.getDefiningOp<MulOp>())
    return skipCopies(mul.getA()) == skipCopies(mul.getB()) ? mul.getA()
                                                            : Value();
  auto pow = value.getDefiningOp<PowOp>();
  return pow && isScalar(pow.getY(), 2.0) ? pow.getX() : Value();
}

/// The operand of a square root.
Value getSqrt(Value value) {
  value = skipFloatCasts(value);
  if (auto sqrt = value.getDefiningOp<SqrtOp>())
    return sqrt.getX();
  auto pow = value.getDefiningOp<PowOp>();
  return pow && isScalar(pow.getY(), 0.5) ? pow.getX() : Value();
}

/// The operand of 1 / sqrt(x).
Value getInverseSqrt(Value value) {
  value = skipFloatCasts(value);
  if (auto reciprocal = value.getDefiningOp<ReciprocalOp>())
    return getSqrt(reciprocal.getX());
  if (auto div = value.getDefiningOp<DivOp>())
    return isScalar(div.getA(), 1.0) ? getSqrt(div.getB()) : Value();
  if (auto pow = value.getDefiningOp<PowOp>())
    return isScalar(pow.getY(), -0.5) ? pow.getX() : Value();
  // sqrt(1 / x)
  Value inner = getSqrt(value);
  auto reciprocal =
      inner ? skipFloatCasts(inner).getDefiningOp<ReciprocalOp>() : nullptr;
  return reciprocal ? reciprocal.getX() : Value();
}

/// mean(x^2) + epsilon.
struct MeanSquare {
  Value operand;
  int64_t count;
  double epsilon;
};

std::optional<MeanSquare> getMeanSquare(Value value) {
  auto add = skipFloatCasts(value).getDefiningOp<AddOp>();
  if (!add)
    return std::nullopt;
  for (Value side : {add.getA(), add.getB()}) {
    std::optional<double> epsilon = getScalar(getOther(add, side));
    std::optional<Mean> mean = getMean(side);
    Value operand = mean ? getSquared(mean->operand) : Value();
    if (operand && epsilon && *epsilon >= 0.0)
      return MeanSquare{operand, mean->count, *epsilon};
  }
  return std::nullopt;
}

/// ONNX's number of the type in which a norm of `type` is computed.
int64_t getStashType(Type type) { return type.isF64() ? 11 : 1; }

/// The shape of the normalized dims, if it is known.
std::optional<SmallVector<int64_t>> getNormalizedShape(Value x, int64_t count) {
  SmallVector<int64_t> shape;
  for (int64_t i = count; i > 0; --i) {
    if (ShapedType::isDynamic(dimOf(x, -i)))
      return std::nullopt;
    shape.push_back(dimOf(x, -i));
  }
  return shape;
}

//===----------------------------------------------------------------------===//
// RMSNormalization
//===----------------------------------------------------------------------===//

/// x * 1 / sqrt(mean(x^2) + epsilon), or x / sqrt(…).
template <typename OpTy> struct RecoverRMS : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    for (Value x : {op.getA(), op.getB()}) {
      constexpr bool isDiv = std::is_same_v<OpTy, DivOp>;
      if (isDiv && x != op.getA())
        continue;
      Value root = isDiv ? getSqrt(op.getB()) : getInverseSqrt(getOther(op, x));
      std::optional<MeanSquare> square =
          root ? getMeanSquare(root) : std::nullopt;
      if (!square || skipFloatCasts(square->operand) != skipFloatCasts(x))
        continue;
      if (x.getType() != op.getType())
        continue;
      auto shape = getNormalizedShape(x, square->count);
      if (!shape)
        continue;
      Emit emit(rewriter, op.getLoc());
      Type element = getElementType(x);
      Value ones = emit.onesOf(*shape, element);
      rewriter.replaceOp(op,
                         emit.make<RMSNormalizationOp>(
                             TypeRange(op.getType()), {x, ones},
                             {emit.attr("axis", -square->count),
                              emit.attr("epsilon", square->epsilon),
                              emit.attr("stash_type", getStashType(element))}));
      return success();
    }
    return failure();
  }
};

/// Takes a factor of the normalized dims' shape into a scale of ones.
struct FoldRMSScale : OpRewritePattern<MulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MulOp op,
                                PatternRewriter &rewriter) const override {
    for (Value side : {op.getA(), op.getB()}) {
      Operation *norm = skipCopies(side).getDefiningOp();
      Value scale = getOther(op, side);
      if (!isa_and_nonnull<RMSNormalizationOp, LayerNormalizationOp>(norm) ||
          !isSplat(norm->getOperand(1), 1.0) || side.getType() != op.getType())
        continue;
      if (isa<LayerNormalizationOp>(norm) && isPresent(norm->getOperand(2)))
        continue;
      Value vector = asNormalizedShape(norm, scale, rewriter);
      if (!vector)
        continue;
      SmallVector<Value> operands(norm->getOperands());
      operands[1] = vector;
      // The norm may have other users; a copy without them serves this one.
      OperationState state(op.getLoc(), norm->getName(), operands,
                           norm->getResultTypes(), norm->getAttrs());
      rewriter.replaceOp(op, rewriter.create(state)->getResult(0));
      return success();
    }
    return failure();
  }

  /// `value` as a tensor of the shape of the norm's scale: that shape itself,
  /// or one with leading dims of size 1.
  static Value asNormalizedShape(Operation *norm, Value value,
                                 PatternRewriter &rewriter) {
    auto want = cast<RankedTensorType>(norm->getOperand(1).getType());
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type || type.getElementType() != want.getElementType() ||
        type.getRank() < want.getRank())
      return {};
    ArrayRef<int64_t> shape = type.getShape();
    if (shape.take_back(want.getRank()) != want.getShape() ||
        !llvm::all_of(shape.drop_back(want.getRank()),
                      [](int64_t dim) { return dim == 1; }))
      return {};
    if (type.getRank() == want.getRank())
      return value;
    return Emit(rewriter, norm->getLoc()).reshape(value, want.getShape());
  }
};

/// Norm of a widened half-precision tensor, narrowed right after: the norm
/// computes in f32 by itself.
struct FoldNormCasts : OpRewritePattern<CastOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(CastOp op,
                                PatternRewriter &rewriter) const override {
    Operation *norm = op.getInput().getDefiningOp();
    if (!isa_and_nonnull<RMSNormalizationOp, LayerNormalizationOp>(norm) ||
        !isSplat(norm->getOperand(1), 1.0))
      return failure();
    if (isa<LayerNormalizationOp>(norm) && isPresent(norm->getOperand(2)))
      return failure();
    auto widen = norm->getOperand(0).getDefiningOp<CastOp>();
    Type narrow = op.getTo();
    if (!widen || !getElementType(norm->getOperand(0)).isF32() ||
        !(narrow.isF16() || narrow.isBF16()) ||
        getElementType(widen.getInput()) != narrow)
      return failure();
    auto scaleType = cast<RankedTensorType>(norm->getOperand(1).getType());
    SmallVector<Value> operands(norm->getOperands());
    operands[0] = widen.getInput();
    operands[1] =
        Emit(rewriter, op.getLoc()).onesOf(scaleType.getShape(), narrow);
    SmallVector<Type> types(norm->getResultTypes());
    types[0] = op.getType();
    OperationState state(op.getLoc(), norm->getName(), operands, types,
                         norm->getAttrs());
    rewriter.replaceOp(op, rewriter.create(state)->getResult(0));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// LayerNormalization
//===----------------------------------------------------------------------===//

/// RMSNormalization of y - mean(y).
struct RecoverLayerNorm : OpRewritePattern<RMSNormalizationOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(RMSNormalizationOp op,
                                PatternRewriter &rewriter) const override {
    auto sub = defining<SubOp>(op.getX());
    std::optional<Mean> mean = sub ? getMean(sub.getB()) : std::nullopt;
    if (!mean || skipFloatCasts(mean->operand) != skipFloatCasts(sub.getA()) ||
        sub.getA().getType() != op.getType())
      return failure();
    int64_t axis = op.getAxis();
    if (axis >= 0)
      axis -= rankOf(op.getX());
    if (axis != -mean->count || rankOf(op.getX()) < 0)
      return failure();
    Emit emit(rewriter, op.getLoc());
    Type none = rewriter.getNoneType();
    auto norm = emit.make<LayerNormalizationOp>(
        TypeRange({op.getType(), none, none}),
        {sub.getA(), op.getScale(), emit.none()}, op->getAttrs());
    rewriter.replaceOp(op, norm.getY());
    return success();
  }
};

/// A vector added to a norm without bias.
struct FoldLayerNormBias : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(AddOp op,
                                PatternRewriter &rewriter) const override {
    for (Value side : {op.getA(), op.getB()}) {
      auto norm = defining<LayerNormalizationOp>(side);
      if (!norm || skipCopies(side) != norm.getY() || isPresent(norm.getB()) ||
          side.getType() != op.getType())
        continue;
      Value bias =
          FoldRMSScale::asNormalizedShape(norm, getOther(op, side), rewriter);
      if (!bias)
        continue;
      auto biased =
          Emit(rewriter, op.getLoc())
              .make<LayerNormalizationOp>(norm->getResultTypes(),
                                          {norm.getX(), norm.getScale(), bias},
                                          norm->getAttrs());
      rewriter.replaceOp(op, biased.getY());
      return success();
    }
    return failure();
  }
};

} // namespace

void gg::recover::populateNormPatterns(RewritePatternSet &patterns) {
  patterns.add<RecoverRMS<MulOp>, RecoverRMS<DivOp>, FoldRMSScale,
               FoldNormCasts, RecoverLayerNorm, FoldLayerNormBias>(
      patterns.getContext());
}
