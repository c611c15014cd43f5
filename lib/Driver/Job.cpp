//===- Job.cpp - What the steps of a compilation share -------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Job.h"

#include "gg/InitAll.h"
#include "gg/Target/Native/Emit.h"
#include "mlir/IR/Threading.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/FileSystem.h"

using namespace mlir;
using namespace gg;

static const DialectRegistry &getRegistry() {
  static const DialectRegistry registry = [] {
    DialectRegistry registry;
    registerAllDialects(registry);
    native::registerTranslations(registry);
    registerAllPasses();
    return registry;
  }();
  return registry;
}

/// "node 'x': " for the node that a diagnostic is about.
static std::string describe(Location loc) {
  auto name = loc->findInstanceOf<NameLoc>();
  return name ? ("node '" + name.getName().getValue() + "': ").str() : "";
}

Job::Job(const CompileOptions &options, MessageHandler handler)
    : options(options), context(getRegistry()), handler(handler),
      diagnostics(&context,
                  [this](Diagnostic &diagnostic) { report(diagnostic); }) {
  context.printOpOnDiagnostic(false);
}

LogicalResult Job::runPasses(ModuleOp module, Build build, bool verify) {
  PassManager pm(&context);
  // Verifiers of onnx ops refuse what a file says as soon as types are known.
  // Behind them the verifier would take a good part of the time for what
  // gg-opt's tests show.
  pm.enableVerifier(verify);
  if (failed(build(pm, [&](const Twine &message) { return error(message); })))
    return failure();
  return pm.run(module);
}

void Job::report(Diagnostic &diagnostic) {
  Severity severity = Severity::Error;
  if (diagnostic.getSeverity() == DiagnosticSeverity::Warning)
    severity = Severity::Warning;
  else if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
    severity = Severity::Remark;
  sawError |= severity == Severity::Error;
  std::string text = options.input + ": " + describe(diagnostic.getLocation()) +
                     diagnostic.str();
  for (Diagnostic &note : diagnostic.getNotes())
    text += "\n  " + describe(note.getLocation()) + note.str();
  handler(severity, text);
}

LogicalResult Job::error(const Twine &message) {
  sawError = true;
  handler(Severity::Error, options.input + ": " + message.str());
  return failure();
}

void Job::remark(const Twine &message) {
  handler(Severity::Remark, options.input + ": " + message.str());
}

void Job::progress(const Twine &message) {
  handler(Severity::Progress, message.str());
}

Job::TemporaryFolder::~TemporaryFolder() {
  if (!path.empty())
    (void)llvm::sys::fs::remove_directories(path);
}

FailureOr<StringRef> Job::getTemporaryFolder() {
  if (!folder.path.empty())
    return folder.path.str();
  if (std::error_code failed =
          llvm::sys::fs::createUniqueDirectory("gg-compile", folder.path)) {
    folder.path.clear();
    return error("no folder for temporary files: " + failed.message());
  }
  return folder.path.str();
}

void Job::parallelFor(size_t count, llvm::function_ref<void(size_t)> body) {
  mlir::parallelFor(&context, 0, count, body);
}
