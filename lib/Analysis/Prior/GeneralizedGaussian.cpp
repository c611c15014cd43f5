//===- GeneralizedGaussian.cpp - The prior of weights ---------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/Prior/GeneralizedGaussian.h"

#include "SpecialFunctions.h"

#include <cmath>

using namespace gg;

GeneralizedGaussian GeneralizedGaussian::fromDeviation(double shape,
                                                       double deviation,
                                                       double mean) {
  double logRatio = logGamma(1 / shape) - logGamma(3 / shape);
  return {shape, deviation * std::exp(logRatio / 2), mean};
}

double GeneralizedGaussian::logDensity(double x) const {
  return std::log(shape / (2 * scale)) - logGamma(1 / shape) -
         std::pow(std::fabs(x - mean) / scale, shape);
}

double GeneralizedGaussian::density(double x) const {
  return std::exp(logDensity(x));
}

/// P(|X - m| > |x - m|) / 2
static double tail(const GeneralizedGaussian &gg, double x) {
  double power = std::pow(std::fabs(x - gg.mean) / gg.scale, gg.shape);
  return incompleteGamma(1 / gg.shape, power).upper / 2;
}

double GeneralizedGaussian::cdf(double x) const {
  return x < mean ? tail(*this, x) : 1 - tail(*this, x);
}

double GeneralizedGaussian::survival(double x) const {
  return x > mean ? tail(*this, x) : 1 - tail(*this, x);
}

double GeneralizedGaussian::probability(double low, double high) const {
  return low > mean ? survival(low) - survival(high) : cdf(high) - cdf(low);
}

/// |x - m| where the tail beyond x has probability `p`, at most 1/2.
static double tailQuantile(const GeneralizedGaussian &gg, double p) {
  if (p <= 0)
    return HUGE_VAL;
  if (p >= 0.5)
    return 0;
  double logPower = logInverseIncompleteGamma(1 / gg.shape, 2 * p, true);
  return gg.scale * std::exp(logPower / gg.shape);
}

double GeneralizedGaussian::quantile(double p) const {
  return p < 0.5 ? mean - tailQuantile(*this, p)
                 : mean + tailQuantile(*this, 1 - p);
}

double GeneralizedGaussian::upperQuantile(double p) const {
  return p < 0.5 ? mean + tailQuantile(*this, p)
                 : mean - tailQuantile(*this, 1 - p);
}

double GeneralizedGaussian::variance() const {
  return scale * scale * std::exp(logGamma(3 / shape) - logGamma(1 / shape));
}

double GeneralizedGaussian::meanDeviation() const {
  return scale * std::exp(logGamma(2 / shape) - logGamma(1 / shape));
}

double GeneralizedGaussian::entropy() const {
  double nats = std::log(2 * scale / shape) + logGamma(1 / shape) + 1 / shape;
  return nats / std::log(2.0);
}
