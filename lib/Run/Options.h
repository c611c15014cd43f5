//===- Options.h - The arguments of gg-run ----------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_RUN_OPTIONS_H
#define GG_LIB_RUN_OPTIONS_H

#include "gg/Run/CommandLine.h"
#include "gg/Run/Sampler.h"

#include <string>
#include <utility>
#include <vector>

namespace gg::run {

enum class Mode {
  None,
  Help,
  Version,
  Info,
  Verify,
  Generate,
  Logits,
  Perplexity,
  Tensors
};

struct Options {
  Mode mode = Mode::None;
  std::string artifact;
  int threads = 0;
  std::string statsFile;
  bool profile = false;
  std::string profileFile;
  // Generate
  std::vector<std::vector<int64_t>> prompts;
  int64_t count = 64;
  SamplerOptions sampler;
  std::vector<int64_t> stops;
  // Logits, Perplexity
  std::string tokensFile;
  std::string logitsFile;
  std::string otherArtifact;
  std::string jsonFile;
  // Tensors: name and file.
  std::vector<std::pair<std::string, std::string>> inputs;
  std::string outputFolder;
};

extern const char *const helpText;

/// False, after an error was printed.
bool parseOptions(int argc, char **argv, Options &options);

} // namespace gg::run

#endif // GG_LIB_RUN_OPTIONS_H
