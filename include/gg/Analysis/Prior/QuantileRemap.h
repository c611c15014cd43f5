//===- QuantileRemap.h - Reshapes the distribution of weights ---*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// DeepShape (arXiv 2506.00486 v3): weights are moved to the quantiles of a
// generalized Gaussian, so that their order stays; rare outliers are left where
// they are. At strength s a weight goes the part s of its way: between the
// distribution of the weights (s = 0) and the target (s = 1) then lie those of
// the shortest path, and the squared error is s^2 times that of the whole way.
//
//===----------------------------------------------------------------------===//

#ifndef GG_ANALYSIS_PRIOR_QUANTILEREMAP_H
#define GG_ANALYSIS_PRIOR_QUANTILEREMAP_H

#include "gg/Analysis/Prior/GeneralizedGaussian.h"
#include "gg/Analysis/Prior/WeightHistogram.h"

namespace gg {

/// How many of the smallest and of the largest weights stay where they are.
struct Outliers {
  int64_t low = 0, high = 0;
};

/// By the authors' rule: weights beyond the outermost levels, of width `step`,
/// that more than `rare` weights share.
Outliers findOutliers(const WeightHistogram &histogram, double step,
                      int64_t rare);

class QuantileRemap {
public:
  /// `histogram` is to live as long.
  QuantileRemap(const WeightHistogram &histogram,
                const GeneralizedGaussian &target,
                ParallelFor parallel = serialFor);

  /// Moves the others only, and none past them.
  void keep(Outliers outliers);

  /// Where a weight of the histogram goes.
  double operator()(float weight, double strength) const;

  /// The mean squared error at strength 1. `importance`, where given, has for
  /// each bin the sum of the factors of its weights' squared errors.
  double squaredError(llvm::ArrayRef<double> importance = {}) const;

  /// The entropy of the moved weights in uniform steps, in bits per weight.
  double rate(double strength, double step) const;

private:
  double move(size_t bin, double fraction) const;
  bool moves(size_t bin) const { return bin >= first && bin < end; }

  const WeightHistogram &histogram;
  std::vector<double> edges; ///< the target's quantiles at the bins' edges
  size_t first, end;         ///< bins that move
  double floor, ceiling;     ///< what they move between
};

/// For each bin, the sum of the factors of its weights: of a matrix with
/// `columns` columns, a weight has that of its row or of its column.
std::vector<double> sumFactors(const WeightHistogram &histogram,
                               const WeightSamples &samples, int64_t columns,
                               llvm::ArrayRef<double> factors, bool ofRows,
                               ParallelFor parallel = serialFor);

struct RemapChoice {
  double strength = 0;
  Outliers outliers;
  double squaredError = 0; ///< mean, by importance
  double rateBefore = 0, rateAfter = 0;
};

/// Chooses the strength and the outliers that minimise
///   squared error + lambda (log 2 / 6) step^2 rate,
/// the factor of the rate being what a bit costs a uniform quantizer: at
/// lambda = 1, moving weights is as good as quantizing them more coarsely.
/// Strength 0 is among what is tried, so that nothing gets worse. `remap` keeps
/// these outliers then.
RemapChoice chooseRemap(QuantileRemap &remap, int64_t count, double step,
                        double lambda, llvm::ArrayRef<double> importance = {});

} // namespace gg

#endif // GG_ANALYSIS_PRIOR_QUANTILEREMAP_H
