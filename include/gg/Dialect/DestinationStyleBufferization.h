//===- DestinationStyleBufferization.h - Operations with a destination  -*- C++
//-*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_DESTINATIONSTYLEBUFFERIZATION_H
#define GG_DIALECT_DESTINATIONSTYLEBUFFERIZATION_H

#include "mlir/Dialect/Bufferization/IR/BufferizableOpInterface.h"
#include "mlir/Dialect/Bufferization/IR/DstBufferizableOpInterfaceImpl.h"
#include "mlir/Dialect/Utils/StructuredOpsUtils.h"

namespace gg {

/// Bufferizes an operation that works on tensors and on memrefs alike, and
/// only writes its one destination: the same operation, on buffers.
template <typename OpTy>
struct DestinationStyleBufferization
    : mlir::bufferization::DstBufferizableOpInterfaceExternalModel<
          DestinationStyleBufferization<OpTy>, OpTy> {
  bool
  bufferizesToMemoryRead(mlir::Operation *op, mlir::OpOperand &operand,
                         const mlir::bufferization::AnalysisState &) const {
    return !mlir::cast<OpTy>(op).isDpsInit(&operand);
  }

  llvm::LogicalResult
  bufferize(mlir::Operation *op, mlir::RewriterBase &rewriter,
            const mlir::bufferization::BufferizationOptions &options,
            mlir::bufferization::BufferizationState &state) const {
    if (op->getNumResults() == 0)
      return mlir::success();
    llvm::SmallVector<mlir::Value> buffers;
    for (mlir::Value operand : op->getOperands()) {
      mlir::FailureOr<mlir::Value> buffer =
          mlir::bufferization::getBuffer(rewriter, operand, options, state);
      if (mlir::failed(buffer))
        return mlir::failure();
      buffers.push_back(*buffer);
    }
    rewriter.setInsertionPoint(op);
    mlir::clone(rewriter, op, /*newResultTypes=*/{}, buffers);
    mlir::Value destination =
        buffers[mlir::cast<OpTy>(op).getDpsInitOperand(0)->getOperandNumber()];
    mlir::bufferization::replaceOpWithBufferizedValues(rewriter, op,
                                                       destination);
    return mlir::success();
  }
};

} // namespace gg

#endif // GG_DIALECT_DESTINATIONSTYLEBUFFERIZATION_H
