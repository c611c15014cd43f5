//===- ModelSection.h - What an artifact says of its model ------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_DRIVER_MODELSECTION_H
#define GG_LIB_DRIVER_MODELSECTION_H

#include "gg/Driver/Compile.h"
#include "gg/Target/Artifact/ArtifactWriter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"

namespace gg {

/// Describes the entries of `module`, which is in the onnx dialect still: later
/// stages lose the sign of integers. Renames the entry of a decoder without a
/// cache to "main".
llvm::LogicalResult describeModel(mlir::ModuleOp module,
                                  const CompileOptions &options,
                                  weights::Model &model);

/// Describes one entry, whose name is its attribute gg.entry.
llvm::LogicalResult describeEntry(mlir::func::FuncOp func,
                                  weights::Entry &entry);

/// Adds what code generation found out: the arenas of the entries.
void describeArenas(mlir::ModuleOp module, weights::Model &model);

/// How an element of `type` is called in an artifact; none for other types.
std::optional<weights::ElementType> getElementType(mlir::Type type);

/// The weights of `module`; their bytes stay where they are.
llvm::LogicalResult
collectWeights(mlir::ModuleOp module,
               std::vector<artifact::TensorSource> &tensors);

} // namespace gg

#endif // GG_LIB_DRIVER_MODELSECTION_H
