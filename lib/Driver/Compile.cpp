//===- Compile.cpp - Compile a model -------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Driver/Compile.h"

#include "Backend.h"
#include "Calibrate.h"
#include "ModelSection.h"
#include "gg/Target/ONNX/ImportONNX.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace gg;

/// Whether a model can be calibrated on tokens.
static bool hasScore(const weights::Model &model) {
  return llvm::any_of(model.entries, [](const weights::Entry &entry) {
    return entry.name == "score";
  });
}

static artifact::Store getStore(const CompileOptions &options) {
  if (options.store == "packed")
    return artifact::Store::Packed;
  return options.code == "zstd" ? artifact::Store::Zstd
                                : artifact::Store::ExpGolomb;
}

namespace {

/// The stages of a compilation.
class Compiler {
public:
  Compiler(const CompileOptions &options, MessageHandler handler)
      : job(options, handler), options(job.options) {}

  LogicalResult run() {
    LogicalResult result = compile();
    if (failed(result) && !job.hasError())
      (void)job.error("compilation failed");
    return result;
  }

private:
  LogicalResult compile() {
    auto cpus = native::parseCPUList(options.cpu, options.triple);
    if (!cpus)
      return job.error(llvm::toString(cpus.takeError()));

    job.progress("importing " + options.input);
    module = importONNX(options.input, &job.context);
    if (!module)
      return failure();
    job.progress("normalizing");
    if (failed(job.runPasses(*module, buildImportPipeline, /*verify=*/true)))
      return failure();
    OwningOpRef<ModuleOp> graph;
    if (needsStatistics(options))
      graph = module->clone();
    if (failed(runDecoderPipeline()))
      return failure();
    if (options.emit == Emit::ONNX)
      return print(*module);
    weights::Model model;
    if (failed(describeModel(*module, options, model)))
      return failure();

    if (failed(job.runPasses(*module, buildLinalgPipeline)))
      return failure();
    if (failed(reportWeights()))
      return failure();
    if (options.emit == Emit::Linalg)
      return print(*module);

    FailureOr<std::string> statistics = std::string();
    if (graph && hasScore(model))
      statistics = gatherStatistics(job, std::move(graph), model);
    else if (graph)
      job.remark("not calibrated, since it has no logits for every token of a "
                 "text: scales are searched for by the weights alone");
    if (failed(statistics))
      return failure();
    job.progress("weights as " + model.weightsType);
    if (failed(runWeightsPipeline(*statistics)))
      return failure();
    if (options.emit == Emit::RF8)
      return print(*module);

    job.progress("buffers");
    if (failed(job.runPasses(*module, buildBufferPipeline)))
      return failure();
    if (options.emit == Emit::LLVM || options.emit == Emit::Object) {
      auto code = emitCode(job, *module, cpus->front(),
                           /*asText=*/options.emit == Emit::LLVM);
      return code ? write(*code) : failure();
    }
    return writeArtifact(job, *module, *cpus, std::move(model),
                         getStore(options), options.output);
  }

  LogicalResult runDecoderPipeline() {
    DecoderOptions decoder;
    decoder.context = options.context;
    decoder.batch = options.batch;
    decoder.chunk = options.chunk;
    decoder.kv = options.kv;
    return job.runPasses(
        *module,
        [&](OpPassManager &pm, PipelineErrorHandler errors) {
          return buildDecoderPipeline(pm, decoder, errors);
        },
        /*verify=*/true);
  }

  LogicalResult runWeightsPipeline(StringRef statistics) {
    WeightsOptions weights;
    weights.weights = options.weights;
    weights.format = options.rf8;
    weights.rounding = options.rounding;
    weights.scale = options.scale;
    weights.stats = statistics.str();
    weights.lookups = options.lookups;
    weights.rate = options.rate;
    return job.runPasses(*module,
                         [&](OpPassManager &pm, PipelineErrorHandler errors) {
                           return buildWeightsPipeline(pm, weights, errors);
                         });
  }

  LogicalResult reportWeights() {
    if (options.report.empty())
      return success();
    job.progress("fitting weights for " + options.report);
    return job.runPasses(*module, [&](OpPassManager &pm, PipelineErrorHandler) {
      buildReportPipeline(pm, options.report);
      return success();
    });
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
      return job.error(llvm::toString(std::move(failed)));
    return success();
  }

  Job job;
  const CompileOptions &options;
  OwningOpRef<ModuleOp> module;
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
