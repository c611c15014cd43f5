//===- WeightHistogram.h - The distribution of weights ----------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Counts weights by the upper half of their bits, in order of value: a bin is
// the floats that begin with one bf16, so that it is at most 1/128 of its
// distance from 0 wide, and weights that are bf16 have a bin for each value.
// Neither a range nor a unit has to be known beforehand, and one pass suffices.
//
//===----------------------------------------------------------------------===//

#ifndef GG_ANALYSIS_PRIOR_WEIGHTHISTOGRAM_H
#define GG_ANALYSIS_PRIOR_WEIGHTHISTOGRAM_H

#include "gg/Analysis/Prior/WeightSamples.h"
#include "gg/RF8/Float.h"
#include <vector>

namespace gg {

class WeightHistogram {
public:
  struct Bin {
    double low, high; ///< edges
    double mean;      ///< of the weights in it
    int64_t count;
    int64_t before; ///< weights in lower bins
  };

  /// Of finite weights.
  explicit WeightHistogram(const WeightSamples &samples,
                           ParallelFor parallel = serialFor);

  int64_t size() const { return count; }

  /// The bins that hold weights, in order.
  llvm::ArrayRef<Bin> bins() const { return filled; }

  /// The bin of a weight that was counted, as an index of bins().
  size_t find(float weight) const { return places[key(weight)]; }

  /// How many weights are below `weight`, which was counted; as if those of a
  /// bin lay evenly around their mean.
  double rank(float weight) const;

  /// The weight of rank p n, 0 <= p <= 1.
  double quantile(double p) const;

private:
  /// Orders like floats.
  static uint16_t key(float weight) {
    uint32_t bits = rf8::bitsFromFloat(weight + 0.0f); // -0 becomes 0
    return (bits >> 31 ? ~bits : bits | 0x80000000) >> 16;
  }

  int64_t count;
  std::vector<Bin> filled;
  std::vector<uint16_t> places; ///< by key
};

} // namespace gg

#endif // GG_ANALYSIS_PRIOR_WEIGHTHISTOGRAM_H
