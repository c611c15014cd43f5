//===- Rates.cpp - What weights cost in each format -----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/Prior/WeightReport.h"

#include "LevelCounts.h"

#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>

using namespace gg;

llvm::StringRef gg::getName(RateFormat format) {
  switch (format) {
  case RateFormat::E4R3:
    return "e4r3";
  case RateFormat::E4R3D:
    return "e4r3d";
  case RateFormat::INT8:
    return "int8";
  case RateFormat::Uniform:
    return "uniform";
  }
  return "";
}

static double getEntropy(llvm::ArrayRef<int64_t> counts, int64_t total) {
  double bits = 0;
  for (int64_t count : counts)
    bits += entropyTerm(double(count) / double(total));
  return bits;
}

//===----------------------------------------------------------------------===//
// By quantizing
//===----------------------------------------------------------------------===//

namespace {

/// Codes of one format, counted, and their squared errors.
struct CodeCounts {
  std::vector<int64_t> counts = std::vector<int64_t>(256);
  double squaredError = 0;

  void operator+=(const CodeCounts &other) {
    for (auto [to, from] : llvm::zip_equal(counts, other.counts))
      to += from;
    squaredError += other.squaredError;
  }
};

/// The rows of a matrix, in bands that threads work on.
struct Bands {
  Bands(const WeightSamples &samples, const rf8::ScaleGrid &grid,
        ParallelFor parallel)
      : samples(samples), grid(grid), parallel(parallel),
        count(std::min<int64_t>(grid.rows, 16)) {}

  void forEachRow(
      llvm::function_ref<void(int64_t band, int64_t row, float *weights)> body)
      const {
    parallel(count, [&](size_t band) {
      std::vector<float> weights(grid.columns);
      int64_t end = grid.rows * int64_t(band + 1) / count;
      for (int64_t row = grid.rows * int64_t(band) / count; row < end; ++row) {
        samples.read(row * grid.columns, weights);
        body(int64_t(band), row, weights.data());
      }
    });
  }

  const WeightSamples &samples;
  const rf8::ScaleGrid &grid;
  ParallelFor parallel;
  int64_t count;
};

} // namespace

/// The largest magnitude of each scale's weights.
static std::vector<float> findLargest(const Bands &bands) {
  const rf8::ScaleGrid &grid = bands.grid;
  std::vector<std::vector<float>> partial(bands.count,
                                          std::vector<float>(grid.count()));
  bands.forEachRow([&](int64_t band, int64_t row, float *weights) {
    rf8::absMaxRow(grid, row, weights, partial[band].data());
  });
  std::vector<float> largest(grid.count());
  for (const std::vector<float> &some : partial)
    for (auto [to, from] : llvm::zip_equal(largest, some))
      to = std::max(to, from);
  return largest;
}

static float decodeINT8(uint8_t code) { return int8_t(code); }

static void encodeINT8(const rf8::ScaleGrid &grid, int64_t row,
                       const float *weights, const float *scales,
                       uint8_t *codes) {
  for (int64_t c = 0; c < grid.columns; ++c) {
    float value = std::nearbyint(weights[c] / scales[grid.index(row, c)]);
    codes[c] = uint8_t(int8_t(std::clamp(value, -127.0f, 127.0f)));
  }
}

/// Codes of all weights, by `encode(row, weights, codes)` and
/// `decode(code)` times the scale.
template <typename Encode, typename Decode>
static FormatRate countCodes(const Bands &bands, llvm::ArrayRef<float> scales,
                             Encode encode, Decode decode) {
  const rf8::ScaleGrid &grid = bands.grid;
  std::vector<CodeCounts> partial(bands.count);
  std::vector<std::vector<uint8_t>> codes(bands.count,
                                          std::vector<uint8_t>(grid.columns));
  bands.forEachRow([&](int64_t band, int64_t row, float *weights) {
    uint8_t *rowCodes = codes[band].data();
    encode(row, weights, rowCodes);
    double squaredError = 0;
    for (int64_t c = 0; c < grid.columns; ++c) {
      ++partial[band].counts[rowCodes[c]];
      double error = double(weights[c]) -
                     double(decode(rowCodes[c])) * scales[grid.index(row, c)];
      squaredError += error * error;
    }
    partial[band].squaredError += squaredError;
  });
  CodeCounts total;
  for (const CodeCounts &some : partial)
    total += some;
  int64_t count = bands.samples.size();
  return {getEntropy(total.counts, count), total.squaredError / double(count)};
}

