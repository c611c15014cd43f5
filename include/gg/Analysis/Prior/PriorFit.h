//===- PriorFit.h - Fits a generalized Gaussian to weights ------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_ANALYSIS_PRIOR_PRIORFIT_H
#define GG_ANALYSIS_PRIOR_PRIORFIT_H

#include "gg/Analysis/Prior/GeneralizedGaussian.h"
#include "gg/Analysis/Prior/WeightSamples.h"
#include <optional>

namespace gg {

/// Shapes that fits give. Point masses draw the likeliest shape to 0, uniform
/// weights to infinity.
constexpr double kMinFittedShape = 0.05, kMaxFittedShape = 64;

/// What one or two passes over weights tell.
struct WeightMoments {
  int64_t count = 0;
  bool isFinite = true; ///< the rest means nothing where it is false
  float min = 0, max = 0;
  double mean = 0;
  double variance = 0;      ///< E[(x - mean)^2]
  double meanDeviation = 0; ///< E|x - mean|

  /// Whether there is anything to fit.
  bool isConstant() const { return count == 0 || min == max; }
};

WeightMoments measureMoments(const WeightSamples &samples,
                             ParallelFor parallel = serialFor);

/// The shape with E[x^2] / E[|x|]^2 = G(1/v) G(3/v) / G(2/v)^2 = `ratio`
/// (K. Sharifi, A. Leon-Garcia, Estimation of shape parameter for generalized
/// Gaussian distributions, IEEE Trans. CSVT 5, 1995), within the shapes above.
double shapeFromMomentRatio(double ratio);

/// The distribution with the moments of the weights, which are finite and not
/// constant.
GeneralizedGaussian fitByMoments(const WeightMoments &moments);

struct PriorFit {
  GeneralizedGaussian distribution;
  double logLikelihood; ///< in nats per weight
  int passes;           ///< over the weights
};

/// The likeliest distribution; starts at `moments`, of the same weights, which
/// are finite and not constant.
///
/// The scale that is likeliest given mean and shape is known in closed form; of
/// the likelihood that this leaves (the profile likelihood), shapes are found
/// by Newton's method and the mean by Fisher scoring, both from one pass over
/// the weights. Below shape 1 the likelihood has a cusp at every weight; where
/// these are deep enough to matter, the weights around the mean are tried one
/// by one.
PriorFit fitByLikelihood(const WeightSamples &samples,
                         const WeightMoments &moments,
                         ParallelFor parallel = serialFor);

/// The mean of log f(x) over the weights, in nats.
double meanLogLikelihood(const WeightSamples &samples,
                         const GeneralizedGaussian &distribution,
                         ParallelFor parallel = serialFor);

} // namespace gg

#endif // GG_ANALYSIS_PRIOR_PRIORFIT_H
