//===- RoundMatrix.cpp - Codes of least error
//-------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/Rounding/RoundMatrix.h"

#include "Band.h"

#include <cmath>

using namespace gg::rounding;
namespace rf8 = gg::rf8;

/// How often codes are chosen by their bits before the bits are looked at for
/// the last time. The histogram hardly changes after that.
static constexpr int kRatePasses = 4;

namespace {

/// What all bands come to.
struct Sums {
  double distortion = 0;
  Histogram histogram{};
};

class MatrixRounder {
public:
  MatrixRounder(const WeightMatrix &matrix, const InputModel &inputs,
                const RoundingOptions &options, ParallelFor parallelFor,
                const RoundedMatrix &result)
      : matrix(matrix), inputs(inputs), options(options),
        parallelFor(parallelFor), result(result),
        groupSize(options.sharing == ScaleSharing::Group ? options.groupSize
                                                         : matrix.inputs),
        scaleIsShared(options.sharing == ScaleSharing::Matrix) {}

  llvm::Expected<RoundingReport> run();

private:
  /// Calls `body` for all bands and adds up what they come to.
  Sums forEachBand(llvm::function_ref<void(Band &)> body) const;
  bool searchesScales() const { return options.searchScales && !scaleIsShared; }
  void sweep(Band &band, const CodeBook &book) const;

  const WeightMatrix &matrix;
  const InputModel &inputs;
  const RoundingOptions &options;
  ParallelFor parallelFor;
  const RoundedMatrix &result;
  int64_t groupSize;
  bool scaleIsShared;
};

} // namespace

/// Codes of uncorrelated inputs are the best already, unless scales change.
void MatrixRounder::sweep(Band &band, const CodeBook &book) const {
  bool improves = inputs.correlated() || searchesScales();
  band.sweep(book, improves ? options.sweeps : 0, searchesScales());
}

Sums MatrixRounder::forEachBand(llvm::function_ref<void(Band &)> body) const {
  std::vector<Sums> ofBand(panelsFor(matrix.outputs));
  parallelFor(ofBand.size(), [&](size_t index) {
    Band band(inputs, matrix, index * kLanes, groupSize);
    body(band);
    ofBand[index].distortion = band.distortion();
    band.addTo(ofBand[index].histogram);
  });
  Sums sums;
  for (const Sums &part : ofBand) {
    sums.distortion += part.distortion;
    for (size_t code = 0; code < sums.histogram.size(); ++code)
      sums.histogram[code] += part.histogram[code];
  }
  return sums;
}

llvm::Expected<RoundingReport> MatrixRounder::run() {
  // The largest weight of each band; NaN counts as larger than any.
  std::vector<float> largest(panelsFor(matrix.outputs));
  parallelFor(largest.size(), [&](size_t index) {
    int64_t first = index * kLanes;
    std::vector<float> weights(matrix.inputs * kLanes);
    matrix.read(first, std::min(kLanes, matrix.outputs - first), weights.data(),
                kLanes);
    largest[index] = rf8::absMax(weights.data(), weights.size());
  });
  float largestOfAll = rf8::absMax(largest.data(), largest.size());
  if (!std::isfinite(largestOfAll))
    return llvm::createStringError(
        "expected finite weights but got NaN or infinity in a matrix of " +
        llvm::Twine(matrix.outputs) + " x " + llvm::Twine(matrix.inputs));
  if (scaleIsShared)
    result.scales(0, 0) = rf8::powerOfTwoScale(largestOfAll);

  CodeBook nearest(options.format, options.rounding);
  Sums sums = forEachBand([&](Band &band) {
    if (scaleIsShared)
      band.setScales(result.scales(0, 0));
    else
      band.setScalesByLargest();
    if (searchesScales())
      band.searchScales(nearest);
    else
      band.roundWithFeedback(nearest);
    sweep(band, nearest);
    band.store(result, !scaleIsShared);
  });

  double weights = static_cast<double>(matrix.outputs) * matrix.inputs;
  double costOfBit = options.rate * sums.distortion / weights;
  for (int pass = 0; costOfBit > 0 && pass < kRatePasses; ++pass) {
    CodeBook cheapest(options.format, costOfBit, sums.histogram);
    sums = forEachBand([&](Band &band) {
      band.load(result);
      band.roundAnewWithFeedback(cheapest);
      sweep(band, cheapest);
      band.store(result, !scaleIsShared);
    });
  }
  return RoundingReport{entropy(sums.histogram), sums.distortion * inputs.unit};
}

llvm::Expected<RoundingReport> gg::rounding::roundMatrix(
    const WeightMatrix &weights, const weights::InputStatistics *statistics,
    const RoundingOptions &options, ParallelFor parallelFor,
    const RoundedMatrix &result) {
  if (!statistics)
    return MatrixRounder(weights, InputModel::uncorrelated(weights.inputs),
                         options, parallelFor, result)
        .run();
  if (statistics->size != weights.inputs)
    return llvm::createStringError(
        "expected statistics of inputs of " + llvm::Twine(weights.inputs) +
        " values but got those of " + llvm::Twine(statistics->size));
  std::optional<InputModel> inputs =
      InputModel::of(*statistics,
                     options.sharing == ScaleSharing::Group ? options.groupSize
                                                            : weights.inputs,
                     options.damping, parallelFor);
  if (!inputs)
    return llvm::createStringError(
        "expected second moments but got a matrix that is not positive "
        "semidefinite");
  return MatrixRounder(weights, *inputs, options, parallelFor, result).run();
}
