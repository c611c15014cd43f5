//===- Cholesky.h - Factors of a large symmetric matrix ---------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_ANALYSIS_ROUNDING_CHOLESKY_H
#define GG_LIB_ANALYSIS_ROUNDING_CHOLESKY_H

#include "gg/Analysis/Rounding/SecondMoments.h"

namespace gg::rounding {

/// Replaces the lower triangle of `matrix`, [size, size], by its Cholesky
/// factor L, matrix = L Lᵀ. False where the matrix is not positive definite;
/// its triangle is then of no use. The upper triangle is left as it is.
bool factorize(double *matrix, int64_t size, ParallelFor parallelFor);

/// Replaces 64 columns, [size][64], by the solutions of L Lᵀ x = column.
void solve(const double *factor, int64_t size, double *columns);

} // namespace gg::rounding

#endif // GG_LIB_ANALYSIS_ROUNDING_CHOLESKY_H
