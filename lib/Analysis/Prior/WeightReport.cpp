//===- WeightReport.cpp - How weights are distributed, and cost -----------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/Prior/WeightReport.h"

#include "ReportPage.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileUtilities.h"
#include <cmath>

using namespace gg;
using llvm::json::Array;
using llvm::json::Object;

//===----------------------------------------------------------------------===//
// Analysis
//===----------------------------------------------------------------------===//

double gg::largestDifference(const WeightHistogram &histogram,
                             const GeneralizedGaussian &distribution) {
  double largest = 0, total = double(histogram.size());
  for (const WeightHistogram::Bin &bin : histogram.bins()) {
    double below = double(bin.before) / total;
    double above = double(bin.before + bin.count) / total;
    largest = std::max({largest, std::fabs(below - distribution.cdf(bin.low)),
                        std::fabs(above - distribution.cdf(bin.high))});
  }
  return largest;
}

/// The Laplace distribution of largest likelihood.
static GeneralizedGaussian fitLaplace(const WeightHistogram &histogram) {
  double median = histogram.quantile(0.5), sum = 0;
  for (const WeightHistogram::Bin &bin : histogram.bins())
    sum += double(bin.count) * std::fabs(bin.mean - median);
  return {1, sum / double(histogram.size()), median};
}

/// The share of the weights in equal bins over their central part, divided by
/// the bins' width.
static void measureDensity(const WeightHistogram &histogram,
                           TensorReport &report) {
  constexpr int kBins = 96;
  constexpr double kTail = 1e-4;
  report.densityLow = histogram.quantile(kTail);
  report.densityHigh = histogram.quantile(1 - kTail);
  double width = (report.densityHigh - report.densityLow) / kBins;
  if (!(width > 0))
    return;
  report.density.assign(kBins, 0);
  auto place = [&](double x) {
    return std::clamp((x - report.densityLow) / width, 0.0, double(kBins));
  };
  for (const WeightHistogram::Bin &bin : histogram.bins()) {
    // What a narrow bin holds may lie in two wide ones, or more.
    double low = place(bin.low), high = place(bin.high);
    double scale = double(bin.count) * width / (bin.high - bin.low);
    for (int i = int(low); i < kBins && i < high; ++i)
      report.density[i] +=
          scale * (std::min(high, i + 1.0) - std::max(low, double(i)));
  }
  for (double &density : report.density)
    density /= double(histogram.size()) * width;
}

static void measureQuantiles(const WeightHistogram &histogram,
                             TensorReport &report) {
  // From the middle of one weight outwards, evenly in the logarithm.
  constexpr int kPoints = 24;
  double least = 0.5 / double(histogram.size());
  double ratio = std::log(0.5 / least) / kPoints;
  const GeneralizedGaussian &fit = report.fit->distribution;
  for (int i = 0; i <= kPoints; ++i) {
    double p = least * std::exp(i * ratio);
    report.quantiles.emplace_back(fit.quantile(p), histogram.quantile(p));
  }
  for (int i = kPoints - 1; i >= 0; --i) {
    double p = least * std::exp(i * ratio);
    report.quantiles.emplace_back(fit.upperQuantile(p),
                                  histogram.quantile(1 - p));
  }
}

