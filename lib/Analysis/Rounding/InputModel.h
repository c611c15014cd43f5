//===- InputModel.h - Moments factored for error feedback ------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_ANALYSIS_ROUNDING_INPUTMODEL_H
#define GG_LIB_ANALYSIS_ROUNDING_INPUTMODEL_H

#include "gg/Analysis/Rounding/SecondMoments.h"

#include <optional>
#include <vector>

namespace gg::rounding {

/// The second moments H of an input, damped, in units of their mean diagonal.
/// The values of the input stand at *places*, of which the last is rounded
/// first; the number of places is a multiple of 64. What pads them comes first
/// and has weights of 0.
struct InputModel {
  int64_t size = 0, places = 0;
  /// The input at a place below `size`. Those of a group stand side by side, in
  /// the group the smaller before the larger.
  std::vector<int64_t> inputAt;
  /// Sum of squares by which H was divided, and what was added to it.
  double unit = 1;
  std::vector<float> diagonal, damping;
  /// L[j,j]² of H = L Lᵀ.
  std::vector<float> pivots;
  /// Panels of L[i,j] / L[j,j], by i, 0 for i <= j, and of H. Empty where
  /// inputs are uncorrelated.
  std::vector<float> feedback, moments;
  /// Panels of B = drift / H: weights W (1 + B) make up best for what the input
  /// lost. Empty where it lost nothing.
  std::vector<float> correction;

  bool correlated() const { return !feedback.empty(); }
  const float *feedbackPanel(int64_t panel) const {
    return feedback.data() + panel * places * 64;
  }
  const float *momentsPanel(int64_t panel) const {
    return moments.data() + panel * places * 64;
  }
  const float *correctionPanel(int64_t panel) const {
    return correction.data() + panel * places * 64;
  }

  /// Of uncorrelated inputs, equally large.
  static InputModel uncorrelated(int64_t size);

  /// Of gathered statistics. `groupSize` inputs stand side by side. Damping
  /// adds `damping` * size / samples of each sum of squares: correlations that
  /// few samples show are believed less. Nothing where the matrix is none of
  /// second moments.
  static std::optional<InputModel>
  of(const weights::InputStatistics &statistics, int64_t groupSize,
     double damping, ParallelFor parallelFor);
};

} // namespace gg::rounding

#endif // GG_LIB_ANALYSIS_ROUNDING_INPUTMODEL_H
