//===- LegalizeTypes.cpp - RF8 to i8 and upstream ops ---------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/RF8/Transforms/Passes.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AttrTypeSubElements.h"
#include "mlir/IR/ImplicitLocOpBuilder.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace gg::rf8;

namespace gg::rf8 {
#define GEN_PASS_DEF_RF8LEGALIZETYPESPASS
#include "gg/Dialect/RF8/Transforms/Passes.h.inc"
} // namespace gg::rf8

namespace {

/// `like` with another element type.
Type withElement(Type like, Type element) {
  if (auto shaped = dyn_cast<ShapedType>(like))
    return shaped.clone(element);
  return element;
}

/// Sign, exponent and fraction of the bf16 by shifts and masks. The fractions
/// of all residual codes fit into one 32-bit constant.
struct ExpandDecode : OpRewritePattern<DecodeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(DecodeOp op,
                                PatternRewriter &rewriter) const override {
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    Type like = op.getCodes().getType();
    Type i32 = withElement(like, b.getI32Type());
    auto number = [&](int64_t value) -> Value {
      return arith::ConstantOp::create(
          b, isa<VectorType>(i32)
                 ? TypedAttr(DenseElementsAttr::get(cast<ShapedType>(i32),
                                                    b.getI32IntegerAttr(value)))
                 : TypedAttr(b.getI32IntegerAttr(value)));
    };
    auto masked = [&](Value value, int64_t mask) -> Value {
      return arith::AndIOp::create(b, value, number(mask));
    };
    auto left = [&](Value value, int64_t by) -> Value {
      return arith::ShLIOp::create(b, value, number(by));
    };
    Value bytes = UnrealizedConversionCastOp::create(
                      b, withElement(like, b.getI8Type()), op.getCodes())
                      .getResult(0);
    Value code = arith::ExtUIOp::create(b, i32, bytes);
    Value sign = left(masked(code, 0x80), 8);
    Value exponent =
        left(arith::AddIOp::create(
                 b, masked(arith::ShRUIOp::create(b, code, number(3)), 15),
                 number(112)),
             7);
    Value fraction =
        left(masked(arith::ShRUIOp::create(b, number(kFractions),
                                           left(masked(code, 7), 2)),
                    15),
             3);
    Value bits = arith::OrIOp::create(
        b, sign, arith::OrIOp::create(b, exponent, fraction));
    Value isZero =
        arith::CmpIOp::create(b, arith::CmpIPredicate::eq, code, number(0));
    bits = arith::SelectOp::create(b, isZero, code, bits);
    Type type = op.getValues().getType();
    if (getElementTypeOrSelf(type).isF32())
      bits = left(bits, 16);
    else
      bits =
          arith::TruncIOp::create(b, withElement(like, b.getI16Type()), bits);
    rewriter.replaceOpWithNewOp<arith::BitcastOp>(op, type, bits);
    return success();
  }
};

struct LegalizeTypesPass
    : gg::rf8::impl::RF8LegalizeTypesPassBase<LegalizeTypesPass> {
  using Base::Base;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateDecomposePatterns(patterns);
    if (!keepLinear) {
      populateDecomposeLinearPatterns(patterns);
      populateExpandDecodePatterns(patterns);
    }
    // Folding would decode constants; that is canonicalization's business.
    GreedyRewriteConfig config;
    config.enableFolding(false).enableConstantCSE(false);
    if (failed(
            applyPatternsGreedily(getOperation(), std::move(patterns), config)))
      return signalPassFailure();

    bool left = false;
    getOperation().walk([&](Operation *op) {
      if (!isa_and_nonnull<RF8Dialect>(op->getDialect()) ||
          (keepLinear && isa<LinearOp, DecodeOp>(op)))
        return;
      left = true;
      if (isa<QuantizeOp>(op))
        op->emitOpError("has no lowering for greedy rounding of weights that "
                        "are no constant");
      else
        op->emitOpError("has no lowering on memrefs to upstream operations; "
                        "expected tensors");
    });
    if (left)
      return signalPassFailure();
    if (!keepLinear)
      replaceTypesByI8(getOperation());
  }
};

} // namespace

void gg::rf8::populateExpandDecodePatterns(RewritePatternSet &patterns) {
  patterns.add<ExpandDecode>(patterns.getContext());
}

void gg::rf8::replaceTypesByI8(Operation *op) {
  AttrTypeReplacer replacer;
  Type i8 = IntegerType::get(op->getContext(), 8);
  replacer.addReplacement([=](E4R3Type) { return i8; });
  replacer.addReplacement([=](E4R3DType) { return i8; });
  replacer.recursivelyReplaceElementsIn(op, /*replaceAttrs=*/true,
                                        /*replaceLocs=*/false,
                                        /*replaceTypes=*/true);
  op->walk([](UnrealizedConversionCastOp cast) {
    if (cast.getOperandTypes() != cast.getResultTypes())
      return;
    cast.replaceAllUsesWith(cast.getOperands());
    cast.erase();
  });
}
