//===- StartUp.cpp - Start-up time and memory -----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decoder.h"
#include "Results.h"
#include "gg/Run/CommandLine.h"

#include <algorithm>
#include <functional>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

using namespace gg;
using namespace gg::bench;

namespace {

/// What a process tells the one that it was forked from.
struct Times {
  double load, first;
  int64_t tokens;
};

} // namespace

/// Runs `work` in a child; its times and its peak memory in bytes.
static bool inChild(const std::function<bool(Times &)> &work, Times &times,
                    int64_t &peak) {
  int ends[2];
  if (pipe(ends) != 0)
    return run::fail("cannot make a pipe");
  pid_t child = fork();
  if (child < 0)
    return run::fail("cannot start a process");
  if (child == 0) {
    bool done =
        work(times) && write(ends[1], &times, sizeof(times)) == sizeof(times);
    // Nothing of the parent's is flushed or freed twice.
    _exit(!done);
  }
  close(ends[1]);
  bool heard = read(ends[0], &times, sizeof(times)) == sizeof(times);
  close(ends[0]);
  int status = 0;
  rusage usage = {};
  wait4(child, &status, 0, &usage);
  peak = int64_t(usage.ru_maxrss) * 1024;
  // A child that fails has said why.
  return heard && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// The longest context that fits, its last token by a step.
static bool fill(Decoder &decoder, const Options &options, int64_t &tokens) {
  tokens = 1;
  for (int64_t context : options.contexts)
    if (decoder.fits(context))
      tokens = std::max(tokens, context);
  int64_t rows = decoder.info().batch,
          prompt = std::max<int64_t>(1, tokens - 1);
  return decoder.prefill(prompt, rows) && decoder.steps(tokens - prompt, rows);
}

bool bench::measureStartUp(const Options &options, StartUp &startUp) {
  int threads = static_cast<int>(options.threads);
  std::vector<double> loads, firsts;
  auto start = [&](Decoder &decoder, Times &times) {
    double begin = run::now();
    if (!decoder.open(options.artifact, threads))
      return false;
    times.load = run::now() - begin;
    if (!decoder.prefill(1, 1))
      return false;
    times.first = run::now() - begin;
    return true;
  };
  Times times;
  int64_t peak;
  // Once more, for files that are not in memory yet.
  for (int64_t round = 0; round <= options.runs; ++round) {
    bool good = inChild(
        [&](Times &times) {
          Decoder decoder;
          return start(decoder, times);
        },
        times, peak);
    if (!good)
      return false;
    if (round == 0)
      continue;
    loads.push_back(times.load);
    firsts.push_back(times.first);
  }
  auto median = [](std::vector<double> &values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
  };
  startUp.loadMs = median(loads);
  startUp.firstTokenMs = median(firsts);

  bool good = inChild(
      [&](Times &times) {
        Decoder decoder;
        return decoder.open(options.artifact, threads) &&
               fill(decoder, options, times.tokens);
      },
      times, startUp.peakRSS);
  startUp.peakTokens = times.tokens;
  return good;
}
