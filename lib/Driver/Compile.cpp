//===- Compile.cpp - Compile a model -------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Driver/Compile.h"

#include "ModelSection.h"
#include "gg/Dialect/GG/IR/GG.h"
#include "gg/InitAll.h"
#include "gg/Pipelines/Pipelines.h"
#include "gg/Target/Native/Emit.h"
#include "gg/Target/ONNX/ImportONNX.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassManager.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace gg;

/// "node 'x': " for the node that a diagnostic is about.
static std::string describe(Location loc) {
  auto name = loc->findInstanceOf<NameLoc>();
  return name ? ("node '" + name.getName().getValue() + "': ").str() : "";
}

namespace {

/// One compilation.
class Compiler {
public:
  Compiler(const CompileOptions &options, MessageHandler handler)
      : options(options), handler(handler), context(getRegistry()) {
    context.printOpOnDiagnostic(false);
  }

  LogicalResult run() {
    ScopedDiagnosticHandler diagnostics(
        &context, [&](Diagnostic &diagnostic) { report(diagnostic); });
    LogicalResult result = compile();
    if (failed(result) && !hasError)
      (void)error("compilation failed");
    return result;
  }

private:
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

  LogicalResult compile() {
    auto cpus = native::parseCPUList(options.cpu, options.triple);
    if (!cpus)
      return error(llvm::toString(cpus.takeError()));

    progress("importing " + options.input);
    module = importONNX(options.input, &context);
    if (!module)
      return failure();
    progress("normalizing");
    if (failed(runPasses(*module, buildImportPipeline, /*verify=*/true)))
      return failure();
    DecoderOptions decoder;
    decoder.context = options.context;
    decoder.batch = options.batch;
    decoder.chunk = options.chunk;
    decoder.kv = options.kv;
    if (failed(runPasses(
            *module,
            [&](OpPassManager &pm, PipelineErrorHandler errors) {
              return buildDecoderPipeline(pm, decoder, errors);
            },
            /*verify=*/true)))
      return failure();
    if (options.emit == Emit::ONNX)
      return print(*module);
    artifact::Artifact result;
    if (failed(describeModel(*module, options, result.model)))
      return failure();

    if (failed(runPasses(*module, buildLinalgPipeline)))
      return failure();
    if (failed(reportWeights()))
      return failure();
    if (options.emit == Emit::Linalg)
      return print(*module);

    progress("weights as " + result.model.weightsType);
    WeightsOptions weights;
    weights.weights = options.weights;
    weights.format = options.rf8;
    weights.rounding = options.rounding;
    weights.scale = options.scale;
    if (failed(runPasses(*module,
                         [&](OpPassManager &pm, PipelineErrorHandler errors) {
                           return buildWeightsPipeline(pm, weights, errors);
                         })))
      return failure();
    if (options.emit == Emit::RF8)
      return print(*module);

    progress("buffers");
    if (failed(runPasses(*module, buildBufferPipeline)))
      return failure();
    if (options.emit == Emit::LLVM || options.emit == Emit::Object)
      return emitCode(cpus->front());
    return writeArtifact(*cpus, result);
  }

  LogicalResult reportWeights() {
    if (options.report.empty())
      return success();
    progress("fitting weights for " + options.report);
    return runPasses(*module, [&](OpPassManager &pm, PipelineErrorHandler) {
      buildReportPipeline(pm, options.report);
      return success();
    });
  }

  LogicalResult writeArtifact(ArrayRef<native::CPU> cpus,
                              artifact::Artifact &result) {
    std::vector<native::Bytes> code;
    for (const native::CPU &cpu : cpus) {
      progress("code for " + cpu.level);
      auto object = generate(cpu, native::emitObject, &result.model);
      if (!object)
        return failure();
      auto shared = native::linkShared(*object, cpu);
      if (!shared)
        return error(llvm::toString(shared.takeError()));
      code.push_back(std::move(*shared));
    }
    for (auto [cpu, bytes] : llvm::zip_equal(cpus, code)) {
      weights::Code entry;
      entry.level = cpu.level;
      entry.fileName = "code." + cpu.level + ".so";
      entry.architecture = cpu.triple.isX86_64() ? "x86_64" : "aarch64";
      entry.features = cpu.features;
      result.codes.push_back(
          {std::move(entry),
           {reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()}});
    }
    if (failed(collectWeights(*module, result.tensors)))
      return failure();
    if (options.store == "small")
      result.store = options.code == "zstd" ? artifact::Store::Zstd
                                            : artifact::Store::ExpGolomb;
    progress("writing " + options.output);
    if (llvm::Error failed = artifact::write(result, options.output))
      return error(llvm::toString(std::move(failed)));
    return success();
  }

