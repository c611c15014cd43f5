//===- SampleText.h - Text that a model writes itself -----------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_DRIVER_SAMPLETEXT_H
#define GG_LIB_DRIVER_SAMPLETEXT_H

#include "Job.h"
#include "gg/Run/TokenRows.h"
#include "mlir/IR/OwningOpRef.h"

namespace gg {

/// Rows of `length` tokens that the decoder `graph`, which is in the onnx
/// dialect, writes: each row begins with a random token, and those after it are
/// drawn as the model predicts them. The same for the same graph.
llvm::FailureOr<run::TokenRows>
sampleText(Job &job, mlir::OwningOpRef<mlir::ModuleOp> graph, int64_t length);

} // namespace gg

#endif // GG_LIB_DRIVER_SAMPLETEXT_H
