//===- Job.h - What the steps of a compilation share ------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_DRIVER_JOB_H
#define GG_LIB_DRIVER_JOB_H

#include "gg/Driver/Compile.h"
#include "gg/Pipelines/Pipelines.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/SmallString.h"

namespace gg {

/// A compilation: its options, its context, and where its messages go.
class Job {
public:
  Job(const CompileOptions &options, MessageHandler handler);

  const CompileOptions options;
  mlir::MLIRContext context;

  /// Adds the passes of a pipeline.
  using Build = llvm::function_ref<llvm::LogicalResult(mlir::OpPassManager &,
                                                       PipelineErrorHandler)>;
  llvm::LogicalResult runPasses(mlir::ModuleOp module, Build build,
                                bool verify = false);

  /// Fails with a message about the input file.
  llvm::LogicalResult error(const llvm::Twine &message);
  void remark(const llvm::Twine &message);
  void progress(const llvm::Twine &message);
  bool hasError() const { return sawError; }

  /// A folder for as long as the job lasts; fails where none can be made.
  llvm::FailureOr<llvm::StringRef> getTemporaryFolder();

  /// Runs a body for every index below a count on the context's threads.
  void parallelFor(size_t count, llvm::function_ref<void(size_t)> body);

private:
  /// Removed with all that is in it.
  struct TemporaryFolder {
    ~TemporaryFolder();
    llvm::SmallString<128> path;
  };

  void report(mlir::Diagnostic &diagnostic);

  MessageHandler handler;
  mlir::ScopedDiagnosticHandler diagnostics;
  bool sawError = false;
  TemporaryFolder folder;
};

} // namespace gg

#endif // GG_LIB_DRIVER_JOB_H
