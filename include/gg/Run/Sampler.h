//===- Sampler.h - Chooses the next token -----------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_RUN_SAMPLER_H
#define GG_RUN_SAMPLER_H

#include <cstdint>
#include <vector>

namespace gg::run {

struct SamplerOptions {
  /// 0: greedy, the rest does not matter.
  double temperature = 0;
  /// Only that many of the most likely tokens; 0: all.
  int64_t topK = 0;
  /// Only the most likely tokens that together reach this probability.
  double topP = 1;
  uint64_t seed = 0;
};

/// The same choices for the same logits, options and seed on every machine.
class Sampler {
public:
  explicit Sampler(const SamplerOptions &options)
      : options(options), state(options.seed) {}

  /// A token id, or −1 where the logits are no numbers. Of equal logits the one
  /// of the lower id counts as more likely.
  int64_t choose(const float *logits, int64_t count);

  /// Uniform in [0, 1): SplitMix64.
  double random();

private:
  SamplerOptions options;
  uint64_t state;
  std::vector<int64_t> order;
  std::vector<double> weights;
};

} // namespace gg::run

#endif // GG_RUN_SAMPLER_H
