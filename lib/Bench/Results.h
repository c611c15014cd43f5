//===- Results.h - What gg-bench has measured -------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_BENCH_RESULTS_H
#define GG_LIB_BENCH_RESULTS_H

#include "Options.h"
#include "gg-runtime/gg.h"
#include "gg/Machine/Machine.h"

namespace gg::bench {

struct StartUp {
  double loadMs = -1, firstTokenMs = -1;
  int64_t peakRSS = -1, peakTokens = 0;
};

/// A prompt, or a context being continued.
struct Speed {
  int64_t tokens, rows;
  /// Of a prefill of all tokens, or of a step.
  double milliseconds = 0;
  /// Of the same; negative where the code does not say.
  double bytes = -1, linearFlops = -1;
  /// Bytes or operations a second that it is held against.
  double limit = 0;

  double prefillRate() const {
    return static_cast<double>(tokens * rows) / milliseconds * 1e3;
  }
  double decodeRate() const {
    return static_cast<double>(rows) / milliseconds * 1e3;
  }
  double share(double work) const {
    return work < 0 ? -1 : work / limit / (milliseconds * 1e-3);
  }
};

struct Results {
  machine::Limits machine;
  // The rest only where there is an artifact.
  std::string artifact;
  gg_model_info info = {};
  std::string weightsType, codeLevel;
  bool isBF16 = false;
  StartUp startUp;
  std::vector<Speed> prefill, decode;
};

/// In processes of their own; false, after an error was printed.
bool measureStartUp(const Options &options, StartUp &startUp);
bool measureSpeed(const Options &options, const machine::Meter &meter,
                  Results &results);
void printResults(const Results &results);
std::string resultsAsJson(const Results &results);

/// On the standard error, unless --quiet.
void progress(const Options &options, const std::string &message);

} // namespace gg::bench

#endif // GG_LIB_BENCH_RESULTS_H
