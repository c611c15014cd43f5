//===- Band.h - 64 outputs that are rounded together -----------------*- C++
//-*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_ANALYSIS_ROUNDING_BAND_H
#define GG_LIB_ANALYSIS_ROUNDING_BAND_H

#include "InputModel.h"
#include "Lanes.h"

#include "gg/Analysis/Rounding/RoundMatrix.h"

#include <array>

namespace gg::rounding {

/// A number for each output of a band.
using PerLane = std::array<double, kLanes>;

/// The weights of up to 64 outputs, by place of the input model, with codes and
/// scales that get better step by step. Outputs do not depend on each other.
class Band {
public:
  /// Reads the outputs from `first` on. `groupSize` inputs share a scale.
  Band(const InputModel &inputs, const WeightMatrix &matrix, int64_t first,
       int64_t groupSize);

  /// Makes the largest weight of each group its largest code.
  void setScalesByLargest();
  void setScales(float scale);

  /// Takes codes and scales, or gives them.
  void load(const RoundedMatrix &from);
  void store(const RoundedMatrix &to, bool withScales) const;

  /// Chooses all codes by error feedback under the present scales.
  PerLane roundWithFeedback(const CodeBook &book);

  /// Looks for better scales, and chooses all codes by error feedback.
  void searchScales(const CodeBook &book);

  /// Rounds every code anew with all others fixed, `count` times, with scales
  /// of least squares before it where they are free.
  void sweep(const CodeBook &book, unsigned count, bool freeScales);

  /// The undamped error of the outputs, in units of H.
  double distortion() const;
  void addTo(Histogram &histogram) const;

private:
  int64_t groupOf(int64_t place) const;
  void updateResidual();
  void updateGradient();
  void multiplyMoments(int64_t begin, int64_t end, const float *rows,
                       float *product) const;
  void sweepCodes(const CodeBook &book);
  void rescale();
  void searchScalesOfGroups(const CodeBook &book);
  PanelView panelAt(int64_t panel);

  const InputModel &inputs;
  int64_t first, count, groupSize, groups;
  /// [places][64] each; the gradient is the residual times H.
  std::vector<float> weights, residual, gradient;
  std::vector<uint8_t> codes;
  /// [groups][64], and its row for each place.
  std::vector<float> scales;
  std::vector<const float *> scalesAt;
};

} // namespace gg::rounding

#endif // GG_LIB_ANALYSIS_ROUNDING_BAND_H
