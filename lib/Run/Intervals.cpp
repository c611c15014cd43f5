//===- Intervals.cpp - Means and how far to trust them --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Run/Intervals.h"

#include <cmath>
#include <limits>

using namespace gg::run;

/// P(|T| ≤ √degrees · tan(angle)): Abramowitz and Stegun 26.7.3 and 26.7.4.
static double studentProbability(int64_t degrees, double angle) {
  bool isOdd = degrees % 2;
  double cosine = std::cos(angle), square = cosine * cosine;
  double term = isOdd ? cosine : 1, sum = 0;
  for (int64_t i = isOdd ? 3 : 2; i <= degrees; i += 2) {
    sum += term;
    term *= square * static_cast<double>(i - 1) / static_cast<double>(i);
  }
  sum *= std::sin(angle);
  return isOdd ? (angle + sum) * M_2_PI : sum;
}

double gg::run::studentBound(int64_t degrees) {
  constexpr double probability = 0.95;
  double low = 0, high = M_PI_2;
  // As many halvings as a double has digits.
  for (int i = 0; i < std::numeric_limits<double>::digits; ++i) {
    double middle = (low + high) / 2;
    (studentProbability(degrees, middle) < probability ? low : high) = middle;
  }
  return std::sqrt(static_cast<double>(degrees)) * std::tan(low);
}

Estimate gg::run::meanOverRows(const std::vector<double> &sums,
                               const std::vector<int64_t> &counts) {
  double sum = 0, tokens = 0;
  int64_t rows = 0;
  for (size_t row = 0; row < sums.size(); ++row) {
    sum += sums[row];
    tokens += static_cast<double>(counts[row]);
    rows += counts[row] > 0;
  }
  double mean = sum / tokens, squares = 0;
  for (size_t row = 0; row < sums.size(); ++row) {
    double rest = sums[row] - mean * static_cast<double>(counts[row]);
    squares += rest * rest;
  }
  constexpr double unknown = std::numeric_limits<double>::quiet_NaN();
  if (rows < 2)
    return {mean, unknown, unknown};
  double variance = squares / static_cast<double>(rows - 1) *
                    static_cast<double>(rows) / (tokens * tokens);
  double half = studentBound(rows - 1) * std::sqrt(variance);
  return {mean, mean - half, mean + half};
}
