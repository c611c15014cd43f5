//===- Verify.h - Pieces of the verifiers -----------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_DIALECT_ONNX_IR_VERIFY_H
#define GG_LIB_DIALECT_ONNX_IR_VERIFY_H

#include "mlir/IR/Operation.h"
#include "llvm/ADT/Twine.h"

namespace gg::onnx::detail {

/// All of these accept what is not known yet: unranked tensors, dynamic dims.

llvm::LogicalResult verifyAxes(mlir::Operation *op, int64_t rank,
                               llvm::ArrayRef<int64_t> axes);

llvm::LogicalResult verifyRank(mlir::Operation *op, const llvm::Twine &what,
                               mlir::Value value, int64_t rank);

llvm::LogicalResult verifyScalar(mlir::Operation *op, const llvm::Twine &what,
                                 mlir::Value value);

llvm::LogicalResult verifyResultShape(mlir::Operation *op, mlir::Value result,
                                      llvm::ArrayRef<int64_t> expected);

} // namespace gg::onnx::detail

#endif // GG_LIB_DIALECT_ONNX_IR_VERIFY_H
