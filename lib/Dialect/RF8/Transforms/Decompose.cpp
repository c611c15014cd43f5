//===- Decompose.cpp - rf8 operations to linalg ---------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../IndexMath.h"
#include "gg/Dialect/RF8/Transforms/Passes.h"

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace gg::rf8;

namespace {

using Body = function_ref<Value(ImplicitLocOpBuilder &, ValueRange)>;

/// A linalg.generic over the elements of `type`, of which `body` computes one
/// from those of `inputs`, whose indexing is the identity.
Value mapElements(PatternRewriter &rewriter, Location loc,
                  RankedTensorType type, ArrayRef<OpFoldResult> sizes,
                  ValueRange inputs, Body body) {
  Value init =
      tensor::EmptyOp::create(rewriter, loc, sizes, type.getElementType());
  if (init.getType() != type)
    init = tensor::CastOp::create(rewriter, loc, type, init);
  SmallVector<AffineMap> maps(inputs.size() + 1,
                              rewriter.getMultiDimIdentityMap(type.getRank()));
  SmallVector<utils::IteratorType> kinds(type.getRank(),
                                         utils::IteratorType::parallel);
  return linalg::GenericOp::create(
             rewriter, loc, TypeRange{type}, inputs, ValueRange{init}, maps,
             kinds,
             [&](OpBuilder &builder, Location loc, ValueRange args) {
               ImplicitLocOpBuilder b(loc, builder);
               linalg::YieldOp::create(b, body(b, args));
             })
      .getResult(0);
}

struct DecomposeDequantize : OpRewritePattern<DequantizeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DequantizeOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = op.getWeights().getType();
    rewriter.replaceOp(
        op, mapElements(
                rewriter, op.getLoc(), type,
                tensor::getMixedSizes(rewriter, op.getLoc(), op.getCodes()),
                op.getCodes(), [&](ImplicitLocOpBuilder &b, ValueRange args) {
                  Value i = linalg::IndexOp::create(b, 0);
                  Value j = linalg::IndexOp::create(b, 1);
                  Value scale = tensor::ExtractOp::create(
                      b, op.getScales(),
                      op.getGranularity().getScaleIndices(b, b.getLoc(), i, j));
                  Value value = DecodeOp::create(b, b.getF32Type(), args[0]);
                  value = arith::MulFOp::create(b, value, scale);
                  if (!type.getElementType().isF32())
                    value = arith::TruncFOp::create(b, type.getElementType(),
                                                    value);
                  return value;
                }));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// pack and unpack
//===----------------------------------------------------------------------===//

/// The output and the step at a place inside a block: the inverse.
std::pair<Value, Value> fromBlock(ImplicitLocOpBuilder &b,
                                  const Packing &packing, Value place) {
  switch (packing.order) {
  case BlockOrder::Codes: {
    Value pair = divide(b, modulo(b, place, 16), 8);
    Value o =
        sum(b, divide(b, place, 16), 4, divide(b, modulo(b, place, 8), 2));
    return {o, sum(b, pair, 2, modulo(b, place, 2))};
  }
  case BlockOrder::Pairs:
    return {divide(b, place, 2), modulo(b, place, 2)};
  case BlockOrder::Rows:
    break;
  }
  return {modulo(b, place, Packing::kOutputs),
          divide(b, place, Packing::kOutputs)};
}

/// Element [n, k] of a packed weight.
Value extractPacked(ImplicitLocOpBuilder &b, const Packing &packing,
                    Value packed, Value n, Value k) {
  return tensor::ExtractOp::create(
      b, packed, getPackedIndices(b, b.getLoc(), packing, n, k));
}

struct DecomposePack : OpRewritePattern<PackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(PackOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = op.getPacked().getType();
    ArrayRef<int64_t> shape = op.getWeights().getType().getShape();
    Packing packing =
        getPacking(type.getElementType(), op.getLayout().getBlocks());
    auto element = [&](ImplicitLocOpBuilder &b, ValueRange) -> Value {
      auto [o, k] = fromBlock(b, packing, linalg::IndexOp::create(b, 3));
      Value block = sum(b, linalg::IndexOp::create(b, 0), packing.blocks,
                        linalg::IndexOp::create(b, 2));
      Value n = sum(b, block, Packing::kOutputs, o);
      k = sum(b, linalg::IndexOp::create(b, 1), packing.steps(), k);
      // Padding reads the last element, and is zero.
      Value inN = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, n,
                                        index(b, shape[0]));
      Value inK = arith::CmpIOp::create(b, arith::CmpIPredicate::ult, k,
                                        index(b, shape[1]));
      n = arith::MinUIOp::create(b, n, index(b, shape[0] - 1));
      k = arith::MinUIOp::create(b, k, index(b, shape[1] - 1));
      Value value =
          tensor::ExtractOp::create(b, op.getWeights(), ValueRange{n, k});
      return arith::SelectOp::create(b, arith::AndIOp::create(b, inN, inK),
                                     value, zero(b, type.getElementType()));
    };
    rewriter.replaceOp(
        op, mapElements(rewriter, op.getLoc(), type,
                        getAsIndexOpFoldResult(getContext(), type.getShape()),
                        {}, element));
    return success();
  }

