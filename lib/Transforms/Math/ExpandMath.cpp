//===- ExpandMath.cpp - Elementary functions without a library -----------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emulation.h"
#include "Functions.h"
#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Transforms/Passes.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace gg {
#define GEN_PASS_DEF_EXPANDMATHPASS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg;

static bool hasElement(Operation *op, unsigned bits) {
  auto type =
      dyn_cast<FloatType>(getElementTypeOrSelf(op->getResult(0).getType()));
  return type && type.getWidth() == bits;
}

namespace {

using BuildUnary = Value (*)(FloatBuilder &, Value);

/// A function of one f32 that Functions.h has.
template <typename OpTy, BuildUnary build>
struct ExpandUnary : public OpRewritePattern<OpTy> {
  using OpRewritePattern<OpTy>::OpRewritePattern;

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    if (!hasElement(op, 32))
      return failure();
    FloatBuilder b(rewriter, op.getLoc(), op.getType());
    rewriter.replaceOp(op, build(b, op.getOperand()));
    return success();
  }
};

struct ExpandPow : public OpRewritePattern<math::PowFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::PowFOp op,
                                PatternRewriter &rewriter) const override {
    if (!hasElement(op, 32))
      return failure();
    FloatBuilder b(rewriter, op.getLoc(), op.getType());
    rewriter.replaceOp(op, buildPow(b, op.getLhs(), op.getRhs()));
    return success();
  }
};

/// log2 and log10 by the natural logarithm.
template <typename OpTy>
struct ExpandLogarithm : public OpRewritePattern<OpTy> {
  ExpandLogarithm(MLIRContext *context, double factor)
      : OpRewritePattern<OpTy>(context), factor(factor) {}

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    FloatBuilder b(rewriter, op.getLoc(), op.getType());
    Value log = math::LogOp::create(rewriter, op.getLoc(), op.getOperand());
    rewriter.replaceOp(op, b.mul(log, b.like(log, factor)));
    return success();
  }

  double factor;
};

struct ExpandRsqrt : public OpRewritePattern<math::RsqrtOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::RsqrtOp op,
                                PatternRewriter &rewriter) const override {
    FloatBuilder b(rewriter, op.getLoc(), op.getType());
    Value root = math::SqrtOp::create(rewriter, op.getLoc(), op.getOperand());
    rewriter.replaceOp(op, b.div(b.like(root, 1), root));
    return success();
  }
};

/// LLVM calls fma() for llvm.fma where the CPU has no instruction for it; a
/// product and a sum that may be contracted need none.
struct ExpandFma : public OpRewritePattern<math::FmaOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(math::FmaOp op,
                                PatternRewriter &rewriter) const override {
    FloatBuilder b(rewriter, op.getLoc(), op.getType());
    rewriter.replaceOp(op, b.mulAdd(op.getA(), op.getB(), op.getC()));
    return success();
  }
};

/// Calls the caller's table, in f64. For f32 that is exact enough by far.
template <typename OpTy> struct CallTable : public OpRewritePattern<OpTy> {
  CallTable(MLIRContext *context, StringRef function, Value table)
      : OpRewritePattern<OpTy>(context), function(function), table(table) {}

  LogicalResult matchAndRewrite(OpTy op,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<FloatType>(op->getResult(0).getType());
    if (!type || type.getWidth() > 64)
      return failure();
    Location loc = op->getLoc();
    Type f64 = rewriter.getF64Type();
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(
          type == f64 ? operand
                      : arith::ExtFOp::create(rewriter, loc, f64, operand));
    Value result =
        ir::CallMathOp::create(rewriter, loc, f64, function, table, operands);
    if (type != f64)
      result = arith::TruncFOp::create(rewriter, loc, type, result);
    rewriter.replaceOp(op, result);
    return success();
  }

  StringRef function;
  Value table;
};

struct ExpandMathPass : public gg::impl::ExpandMathPassBase<ExpandMathPass> {
  using ExpandMathPassBase::ExpandMathPassBase;

  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (func.isExternal())
      return;
    MLIRContext *context = &getContext();
    RewritePatternSet patterns(context);
    patterns.add<
        ExpandUnary<math::ExpOp, buildExp>,
        ExpandUnary<math::Exp2Op, buildExp2>,
        ExpandUnary<math::ExpM1Op, buildExpM1>,
        ExpandUnary<math::TanhOp, buildTanh>,
        ExpandUnary<math::ErfOp, buildErf>, ExpandUnary<math::LogOp, buildLog>,
        ExpandUnary<math::Log1pOp, buildLog1p>,
        ExpandUnary<math::SinOp, buildSin>, ExpandUnary<math::CosOp, buildCos>,
        ExpandPow, ExpandRsqrt, ExpandFma>(context, /*benefit=*/2);
    patterns.add<ExpandLogarithm<math::Log2Op>>(context, 0x1.71547652b82fep+0);
    patterns.add<ExpandLogarithm<math::Log10Op>>(context, 0x1.bcb7b1526e50ep-2);
    math::populateExpansionPatterns(patterns, {"ipowi", "fpowi"});
    if (half)
      populateHalfPatterns(patterns);
    if (rounding)
      populateRoundingPatterns(patterns);

    // Only an entry has the table; erased again where nothing calls it.
    if (func->hasAttr(ir::kEntryAttr)) {
      OpBuilder builder = OpBuilder::atBlockBegin(&func.front());
      Value table = ir::MathTableOp::create(
          builder, func.getLoc(), LLVM::LLVMPointerType::get(context));
      addTableCalls(patterns, table);
    }
    if (failed(applyPatternsGreedily(func, std::move(patterns))))
      return signalPassFailure();
  }

private:
  static void addTableCalls(RewritePatternSet &patterns, Value table) {
    MLIRContext *context = patterns.getContext();
    patterns.add<CallTable<math::ExpOp>>(context, "exp", table);
    patterns.add<CallTable<math::ExpM1Op>>(context, "expm1", table);
    patterns.add<CallTable<math::LogOp>>(context, "log", table);
    patterns.add<CallTable<math::Log1pOp>>(context, "log1p", table);
    patterns.add<CallTable<math::SinOp>>(context, "sin", table);
    patterns.add<CallTable<math::CosOp>>(context, "cos", table);
    patterns.add<CallTable<math::TanOp>>(context, "tan", table);
    patterns.add<CallTable<math::TanhOp>>(context, "tanh", table);
    patterns.add<CallTable<math::ErfOp>>(context, "erf", table);
    patterns.add<CallTable<math::PowFOp>>(context, "pow", table);
    patterns.add<CallTable<math::AsinOp>>(context, "asin", table);
    patterns.add<CallTable<math::AcosOp>>(context, "acos", table);
    patterns.add<CallTable<math::AtanOp>>(context, "atan", table);
    patterns.add<CallTable<math::SinhOp>>(context, "sinh", table);
    patterns.add<CallTable<math::CoshOp>>(context, "cosh", table);
    patterns.add<CallTable<math::AsinhOp>>(context, "asinh", table);
    patterns.add<CallTable<math::AcoshOp>>(context, "acosh", table);
    patterns.add<CallTable<math::AtanhOp>>(context, "atanh", table);
    patterns.add<CallTable<arith::RemFOp>>(context, "fmod", table);
  }
};

} // namespace
