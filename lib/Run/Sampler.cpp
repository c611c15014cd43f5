//===- Sampler.cpp - Chooses the next token -------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Run/Sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace gg::run;

double Sampler::random() {
  state += 0x9e3779b97f4a7c15;
  uint64_t z = state;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  z ^= z >> 31;
  return static_cast<double>(z >> 11) * 0x1p-53;
}

/// The first largest; −1 where there is a NaN or nothing finite.
static int64_t largest(const float *logits, int64_t count) {
  constexpr int64_t kBlock = 256;
  int64_t best = 0;
  for (int64_t first = 0; first < count; first += kBlock) {
    int64_t last = std::min(first + kBlock, count);
    // This loop is vectorized, one that keeps an index is not; NaN is neither
    // below nor above.
    float most = logits[best];
    unsigned others = 0;
    for (int64_t i = first; i < last; ++i)
      others |= !(logits[i] <= most);
    if (!others)
      continue;
    for (int64_t i = first; i < last; ++i) {
      if (std::isnan(logits[i]))
        return -1;
      if (logits[i] > logits[best])
        best = i;
    }
  }
  return std::isfinite(logits[best]) ? best : -1;
}

int64_t Sampler::choose(const float *logits, int64_t count) {
  int64_t best = largest(logits, count);
  if (best < 0 || options.temperature == 0)
    return best;

  order.resize(static_cast<size_t>(count));
  std::iota(order.begin(), order.end(), int64_t(0));
  auto moreLikely = [&](int64_t a, int64_t b) {
    return logits[a] != logits[b] ? logits[a] > logits[b] : a < b;
  };
  if (options.topK > 0 && options.topK < count) {
    std::nth_element(order.begin(), order.begin() + (options.topK - 1),
                     order.end(), moreLikely);
    order.resize(static_cast<size_t>(options.topK));
  }
  std::sort(order.begin(), order.end(), moreLikely);

  double total = 0;
  weights.clear();
  for (int64_t id : order) {
    weights.push_back(std::exp(
        (static_cast<double>(logits[id]) - static_cast<double>(logits[best])) /
        options.temperature));
    total += weights.back();
  }
  if (options.topP < 1) {
    double reached = 0;
    size_t kept = 0;
    while (kept < weights.size() && (!kept || reached < options.topP * total))
      reached += weights[kept++];
    weights.resize(kept);
    total = reached;
  }
  double left = random() * total;
  for (size_t i = 0; i < weights.size(); ++i) {
    left -= weights[i];
    if (left < 0)
      return order[i];
  }
  // Rounding left a little over.
  return order[weights.size() - 1];
}
