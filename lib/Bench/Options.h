//===- Options.h - The arguments of gg-bench --------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_BENCH_OPTIONS_H
#define GG_LIB_BENCH_OPTIONS_H

#include <cstdint>
#include <string>
#include <vector>

namespace gg::bench {

struct Options {
  bool help = false, version = false, quiet = false;
  std::string artifact;
  std::string jsonFile;
  int64_t threads = 0;
  int64_t runs = 5;
  int64_t steps = 32;
  std::vector<int64_t> prefill = {128};
  std::vector<int64_t> contexts = {128, 1024, 2048};
  /// Rows at work; empty for one and all.
  std::vector<int64_t> batches;
};

extern const char *const helpText;

/// False, after an error was printed.
bool parseOptions(int argc, char **argv, Options &options);

} // namespace gg::bench

#endif // GG_LIB_BENCH_OPTIONS_H
