//===- SpecialFunctions.h - Gamma functions ---------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_ANALYSIS_PRIOR_SPECIALFUNCTIONS_H
#define GG_LIB_ANALYSIS_PRIOR_SPECIALFUNCTIONS_H

namespace gg {

/// log G(x), x > 0.
double logGamma(double x);

/// The first and second derivative of log G(x), x > 0.
double digamma(double x);
double trigamma(double x);

/// The regularized incomplete gamma function P(a, x), and 1 - P(a, x), each
/// accurate where it is small.
struct IncompleteGamma {
  double lower, upper;
};

/// a > 0, x >= 0.
IncompleteGamma incompleteGamma(double a, double x);

/// log of the x at which P(a, x) = p (`upper` false) or 1 - P(a, x) = p
/// (`upper` true), 0 < p < 1. The logarithm, because x underflows for small a.
double logInverseIncompleteGamma(double a, double p, bool upper);

} // namespace gg

#endif // GG_LIB_ANALYSIS_PRIOR_SPECIALFUNCTIONS_H
