//===- WeightReport.h - How weights are distributed, and cost ---*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_ANALYSIS_PRIOR_WEIGHTREPORT_H
#define GG_ANALYSIS_PRIOR_WEIGHTREPORT_H

#include "gg/Analysis/Prior/PriorFit.h"
#include "gg/Analysis/Prior/WeightHistogram.h"
#include "gg/RF8/Quantize.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"
#include <array>
#include <string>
#include <vector>

namespace gg {

/// Formats whose rate is reported: RF8 and INT8 with a scale per channel, the
/// channel's largest weight being the largest code, and a uniform quantizer
/// with the distortion of e4r3d.
enum class RateFormat { E4R3, E4R3D, INT8, Uniform };
constexpr std::array<RateFormat, 4> kRateFormats = {
    RateFormat::E4R3, RateFormat::E4R3D, RateFormat::INT8, RateFormat::Uniform};
llvm::StringRef getName(RateFormat format);

struct FormatRate {
  double bits = 0; ///< zero-order entropy of the codes, per weight
  double meanSquaredError = 0;
};

/// What weights cost in each format, by quantizing them.
struct RateTable {
  std::array<FormatRate, 4> formats;
  double step = 0; ///< of the uniform quantizer
  /// How often each level of it is taken: level k means k * step.
  std::vector<std::pair<int64_t, int64_t>> levels;

  const FormatRate &operator[](RateFormat format) const {
    return formats[size_t(format)];
  }
};

/// The rates of finite weights, of which `grid` says what shares a scale; a
/// uniform step of 0 stands for that of e4r3d's distortion.
RateTable measureRates(const WeightSamples &samples, const rf8::ScaleGrid &grid,
                       ParallelFor parallel = serialFor, double step = 0);

/// The bits per weight of `format` that the distribution predicts, with
/// channels of `channelSize` weights, or a uniform step of `step`.
double predictRate(const GeneralizedGaussian &distribution, RateFormat format,
                   int64_t channelSize, double step);

/// How well a distribution describes weights.
struct Goodness {
  double logLikelihood; ///< in nats per weight
  /// The largest difference of the distribution functions (Kolmogorov-Smirnov),
  /// at the edges of the histogram's bins; it is at most a bin's share larger.
  double largestDifference;
  /// The bits per weight that a code made for this distribution takes more than
  /// one made for the weights, quantized uniformly.
  double excessBits;
};

double largestDifference(const WeightHistogram &histogram,
                         const GeneralizedGaussian &distribution);
double excessBits(const RateTable &rates,
                  const GeneralizedGaussian &distribution);

/// All that a report says of a tensor.
struct TensorReport {
  std::string name, type;
  std::vector<int64_t> shape;
  WeightMoments moments;
  // The rest is known of weights that are not all equal.
  std::optional<PriorFit> fit;
  GeneralizedGaussian byMoments;
  Goodness generalizedGaussian, gaussian, laplace;
  int64_t channelSize;
  RateTable rates;
  std::array<double, 4> predictedBits;
  std::vector<double> density; ///< of weights, in equal bins
  double densityLow, densityHigh;
  /// Quantiles of the fit and of the weights at the same probabilities.
  std::vector<std::pair<double, double>> quantiles;
  /// One a channel, where asked for.
  std::vector<GeneralizedGaussian> channels;
};

/// Fills in what the samples tell; `report.moments` and `report.fit` are known.
void analyze(const WeightSamples &samples, const rf8::ScaleGrid &grid,
             TensorReport &report, ParallelFor parallel = serialFor);

llvm::json::Value toJSON(const TensorReport &report);

/// Writes reports as JSON or, where the file's name ends so, as an HTML page
/// that needs nothing else. The file is there as a whole or not at all.
llvm::Error writeReport(llvm::ArrayRef<TensorReport> reports,
                        llvm::StringRef path);

} // namespace gg

#endif // GG_ANALYSIS_PRIOR_WEIGHTREPORT_H
