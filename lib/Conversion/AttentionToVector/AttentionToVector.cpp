//===- AttentionToVector.cpp - gg.attention to vectors --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AttentionKernel.h"

#include "gg/Conversion/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

namespace gg {
#define GEN_PASS_DEF_CONVERTATTENTIONTOVECTORPASS
#include "gg/Conversion/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg;

/// Rows are loaded and stored as vectors.
static LogicalResult check(ir::AttentionOp op) {
  for (Value operand : op->getOperands()) {
    auto type = dyn_cast<MemRefType>(operand.getType());
    if (!type)
      return op.emitOpError("expected memrefs but got ")
             << operand.getType() << "; bufferize first";
    SmallVector<int64_t> strides;
    int64_t offset;
    if (failed(type.getStridesAndOffset(strides, offset)) ||
        strides.back() != 1)
      return op.emitOpError("expected contiguous rows but got ") << type;
  }
  return success();
}

namespace {
struct ConvertAttentionToVectorPass
    : gg::impl::ConvertAttentionToVectorPassBase<ConvertAttentionToVectorPass> {
  void runOnOperation() override {
    WalkResult result = getOperation().walk([](ir::AttentionOp op) {
      if (failed(check(op)))
        return WalkResult::interrupt();
      OpBuilder builder(op);
      AttentionKernel(builder, op).emit();
      op.erase();
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
