//===- Calibrate.cpp - What linear layers are fed with -------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Calibrate.h"

#include "Calibrator.h"
#include "SampleText.h"
#include "llvm/Support/FileSystem.h"

#include <algorithm>

using namespace mlir;
using namespace gg;

/// How long the rows of a text are that a model writes itself.
static constexpr int64_t kSampledTokens = 512;

bool gg::needsStatistics(const CompileOptions &options) {
  return options.weights == "rf8" && options.rounding == "feedback" &&
         options.calibrate != "none" && options.emit != Emit::ONNX &&
         options.emit != Emit::Linalg;
}

/// How rf8-quantize will round.
static rounding::RoundingOptions
getRoundingOptions(const CompileOptions &options) {
  rounding::RoundingOptions result;
  result.format =
      options.rf8 == "e4r3d" ? rf8::Format::E4R3D : rf8::Format::E4R3;
  StringRef scale = options.scale;
  if (scale.consume_front("group:")) {
    result.sharing = rounding::ScaleSharing::Group;
    scale.getAsInteger(10, result.groupSize);
  } else if (scale == "tensor-pow2") {
    result.sharing = rounding::ScaleSharing::Matrix;
  }
  result.searchScales = result.sharing != rounding::ScaleSharing::Matrix;
  result.rate = options.rate;
  return result;
}

/// The tokens to run over.
static FailureOr<run::TokenRows> getTokens(Job &job, ModuleOp graph,
                                           const weights::Model &model) {
  if (job.options.calibrate.empty() || job.options.calibrate == "self") {
    job.progress("writing a text to calibrate with");
    return sampleText(job, graph.clone(),
                      std::min<int64_t>(model.capacity, kSampledTokens));
  }
  run::TokenRows tokens;
  std::string error;
  const std::string &path = job.options.calibrate;
  if (!tokens.read(path, error) ||
      !tokens.isBelow(model.vocabulary, path, error))
    return job.error(error);
  if (tokens.lengths.empty() ||
      *std::max_element(tokens.lengths.begin(), tokens.lengths.end()) == 0)
    return job.error(path + ": expected tokens but got none");
  return tokens;
}

FailureOr<std::string> gg::gatherStatistics(Job &job,
                                            OwningOpRef<ModuleOp> graph,
                                            const weights::Model &model) {
  std::string path = job.options.statistics;
  if (job.options.calibrate.empty() && llvm::sys::fs::exists(path))
    return path;
  if (path.empty()) {
    FailureOr<StringRef> folder = job.getTemporaryFolder();
    if (failed(folder))
      return failure();
    path = (*folder + "/calibration.ggs").str();
  }
  FailureOr<run::TokenRows> tokens = getTokens(job, *graph, model);
  if (failed(tokens))
    return failure();
  job.progress("compiling for calibration");
  auto segments = SegmentedModel::create(job, std::move(graph), tokens->width);
  if (failed(segments))
    return failure();
  std::string error;
  auto writer = weights::StatisticsWriter::create(path, error);
  if (!writer)
    return job.error(error);
  if (failed(Calibrator(job, **segments, *tokens,
                        getRoundingOptions(job.options), *writer)
                 .run()))
    return failure();
  if (!writer->finish(error))
    return job.error(error);
  return path;
}
