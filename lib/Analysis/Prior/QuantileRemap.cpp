//===- QuantileRemap.cpp - Reshapes the distribution of weights -----------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/Prior/QuantileRemap.h"

#include "LevelCounts.h"

#include "llvm/ADT/STLExtras.h"

using namespace gg;

Outliers gg::findOutliers(const WeightHistogram &histogram, double step,
                          int64_t rare) {
  // A bin that is wider than a level has several.
  auto isRare = [&](const WeightHistogram::Bin &bin) {
    return double(bin.count) <=
           double(rare) * std::max(1.0, (bin.high - bin.low) / step);
  };
  llvm::ArrayRef<WeightHistogram::Bin> bins = histogram.bins();
  auto first = llvm::find_if_not(bins, isRare);
  if (first == bins.end())
    return {histogram.size(), 0};
  auto last = llvm::find_if_not(llvm::reverse(bins), isRare);
  return {first->before, histogram.size() - last->before - last->count};
}

QuantileRemap::QuantileRemap(const WeightHistogram &histogram,
                             const GeneralizedGaussian &target,
                             ParallelFor parallel)
    : histogram(histogram), edges(histogram.bins().size() + 1) {
  // The smallest and the largest weight have a half of their share beyond them.
  double total = double(histogram.size());
  constexpr size_t kGrain = 256;
  parallel((edges.size() + kGrain - 1) / kGrain, [&](size_t grain) {
    size_t last = std::min(edges.size(), (grain + 1) * kGrain);
    for (size_t i = grain * kGrain; i < last; ++i) {
      double below =
          i + 1 < edges.size() ? double(histogram.bins()[i].before) : total;
      below = std::clamp(below, 0.5, total - 0.5);
      edges[i] = below < total / 2
                     ? target.quantile(below / total)
                     : target.upperQuantile((total - below) / total);
    }
  });
  keep({});
}

void QuantileRemap::keep(Outliers outliers) {
  llvm::ArrayRef<WeightHistogram::Bin> bins = histogram.bins();
  first = llvm::partition_point(bins,
                                [&](const WeightHistogram::Bin &bin) {
                                  return bin.before < outliers.low;
                                }) -
          bins.begin();
  end = llvm::partition_point(bins,
                              [&](const WeightHistogram::Bin &bin) {
                                return bin.before + bin.count <=
                                       histogram.size() - outliers.high;
                              }) -
        bins.begin();
  floor = first > 0 ? bins[first - 1].high : -HUGE_VAL;
  ceiling = end < bins.size() ? bins[end].low : HUGE_VAL;
}

/// Where a weight goes at strength 1 below which `fraction` of its bin lies.
double QuantileRemap::move(size_t bin, double fraction) const {
  double low = edges[bin], high = edges[bin + 1];
  return std::clamp(std::min(low + fraction * (high - low), high), floor,
                    ceiling);
}

double QuantileRemap::operator()(float weight, double strength) const {
  size_t bin = histogram.find(weight);
  if (!moves(bin))
    return weight;
  double fraction =
      (histogram.rank(weight) - double(histogram.bins()[bin].before)) /
      double(histogram.bins()[bin].count);
  // A sum of products rather than a product of a difference: rounded, too, it
  // rises with both.
  return (1 - strength) * weight + strength * move(bin, fraction);
}

double QuantileRemap::squaredError(llvm::ArrayRef<double> importance) const {
  double sum = 0;
  for (size_t bin = first; bin < end; ++bin) {
    double way = move(bin, 0.5) - histogram.bins()[bin].mean;
    sum += way * way *
           (importance.empty() ? double(histogram.bins()[bin].count)
                               : importance[bin]);
  }
  return sum / double(histogram.size());
}

double QuantileRemap::rate(double strength, double step) const {
  LevelCounts levels;
  for (auto [bin, counted] : llvm::enumerate(histogram.bins())) {
    double value = counted.mean;
    if (moves(bin))
      value = (1 - strength) * value + strength * move(bin, 0.5);
    levels.add(std::nearbyint(value / step), counted.count);
  }
  return levels.getEntropy(double(histogram.size()));
}

std::vector<double> gg::sumFactors(const WeightHistogram &histogram,
                                   const WeightSamples &samples,
                                   int64_t columns,
                                   llvm::ArrayRef<double> factors, bool ofRows,
                                   ParallelFor parallel) {
  // Bands of rows, a fixed number of them: so much for the order of the sums.
  int64_t rows = samples.size() / columns, bands = std::min<int64_t>(rows, 4);
  std::vector<std::vector<double>> partial(
      bands, std::vector<double>(histogram.bins().size()));
  parallel(bands, [&](size_t band) {
    std::vector<float> weights(columns);
    int64_t end = rows * int64_t(band + 1) / bands;
    for (int64_t row = rows * int64_t(band) / bands; row < end; ++row) {
      samples.read(row * columns, weights);
      for (auto [column, weight] : llvm::enumerate(weights))
        partial[band][histogram.find(weight)] +=
            factors[ofRows ? size_t(row) : column];
    }
  });
  for (int64_t band = 1; band < bands; ++band)
    for (auto [to, from] : llvm::zip_equal(partial[0], partial[band]))
      to += from;
  return std::move(partial[0]);
}

RemapChoice gg::chooseRemap(QuantileRemap &remap, int64_t count, double step,
                            double lambda, llvm::ArrayRef<double> importance) {
  double price = lambda * std::log(2.0) / 6 * step * step;
  RemapChoice best;
  best.rateBefore = best.rateAfter = remap.rate(0, step);
  double leastCost = price * best.rateBefore;
  for (double share : {0.0, 1e-5, 1e-4, 1e-3}) {
    int64_t kept = std::llround(share * double(count));
    if (share > 0 && kept == 0)
      continue;
    remap.keep({kept, kept});
    double error = remap.squaredError(importance);
    // The best strengths may be very small: four in every octave.
    for (int i = 0; i <= 48; ++i) {
      double strength = std::exp2(-i / 4.0);
      double rate = remap.rate(strength, step);
      double cost = strength * strength * error + price * rate;
      if (cost >= leastCost)
        continue;
      leastCost = cost;
      best = {strength,
              {kept, kept},
              strength * strength * error,
              best.rateBefore,
              rate};
    }
  }
  remap.keep(best.outliers);
  return best;
}
