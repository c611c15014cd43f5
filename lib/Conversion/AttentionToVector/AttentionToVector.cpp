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

/// How many vectors of 16 floats the registers hold.
static int64_t getRegisters(KernelISA isa) {
  switch (isa) {
  case KernelISA::AVX512:
  case KernelISA::AVX512BF16:
    return 32;
  case KernelISA::AVX2:
  case KernelISA::NEON:
    return 8;
  case KernelISA::Generic:
    return 4;
  }
  llvm_unreachable("a target without registers");
}

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
  using ConvertAttentionToVectorPassBase::ConvertAttentionToVectorPassBase;

  void runOnOperation() override {
    WalkResult result = getOperation().walk([&](ir::AttentionOp op) {
      if (failed(check(op)))
        return WalkResult::interrupt();
      OpBuilder builder(op);
      AttentionKernel(builder, op, getRegisters(target)).emit();
      op.erase();
      return WalkResult::advance();
    });
    if (result.wasInterrupted())
      signalPassFailure();
  }
};
} // namespace
