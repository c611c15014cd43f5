//===- Pipelines.cpp - Named pass pipelines ------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Pipelines/Pipelines.h"

#include "gg/Transforms/Weights/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace gg;

/// Adds passes as they are written on gg-opt's command line, so that a pipeline
/// reads as what somebody would type to try it in parts.
static LogicalResult add(OpPassManager &pm, const Twine &passes,
                         PipelineErrorHandler errors) {
  std::string message;
  llvm::raw_string_ostream stream(message);
  if (succeeded(parsePassPipeline(passes.str(), pm, stream)))
    return success();
  return errors(message);
}

LogicalResult gg::buildImportPipeline(OpPassManager &pm,
                                      PipelineErrorHandler errors) {
  return add(pm,
             "onnx-fold-constants,"
             "func.func(onnx-inline-branches,gg-name-dims,onnx-infer-shapes),"
             "onnx-fold-constants,"
             // Conditions on shapes are known by now.
             "func.func(onnx-inline-branches,onnx-recover,"
             "onnx-infer-shapes{trace=true},canonicalize,cse)",
             errors);
}

LogicalResult gg::buildDecoderPipeline(OpPassManager &pm,
                                       const DecoderOptions &options,
                                       PipelineErrorHandler errors) {
  return add(pm,
             "gg-stateful-kv{context=" + Twine(options.context) +
                 " batch=" + Twine(options.batch) +
                 " chunk=" + Twine(options.chunk) + " kv=" + options.kv +
                 "},"
                 "func.func(onnx-infer-shapes),onnx-fold-constants,"
                 "func.func(canonicalize,cse)",
             errors);
}

LogicalResult gg::buildLinalgPipeline(OpPassManager &pm,
                                      PipelineErrorHandler errors) {
  return add(pm, "convert-onnx-to-linalg,func.func(canonicalize,cse)", errors);
}

void gg::buildReportPipeline(OpPassManager &pm, StringRef path) {
  FitPassOptions options;
  options.reports = {path.str()};
  pm.addPass(createFitPass(options));
}

LogicalResult gg::buildCalibrationPipeline(OpPassManager &pm,
                                           PipelineErrorHandler errors) {
  return add(pm,
             "gg-start-empty,func.func(canonicalize,cse),rf8-split-at-linears",
             errors);
}

/// The options of rf8-quantize.
static std::string getQuantizeOptions(const WeightsOptions &options) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << "format=" << options.format << " scale=" << options.scale
         << " lookups=" << options.lookups;
  if (options.rounding != "feedback") {
    stream << " rounding=" << options.rounding;
    return text;
  }
  // A power of two is what it is.
  if (options.scale != "tensor-pow2")
    stream << " search-scales=true";
  stream << " rate=" << options.rate;
  if (!options.stats.empty())
    stream << " stats='" << options.stats << "'";
  return text;
}

LogicalResult gg::buildWeightsPipeline(OpPassManager &pm,
                                       const WeightsOptions &options,
                                       PipelineErrorHandler errors) {
  StringRef weights = options.weights;
  if (weights != "f32" && weights != "bf16" && weights != "rf8")
    return errors("expected weights of f32, bf16 or rf8 but got '" + weights +
                  "'");
  std::string passes;
  if (weights == "rf8")
    passes = "rf8-quantize{" + getQuantizeOptions(options) + "},";
  else if (weights == "bf16")
    passes = "rf8-narrow-weights{type=bf16},";
  return add(pm,
             passes + "rf8-fuse-linear,func.func(canonicalize,cse),"
                      "rf8-join-linear,"
                      "func.func(gg-skip-padding,canonicalize,cse)",
             errors);
}

LogicalResult gg::buildBufferPipeline(OpPassManager &pm,
                                      PipelineErrorHandler errors) {
  return add(pm,
             "rf8-legalize-types{keep-linear=true},"
             "func.func(linalg-generalize-named-ops,"
             "gg-fuse-elementwise,"
             "canonicalize,cse,"
             "gg-relax-reductions),"
             "gg-outline-weights,"
             "gg-bufferize,"
             "func.func(cse,canonicalize)",
             errors);
}

static bool has(const CodegenOptions &options, StringRef feature) {
  return llvm::is_contained(options.features, feature);
}

static bool isAMD(const CodegenOptions &options) {
  return StringRef(options.cpu).starts_with("znver");
}

/// Whether a dot product of pairs of bf16 takes no longer than a multiply-add.
/// It does on Intel's CPUs, four times as long on Emerald Rapids. What is not
/// named after a CPU has the dot product because it was asked for.
static bool hasFastDot(const CodegenOptions &options) {
  StringRef cpu = options.cpu;
  return has(options, "avx512bf16") &&
         (isAMD(options) || cpu.empty() || cpu.starts_with("x86-64"));
}

/// How far ahead weights are fetched. Zen's own prefetching keeps up with the
/// kernels; of Emerald Rapids' bandwidth they reach half without.
static int64_t getPrefetchBytes(const CodegenOptions &options) {
  return has(options, "sse2") && !isAMD(options) ? 4096 : 0;
}

