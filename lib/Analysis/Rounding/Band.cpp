//===- Band.cpp - 64 outputs that are rounded together
//----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Band.h"

#include <algorithm>
#include <cmath>
#include <cstring>

using namespace gg::rounding;

/// Scales are looked for within a factor of 2: the grid repeats with it.
static constexpr int kScaleSteps = 16;

static float scaleFactor(int step) {
  return std::exp2(static_cast<float>(step) / kScaleSteps);
}

Band::Band(const InputModel &inputs, const WeightMatrix &matrix, int64_t first,
           int64_t groupSize)
    : inputs(inputs), first(first),
      count(std::min(kLanes, matrix.outputs - first)), groupSize(groupSize),
      groups((inputs.size + groupSize - 1) / groupSize),
      weights(inputs.places * kLanes), residual(inputs.places * kLanes),
      gradient(inputs.places * kLanes), codes(inputs.places * kLanes),
      scales(groups * kLanes, 1.0f) {
  // The gradient's space is free until there are codes.
  matrix.read(first, count, gradient.data(), kLanes);
  for (int64_t place = 0; place < inputs.size; ++place)
    std::copy_n(gradient.data() + inputs.inputAt[place] * kLanes, count,
                weights.data() + place * kLanes);
  for (int64_t place = 0; place < inputs.places; ++place)
    scalesAt.push_back(scales.data() + groupOf(place) * kLanes);
  if (inputs.correction.empty())
    return;
  std::copy(weights.begin(), weights.end(), residual.begin());
  for (int64_t panel = 0; panel < inputs.places / kLanes; ++panel)
    addProduct(inputs.places, inputs.correctionPanel(panel), residual.data(),
               weights.data() + panel * kLanes * kLanes);
}

int64_t Band::groupOf(int64_t place) const {
  return place < inputs.size ? inputs.inputAt[place] / groupSize : 0;
}

//===----------------------------------------------------------------------===//
// Scales and codes in and out
//===----------------------------------------------------------------------===//

void Band::setScales(float scale) {
  std::fill(scales.begin(), scales.end(), scale);
}

void Band::setScalesByLargest() {
  setScales(0);
  for (int64_t place = 0; place < inputs.size; ++place)
    for (int64_t l = 0; l < kLanes; ++l) {
      float &largest = scales[groupOf(place) * kLanes + l];
      largest = std::max(largest, std::fabs(weights[place * kLanes + l]));
    }
  for (float &scale : scales)
    scale = rf8::absMaxScale(scale);
}

void Band::load(const RoundedMatrix &from) {
  for (int64_t place = 0; place < inputs.size; ++place)
    for (int64_t l = 0; l < count; ++l)
      codes[place * kLanes + l] = from.codes(first + l, inputs.inputAt[place]);
  for (int64_t group = 0; group < groups; ++group)
    for (int64_t l = 0; l < count; ++l)
      scales[group * kLanes + l] = from.scales(first + l, group);
  updateResidual();
}

void Band::store(const RoundedMatrix &to, bool withScales) const {
  for (int64_t place = 0; place < inputs.size; ++place)
    for (int64_t l = 0; l < count; ++l)
      to.codes(first + l, inputs.inputAt[place]) = codes[place * kLanes + l];
  for (int64_t group = 0; withScales && group < groups; ++group)
    for (int64_t l = 0; l < count; ++l)
      to.scales(first + l, group) = scales[group * kLanes + l];
}

PanelView Band::panelAt(int64_t panel) {
  int64_t at = panel * kLanes;
  return {scalesAt.data() + at, codes.data() + at * kLanes,
          residual.data() + at * kLanes};
}

//===----------------------------------------------------------------------===//
// Error feedback
//===----------------------------------------------------------------------===//

PerLane Band::roundWithFeedback(const CodeBook &book) {
  PerLane error{};
  for (int64_t panel = inputs.places / kLanes - 1; panel >= 0; --panel) {
    int64_t begin = panel * kLanes, end = begin + kLanes;
    alignas(64) float sums[kLanes * kLanes] = {};
    const float *feedback = nullptr;
    if (inputs.correlated()) {
      feedback = inputs.feedbackPanel(panel);
      addProduct(inputs.places - end, feedback + end * kLanes,
                 residual.data() + end * kLanes, sums);
      feedback += begin * kLanes;
    }
    rounding::roundWithFeedback(book, weights.data() + begin * kLanes, sums,
                                feedback, inputs.pivots.data() + begin,
                                panelAt(panel), error.data());
  }
  return error;
}

void Band::searchScales(const CodeBook &book) {
  if (groups > 1)
    return searchScalesOfGroups(book);
  std::vector<float> base = scales, bestScales = scales;
  std::vector<uint8_t> bestCodes(codes.size());
  PerLane least;
  least.fill(INFINITY);
  for (int step = 0; step < kScaleSteps; ++step) {
    for (int64_t l = 0; l < kLanes; ++l)
      scales[l] = base[l] * scaleFactor(step);
    PerLane error = roundWithFeedback(book);
    for (int64_t l = 0; l < kLanes; ++l) {
      if (!(error[l] < least[l]))
        continue;
      least[l] = error[l];
      bestScales[l] = scales[l];
      for (int64_t place = 0; place < inputs.places; ++place)
        bestCodes[place * kLanes + l] = codes[place * kLanes + l];
    }
  }
  scales = bestScales;
  codes = bestCodes;
  updateResidual();
}

