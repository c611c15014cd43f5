//===- TrainStep.h - Functions with parameters ------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_TRAINING_TRAINSTEP_H
#define GG_LIB_TRANSFORMS_TRAINING_TRAINSTEP_H

#include "gg/Dialect/GG/IR/GG.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace gg {

/// An argument with gg.param.
struct Parameter {
  ir::ParamAttr attr;
  mlir::BlockArgument argument;

  mlir::RankedTensorType getType() const {
    return mlir::cast<mlir::RankedTensorType>(argument.getType());
  }
};

/// A function with parameters, and a body, on tensors.
struct TrainStep {
  mlir::func::FuncOp function;
  llvm::SmallVector<Parameter> parameters; ///< in the order of the arguments
};

/// The train steps of a module. Fails with a diagnostic where there is none, or
/// where parameters are in buffers already.
mlir::FailureOr<llvm::SmallVector<TrainStep>>
findTrainSteps(mlir::ModuleOp module);

/// Whether a generalized Gaussian's shape that is an option of a pass can be
/// one; a diagnostic at `module` otherwise.
mlir::LogicalResult checkShapeOption(mlir::ModuleOp module, double shape);

} // namespace gg

#endif // GG_LIB_TRANSFORMS_TRAINING_TRAINSTEP_H
