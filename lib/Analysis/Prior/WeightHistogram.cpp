//===- WeightHistogram.cpp - The distribution of weights ------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/Prior/WeightHistogram.h"

#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>
#include <limits>

using namespace gg;

static constexpr size_t kKeys = 1 << 16;

/// The least float of a key, in order of value.
static float firstOfKey(uint32_t key) {
  uint32_t bits = key << 16;
  return rf8::floatFromBits(bits >> 31 ? bits & 0x7FFFFFFF : ~bits);
}

namespace {

struct Tally {
  int64_t count = 0;
  /// Of the weights' distances from the first of their key, in units of the
  /// last place: a sum of integers, which no order of adding changes.
  int64_t offsets = 0;
};

} // namespace

WeightHistogram::WeightHistogram(const WeightSamples &samples,
                                 ParallelFor parallel)
    : count(samples.size()), places(kKeys) {
  // As many tallies as are worth adding up, each of every fourth chunk.
  size_t bands = std::clamp<size_t>(samples.numChunks() / 4, 1, 4);
  std::vector<std::vector<Tally>> tallies(bands);
  parallel(bands, [&](size_t band) {
    std::vector<Tally> &tally = tallies[band];
    tally.resize(kKeys);
    std::vector<float> values;
    for (int64_t chunk = band; chunk < samples.numChunks(); chunk += bands) {
      int64_t begin = chunk * WeightSamples::kChunk;
      values.resize(std::min(WeightSamples::kChunk, count - begin));
      samples.read(begin, values);
      for (float value : values) {
        uint32_t bits = rf8::bitsFromFloat(value + 0.0f);
        Tally &counted = tally[key(value)];
        ++counted.count;
        counted.offsets += (bits >> 31 ? ~bits : bits) & 0xFFFF;
      }
    }
  });
  int64_t before = 0;
  for (size_t k = 0; k < kKeys; ++k) {
    Tally total;
    for (const std::vector<Tally> &tally : tallies) {
      total.count += tally[k].count;
      total.offsets += tally[k].offsets;
    }
    if (total.count == 0)
      continue;
    places[k] = filled.size();
    double low = firstOfKey(k);
    // The last key of finite floats ends at infinity; its width is known.
    double high = firstOfKey(k + 1);
    if (!(high <= double(std::numeric_limits<float>::max())))
      high = std::ldexp(1.0, 128);
    double offset = double(total.offsets) / double(total.count) / 65536;
    filled.push_back(
        {low, high, low + offset * (high - low), total.count, before});
    before += total.count;
  }
}

double WeightHistogram::rank(float weight) const {
  const Bin &bin = filled[find(weight)];
  double offset = 0.5 + (weight - bin.mean) / (bin.high - bin.low);
  return double(bin.before) + std::clamp(offset, 0.0, 1.0) * double(bin.count);
}

double WeightHistogram::quantile(double p) const {
  double wanted = p * double(count);
  auto it = llvm::partition_point(filled, [&](const Bin &bin) {
    return double(bin.before + bin.count) < wanted;
  });
  if (it == filled.end())
    --it;
  double offset = (wanted - double(it->before)) / double(it->count) - 0.5;
  double value = it->mean + offset * (it->high - it->low);
  return std::clamp(value, it->low, it->high);
}