  LogicalResult emitCode(const native::CPU &cpu) {
    progress("code for " + cpu.level);
    if (options.emit == Emit::LLVM) {
      auto text = generate(cpu, native::emitLLVM, nullptr);
      return text ? write(*text) : failure();
    }
    auto object = generate(cpu, native::emitObject, nullptr);
    return object ? write(StringRef(object->data(), object->size()))
                  : failure();
  }

  /// Lowers a copy of the module for `cpu` and emits it; none on an error.
  template <typename T>
  std::optional<T> generate(const native::CPU &cpu,
                            llvm::Expected<T> (*emit)(ModuleOp,
                                                      const native::CPU &),
                            weights::Model *model) {
    OwningOpRef<ModuleOp> copy = module->clone();
    CodegenOptions codegen;
    codegen.features = cpu.features;
    codegen.cpu = cpu.name;
    codegen.activations = options.activations;
    if (failed(runPasses(*copy,
                         [&](OpPassManager &pm, PipelineErrorHandler errors) {
                           return buildCodegenPipeline(pm, codegen, errors);
                         })))
      return std::nullopt;
    if (model)
      describeArenas(*copy, *model);
    llvm::Expected<T> result = emit(*copy, cpu);
    if (result)
      return std::move(*result);
    (void)error(llvm::toString(result.takeError()));
    return std::nullopt;
  }

  LogicalResult runPasses(
      ModuleOp target,
      llvm::function_ref<LogicalResult(OpPassManager &, PipelineErrorHandler)>
          build,
      bool verify = false) {
    PassManager pm(&context);
    // Verifiers of onnx ops refuse what a file says as soon as types are known.
    // Behind them the verifier would take a good part of the time for what
    // gg-opt's tests show.
    pm.enableVerifier(verify);
    if (failed(build(
            pm, [&](const llvm::Twine &message) { return error(message); })))
      return failure();
    return pm.run(target);
  }

  LogicalResult print(ModuleOp target) {
    std::string text;
    llvm::raw_string_ostream stream(text);
    target.print(
        stream,
        OpPrintingFlags().elideLargeElementsAttrs(64).elideLargeResourceString(
            64));
    text.push_back('\n');
    return write(text);
  }

  LogicalResult write(StringRef text) {
    llvm::Error failed =
        llvm::writeToOutput(options.output, [&](llvm::raw_ostream &stream) {
          stream << text;
          return llvm::Error::success();
        });
    if (failed)
      return error(llvm::toString(std::move(failed)));
    return success();
  }

  void report(Diagnostic &diagnostic) {
    Severity severity = Severity::Error;
    if (diagnostic.getSeverity() == DiagnosticSeverity::Warning)
      severity = Severity::Warning;
    else if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
      severity = Severity::Remark;
    hasError |= severity == Severity::Error;
    std::string text = options.input + ": " +
                       describe(diagnostic.getLocation()) + diagnostic.str();
    for (Diagnostic &note : diagnostic.getNotes())
      text += "\n  " + describe(note.getLocation()) + note.str();
    handler(severity, text);
  }

  LogicalResult error(const llvm::Twine &message) {
    hasError = true;
    handler(Severity::Error, options.input + ": " + message.str());
    return failure();
  }

  void progress(const llvm::Twine &message) {
    handler(Severity::Progress, message.str());
  }

  const CompileOptions &options;
  MessageHandler handler;
  MLIRContext context;
  OwningOpRef<ModuleOp> module;
  bool hasError = false;
};

} // namespace

LogicalResult gg::compileModel(const CompileOptions &options,
                               MessageHandler handler) {
  return Compiler(options, handler).run();
}

LogicalResult gg::checkModel(StringRef input, llvm::raw_ostream &out,
                             MessageHandler handler) {
  auto operators = listONNXOperators(input);
  if (!operators) {
    handler(Severity::Error,
            (input + ": " + llvm::toString(operators.takeError())).str());
    return failure();
  }
  bool isSupported = true;
  for (const ONNXOperatorUse &use : *operators) {
    out << use.getQualifiedName() << " (version " << use.version << "), "
        << use.nodes.size() << " nodes: "
        << (use.isSupported()  ? "supported"
            : use.isImported() ? "not supported beyond the import"
                               : use.hindrance)
        << "\n";
    if (use.isSupported())
      continue;
    isSupported = false;
    for (const std::string &node : use.nodes)
      out << "  " << node << "\n";
  }
  if (!isSupported)
    handler(Severity::Error,
            (input + ": not every operator is supported").str());
  return success(isSupported);
}
