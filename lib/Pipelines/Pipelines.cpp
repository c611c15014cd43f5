//===- Pipelines.cpp - Named pass pipelines ------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Pipelines/Pipelines.h"

#include "mlir/Pass/PassRegistry.h"
#include "llvm/Support/ErrorHandling.h"

using namespace mlir;
using namespace gg;

/// Adds passes as they are written on gg-opt's command line, so that a pipeline
/// reads as what somebody would type to try it in parts.
static void add(OpPassManager &pm, const Twine &passes) {
  if (failed(parsePassPipeline(passes.str(), pm)))
    llvm::report_fatal_error("a pass of the pipeline is not registered");
}

void gg::buildImportPipeline(OpPassManager &pm) {
  add(pm, "onnx-fold-constants,"
          "func.func(onnx-inline-branches,onnx-infer-shapes),"
          "onnx-fold-constants,"
          "func.func(onnx-recover),"
          "func.func(onnx-infer-shapes),"
          "canonicalize,cse");
}

void gg::buildDecoderPipeline(OpPassManager &pm,
                              const DecoderOptions &options) {
  add(pm, "gg-stateful-kv{context=" + Twine(options.context) +
              " batch=" + Twine(options.batch) +
              " chunk=" + Twine(options.chunk) + " kv=" + options.kv + "}");
  add(pm, "func.func(onnx-infer-shapes),onnx-fold-constants,canonicalize,cse");
}

void gg::buildLinalgPipeline(OpPassManager &pm) {
  add(pm, "convert-onnx-to-linalg,canonicalize,cse");
}

void gg::buildWeightsPipeline(OpPassManager &pm,
                              const WeightsOptions &options) {
  if (options.weights == "rf8")
    add(pm, "rf8-quantize{format=" + options.format + " rounding=" +
                options.rounding + " scale=" + options.scale + "}");
  add(pm, options.weights == "bf16" ? "rf8-fuse-linear{narrow=bf16}"
                                    : "rf8-fuse-linear");
  add(pm, "canonicalize,cse");
}

void gg::buildBufferPipeline(OpPassManager &pm) {
  add(pm, "rf8-legalize-types{keep-linear=true},"
          "linalg-generalize-named-ops,"
          "gg-fuse-elementwise,"
          "canonicalize,cse,"
          "gg-relax-reductions,"
          "gg-outline-weights,"
          "gg-bufferize,"
          "cse,canonicalize");
}

/// The instruction set that convert-rf8-to-vector writes kernels for.
static StringRef getKernelTarget(const CodegenOptions &options) {
  auto has = [&](StringRef feature) {
    return llvm::is_contained(options.features, feature);
  };
  if (has("avx512f") && has("avx512bw") && has("avx512vl") && has("fma"))
    return "avx512";
  if (has("avx2") && has("fma"))
    return "avx2";
  return has("neon") ? "neon" : "generic";
}

void gg::buildCodegenPipeline(OpPassManager &pm,
                              const CodegenOptions &options) {
  // Loops and kernels.
  add(pm, "convert-rf8-to-vector{target=" + getKernelTarget(options) + "}");
  add(pm, "linalg-generalize-named-ops,"
          "gg-order-loops,"
          "convert-linalg-to-parallel-loops,"
          "canonicalize,cse");
  // Memory and threads.
  add(pm, "func.func(gg-plan-arena,gg-distribute),"
          "canonicalize,cse,"
          "func.func(scf-parallel-for-to-nested-fors)");
  // Numbers: small floats compute in f32, and nothing calls a library.
  add(pm, "math-extend-to-supported-types,"
          "arith-emulate-unsupported-floats{source-types=bf16,f16,f8E4M3FN,"
          "f8E4M3FNUZ,f8E5M2,f8E5M2FNUZ target-type=f32},"
          "func.func(gg-expand-math),"
          "arith-expand{include-bf16=true},"
          "canonicalize,cse");
  // Code.
  add(pm, "gg-outline-kernels,"
          "expand-strided-metadata,lower-affine,"
          "convert-vector-to-scf,lower-affine,"
          "convert-scf-to-cf,"
          "func.func(gg-lower-asserts),"
          "gg-entry-abi,"
          "canonicalize,"
          "convert-vector-to-llvm{enable-x86vector=true},"
          "convert-ub-to-llvm,"
          "finalize-memref-to-llvm,"
          "convert-math-to-llvm,"
          "convert-arith-to-llvm,"
          "convert-index-to-llvm,"
          "convert-func-to-llvm,"
          "convert-cf-to-llvm,"
          "reconcile-unrealized-casts,"
          "canonicalize,cse");
}

void gg::registerPipelines() {
  PassPipelineRegistration<>("gg-import-pipeline",
                             "From an imported graph to standard operators",
                             buildImportPipeline);
  PassPipelineRegistration<DecoderOptions>(
      "gg-decoder-pipeline", "From a decoder's graph to entries over caches",
      buildDecoderPipeline);
  PassPipelineRegistration<>("gg-linalg-pipeline",
                             "From onnx to linalg on tensors",
                             buildLinalgPipeline);
  PassPipelineRegistration<WeightsOptions>(
      "gg-weights-pipeline", "How weights are stored", buildWeightsPipeline);
  PassPipelineRegistration<>("gg-buffer-pipeline",
                             "From tensors to buffers, weights outlined",
                             buildBufferPipeline);
  PassPipelineRegistration<CodegenOptions>("gg-codegen-pipeline",
                                           "From buffers to the LLVM dialect",
                                           buildCodegenPipeline);
}