/// The instruction set that convert-rf8-to-vector writes kernels for.
static StringRef getKernelTarget(const CodegenOptions &options) {
  if (has(options, "avx512f") && has(options, "avx512bw") &&
      has(options, "avx512vl") && has(options, "fma"))
    return hasFastDot(options) ? "avx512bf16" : "avx512";
  if (has(options, "avx2") && has(options, "fma"))
    return "avx2";
  return has(options, "neon") ? "neon" : "generic";
}

/// What gg-expand-math is to do for instructions that an x86 CPU lacks.
static std::string getMathOptions(const CodegenOptions &options) {
  auto lacks = [&](StringRef feature) {
    return has(options, "sse2") && !has(options, feature) ? "true" : "false";
  };
  return std::string("{half=") + lacks("f16c") +
         " rounding=" + lacks("sse4.1") + "}";
}

LogicalResult gg::buildCodegenPipeline(OpPassManager &pm,
                                       const CodegenOptions &options,
                                       PipelineErrorHandler errors) {
  StringRef activations = options.activations;
  if (activations != "rounded" && activations != "exact")
    return errors("expected activations rounded or exact but got '" +
                  activations + "'");
  std::string passes;
  // Loops and kernels.
  StringRef target = getKernelTarget(options);
  passes += ("func.func(gg-annotate-costs),"
             "convert-rf8-to-vector{target=" +
             target + " exact=" + (activations == "exact" ? "true" : "false") +
             " prefetch=" + Twine(getPrefetchBytes(options)) +
             "},"
             "convert-attention-to-vector{target=" +
             target +
             "},"
             "func.func(linalg-generalize-named-ops,"
             "gg-order-loops,"
             "convert-linalg-to-parallel-loops,"
             "canonicalize,cse,")
                .str();
  // Memory and threads.
  passes += "gg-privatize,gg-plan-arena,gg-distribute,gg-number-phases,"
            "canonicalize,cse,"
            "scf-parallel-for-to-nested-fors,";
  // Numbers: small floats compute in f32, and nothing calls a library.
  passes += "math-extend-to-supported-types,"
            "arith-emulate-unsupported-floats{source-types=bf16,f16 "
            "target-type=f32},"
            "gg-expand-math" +
            getMathOptions(options) +
            ","
            "arith-expand{include-bf16=true},"
            "canonicalize,cse),";
  // Code.
  passes += "gg-outline-kernels,"
            "func.func(expand-strided-metadata,lower-affine,"
            "convert-vector-to-scf,lower-affine,"
            "convert-scf-to-cf,"
            "gg-lower-asserts),"
            "gg-entry-abi,"
            "func.func(canonicalize),"
            "convert-vector-to-llvm{enable-x86vector=true},"
            "convert-ub-to-llvm,"
            "finalize-memref-to-llvm,"
            "convert-math-to-llvm,"
            "convert-arith-to-llvm,"
            "convert-index-to-llvm,"
            "convert-func-to-llvm,"
            "convert-cf-to-llvm,"
            "reconcile-unrealized-casts,"
            "llvm.func(canonicalize,cse)";
  return add(pm, passes, errors);
}

/// Registers a pipeline of passes; unlike upstream's PassPipelineRegistration
/// it can refuse its options.
template <typename Options>
static void registerPipeline(StringRef name, StringRef description,
                             LogicalResult (*build)(OpPassManager &,
                                                    const Options &,
                                                    PipelineErrorHandler)) {
  registerPassPipeline(
      name, description,
      [build](OpPassManager &pm, StringRef text, PipelineErrorHandler errors) {
        Options options;
        std::string message;
        llvm::raw_string_ostream stream(message);
        if (failed(options.parseFromString(text, stream)))
          return errors(message);
        return build(pm, options, errors);
      },
      [](function_ref<void(const mlir::detail::PassOptions &)> use) {
        use(Options());
      });
}

/// The same for pipelines without options.
template <LogicalResult (*build)(OpPassManager &, PipelineErrorHandler)>
static void registerPipeline(StringRef name, StringRef description) {
  registerPipeline<EmptyPipelineOptions>(
      name, description,
      [](OpPassManager &pm, const EmptyPipelineOptions &,
         PipelineErrorHandler errors) { return build(pm, errors); });
}

void gg::registerPipelines() {
  registerPipeline<buildImportPipeline>(
      "gg-import-pipeline", "From an imported graph to standard operators");
  registerPipeline<DecoderOptions>("gg-decoder-pipeline",
                                   "From a decoder's graph to entries over "
                                   "caches",
                                   buildDecoderPipeline);
  registerPipeline<buildLinalgPipeline>("gg-linalg-pipeline",
                                        "From onnx to linalg on tensors");
  registerPipeline<buildCalibrationPipeline>(
      "gg-calibration-pipeline",
      "A decoder as calls of what lies between its linear layers");
  registerPipeline<WeightsOptions>(
      "gg-weights-pipeline", "How weights are stored", buildWeightsPipeline);
  registerPipeline<buildBufferPipeline>(
      "gg-buffer-pipeline", "From tensors to buffers, weights outlined");
  registerPipeline<CodegenOptions>("gg-codegen-pipeline",
                                   "From buffers to the LLVM dialect",
                                   buildCodegenPipeline);
}
