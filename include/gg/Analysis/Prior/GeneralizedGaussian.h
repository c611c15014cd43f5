//===- GeneralizedGaussian.h - The prior of weights --------------*- C++
//-*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The generalized Gaussian distribution (GG), also called exponential power or
// generalized normal distribution, version 1: with shape v, scale a and mean m
// its density is
//
//   f(x) = v / (2 a G(1/v)) exp(-(|x - m| / a)^v)        G: the gamma function
//
// Shape 2 is a Gaussian with a standard deviation of a / sqrt(2), shape 1 a
// Laplace distribution. (|X - m| / a)^v is gamma distributed with shape 1/v
// (S. Nadarajah, A generalized normal distribution, J. Appl. Stat. 32, 2005),
// so that the distribution function is an incomplete gamma function.
//
//===----------------------------------------------------------------------===//

#ifndef GG_ANALYSIS_PRIOR_GENERALIZEDGAUSSIAN_H
#define GG_ANALYSIS_PRIOR_GENERALIZEDGAUSSIAN_H

namespace gg {

struct GeneralizedGaussian {
  double shape; ///< v > 0
  double scale; ///< a > 0, in the unit of the weights
  double mean;

  /// The distribution of this shape with the given standard deviation.
  static GeneralizedGaussian fromDeviation(double shape, double deviation,
                                           double mean);

  /// In nats per unit of x.
  double logDensity(double x) const;
  double density(double x) const;

  /// P(X <= x), with full relative accuracy below the mean.
  double cdf(double x) const;

  /// P(X > x), with full relative accuracy above the mean.
  double survival(double x) const;

  /// P(low < X <= high), without cancellation in either tail.
  double probability(double low, double high) const;

  /// The x with P(X <= x) = p; infinite for p = 0 and 1.
  double quantile(double p) const;

  /// The x with P(X > x) = p.
  double upperQuantile(double p) const;

  double variance() const;

  /// E|X - m|
  double meanDeviation() const;

  /// The differential entropy in bits: log2(2 a G(1/v) / v) + log2(e) / v.
  double entropy() const;
};

} // namespace gg

#endif // GG_ANALYSIS_PRIOR_GENERALIZEDGAUSSIAN_H
