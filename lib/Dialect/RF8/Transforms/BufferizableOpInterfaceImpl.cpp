//===- BufferizableOpInterfaceImpl.cpp - rf8.linear on memrefs ------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/RF8/IR/RF8.h"
#include "gg/Dialect/RF8/Transforms/InterfaceImpls.h"

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace mlir::bufferization;
using namespace gg::rf8;

namespace {

struct LinearInterface
    : DstBufferizableOpInterfaceExternalModel<LinearInterface, LinearOp> {
  // The destination is only written.
  bool bufferizesToMemoryRead(Operation *op, OpOperand &operand,
                              const AnalysisState &) const {
    return !cast<LinearOp>(op).isDpsInit(&operand);
  }

  LogicalResult bufferize(Operation *op, RewriterBase &rewriter,
                          const BufferizationOptions &options,
                          BufferizationState &state) const {
    auto linear = cast<LinearOp>(op);
    if (isa<MemRefType>(linear.getInitType()))
      return success();
    SmallVector<Value> buffers;
    for (Value operand : linear->getOperands()) {
      FailureOr<Value> buffer = getBuffer(rewriter, operand, options, state);
      if (failed(buffer))
        return failure();
      buffers.push_back(*buffer);
    }
    Value scales = linear.getScales() ? buffers[2] : Value();
    rewriter.setInsertionPoint(op);
    LinearOp::create(rewriter, op->getLoc(), /*result=*/Type(), buffers[0],
                     buffers[1], scales, buffers.back(),
                     linear.getGroupSizeAttr());
    replaceOpWithBufferizedValues(rewriter, op, buffers.back());
    return success();
  }
};

} // namespace

void gg::rf8::registerBufferizableOpInterfaceExternalModels(
    DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, RF8Dialect *) {
    LinearOp::attachInterface<LinearInterface>(*context);
  });
}
