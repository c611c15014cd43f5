//===- Bench.cpp - gg-bench -----------------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Bench/Bench.h"

#include "Results.h"
#include "gg/Run/CommandLine.h"
#include "gg/Run/Json.h"

#include <cstdio>

using namespace gg;
using namespace gg::bench;

void bench::progress(const Options &options, const std::string &message) {
  if (!options.quiet)
    std::fprintf(stderr, "gg-bench: %s\n", message.c_str());
}

static bool measureAll(const Options &options, Results &results) {
  results.artifact = options.artifact;
  // First, in children of a process that is still small.
  if (!options.artifact.empty()) {
    progress(options, "start-up and memory");
    if (!measureStartUp(options, results.startUp))
      return false;
  }
  progress(options, "machine");
  std::string error;
  int threads = options.threads ? static_cast<int>(options.threads)
                                : gg_default_threads();
  auto meter = machine::Meter::create(threads, error);
  if (!meter)
    return run::fail("%s", error.c_str());
  meter->measureMemory(results.machine);
  meter->measureArithmetic(results.machine);
  return options.artifact.empty() || measureSpeed(options, *meter, results);
}

int bench::benchMain(int argc, char **argv) {
  run::setProgramName("gg-bench");
  Options options;
  if (!parseOptions(argc, argv, options))
    return 1;
  if (options.help)
    return std::fputs(helpText, stdout) < 0;
  if (options.version)
    return std::printf("gg-bench %s\n", gg_version()) < 0;
  Results results;
  if (!measureAll(options, results))
    return 1;
  printResults(results);
  if (!options.jsonFile.empty() &&
      !run::writeFile(options.jsonFile, resultsAsJson(results)))
    return 1;
  return std::fflush(stdout) != 0;
}