private:
  static Value zero(ImplicitLocOpBuilder &b, Type type) {
    if (!isRF8(type))
      return arith::ConstantOp::create(b, b.getZeroAttr(type));
    Value code = arith::ConstantIntOp::create(b, 0, 8);
    return UnrealizedConversionCastOp::create(b, type, code).getResult(0);
  }
};

struct DecomposeUnpack : OpRewritePattern<UnpackOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(UnpackOp op,
                                PatternRewriter &rewriter) const override {
    RankedTensorType type = op.getWeights().getType();
    Packing packing =
        getPacking(type.getElementType(), op.getLayout().getBlocks());
    rewriter.replaceOp(
        op, mapElements(rewriter, op.getLoc(), type,
                        getAsIndexOpFoldResult(getContext(), type.getShape()),
                        {}, [&](ImplicitLocOpBuilder &b, ValueRange) {
                          return extractPacked(b, packing, op.getPacked(),
                                               linalg::IndexOp::create(b, 0),
                                               linalg::IndexOp::create(b, 1));
                        }));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// linear
//===----------------------------------------------------------------------===//

/// rows, outputs, steps: a sum over the last.
struct DecomposeLinear : OpRewritePattern<LinearOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(LinearOp op,
                                PatternRewriter &rewriter) const override {
    if (!op.getResult())
      return failure();
    Location loc = op.getLoc();
    Packing packing = op.getPacking();
    Type f32 = rewriter.getF32Type();
    // The steps only have a loop because an operand has them: the input.
    AffineExpr m, n, k;
    bindDims(getContext(), m, n, k);
    SmallVector<AffineMap> maps{AffineMap::get(3, 0, {m, k}, getContext()),
                                AffineMap::get(3, 0, {m, n}, getContext())};
    Value zero =
        arith::ConstantOp::create(rewriter, loc, rewriter.getZeroAttr(f32));
    Value init =
        linalg::FillOp::create(rewriter, loc, zero, op.getInit()).getResult(0);
    auto body = [&](OpBuilder &builder, Location loc, ValueRange args) {
      ImplicitLocOpBuilder b(loc, builder);
      Value n = linalg::IndexOp::create(b, 1),
            k = linalg::IndexOp::create(b, 2);
      Value weight = extractPacked(b, packing, op.getWeights(), n, k);
      if (isRF8(weight.getType()))
        weight = DecodeOp::create(b, f32, weight);
      else if (weight.getType() != f32)
        weight = arith::ExtFOp::create(b, f32, weight);
      if (op.getScales()) {
        SmallVector<Value> indices{n};
        if (std::optional<int64_t> size = op.getGroupSize())
          indices.insert(indices.begin(), divide(b, k, *size));
        Value scale = tensor::ExtractOp::create(b, op.getScales(), indices);
        weight = arith::MulFOp::create(b, weight, scale);
      }
      Value product = arith::MulFOp::create(b, args[0], weight);
      linalg::YieldOp::create(
          b, arith::AddFOp::create(b, args[1], product).getResult());
    };
    rewriter.replaceOpWithNewOp<linalg::GenericOp>(
        op, TypeRange{init.getType()}, ValueRange{op.getInput()},
        ValueRange{init}, maps,
        ArrayRef{utils::IteratorType::parallel, utils::IteratorType::parallel,
                 utils::IteratorType::reduction},
        body);
    return success();
  }
};

} // namespace

void gg::rf8::populateDecomposePatterns(RewritePatternSet &patterns) {
  patterns.add<DecomposeDequantize, DecomposePack, DecomposeUnpack>(
      patterns.getContext());
  populateDecomposeQuantizePatterns(patterns);
}

void gg::rf8::populateDecomposeLinearPatterns(RewritePatternSet &patterns) {
  patterns.add<DecomposeLinear>(patterns.getContext());
}