/// Each group by its own error without feedback: its share in that of all
/// cannot be told apart.
void Band::searchScalesOfGroups(const CodeBook &book) {
  std::vector<float> base = scales, best = scales;
  std::vector<double> least(scales.size(), INFINITY), error(scales.size());
  std::vector<float> values(kLanes);
  std::vector<uint8_t> nearest(kLanes);
  for (int step = 0; step < kScaleSteps; ++step) {
    std::fill(error.begin(), error.end(), 0);
    for (int64_t place = 0; place < inputs.size; ++place) {
      int64_t group = groupOf(place) * kLanes;
      for (int64_t l = 0; l < kLanes; ++l) {
        float scale = base[group + l] * scaleFactor(step);
        float weight = weights[place * kLanes + l];
        float off = weight - scale * rf8::decode(rf8::encodeNearest(
                                         weight / scale, book.format));
        error[group + l] += double(inputs.diagonal[place]) * off * off;
      }
    }
    for (size_t i = 0; i < error.size(); ++i)
      if (error[i] < least[i]) {
        least[i] = error[i];
        best[i] = base[i] * scaleFactor(step);
      }
  }
  std::copy(best.begin(), best.end(), scales.begin());
  roundWithFeedback(book);
}

//===----------------------------------------------------------------------===//
// Sweeps
//===----------------------------------------------------------------------===//

/// product += H[:, begin..end) times rows [end - begin][64].
void Band::multiplyMoments(int64_t begin, int64_t end, const float *rows,
                           float *product) const {
  if (!inputs.correlated()) {
    for (int64_t at = begin * kLanes; at < end * kLanes; ++at)
      product[at] += inputs.diagonal[at / kLanes] * rows[at - begin * kLanes];
    return;
  }
  for (int64_t panel = 0; panel < inputs.places / kLanes; ++panel)
    addProduct(end - begin, inputs.momentsPanel(panel) + begin * kLanes, rows,
               product + panel * kLanes * kLanes);
}

void Band::updateResidual() {
  decodeLanes(codes.data(), codes.size(), residual.data());
  for (int64_t place = 0; place < inputs.places; ++place)
    for (int64_t l = 0; l < kLanes; ++l) {
      float &value = residual[place * kLanes + l];
      value = weights[place * kLanes + l] - value * scalesAt[place][l];
    }
}

void Band::updateGradient() {
  std::fill(gradient.begin(), gradient.end(), 0);
  multiplyMoments(0, inputs.places, residual.data(), gradient.data());
}

void Band::sweepCodes(const CodeBook &book) {
  alignas(64) float change[kLanes * kLanes];
  for (int64_t panel = 0; panel < inputs.places / kLanes; ++panel) {
    int64_t begin = panel * kLanes;
    const float *moments = inputs.correlated()
                               ? inputs.momentsPanel(panel) + begin * kLanes
                               : nullptr;
    roundAnew(book, gradient.data() + begin * kLanes, moments,
              inputs.diagonal.data() + begin, panelAt(panel), change);
    for (int64_t other = 0; moments && other < inputs.places / kLanes; ++other)
      if (other != panel)
        addProduct(kLanes, inputs.momentsPanel(other) + begin * kLanes, change,
                   gradient.data() + other * kLanes * kLanes);
  }
}

/// The scale of least squares for each group, with all codes and the scales of
/// the other groups fixed.
void Band::rescale() {
  std::vector<float> values(residual.size()), product(residual.size());
  decodeLanes(codes.data(), codes.size(), values.data());
  for (int64_t begin = 0, end; begin < inputs.size; begin = end) {
    int64_t group = groupOf(begin);
    for (end = begin + 1; end < inputs.size && groupOf(end) == group;)
      ++end;
    std::fill(product.begin(), product.end(), 0);
    multiplyMoments(begin, end, values.data() + begin * kLanes, product.data());
    PerLane slope{}, square{};
    for (int64_t at = begin * kLanes; at < end * kLanes; ++at) {
      slope[at % kLanes] += double(values[at]) * gradient[at];
      square[at % kLanes] += double(values[at]) * product[at];
    }
    float change[kLanes];
    for (int64_t l = 0; l < kLanes; ++l) {
      float &scale = scales[group * kLanes + l];
      float better = static_cast<float>(scale + slope[l] / square[l]);
      bool usable = better > 0 && std::isfinite(better);
      change[l] = usable ? better - scale : 0;
      scale += change[l];
    }
    for (int64_t at = begin * kLanes; at < end * kLanes; ++at)
      residual[at] -= change[at % kLanes] * values[at];
    for (size_t at = 0; at < gradient.size(); ++at)
      gradient[at] -= change[at % kLanes] * product[at];
  }
}

void Band::sweep(const CodeBook &book, unsigned count, bool freeScales) {
  updateGradient();
  for (unsigned i = 0; i < count; ++i) {
    if (freeScales)
      rescale();
    sweepCodes(book);
  }
}

//===----------------------------------------------------------------------===//
// What it comes to
//===----------------------------------------------------------------------===//

double Band::distortion() const {
  double sum = 0;
  for (int64_t at = 0; at < inputs.size * kLanes; ++at) {
    if (at % kLanes >= count)
      continue;
    double off = residual[at];
    sum += off * gradient[at] - off * off * inputs.damping[at / kLanes];
  }
  return sum;
}

void Band::addTo(Histogram &histogram) const {
  for (int64_t place = 0; place < inputs.size; ++place)
    for (int64_t l = 0; l < count; ++l)
      ++histogram[codes[place * kLanes + l]];
}
