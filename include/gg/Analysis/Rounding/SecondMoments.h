//===- SecondMoments.h - Sums of products of inputs -------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Gathers what a statistics file holds of an input (gg/Weights/Statistics.h),
// samples at a time. Results do not depend on how work is shared out.
//
//===----------------------------------------------------------------------===//

#ifndef GG_ANALYSIS_ROUNDING_SECONDMOMENTS_H
#define GG_ANALYSIS_ROUNDING_SECONDMOMENTS_H

#include "gg/Weights/Statistics.h"
#include "llvm/ADT/STLFunctionalExtras.h"

#include <memory>

namespace gg::rounding {

/// Runs a body for every index below a count, in any order, perhaps on several
/// threads; returns when all are done.
using ParallelFor =
    llvm::function_ref<void(size_t, llvm::function_ref<void(size_t)>)>;

/// Adds up x xᵀ and, where it is asked for, (y − x) xᵀ.
class SecondMoments {
public:
  /// Of inputs of `size` values.
  explicit SecondMoments(int64_t size, bool withDrift = false);

  /// Adds `count` samples x, `stride` floats apart, and, with drift, as many
  /// samples y of what the input was before earlier layers were quantized.
  /// Memory that it needs beyond the sums is that of a few hundred samples.
  void add(const float *samples, const float *originals, int64_t count,
           int64_t stride, ParallelFor parallelFor);

  /// The sums. They live as long as this object and change with `add`.
  weights::InputStatistics get() const;

private:
  int64_t size;
  uint64_t samples = 0;
  std::unique_ptr<float[]> moments, drift;
};

} // namespace gg::rounding

#endif // GG_ANALYSIS_ROUNDING_SECONDMOMENTS_H
