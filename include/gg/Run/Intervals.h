//===- Intervals.h - Means and how far to trust them ------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_RUN_INTERVALS_H
#define GG_RUN_INTERVALS_H

#include <cstdint>
#include <vector>

namespace gg::run {

/// A mean and the bounds of its confidence interval of 95 %; they are NaN where
/// nothing is known about them.
struct Estimate {
  double mean, low, high;

  /// The same of a function that never falls.
  template <typename Function> Estimate map(Function function) const {
    return {function(mean), function(low), function(high)};
  }
};

/// The mean over all tokens of what is known as a sum over each row's tokens,
/// `counts[row]` of them. Rows are taken as independent, the tokens of a row
/// are not: the mean is a ratio of two sums over rows, whose variance is that
/// of its linearization (Cochran, Sampling Techniques, section 6.3), with
/// Student's t for the number of rows that have tokens. NaN bounds for one row.
Estimate meanOverRows(const std::vector<double> &sums,
                      const std::vector<int64_t> &counts);

/// The bound that Student's t of that many degrees of freedom, one or more,
/// exceeds in size in 5 % of all cases.
double studentBound(int64_t degrees);

} // namespace gg::run

#endif // GG_RUN_INTERVALS_H