void gg::analyze(const WeightSamples &samples, const rf8::ScaleGrid &grid,
                 TensorReport &report, ParallelFor parallel) {
  const WeightMoments &moments = report.moments;
  report.byMoments = fitByMoments(moments);
  WeightHistogram histogram(samples, parallel);
  report.channelSize = grid.rows * grid.columns / grid.count();
  report.rates = measureRates(samples, grid, parallel);

  auto judge = [&](const GeneralizedGaussian &distribution,
                   double logLikelihood) {
    return Goodness{logLikelihood, largestDifference(histogram, distribution),
                    excessBits(report.rates, distribution)};
  };
  // Of the likeliest distribution of a shape, E[(|x - m| / a)^v] is 1/v.
  auto gaussian = GeneralizedGaussian::fromDeviation(
      2, std::sqrt(moments.variance), moments.mean);
  GeneralizedGaussian laplace = fitLaplace(histogram);
  const PriorFit &fit = *report.fit;
  report.generalizedGaussian = judge(fit.distribution, fit.logLikelihood);
  report.gaussian =
      judge(gaussian, gaussian.logDensity(gaussian.mean) - 1.0 / 2);
  report.laplace = judge(laplace, laplace.logDensity(laplace.mean) - 1);
  for (RateFormat format : kRateFormats)
    report.predictedBits[size_t(format)] =
        format == RateFormat::Uniform && report.rates.step == 0
            ? 0
            : predictRate(fit.distribution, format, report.channelSize,
                          report.rates.step);
  measureDensity(histogram, report);
  measureQuantiles(histogram, report);
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

static Object toJSON(const GeneralizedGaussian &distribution) {
  return Object{{"shape", distribution.shape},
                {"scale", distribution.scale},
                {"mean", distribution.mean}};
}

static Object toJSON(const Goodness &goodness) {
  return Object{{"log_likelihood", goodness.logLikelihood},
                {"kolmogorov_smirnov", goodness.largestDifference},
                {"excess_bits", goodness.excessBits}};
}

static Object toJSON(const RateTable &rates,
                     const std::array<double, 4> &predictedBits,
                     double variance) {
  Object object;
  for (RateFormat format : kRateFormats) {
    const FormatRate &rate = rates[format];
    llvm::json::Value sqnr = nullptr; // where there is no error
    if (rate.meanSquaredError > 0)
      sqnr = 10 * std::log10(variance / rate.meanSquaredError);
    object[getName(format)] =
        Object{{"predicted_bits", predictedBits[size_t(format)]},
               {"bits", rate.bits},
               {"sqnr_db", std::move(sqnr)}};
  }
  return object;
}

llvm::json::Value gg::toJSON(const TensorReport &report) {
  const WeightMoments &moments = report.moments;
  Object object{{"name", llvm::json::fixUTF8(report.name)},
                {"shape", Array(report.shape)},
                {"type", report.type},
                {"weights", moments.count},
                {"min", moments.min},
                {"max", moments.max},
                {"mean", moments.mean},
                {"deviation", std::sqrt(moments.variance)}};
  if (!report.fit)
    return object;
  object["fit"] = ::toJSON(report.fit->distribution);
  object["moment_fit"] = ::toJSON(report.byMoments);
  object["entropy"] = report.fit->distribution.entropy();
  object["goodness"] =
      Object{{"generalized_gaussian", ::toJSON(report.generalizedGaussian)},
             {"gaussian", ::toJSON(report.gaussian)},
             {"laplace", ::toJSON(report.laplace)}};
  object["channel_size"] = report.channelSize;
  object["uniform_step"] = report.rates.step;
  object["rates"] =
      ::toJSON(report.rates, report.predictedBits, moments.variance);
  object["histogram"] = Object{{"low", report.densityLow},
                               {"high", report.densityHigh},
                               {"density", Array(report.density)}};
  Array model, weights;
  for (auto [fitted, measured] : report.quantiles) {
    model.push_back(fitted);
    weights.push_back(measured);
  }
  object["quantiles"] =
      Object{{"fit", std::move(model)}, {"weights", std::move(weights)}};
  if (!report.channels.empty()) {
    Array channels;
    for (const GeneralizedGaussian &channel : report.channels)
      channels.push_back(::toJSON(channel));
    object["channels"] = std::move(channels);
  }
  return object;
}

/// The reports as JSON, one tensor at a time.
static void writeJSON(llvm::ArrayRef<TensorReport> reports,
                      llvm::raw_ostream &out) {
  out << "{\"tensors\":[";
  llvm::interleave(
      reports, out,
      [&](const TensorReport &report) { out << gg::toJSON(report); }, ",\n");
  out << "]}";
}

llvm::Error gg::writeReport(llvm::ArrayRef<TensorReport> reports,
                            llvm::StringRef path) {
  return llvm::writeToOutput(path, [&](llvm::raw_ostream &out) {
    if (!path.ends_with(".html")) {
      writeJSON(reports, out);
      out << "\n";
      return llvm::Error::success();
    }
    std::string json;
    llvm::raw_string_ostream stream(json);
    writeJSON(reports, stream);
    writeReportPage(json, out);
    return llvm::Error::success();
  });
}
