//===- LevelCounts.h - Levels of a uniform quantizer ------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_ANALYSIS_PRIOR_LEVELCOUNTS_H
#define GG_LIB_ANALYSIS_PRIOR_LEVELCOUNTS_H

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <vector>

namespace gg {

/// p log2(1/p)
inline double entropyTerm(double p) { return p > 0 ? -p * std::log2(p) : 0; }

/// How often each level is taken. Outliers may be any number of steps away from
/// the rest, so that those are kept which occur.
class LevelCounts {
public:
  void add(double level, int64_t count) {
    if (std::fabs(level) <= kNear)
      near[int64_t(level) + kNear] += count;
    else
      far[int64_t(std::clamp(level, -0x1p62, 0x1p62))] += count;
  }

  void operator+=(const LevelCounts &other) {
    for (size_t i = 0; i < near.size(); ++i)
      near[i] += other.near[i];
    for (auto [level, count] : other.far)
      far[level] += count;
  }

  /// Calls `visit` with each level that was taken, and its count, in order.
  template <typename Visit> void forEach(Visit visit) const {
    auto it = far.begin();
    for (; it != far.end() && it->first < 0; ++it)
      visit(it->first, it->second);
    for (size_t i = 0; i < near.size(); ++i)
      if (near[i])
        visit(int64_t(i) - kNear, near[i]);
    for (; it != far.end(); ++it)
      visit(it->first, it->second);
  }

  /// In bits, of `total` counts.
  double getEntropy(double total) const {
    double bits = 0;
    forEach([&](int64_t, int64_t count) {
      bits += entropyTerm(double(count) / total);
    });
    return bits;
  }

private:
  static constexpr int64_t kNear = 1024;
  std::vector<int64_t> near = std::vector<int64_t>(2 * kNear + 1);
  std::map<int64_t, int64_t> far;
};

} // namespace gg

#endif // GG_LIB_ANALYSIS_PRIOR_LEVELCOUNTS_H
