//===- Control.cpp - ONNX control flow to scf -----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "Patterns.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace gg::onnx;

namespace {
struct IfPattern : OpConversionPattern<IfOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(IfOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    SmallVector<Type> results;
    if (failed(getTypeConverter()->convertTypes(op.getResultTypes(), results)))
      return failure();
    Emitter e(rewriter, op);
    Value condition = e.scalar(e.reshape(adaptor.getCond(), {}));
    auto branches = scf::IfOp::create(rewriter, e.loc, results, condition,
                                      /*withElseRegion=*/true);
    for (auto [from, to] : {std::pair<Region &, Region &>(
                                op.getThenBranch(), branches.getThenRegion()),
                            {op.getElseBranch(), branches.getElseRegion()}}) {
      while (!to.empty())
        rewriter.eraseBlock(&to.front());
      rewriter.inlineRegionBefore(from, to, to.end());
    }
    rewriter.replaceOp(op, branches);
    return success();
  }
};

struct YieldPattern : OpConversionPattern<YieldOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(YieldOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    SmallVector<Value> values;
    for (auto [value, type] :
         llvm::zip(adaptor.getValues(), op->getParentOp()->getResultTypes())) {
      if (value.getType() == type)
        values.push_back(value);
      else
        values.push_back(
            tensor::CastOp::create(rewriter, op.getLoc(), type, value));
    }
    rewriter.replaceOpWithNewOp<scf::YieldOp>(op, values);
    return success();
  }
};
} // namespace

void gg::onnx::populateControlPatterns(const TypeConverter &types,
                                       RewritePatternSet &patterns) {
  patterns.add<IfPattern, YieldPattern>(types, patterns.getContext());
}