static void countLevels(const Bands &bands, RateTable &table) {
  std::vector<LevelCounts> partial(bands.count);
  std::vector<double> errors(bands.count);
  double inverse = 1 / table.step;
  bands.forEachRow([&](int64_t band, int64_t, float *weights) {
    for (int64_t c = 0; c < bands.grid.columns; ++c) {
      double scaled = weights[c] * inverse, level = std::nearbyint(scaled);
      errors[band] += (scaled - level) * (scaled - level);
      partial[band].add(level, 1);
    }
  });
  LevelCounts levels;
  double squaredError = 0;
  for (int64_t band = 0; band < bands.count; ++band) {
    levels += partial[band];
    squaredError += errors[band];
  }
  levels.forEach([&](int64_t level, int64_t count) {
    table.levels.emplace_back(level, count);
  });
  double total = double(bands.samples.size());
  table.formats[size_t(RateFormat::Uniform)] = {
      levels.getEntropy(total), squaredError / total * table.step * table.step};
}

RateTable gg::measureRates(const WeightSamples &samples,
                           const rf8::ScaleGrid &grid, ParallelFor parallel,
                           double step) {
  RateTable table;
  Bands bands(samples, grid, parallel);
  std::vector<float> scales = findLargest(bands), int8Scales = scales;
  for (float &scale : scales)
    scale = rf8::absMaxScale(scale);
  for (float &scale : int8Scales)
    scale = scale / 127 == 0 ? 1 : scale / 127;
  for (auto [name, format] : {std::pair(RateFormat::E4R3, rf8::Format::E4R3),
                              std::pair(RateFormat::E4R3D, rf8::Format::E4R3D)})
    table.formats[size_t(name)] = countCodes(
        bands, scales,
        [&, format = format](int64_t row, float *weights, uint8_t *codes) {
          rf8::encodeRow(grid, row, weights, scales.data(), format,
                         rf8::Rounding::Nearest, codes);
        },
        rf8::decode);
  table.formats[size_t(RateFormat::INT8)] = countCodes(
      bands, int8Scales,
      [&](int64_t row, float *weights, uint8_t *codes) {
        encodeINT8(grid, row, weights, int8Scales.data(), codes);
      },
      decodeINT8);
  // Where every weight is a code, there is no distortion to match.
  table.step = step > 0
                   ? step
                   : std::sqrt(12 * table[RateFormat::E4R3D].meanSquaredError);
  if (table.step > 0)
    countLevels(bands, table);
  return table;
}

//===----------------------------------------------------------------------===//
// From a distribution
//===----------------------------------------------------------------------===//

/// The entropy of values whose cells end halfway to their neighbours.
static double getCellEntropy(const GeneralizedGaussian &distribution,
                             llvm::ArrayRef<double> values) {
  double bits = 0, low = -HUGE_VAL;
  for (size_t i = 0; i < values.size(); ++i) {
    double high =
        i + 1 < values.size() ? (values[i] + values[i + 1]) / 2 : HUGE_VAL;
    bits += entropyTerm(distribution.probability(low, high));
    low = high;
  }
  return bits;
}

double gg::predictRate(const GeneralizedGaussian &distribution,
                       RateFormat format, int64_t channelSize, double step) {
  std::vector<double> values;
  if (format == RateFormat::Uniform) {
    // Rarer levels have no part in the entropy that anybody would see.
    constexpr double kRare = 1e-10, kMostLevels = 1 << 16;
    double reach = distribution.upperQuantile(kRare) - distribution.mean;
    double levels = std::min(std::ceil(reach / step), kMostLevels);
    double middle = std::nearbyint(distribution.mean / step);
    for (double level = -levels; level <= levels; ++level)
      values.push_back((middle + level) * step);
    return getCellEntropy(distribution, values);
  }
  // The median of the largest of channelSize magnitudes.
  double tail = -std::expm1(-std::log(2.0) / double(channelSize));
  double largest = std::max(std::fabs(distribution.upperQuantile(tail / 2)),
                            std::fabs(distribution.quantile(tail / 2)));
  if (format == RateFormat::INT8) {
    for (int level = -127; level <= 127; ++level)
      values.push_back(level * largest / 127);
  } else {
    auto rf8Format =
        format == RateFormat::E4R3 ? rf8::Format::E4R3 : rf8::Format::E4R3D;
    for (int code = 0; code < 256; ++code)
      if (rf8::isValid(uint8_t(code), rf8Format))
        values.push_back(rf8::decode(uint8_t(code)) * largest / rf8::kLargest);
    llvm::sort(values);
  }
  return getCellEntropy(distribution, values);
}

double gg::excessBits(const RateTable &rates,
                      const GeneralizedGaussian &distribution) {
  double total = 0, cross = 0;
  for (auto [level, count] : rates.levels) {
    double value = double(level) * rates.step;
    double probability = distribution.probability(value - rates.step / 2,
                                                  value + rates.step / 2);
    // Far out in a tail only the logarithm of the density is a number.
    double logProbability =
        probability > 1e-290
            ? std::log(probability)
            : distribution.logDensity(value) + std::log(rates.step);
    cross -= double(count) * logProbability / std::log(2.0);
    total += double(count);
  }
  return total > 0 ? cross / total - rates[RateFormat::Uniform].bits : 0;
}
