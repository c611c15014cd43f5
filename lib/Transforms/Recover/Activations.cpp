//===- Activations.cpp - Swish and Gelu in all their spellings ------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// These are products x * g(x), in some order and with constants anywhere: the
// product is taken apart, and the argument of g is compared as a polynomial.
//
//===----------------------------------------------------------------------===//

#include "Emit.h"
#include "Patterns.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::recover;

namespace {

/// True if the polynomial's coefficients are `expected`, as far as `type` can
/// tell.
bool matches(const std::optional<Polynomial> &polynomial,
             ArrayRef<double> expected, Type type) {
  if (!polynomial)
    return false;
  for (size_t i = 0; i < std::max(polynomial->size(), expected.size()); ++i) {
    double want = i < expected.size() ? expected[i] : 0.0;
    double have = i < polynomial->size() ? (*polynomial)[i] : 0.0;
    if (!isClose(have, want, type))
      return false;
  }
  return true;
}

/// The operand of `1 + OpTy(…)`.
template <typename OpTy> Value getOnePlus(Value value) {
  auto add = defining<AddOp>(value);
  if (!add)
    return {};
  for (Value side : {add.getA(), add.getB()})
    if (auto op = defining<OpTy>(side))
      if (isScalar(getOther(add, side), 1.0))
        return op.getX();
  return {};
}

const double kInverseSqrt2 = 0.70710678118654752;
const double kSqrt2OverPi = 0.79788456080286536;
const double kGeluCubic = 0.044715 * kSqrt2OverPi;

/// x * sigmoid(a * x), 0.5 * x * (1 + erf(x / sqrt(2))) and 0.5 * x * (1 +
/// tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))).
template <typename OpTy> struct RecoverActivation : OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    if (!isa<FloatType>(getElementType(op)))
      return failure();
    Product product = getProduct(op->getResult(0));
    if (product.factors.size() != 2)
      return failure();
    for (unsigned i : {0, 1}) {
      Value x = product.factors[i], gate = product.factors[1 - i];
      // Constants of higher rank would add dims.
      if (x.getType() != op.getType() || rankOf(x) < 0)
        continue;
      if (succeeded(rewrite(op, x, gate, product.scale, rewriter)))
        return success();
    }
    return failure();
  }

  static LogicalResult rewrite(OpTy op, Value x, Value gate, double scale,
                               PatternRewriter &rewriter) {
    Emit emit(rewriter, op.getLoc());
    Type type = getElementType(x);
    if (auto sigmoid = gate.getDefiningOp<SigmoidOp>()) {
      auto argument = getPolynomial(sigmoid.getX(), x);
      if (scale != 1.0 || !argument || argument->size() != 2 ||
          (*argument)[0] != 0.0)
        return failure();
      rewriter.replaceOp(
          op, emit.unary<SwishOp>(x, emit.attr("alpha", (*argument)[1])));
      return success();
    }
    if (!isClose(scale, 0.5, type))
      return failure();
    StringRef approximate;
    if (Value argument = getOnePlus<ErfOp>(gate)) {
      if (matches(getPolynomial(argument, x), {0.0, kInverseSqrt2}, type))
        approximate = "none";
    } else if (Value argument = getOnePlus<TanhOp>(gate)) {
      if (matches(getPolynomial(argument, x),
                  {0.0, kSqrt2OverPi, 0.0, kGeluCubic}, type))
        approximate = "tanh";
    }
    if (approximate.empty())
      return failure();
    rewriter.replaceOp(
        op, emit.unary<GeluOp>(x, emit.attr("approximate", approximate)));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// com.microsoft
//===----------------------------------------------------------------------===//

/// Gelu of the first operand, plus the second if there is one.
template <typename OpTy> struct ConvertGelu : OpRewritePattern<OpTy> {
  ConvertGelu(MLIRContext *context, StringRef approximate)
      : OpRewritePattern<OpTy>(context), approximate(approximate) {}

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    Emit emit(rewriter, op.getLoc());
    Value x = op->getOperand(0);
    if (op->getNumOperands() > 1 && isPresent(op->getOperand(1)))
      x = emit.add(x, op->getOperand(1));
    auto gelu = emit.make<GeluOp>(op->getResultTypes(), x,
                                  emit.attr("approximate", approximate));
    rewriter.replaceOp(op, gelu);
    return success();
  }

  StringRef approximate;
};

struct ConvertQuickGelu : OpRewritePattern<MSQuickGeluOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MSQuickGeluOp op,
                                PatternRewriter &rewriter) const override {
    Emit emit(rewriter, op.getLoc());
    rewriter.replaceOp(
        op, emit.make<SwishOp>(
                op->getResultTypes(), op.getX(),
                emit.attr("alpha", op.getAlpha().convertToDouble())));
    return success();
  }
};

/// alpha * MatMul of transposed operands.
struct ConvertFusedMatMul : OpRewritePattern<MSFusedMatMulOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(MSFusedMatMulOp op,
                                PatternRewriter &rewriter) const override {
    if (op.getTransBatchA() || op.getTransBatchB())
      return rewriter.notifyMatchFailure(op, "a transposed batch dim");
    if ((op.getTransA() && rankOf(op.getA()) < 1) ||
        (op.getTransB() && rankOf(op.getB()) < 1))
      return rewriter.notifyMatchFailure(op, "an operand of unknown rank");
    Emit emit(rewriter, op.getLoc());
    Value a = op.getTransA() ? transposeLast(emit, op.getA()) : op.getA();
    Value b = op.getTransB() ? transposeLast(emit, op.getB()) : op.getB();
    Value y = emit.make<MatMulOp>(op->getResultTypes(), {a, b});
    double alpha = op.getAlpha().convertToDouble();
    if (alpha != 1.0)
      y = emit.make<MulOp>(op->getResultTypes(),
                           {y, emit.scalar(alpha, getElementType(y))});
    rewriter.replaceOp(op, y);
    return success();
  }

  /// A vector has no second dim to exchange.
  static Value transposeLast(Emit &emit, Value x) {
    int64_t rank = rankOf(x);
    if (rank < 2)
      return x;
    auto perm = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    std::swap(perm[rank - 1], perm[rank - 2]);
    return emit.transpose(x, perm);
  }
};

} // namespace

void gg::recover::populateActivationPatterns(RewritePatternSet &patterns) {
  patterns.add<RecoverActivation<MulOp>, RecoverActivation<DivOp>>(
      patterns.getContext());
}

void gg::recover::populateVendorActivationPatterns(
    RewritePatternSet &patterns) {
  MLIRContext *context = patterns.getContext();
  patterns.add<ConvertGelu<MSGeluOp>, ConvertGelu<MSBiasGeluOp>>(context,
                                                                 "none");
  patterns.add<ConvertGelu<MSFastGeluOp>>(context, "tanh");
  patterns.add<ConvertQuickGelu, ConvertFusedMatMul>(context);
}
