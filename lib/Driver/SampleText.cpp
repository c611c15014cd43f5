//===- SampleText.cpp - Text that a model writes itself ------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SampleText.h"

#include "Backend.h"
#include "LoadedModel.h"
#include "ModelSection.h"
#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Run/Sampler.h"

using namespace mlir;
using namespace gg;

static constexpr int64_t kRows = 32;
/// Less likely tokens are not chosen: to sort them takes longer than the model.
static constexpr int64_t kTopK = 1024;

/// The decoder with kRows rows and weights of bf16, without `score`.
static FailureOr<LoadedModel>
compileWriter(Job &job, OwningOpRef<ModuleOp> graph, int64_t length) {
  DecoderOptions decoder;
  decoder.context = length;
  decoder.batch = kRows;
  decoder.chunk = 1;
  if (failed(job.runPasses(*graph,
                           [&](OpPassManager &pm, PipelineErrorHandler errors) {
                             return buildDecoderPipeline(pm, decoder, errors);
                           })))
    return failure();
  for (auto func : llvm::make_early_inc_range(graph->getOps<func::FuncOp>()))
    if (auto name = func->getAttrOfType<StringAttr>(ir::kEntryAttr);
        name && name.getValue() == "score")
      func.erase();
  CompileOptions options = job.options;
  options.weights = "bf16";
  options.batch = kRows;
  options.chunk = 1;
  weights::Model description;
  if (failed(describeModel(*graph, options, description)))
    return failure();
  WeightsOptions weights;
  weights.weights = options.weights;
  if (failed(job.runPasses(*graph, buildLinalgPipeline)) ||
      failed(job.runPasses(*graph,
                           [&](OpPassManager &pm, PipelineErrorHandler errors) {
                             return buildWeightsPipeline(pm, weights, errors);
                           })) ||
      failed(job.runPasses(*graph, buildBufferPipeline)))
    return failure();
  return LoadedModel::compile(job, *graph, std::move(description), "writer.gg");
}

FailureOr<run::TokenRows> gg::sampleText(Job &job, OwningOpRef<ModuleOp> graph,
                                         int64_t length) {
  FailureOr<LoadedModel> model = compileWriter(job, std::move(graph), length);
  if (failed(model))
    return failure();
  gg_session *session = model->session();
  int64_t vocabulary = model->info().vocabulary;
  run::TokenRows text;
  text.rows = kRows;
  text.width = length;
  text.ids.resize(kRows * length);
  text.lengths.assign(kRows, length);
  std::vector<run::Sampler> samplers;
  std::vector<int64_t> tokens;
  for (int64_t row = 0; row < kRows; ++row) {
    run::SamplerOptions options;
    options.temperature = 1;
    options.topK = kTopK;
    options.seed = row;
    samplers.emplace_back(options);
    tokens.push_back(samplers.back().random() * vocabulary);
  }
  for (int64_t at = 0; at < length; ++at) {
    for (int64_t row = 0; row < kRows; ++row)
      text.ids[row * length + at] = tokens[row];
    if (at + 1 == length)
      break;
    if (gg_step(session, tokens.data()))
      return job.error(gg_last_error());
    job.parallelFor(kRows, [&](size_t row) {
      tokens[row] = samplers[row].choose(gg_logits(session, row), vocabulary);
    });
    if (llvm::is_contained(tokens, -1))
      return job.error("the model's logits are no numbers");
  }
  return text;
}
