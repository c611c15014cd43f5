//===- Pipelines.h - Named pass pipelines -----------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_PIPELINES_PIPELINES_H
#define GG_PIPELINES_PIPELINES_H

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace gg {

// The way of a model from the importer to the LLVM dialect, in the order of
// these functions. Here, and nowhere else, is decided which pass follows which.
// Each is a named pipeline of gg-opt too. They fail, after telling `errors`,
// where an option has none of its values.

/// Takes what is wrong with the options of a pipeline; returns failure.
using PipelineErrorHandler =
    llvm::function_ref<llvm::LogicalResult(const llvm::Twine &)>;

/// gg-import-pipeline: an imported graph in the newest standard operators, with
/// all shapes inferred.
llvm::LogicalResult buildImportPipeline(mlir::OpPassManager &pm,
                                        PipelineErrorHandler errors);

struct DecoderOptions : mlir::PassPipelineOptions<DecoderOptions> {
  Option<int64_t> context{*this, "context",
                          llvm::cl::desc("Positions a row can hold; 0: what "
                                         "the graph allows"),
                          llvm::cl::init(0)};
  Option<int64_t> batch{*this, "batch", llvm::cl::desc("Rows of a batch"),
                        llvm::cl::init(1)};
  Option<int64_t> chunk{*this, "chunk",
                        llvm::cl::desc("Tokens that prefill takes at once"),
                        llvm::cl::init(128)};
  Option<std::string> kv{*this, "kv",
                         llvm::cl::desc("Element type of the caches"),
                         llvm::cl::init("f32")};
};

/// gg-decoder-pipeline: a decoder as entries over caches; other models keep
/// their function.
llvm::LogicalResult buildDecoderPipeline(mlir::OpPassManager &pm,
                                         const DecoderOptions &options,
                                         PipelineErrorHandler errors);

/// gg-linalg-pipeline: from onnx to linalg on tensors.
llvm::LogicalResult buildLinalgPipeline(mlir::OpPassManager &pm,
                                        PipelineErrorHandler errors);

/// What a report says of the weights, in gg-fit's files; no named pipeline.
void buildReportPipeline(mlir::OpPassManager &pm, llvm::StringRef path);

/// gg-calibration-pipeline: behind it, the entry `score` of a decoder, over
/// empty caches, as calls of what lies between linear layers
/// (rf8-split-at-linears).
llvm::LogicalResult buildCalibrationPipeline(mlir::OpPassManager &pm,
                                             PipelineErrorHandler errors);

struct WeightsOptions : mlir::PassPipelineOptions<WeightsOptions> {
  Option<std::string> weights{*this, "weights",
                              llvm::cl::desc("f32, bf16 or rf8"),
                              llvm::cl::init("f32")};
  Option<std::string> format{*this, "format", llvm::cl::desc("e4r3 or e4r3d"),
                             llvm::cl::init("e4r3")};
  Option<std::string> rounding{*this, "rounding",
                               llvm::cl::desc("nearest, greedy or feedback"),
                               llvm::cl::init("nearest")};
  Option<std::string> scale{*this, "scale",
                            llvm::cl::desc("channel, tensor-pow2 or group:N"),
                            llvm::cl::init("channel")};
  Option<std::string> stats{*this, "stats",
                            llvm::cl::desc("A statistics file to round by"),
                            llvm::cl::init("")};
  Option<std::string> lookups{*this, "lookups",
                              llvm::cl::desc("rf8 or bf16, with weights=rf8"),
                              llvm::cl::init("rf8")};
  Option<double> rate{*this, "rate",
                      llvm::cl::desc("What a bit of the codes' entropy may "
                                     "cost, with rounding=feedback"),
                      llvm::cl::init(0)};
};

/// gg-weights-pipeline: how weights are stored, and products with them as
/// rf8.linear.
llvm::LogicalResult buildWeightsPipeline(mlir::OpPassManager &pm,
                                         const WeightsOptions &options,
                                         PipelineErrorHandler errors);

/// gg-buffer-pipeline: from tensors to buffers, with weights outlined. What
/// comes before is the same for every CPU, what follows is not.
llvm::LogicalResult buildBufferPipeline(mlir::OpPassManager &pm,
                                        PipelineErrorHandler errors);

struct CodegenOptions : mlir::PassPipelineOptions<CodegenOptions> {
  ListOption<std::string> features{
      *this, "features",
      llvm::cl::desc("Features of the CPU, by LLVM's names")};
  Option<std::string> cpu{
      *this, "cpu",
      llvm::cl::desc("The CPU, by LLVM's name: how fast its instructions are"),
      llvm::cl::init("")};
  Option<std::string> activations{
      *this, "activations",
      llvm::cl::desc("rounded or exact, where kernels multiply bf16"),
      llvm::cl::init("rounded")};
};

/// gg-codegen-pipeline: from buffers to the LLVM dialect.
llvm::LogicalResult buildCodegenPipeline(mlir::OpPassManager &pm,
                                         const CodegenOptions &options,
                                         PipelineErrorHandler errors);

/// Registers the named pipelines with the pass registry.
void registerPipelines();

} // namespace gg

#endif // GG_PIPELINES_PIPELINES_H
