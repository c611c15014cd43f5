//===- SegmentedModel.h - A decoder in pieces that run ----------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_DRIVER_SEGMENTEDMODEL_H
#define GG_LIB_DRIVER_SEGMENTEDMODEL_H

#include "LoadedModel.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/OwningOpRef.h"

#include <memory>

namespace gg {

/// A decoder over windows of tokens: a plan of calls, as rf8-split-at-linears
/// makes it, and compiled code for what is called.
class SegmentedModel {
public:
  /// Compiles the decoder `graph`, which is in the onnx dialect, for windows of
  /// `tokens` tokens.
  static llvm::FailureOr<std::unique_ptr<SegmentedModel>>
  create(Job &job, mlir::OwningOpRef<mlir::ModuleOp> graph, int64_t tokens);

  /// Takes a window's token ids, [1, tokens] of i64; its calls are in order.
  mlir::func::FuncOp plan() const { return thePlan; }

  /// What `call` calls, for its argument attributes.
  mlir::func::FuncOp getSegment(mlir::func::CallOp call) const;

  /// Runs a call of the plan. The bytes of its results go to `results`, save
  /// where that is null.
  llvm::LogicalResult run(mlir::func::CallOp call,
                          llvm::ArrayRef<const void *> operands,
                          llvm::ArrayRef<void *> results);

private:
  explicit SegmentedModel(Job &job) : job(job) {}
  llvm::LogicalResult lower(int64_t tokens);
  llvm::LogicalResult compile();

  Job &job;
  mlir::OwningOpRef<mlir::ModuleOp> module;
  mlir::func::FuncOp thePlan;
  LoadedModel segments;
};

/// The bytes of a tensor of static shape.
int64_t getTensorBytes(mlir::Type type);

} // namespace gg

#endif // GG_LIB_DRIVER_SEGMENTEDMODEL_H
