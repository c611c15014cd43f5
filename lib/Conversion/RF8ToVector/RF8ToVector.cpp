//===- RF8ToVector.cpp - rf8 to vectors -----------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinearKernel.h"

#include "gg/Dialect/RF8/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

namespace gg {
#define GEN_PASS_DEF_CONVERTRF8TOVECTORPASS
#include "gg/Conversion/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg;

namespace {

/// A vector of codes in the registers that the target's look-up takes.
struct DecodeByLookup : OpRewritePattern<rf8::DecodeOp> {
  DecodeByLookup(MLIRContext *context, const KernelTarget &target)
      : OpRewritePattern(context, /*benefit=*/2), target(target) {}

  LogicalResult matchAndRewrite(rf8::DecodeOp op,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<VectorType>(op.getCodes().getType());
    if (!type || type.isScalable() || type.getRank() != 1 ||
        target.lookupBytes == 0 || type.getDimSize(0) % target.lookupBytes != 0)
      return failure();
    ImplicitLocOpBuilder b(op.getLoc(), rewriter);
    int64_t size = type.getDimSize(0);
    Value codes = UnrealizedConversionCastOp::create(
                      b, type.clone(b.getI8Type()), op.getCodes())
                      .getResult(0);
    Type i16 = b.getI16Type();
    Value bits = arith::ConstantOp::create(b, b.getZeroAttr(type.clone(i16)));
    for (int64_t at = 0; at < size; at += target.lookupBytes) {
      Value part = codes;
      if (size != target.lookupBytes)
        part = vector::ExtractStridedSliceOp::create(
            b, codes, ArrayRef<int64_t>{at},
            ArrayRef<int64_t>{target.lookupBytes}, ArrayRef<int64_t>{1});
      auto [high, low] = target.lookUp(b, part);
      // In element order, as the result is: a full interleave.
      Value bytes = vector::InterleaveOp::create(b, low, high);
      auto wide = VectorType::get({target.lookupBytes}, i16);
      Value decoded = vector::BitCastOp::create(b, wide, bytes);
      bits = size == target.lookupBytes
                 ? decoded
                 : vector::InsertStridedSliceOp::create(b, decoded, bits,
                                                        ArrayRef<int64_t>{at},
                                                        ArrayRef<int64_t>{1})
                       .getResult();
    }
    auto result = cast<VectorType>(op.getValues().getType());
    Value values =
        arith::BitcastOp::create(b, type.clone(b.getBF16Type()), bits);
    if (result.getElementType().isF32())
      values = arith::ExtFOp::create(b, result, values);
    rewriter.replaceOp(op, values);
    return success();
  }

private:
  const KernelTarget &target;
};

/// llvm.call_intrinsic says nothing about memory, and would pass for an access
/// to all of it. A look-up touches none; about the others nothing is known.
struct IntrinsicEffects
    : MemoryEffectOpInterface::ExternalModel<IntrinsicEffects,
                                             LLVM::CallIntrinsicOp> {
  void
  getEffects(Operation *op,
             SmallVectorImpl<MemoryEffects::EffectInstance> &effects) const {
    if (KernelTarget::isLookup(cast<LLVM::CallIntrinsicOp>(op).getIntrin()))
      return;
    effects.emplace_back(MemoryEffects::Read::get());
    effects.emplace_back(MemoryEffects::Write::get());
  }
};

struct ConvertRF8ToVectorPass
    : gg::impl::ConvertRF8ToVectorPassBase<ConvertRF8ToVectorPass> {
  using Base::Base;

  void getDependentDialects(DialectRegistry &registry) const override {
    Base::getDependentDialects(registry);
    registry.addExtension(+[](MLIRContext *context, LLVM::LLVMDialect *) {
      LLVM::CallIntrinsicOp::attachInterface<IntrinsicEffects>(*context);
    });
  }

  void runOnOperation() override;

private:
  LogicalResult check(rf8::LinearOp op);
};

} // namespace

/// Rows of the result are stored as vectors.
LogicalResult ConvertRF8ToVectorPass::check(rf8::LinearOp op) {
  auto weights = dyn_cast<MemRefType>(op.getWeights().getType());
  if (!weights)
    return op.emitOpError("expected memrefs but got ")
           << op.getWeights().getType() << "; bufferize first";
  SmallVector<int64_t> strides;
  int64_t offset;
  auto type = cast<MemRefType>(op.getInit().getType());
  if (failed(type.getStridesAndOffset(strides, offset)) || strides.back() != 1)
    return op.emitOpError("expected contiguous rows but got ") << type;
  return success();
}

void ConvertRF8ToVectorPass::runOnOperation() {
  const KernelTarget &kernels = KernelTarget::get(target);
  SmallVector<rf8::LinearOp> linears;
  getOperation().walk([&](rf8::LinearOp op) { linears.push_back(op); });
  for (rf8::LinearOp op : linears) {
    if (failed(check(op)))
      return signalPassFailure();
    OpBuilder builder(op);
    Location loc = op.getLoc();
    Activations activations = emitActivations(builder, op, kernels, exact);
    Value zero = arith::ConstantIndexOp::create(builder, loc, 0);
    Value one = arith::ConstantIndexOp::create(builder, loc, 1);
    Value panels = arith::ConstantIndexOp::create(
        builder, loc, op.getWeightsType().getDimSize(0));
    scf::ParallelOp::create(
        builder, loc, ValueRange{zero}, ValueRange{panels}, ValueRange{one},
        [&](OpBuilder &builder, Location, ValueRange panel) {
          LinearKernel(builder, op, kernels, activations, panel[0], prefetch)
              .emit();
        });
    op.erase();
  }

  RewritePatternSet patterns(&getContext());
  patterns.add<DecodeByLookup>(&getContext(), kernels);
  rf8::populateExpandDecodePatterns(patterns);
  if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
    return signalPassFailure();
  WalkResult left = getOperation().walk([](Operation *op) {
    if (!isa_and_nonnull<rf8::RF8Dialect>(op->getDialect()))
      return WalkResult::advance();
    op->emitOpError("expected to be gone before the conversion to vectors");
    return WalkResult::interrupt();
  });
  if (left.wasInterrupted())
    return signalPassFailure();
  rf8::replaceTypesByI8(getOperation());
}
