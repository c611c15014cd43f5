//===- Backend.h - From buffers to code and artifacts -----------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_DRIVER_BACKEND_H
#define GG_LIB_DRIVER_BACKEND_H

#include "Job.h"
#include "gg/Target/Artifact/ArtifactWriter.h"
#include "gg/Target/Native/CPU.h"

namespace gg {

/// Writes the entries of `module`, which is at buffers, for each of `cpus` to
/// the artifact `output`. `model` describes them; arenas and code are added.
llvm::LogicalResult writeArtifact(Job &job, mlir::ModuleOp module,
                                  llvm::ArrayRef<native::CPU> cpus,
                                  weights::Model model, artifact::Store store,
                                  llvm::StringRef output);

/// The code of `module`, which is at buffers, for `cpu`: LLVM's language, or an
/// object file. None after an error.
std::optional<std::string> emitCode(Job &job, mlir::ModuleOp module,
                                    const native::CPU &cpu, bool asText);

} // namespace gg

#endif // GG_LIB_DRIVER_BACKEND_H
