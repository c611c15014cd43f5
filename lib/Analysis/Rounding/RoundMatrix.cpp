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
#include <memory>

using namespace gg::rounding;
namespace rf8 = gg::rf8;

/// How often bands that stand for the matrix are rounded until their histogram
/// and codes that are chosen by it agree, and how many of them there are.
static constexpr int kDesignPasses = 16;
static constexpr size_t kDesignBands = 8;

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
        groups((matrix.inputs + groupSize - 1) / groupSize),
        scaleIsShared(options.sharing == ScaleSharing::Matrix) {}

  llvm::Expected<RoundingReport> run();

private:
  float findLargest() const;
  /// Calls `body` for all bands, keeps their codes, and adds up what they come
  /// to.
  Sums forEachBand(llvm::function_ref<void(Band &)> body) const;
  Sums roundPlainly() const;
  Sums roundWithRate(double costOfBit, const Sums &plain) const;
  Histogram designHistogram(double costOfBit, Histogram histogram) const;

  bool searchesScales() const { return options.searchScales && !scaleIsShared; }
  void sweep(Band &band, const CodeBook &book) const;

  const WeightMatrix &matrix;
  const InputModel &inputs;
  const RoundingOptions &options;
  ParallelFor parallelFor;
  const RoundedMatrix &result;
  int64_t groupSize, groups;
  bool scaleIsShared;
};

/// Codes and scales that may be wanted again.
class Kept {
public:
  Kept(const RoundedMatrix &matrix, int64_t outputs, int64_t inputs,
       int64_t groups)
      : matrix(matrix), codes(outputs * inputs), scales(outputs * groups),
        inputs(inputs), groups(groups) {
    visit([](auto &kept, auto &current) { kept = current; });
  }
  void restore() {
    visit([](auto &kept, auto &current) { current = kept; });
  }

private:
  template <typename Visit> void visit(Visit each) {
    for (size_t i = 0; i < codes.size(); ++i)
      each(codes[i], matrix.codes(i / inputs, i % inputs));
    for (size_t i = 0; i < scales.size(); ++i)
      each(scales[i], matrix.scales(i / groups, i % groups));
  }

  const RoundedMatrix &matrix;
  std::vector<uint8_t> codes;
  std::vector<float> scales;
  int64_t inputs, groups;
};

} // namespace

static Histogram &operator+=(Histogram &sum, const Histogram &part) {
  for (size_t code = 0; code < sum.size(); ++code)
    sum[code] += part[code];
  return sum;
}

/// Codes of uncorrelated inputs are the best already, unless scales change.
void MatrixRounder::sweep(Band &band, const CodeBook &book) const {
  bool improves = inputs.correlated() || searchesScales() || book.costOfBit > 0;
  band.sweep(book, improves ? options.sweeps : 0, searchesScales());
}

Sums MatrixRounder::forEachBand(llvm::function_ref<void(Band &)> body) const {
  std::vector<Sums> ofBand(panelsFor(matrix.outputs));
  parallelFor(ofBand.size(), [&](size_t index) {
    Band band(inputs, matrix, index * kLanes, groupSize);
    body(band);
    band.store(result, !scaleIsShared);
    ofBand[index].distortion = band.distortion();
    band.addTo(ofBand[index].histogram);
  });
  Sums sums;
  for (const Sums &part : ofBand) {
    sums.distortion += part.distortion;
    sums.histogram += part.histogram;
  }
  return sums;
}

/// The largest magnitude; infinity or NaN where there is one.
float MatrixRounder::findLargest() const {
  std::vector<float> ofBand(panelsFor(matrix.outputs));
  parallelFor(ofBand.size(), [&](size_t index) {
    int64_t first = index * kLanes;
    std::vector<float> weights(matrix.inputs * kLanes);
    matrix.read(first, std::min(kLanes, matrix.outputs - first), weights.data(),
                kLanes);
    ofBand[index] = rf8::absMax(weights.data(), weights.size());
  });
  return rf8::absMax(ofBand.data(), ofBand.size());
}

Sums MatrixRounder::roundPlainly() const {
  CodeBook book(options.format, options.rounding);
  return forEachBand([&](Band &band) {
    if (scaleIsShared)
      band.setScales(result.scales(0, 0));
    else
      band.setScalesByLargest();
    if (searchesScales())
      band.searchScales(book);
    else
      band.roundWithFeedback(book);
    sweep(band, book);
  });
}

/// A histogram that codes chosen by it have: bits make codes rarer, and that
/// their bits more, so it takes a while until both agree. A few bands do.
Histogram MatrixRounder::designHistogram(double costOfBit,
                                         Histogram histogram) const {
  size_t count = panelsFor(matrix.outputs);
  size_t chosen = std::min(count, kDesignBands);
  std::vector<std::unique_ptr<Band>> bands(chosen);
  std::vector<Histogram> ofBand(chosen);
  for (int pass = 0; pass < kDesignPasses; ++pass) {
    CodeBook book(options.format, costOfBit, histogram);
    parallelFor(chosen, [&](size_t i) {
      if (!bands[i]) {
        bands[i] = std::make_unique<Band>(
            inputs, matrix, i * count / chosen * kLanes, groupSize);
        bands[i]->load(result);
      }
      bands[i]->roundWithFeedback(book);
      ofBand[i] = {};
      bands[i]->addTo(ofBand[i]);
    });
    histogram = {};
    for (const Histogram &part : ofBand)
      histogram += part;
  }
  return histogram;
}

Sums MatrixRounder::roundWithRate(double costOfBit, const Sums &plain) const {
  auto cost = [&](const Sums &sums) {
    double weights = static_cast<double>(matrix.outputs) * matrix.inputs;
    return sums.distortion + costOfBit * weights * entropy(sums.histogram);
  };
  Kept kept(result, matrix.outputs, matrix.inputs, groups);
  CodeBook book(options.format, costOfBit,
                designHistogram(costOfBit, plain.histogram));
  Sums sums = forEachBand([&](Band &band) {
    band.load(result);
    band.roundWithFeedback(book);
    sweep(band, book);
  });
  // Now the histogram is that of all bands.
  book = CodeBook(options.format, costOfBit, sums.histogram);
  sums = forEachBand([&](Band &band) {
    band.load(result);
    sweep(band, book);
  });
  if (cost(sums) < cost(plain))
    return sums;
  kept.restore();
  return plain;
}

llvm::Expected<RoundingReport> MatrixRounder::run() {
  float largest = findLargest();
  if (!std::isfinite(largest))
    return llvm::createStringError(
        "expected finite weights but got NaN or infinity in a matrix of " +
        llvm::Twine(matrix.outputs) + " x " + llvm::Twine(matrix.inputs));
  if (scaleIsShared)
    result.scales(0, 0) = rf8::powerOfTwoScale(largest);
  Sums sums = roundPlainly();
  double costOfBit = options.rate * sums.distortion /
                     (static_cast<double>(matrix.outputs) * matrix.inputs);
  if (costOfBit > 0)
    sums = roundWithRate(costOfBit, sums);
  return RoundingReport{entropy(sums.histogram), sums.distortion * inputs.unit};
}

llvm::Expected<RoundingReport> gg::rounding::roundMatrix(
    const WeightMatrix &weights, const weights::InputStatistics *statistics,
    const RoundingOptions &options, ParallelFor parallelFor,
    const RoundedMatrix &result) {
  if (options.rounding == rf8::Rounding::Greedy &&
      (statistics || options.searchScales || options.rate > 0))
    return llvm::createStringError(
        "expected rounding nearest with statistics, scale search or a rate but "
        "got greedy");
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
