//===- PowerSums.h - Sums of powers of deviations ---------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_ANALYSIS_PRIOR_POWERSUMS_H
#define GG_LIB_ANALYSIS_PRIOR_POWERSUMS_H

#include "llvm/ADT/ArrayRef.h"

namespace gg {

/// Over weights x with y = (x - mean) / unit, the sums of
struct PowerSums {
  double power = 0;       ///< |y|^v
  double powerLog = 0;    ///< |y|^v log|y|
  double powerLogLog = 0; ///< |y|^v log^2|y|
  double signedSlope = 0; ///< sign(y) |y|^(v-1)

  void operator+=(const PowerSums &other) {
    power += other.power;
    powerLog += other.powerLog;
    powerLogLog += other.powerLogLog;
    signedSlope += other.signedSlope;
  }
};

/// `unit` is to be near the largest deviation, so that no power overflows. The
/// result has the same bits on every CPU; terms have a relative error below
/// 1e-12 while powers are above 1e-250.
PowerSums sumPowers(llvm::ArrayRef<float> weights, double mean, double unit,
                    double shape);

} // namespace gg

#endif // GG_LIB_ANALYSIS_PRIOR_POWERSUMS_H
