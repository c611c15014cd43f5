//===- SpecialFunctions.cpp - Gamma functions -----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SpecialFunctions.h"

#include <algorithm>
#include <cmath>
#include <limits>

using namespace gg;

static constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

double gg::logGamma(double x) {
  int sign; // std::lgamma writes it to a global variable
  return ::lgamma_r(x, &sign);
}

// Asymptotic series (Abramowitz & Stegun 6.3.18 and 6.4.12) behind the
// recurrences, which lead to arguments at which they converge.

double gg::digamma(double x) {
  double result = 0;
  for (; x < 10; ++x)
    result -= 1 / x;
  double s = 1 / (x * x);
  double series =
      s * (1. / 12 -
           s * (1. / 120 -
                s * (1. / 252 -
                     s * (1. / 240 - s * (1. / 132 - s * 691. / 32760)))));
  return result + std::log(x) - 0.5 / x - series;
}

double gg::trigamma(double x) {
  double result = 0;
  for (; x < 10; ++x)
    result += 1 / (x * x);
  double s = 1 / (x * x);
  double series =
      s *
      (1. / 6 -
       s * (1. / 30 -
            s * (1. / 42 - s * (1. / 30 - s * (5. / 66 - s * 691. / 2730)))));
  return result + 1 / x + s / 2 + series / x;
}

/// P(a, x) by its power series, as a factor of x^a exp(-x) / G(a + 1).
static double lowerSeries(double a, double x) {
  double term = 1, sum = 1;
  for (double n = 1; term > sum * kEpsilon && n < 10000; ++n) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

/// 1 - P(a, x) by Legendre's continued fraction with Lentz' algorithm, as a
/// factor of x^a exp(-x) / G(a).
static double upperFraction(double a, double x) {
  constexpr double kTiny = 1e-300;
  double b = x + 1 - a, c = 1 / kTiny, d = 1 / b, result = d;
  for (double n = 1; n < 10000; ++n) {
    double numerator = n * (a - n);
    b += 2;
    d = numerator * d + b;
    d = 1 / (std::fabs(d) < kTiny ? kTiny : d);
    c = b + numerator / c;
    c = std::fabs(c) < kTiny ? kTiny : c;
    result *= c * d;
    if (std::fabs(c * d - 1) < kEpsilon)
      break;
  }
  return result;
}

/// Both logarithms, since shapes far from 1 need probabilities that underflow.
static IncompleteGamma logIncompleteGamma(double a, double logX) {
  double x = std::exp(logX);
  if (x > 1e300)
    return {0, -std::numeric_limits<double>::infinity()};
  double factor = a * logX - x;
  if (x < a + 1) {
    double lower =
        std::min(0.0, factor - logGamma(a + 1) + std::log(lowerSeries(a, x)));
    return {lower, std::log(-std::expm1(lower))};
  }
  double upper =
      std::min(0.0, factor - logGamma(a) + std::log(upperFraction(a, x)));
  return {std::log(-std::expm1(upper)), upper};
}

IncompleteGamma gg::incompleteGamma(double a, double x) {
  if (x <= 0)
    return {0, 1};
  if (x > std::numeric_limits<double>::max())
    return {1, 0};
  IncompleteGamma logs = logIncompleteGamma(a, std::log(x));
  return {std::exp(logs.lower), std::exp(logs.upper)};
}

double gg::logInverseIncompleteGamma(double a, double p, bool upper) {
  // Newton's method for the logarithm of the smaller of the two probabilities,
  // as a function of log x: it is concave and monotone there.
  if (p > 0.5) {
    p = 1 - p;
    upper = !upper;
  }
  double target = std::log(p);
  // P(a, x) is at most x^a / G(a + 1), and nearly that where x is small.
  double logX = (std::log(upper ? 1 - p : p) + logGamma(a + 1)) / a;
  double low = -std::numeric_limits<double>::infinity();
  // 1 - P(a, x) is at most exp(a - x) (x/a)^a, which is below p there.
  double high = std::log(4 * a + 10 - 2 * target);
  for (int i = 0; i < 200; ++i) {
    IncompleteGamma logs = logIncompleteGamma(a, logX);
    double value = upper ? logs.upper : logs.lower;
    double error = value - target;
    if (std::fabs(error) <= 4 * kEpsilon * std::max(1.0, std::fabs(target)))
      break;
    ((error < 0) == upper ? high : low) = logX;
    double slope = std::exp(a * logX - std::exp(logX) - logGamma(a) - value);
    double next = logX - error / (upper ? -slope : slope);
    if (!(next > low && next < high))
      next = std::isinf(low) ? logX - 1 : (low + high) / 2;
    if (next == logX)
      break;
    logX = next;
  }
  return logX;
}
