//===- RoundingTest.cpp - Rounding along the inputs of a layer ------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/Rounding/RoundMatrix.h"
#include "gtest/gtest.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <random>
#include <thread>

using namespace gg;
using namespace gg::rounding;
using rf8::Format;

namespace {

using Matrix = std::vector<double>;

void inOrder(size_t count, llvm::function_ref<void(size_t)> body) {
  for (size_t i = 0; i < count; ++i)
    body(i);
}

void backwards(size_t count, llvm::function_ref<void(size_t)> body) {
  while (count)
    body(--count);
}

void onThreads(size_t count, llvm::function_ref<void(size_t)> body) {
  std::vector<std::thread> threads;
  for (size_t t = 0; t < 3; ++t)
    threads.emplace_back([=] {
      for (size_t i = t; i < count; i += 3)
        body(i);
    });
  for (std::thread &thread : threads)
    thread.join();
}

std::vector<float> gaussians(size_t count, unsigned seed, float scale = 1) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, scale);
  std::vector<float> values(count);
  for (float &value : values)
    value = normal(random);
  return values;
}

/// Samples whose values rest on a few common causes.
std::vector<float> correlated(int64_t samples, int64_t size, unsigned seed) {
  int64_t causes = size / 4 + 1;
  std::vector<float> mix = gaussians(causes * size, seed);
  std::vector<float> hidden = gaussians(samples * causes, seed + 1);
  std::vector<float> result = gaussians(samples * size, seed + 2, 0.3f);
  for (int64_t s = 0; s < samples; ++s)
    for (int64_t i = 0; i < size; ++i)
      for (int64_t c = 0; c < causes; ++c)
        result[s * size + i] += hidden[s * causes + c] * mix[c * size + i];
  // Some are much larger than others.
  for (int64_t s = 0; s < samples; ++s)
    for (int64_t i = 0; i < size; i += 7)
      result[s * size + i] *= 5;
  return result;
}

/// sum of a bᵀ over samples, [size, size].
Matrix products(const std::vector<float> &a, const std::vector<float> &b,
                int64_t size) {
  Matrix sums(size * size);
  for (size_t at = 0; at < a.size(); at += size)
    for (int64_t i = 0; i < size; ++i)
      for (int64_t j = 0; j < size; ++j)
        sums[i * size + j] += double(a[at + i]) * b[at + j];
  return sums;
}

/// A matrix, and what became of it.
struct Case {
  Case(int64_t outputs, int64_t inputs, unsigned seed = 1)
      : outputs(outputs), inputs(inputs),
        weights(gaussians(outputs * inputs, seed, 0.02f)),
        codes(outputs * inputs, 0xAA), scales(outputs, -1) {}

  /// With the moments of correlated inputs.
  Case &withInputs(int64_t samples, unsigned seed = 7) {
    std::vector<float> x = correlated(samples, inputs, seed);
    moments = products(x, x, inputs);
    for (int64_t i = 0; i < inputs; ++i)
      for (int64_t j = 0; j <= i; ++j)
        triangle.push_back(static_cast<float>(moments[i * inputs + j]));
    statistics = {inputs, static_cast<uint64_t>(samples), triangle.data(),
                  nullptr};
    return *this;
  }

  int64_t groups() const {
    return options.sharing == ScaleSharing::Group
               ? (inputs + options.groupSize - 1) / options.groupSize
               : 1;
  }

  llvm::Expected<RoundingReport> tryRound(ParallelFor parallelFor = inOrder) {
    scales.assign(
        options.sharing == ScaleSharing::Matrix ? 1 : outputs * groups(), -1);
    WeightMatrix matrix{
        outputs, inputs,
        [&](int64_t first, int64_t count, float *values, int64_t stride) {
          for (int64_t o = 0; o < count; ++o)
            for (int64_t i = 0; i < inputs; ++i)
              values[i * stride + o] = weights[(first + o) * inputs + i];
        }};
    return roundMatrix(
        matrix, statistics.size ? &statistics : nullptr, options, parallelFor,
        {{codes.data(), inputs, 1},
         {scales.data(), options.sharing == ScaleSharing::Matrix ? 0 : groups(),
          options.sharing == ScaleSharing::Matrix ? 0 : 1}});
  }

  RoundingReport round(ParallelFor parallelFor = inOrder) {
    llvm::Expected<RoundingReport> result = tryRound(parallelFor);
    if (!result) {
      ADD_FAILURE() << llvm::toString(result.takeError());
      return {};
    }
    for (uint8_t code : codes)
      EXPECT_TRUE(rf8::isValid(code, options.format)) << int(code);
    return *result;
  }

  std::string error() {
    llvm::Expected<RoundingReport> result = tryRound();
    return result ? "" : llvm::toString(result.takeError());
  }

  double scaleOf(int64_t output, int64_t input) const {
    if (options.sharing == ScaleSharing::Matrix)
      return scales[0];
    int64_t group =
        options.sharing == ScaleSharing::Group ? input / options.groupSize : 0;
    return scales[output * groups() + group];
  }

  double lossOf(int64_t output, int64_t input) const {
    return weights[output * inputs + input] -
           rf8::decode(codes[output * inputs + input]) * scaleOf(output, input);
  }

  /// (w − ŵ) H (w − ŵ)ᵀ of an output, H from `moments`, or 1.
  double errorOf(int64_t output) const {
    double sum = 0;
    for (int64_t i = 0; i < inputs; ++i) {
      double row = moments.empty() ? lossOf(output, i) : 0;
      for (int64_t j = 0; j < inputs && !moments.empty(); ++j)
        row += moments[i * inputs + j] * lossOf(output, j);
      sum += lossOf(output, i) * row;
    }
    return sum;
  }

  double totalError() const {
    double sum = 0;
    for (int64_t output = 0; output < outputs; ++output)
      sum += errorOf(output);
    return sum;
  }

  /// Bits a weight: the entropy of magnitudes, and a bit for each sign.
  double entropy() const {
    std::array<double, 128> counts{};
    double signs = 0, bits = 0, total = codes.size();
    for (uint8_t code : codes) {
      ++counts[code & 127];
      signs += code != 0;
    }
    for (double count : counts)
      if (count)
        bits -= count * std::log2(count / total);
    return (bits + signs) / total;
  }

  int64_t outputs, inputs;
  std::vector<float> weights;
  Matrix moments;
  std::vector<float> triangle;
  weights::InputStatistics statistics;
  RoundingOptions options;
  std::vector<uint8_t> codes;
  std::vector<float> scales;
};

/// Error feedback by the textbook (Frantar et al., Optimal Brain Quantization
/// in the order of GPTQ): an explicit inverse of H, from which each rounded
/// input is eliminated.
std::vector<uint8_t> roundByInverse(const Case &c, double shareOfDiagonal,
                                    int64_t output) {
  int64_t n = c.inputs;
  Matrix h = c.moments, inverse(n * n);
  for (int64_t i = 0; i < n; ++i) {
    h[i * n + i] *= 1 + shareOfDiagonal;
    inverse[i * n + i] = 1;
  }
  for (int64_t k = 0; k < n; ++k) { // Gauss and Jordan
    double pivot = h[k * n + k];
    for (int64_t j = 0; j < n; ++j) {
      h[k * n + j] /= pivot;
      inverse[k * n + j] /= pivot;
    }
    for (int64_t i = 0; i < n; ++i) {
      double factor = i == k ? 0 : h[i * n + k];
      for (int64_t j = 0; factor != 0 && j < n; ++j) {
        h[i * n + j] -= factor * h[k * n + j];
        inverse[i * n + j] -= factor * inverse[k * n + j];
      }
    }
  }
  std::vector<int64_t> order(n);
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    return c.moments[a * n + a] > c.moments[b * n + b];
  });
  Matrix weights(n);
  for (int64_t i = 0; i < n; ++i)
    weights[i] = c.weights[output * n + i];
  std::vector<uint8_t> codes(n);
  for (int64_t i : order) {
    double scale = c.scaleOf(output, i);
    codes[i] = rf8::encodeNearest(static_cast<float>(weights[i] / scale),
                                  c.options.format);
    double pivot = inverse[i * n + i];
    double loss = (weights[i] - rf8::decode(codes[i]) * scale) / pivot;
    Matrix column(n);
    for (int64_t j = 0; j < n; ++j)
      column[j] = inverse[j * n + i];
    for (int64_t j = 0; j < n; ++j) {
      weights[j] -= loss * column[j];
      for (int64_t k = 0; k < n; ++k)
        inverse[j * n + k] -= column[j] * column[k] / pivot;
    }
  }
  return codes;
}

} // namespace

//===----------------------------------------------------------------------===//
// Without inputs
//===----------------------------------------------------------------------===//

TEST(Rounding, IsNearestByDefault) {
  for (Format format : {Format::E4R3, Format::E4R3D}) {
    Case c(65, 100);
    c.options.format = format;
    RoundingReport report = c.round();
    for (int64_t o = 0; o < c.outputs; ++o) {
      const float *row = c.weights.data() + o * c.inputs;
      float scale = rf8::absMaxScale(rf8::absMax(row, c.inputs));
      EXPECT_EQ(c.scales[o], scale);
      for (int64_t i = 0; i < c.inputs; ++i)
        EXPECT_EQ(c.codes[o * c.inputs + i],
                  rf8::encodeNearest(row[i] / scale, format));
    }
    EXPECT_NEAR(report.distortion / c.totalError(), 1, 1e-5);
    EXPECT_NEAR(report.rate, c.entropy(), 1e-9);
  }
}

TEST(Rounding, IsGreedyOnRequest) {
  Case c(3, 70);
  c.options.rounding = rf8::Rounding::Greedy;
  c.options.sharing = ScaleSharing::Matrix;
  c.round();
  EXPECT_EQ(c.scales[0],
            rf8::powerOfTwoScale(rf8::absMax(c.weights.data(), 210)));
  for (size_t i = 0; i < c.codes.size(); ++i)
    EXPECT_EQ(c.codes[i], rf8::encodeGreedy(c.weights[i] / c.scales[0]));
}

TEST(Rounding, SearchedScalesHaveLessError) {
  for (int64_t group : {0, 8, 12}) {
    Case c(70, 96);
    if (group) {
      c.options.sharing = ScaleSharing::Group;
      c.options.groupSize = group;
    }
    c.round();
    std::vector<double> before;
    for (int64_t o = 0; o < c.outputs; ++o)
      before.push_back(c.errorOf(o));
    c.options.searchScales = true;
    c.round();
    double sum = 0;
    for (int64_t o = 0; o < c.outputs; ++o) {
      EXPECT_LE(c.errorOf(o), before[o] * (1 + 1e-6));
      sum += c.errorOf(o) / before[o] / c.outputs;
    }
    EXPECT_LT(sum, 0.9);
  }
}

//===----------------------------------------------------------------------===//
// Error feedback
//===----------------------------------------------------------------------===//

TEST(Rounding, FeedbackIsThatOfTheTextbook) {
  for (int64_t inputs : {3, 50, 64, 150}) {
    Case c(6, inputs);
    c.withInputs(1000);
    c.options.sweeps = 0;
    c.options.format = Format::E4R3D;
    double share = double(inputs) / 1000;
    RoundingReport report = c.round();
    EXPECT_NEAR(report.distortion / c.totalError(), 1, 1e-3);
    int64_t same = 0;
    double expected = 0;
    for (int64_t o = 0; o < c.outputs; ++o) {
      std::vector<uint8_t> codes = roundByInverse(c, share, o);
      Case other = c;
      std::copy(codes.begin(), codes.end(), other.codes.begin() + o * inputs);
      expected += other.errorOf(o);
      for (int64_t i = 0; i < inputs; ++i)
        same += codes[i] == c.codes[o * inputs + i];
    }
    // What lies within f32's precision of a midpoint may go either way, and
    // takes the rest of its row along.
    EXPECT_GE(same, int64_t(0.9 * c.outputs * inputs)) << inputs;
    EXPECT_NEAR(c.totalError() / expected, 1, 0.02) << inputs;
  }
}

TEST(Rounding, FeedbackHasLessErrorThanNearest) {
  for (unsigned seed = 0; seed < 10; ++seed) {
    Case c(64, 40 + 13 * seed, seed + 1);
    c.round(); // nearest: there are no statistics yet
    c.withInputs(500, seed + 100);
    double nearest = c.totalError();
    c.options.sweeps = 0;
    c.round();
    double feedback = c.totalError();
    c.options.sweeps = 4;
    c.round();
    double swept = c.totalError();
    c.options.searchScales = true;
    c.round();
    double searched = c.totalError();
    EXPECT_LT(feedback, nearest);
    EXPECT_LT(swept, feedback);
    EXPECT_LT(searched, swept);
  }
}

TEST(Rounding, NoSingleCodeIsLeftToImprove) {
  Case c(5, 20);
  c.withInputs(400);
  c.options.sweeps = 50;
  c.options.damping = 0;
  c.round();
  for (int64_t o = 0; o < c.outputs; ++o) {
    double error = c.errorOf(o);
    for (int64_t i = 0; i < c.inputs; ++i) {
      uint8_t &code = c.codes[o * c.inputs + i];
      uint8_t kept = code;
      for (int other = 0; other < 256; ++other) {
        if (!rf8::isValid(other, c.options.format))
          continue;
        code = other;
        EXPECT_GE(c.errorOf(o), error * (1 - 1e-4));
      }
      code = kept;
    }
  }
}

TEST(Rounding, TriesOfAllCodesFindLittleMore) {
  // All combinations of the three codes around each weight.
  Case c(8, 7);
  c.withInputs(300);
  c.options.sweeps = 10;
  c.options.damping = 0;
  c.round();
  Case all = c;
  double sum = 0;
  for (int64_t o = 0; o < c.outputs; ++o) {
    double least = INFINITY;
    for (int combination = 0; combination < 2187; ++combination) {
      for (int64_t i = 0, rest = combination; i < c.inputs; ++i, rest /= 3) {
        uint8_t &code = all.codes[o * c.inputs + i];
        double scale = c.scales[o];
        code = rf8::encodeNearest(
            static_cast<float>(c.weights[o * c.inputs + i] / scale),
            Format::E4R3);
        // A step up or down in magnitude, past the code that is reserved.
        if (int step = rest % 3 - 1; step && (code & 127) > 0x20) {
          code += step;
          if ((code & 7) == 7)
            code += step;
          if ((code & 127) > rf8::kLargestCode)
            code -= 1;
        }
      }
      least = std::min(least, all.errorOf(o));
    }
    sum += c.errorOf(o) / least / c.outputs;
  }
  EXPECT_LT(sum, 1.6);
}

TEST(Rounding, LongSweepsDoNotSpoilScalesOfLeastSquares) {
  Case c(64, 90);
  c.withInputs(600);
  c.options.searchScales = true;
  double before = INFINITY;
  for (unsigned sweeps : {0, 1, 2, 4, 16}) {
    c.options.sweeps = sweeps;
    c.round();
    // The error that is lowered is the damped one.
    EXPECT_LT(c.totalError(), before * 1.01) << sweeps;
    before = std::min(before, c.totalError());
  }
}

TEST(Rounding, MakesUpForWhatInputsLost) {
  int64_t inputs = 80, samples = 2000;
  std::vector<float> x = correlated(samples, inputs, 3), y = x;
  // What the input was before: some of each other value, and noise.
  for (int64_t s = 0; s < samples; ++s)
    for (int64_t i = 0; i < inputs; ++i)
      y[s * inputs + i] += 0.02f * x[s * inputs + (i * 5 + 3) % inputs];
  SecondMoments sums(inputs, true);
  sums.add(x.data(), y.data(), samples, inputs, inOrder);

  Case c(40, inputs);
  c.options.format = Format::E4R3D;
  c.statistics = sums.get();
  auto errorOfOutputs = [&] {
    double sum = 0;
    for (int64_t s = 0; s < samples; ++s)
      for (int64_t o = 0; o < c.outputs; ++o) {
        double off = 0;
        for (int64_t i = 0; i < inputs; ++i) {
          double weight = c.weights[o * inputs + i];
          off += weight * y[s * inputs + i] -
                 (weight - c.lossOf(o, i)) * x[s * inputs + i];
        }
        sum += off * off;
      }
    return sum;
  };
  c.round();
  double with = errorOfOutputs();
  c.statistics.drift = nullptr;
  c.round();
  EXPECT_LT(with, 0.5 * errorOfOutputs());
}

//===----------------------------------------------------------------------===//
// Rate
//===----------------------------------------------------------------------===//

TEST(Rounding, ARateNeverRaisesTheSumOfErrorAndBits) {
  for (bool withInputs : {false, true}) {
    for (bool searchScales : {false, true}) {
      Case c(130, 100);
      if (withInputs)
        c.withInputs(1000);
      c.options.searchScales = searchScales;
      RoundingReport plain = c.round();
      double unit = plain.distortion / c.codes.size(), before = plain.rate;
      for (double rate : {0.1, 0.3, 1.0, 3.0, 10.0}) {
        c.options.rate = rate;
        RoundingReport report = c.round();
        EXPECT_NEAR(report.rate, c.entropy(), 1e-9);
        auto sum = [&](const RoundingReport &r) {
          return r.distortion / unit / c.codes.size() + rate * r.rate;
        };
        EXPECT_LT(sum(report), sum(plain)) << rate;
        EXPECT_LT(report.rate, before) << rate;
        before = report.rate;
      }
    }
  }
}

TEST(Rounding, CodesOfARateAreTheBestForTheirBits) {
  // Without inputs each weight can be looked at by itself: no other code has
  // less error and bits, for the bits that the final histogram gives.
  Case c(64, 500);
  c.options.rate = 1;
  RoundingReport plain = [&] {
    Case other = c;
    other.options.rate = 0;
    return other.round();
  }();
  c.round();
  double costOfBit = plain.distortion / c.codes.size();
  std::array<double, 128> counts{};
  for (uint8_t code : c.codes)
    ++counts[code & 127];
  auto bitsOf = [&](int code) {
    return std::log2(c.codes.size() / counts[code & 127]) + (code != 0);
  };
  double excess = 0;
  for (size_t i = 0; i < c.codes.size(); ++i) {
    double scale = c.scales[i / c.inputs];
    auto costOf = [&](int code) {
      double off = c.weights[i] - rf8::decode(code) * scale;
      return off * off + costOfBit * bitsOf(code);
    };
    double least = INFINITY;
    for (int code = 0; code < 256; ++code)
      if (rf8::isValid(code, c.options.format) && counts[code & 127])
        least = std::min(least, costOf(code));
    excess += costOf(c.codes[i]) - least;
  }
  // Bits have hardly changed since codes were chosen by them.
  EXPECT_LT(excess, 0.01 * costOfBit * c.codes.size());
}

//===----------------------------------------------------------------------===//
// What else there is
//===----------------------------------------------------------------------===//

TEST(Rounding, DoesNotDependOnHowWorkIsShared) {
  for (ScaleSharing sharing :
       {ScaleSharing::Output, ScaleSharing::Group, ScaleSharing::Matrix}) {
    Case c(200, 130);
    c.withInputs(300);
    c.options.sharing = sharing;
    c.options.groupSize = 32;
    c.options.searchScales = true;
    c.options.rate = 0.5;
    Case first = c;
    RoundingReport expected = first.round();
    for (ParallelFor parallelFor :
         {ParallelFor(backwards), ParallelFor(onThreads)}) {
      RoundingReport report = c.round(parallelFor);
      EXPECT_EQ(c.codes, first.codes);
      EXPECT_EQ(c.scales, first.scales);
      EXPECT_EQ(report.distortion, expected.distortion);
      EXPECT_EQ(report.rate, expected.rate);
    }
  }
}

TEST(Rounding, DoesNotDependOnTheSizeOfWeights) {
  for (int exponent : {-90, 90}) {
    Case c(70, 80);
    c.withInputs(300);
    c.options.searchScales = true;
    for (double rate : {0.0, 1.0}) {
      c.options.rate = rate;
      Case scaled = c;
      for (float &weight : scaled.weights)
        weight = std::ldexp(weight, exponent);
      RoundingReport expected = c.round(), report = scaled.round();
      EXPECT_EQ(scaled.codes, c.codes);
      for (int64_t o = 0; o < c.outputs; ++o)
        EXPECT_EQ(scaled.scales[o], std::ldexp(c.scales[o], exponent));
      EXPECT_EQ(report.rate, expected.rate);
      EXPECT_NEAR(std::ldexp(report.distortion, -2 * exponent) /
                      expected.distortion,
                  1, 1e-12);
    }
  }
}

TEST(Rounding, TakesWhatIsDegenerate) {
  for (float scale : {0.0f, 1e-44f, 1e-38f, 1e38f}) {
    for (auto [outputs, inputs] :
         {std::pair(1, 1), std::pair(1, 65), std::pair(65, 1)}) {
      Case c(outputs, inputs);
      std::fill(c.weights.begin(), c.weights.end(), scale);
      c.options.searchScales = true;
      for (double rate : {0.0, 1.0}) {
        c.options.rate = rate;
        c.round();
        for (float found : c.scales)
          EXPECT_TRUE(found > 0 && std::isfinite(found)) << scale;
        for (int64_t i = 0; i < inputs; ++i)
          EXPECT_NEAR(c.lossOf(0, i), 0, 0.1 * scale + 1e-44);
      }
    }
  }
}

TEST(Rounding, InputsThatWereNeverSeenAreRoundedByThemselves) {
  Case c(10, 40);
  c.withInputs(200);
  for (int64_t i = 0; i < 40; ++i)
    for (int64_t j = 0; j <= i; ++j)
      if (i % 2 || j % 2)
        c.triangle[weights::triangleSize(i) + j] = 0;
  c.round();
  for (int64_t o = 0; o < c.outputs; ++o)
    for (int64_t i = 1; i < 40; i += 2)
      EXPECT_EQ(c.codes[o * 40 + i],
                rf8::encodeNearest(c.weights[o * 40 + i] / c.scales[o],
                                   Format::E4R3));
  std::fill(c.triangle.begin(), c.triangle.end(), 0);
  c.round();
}

TEST(Rounding, FewerSamplesThanInputsAreDamped) {
  Case c(20, 100);
  c.withInputs(10);
  double nearest = [&] {
    Case other = c;
    other.statistics = {};
    other.round();
    return other.totalError();
  }();
  c.round();
  EXPECT_LT(c.totalError(), nearest);
  // Without damping there is no factor at first.
  c.options.damping = 0;
  c.round();
  EXPECT_LT(c.totalError(), nearest);
}

TEST(Rounding, SaysWhatIsWrong) {
  Case c(4, 8);
  c.weights[13] = NAN;
  EXPECT_EQ(c.error(), "expected finite weights but got NaN or infinity in a "
                       "matrix of 4 x 8");
  c.weights[13] = -INFINITY;
  EXPECT_EQ(c.error(), "expected finite weights but got NaN or infinity in a "
                       "matrix of 4 x 8");
  c.weights[13] = 0;
  c.withInputs(100);
  c.statistics.size = 7;
  EXPECT_EQ(c.error(), "expected statistics of inputs of 8 values but got "
                       "those of 7");
  c.statistics.size = 8;
  c.triangle[weights::triangleSize(5) + 2] = 1e30f;
  EXPECT_EQ(c.error(), "expected second moments but got a matrix that is not "
                       "positive semidefinite");
  c.options.rounding = rf8::Rounding::Greedy;
  EXPECT_EQ(c.error(), "expected rounding nearest with statistics, scale "
                       "search or a rate but got greedy");
}

//===----------------------------------------------------------------------===//
// SecondMoments
//===----------------------------------------------------------------------===//

TEST(SecondMoments, AreSumsOfProducts) {
  for (int64_t size : {1, 63, 64, 130}) {
    int64_t samples = 600, stride = size + 3;
    std::vector<float> x = gaussians(samples * size, 1);
    std::vector<float> y = gaussians(samples * size, 2);
    Matrix moments = products(x, x, size);
    std::vector<float> loss(x.size());
    for (size_t i = 0; i < x.size(); ++i)
      loss[i] = y[i] - x[i];
    Matrix drift = products(loss, x, size);

    std::vector<float> wideX(samples * stride, NAN), wideY = wideX;
    for (int64_t s = 0; s < samples; ++s) {
      std::copy_n(x.data() + s * size, size, wideX.data() + s * stride);
      std::copy_n(y.data() + s * size, size, wideY.data() + s * stride);
    }
    SecondMoments sums(size, true), same(size, true);
    for (auto [from, count] : {std::pair(0, 1), std::pair(1, 599)}) {
      sums.add(wideX.data() + from * stride, wideY.data() + from * stride,
               count, stride, inOrder);
      same.add(wideX.data() + from * stride, wideY.data() + from * stride,
               count, stride, onThreads);
    }
    weights::InputStatistics got = sums.get();
    EXPECT_EQ(got.samples, 600u);
    for (int64_t i = 0; i < size; ++i)
      for (int64_t j = 0; j < size; ++j) {
        if (j <= i)
          EXPECT_NEAR(got.moments[weights::triangleSize(i) + j],
                      moments[i * size + j], 1e-3);
        EXPECT_NEAR(got.drift[i * size + j], drift[i * size + j], 1e-3);
      }
    EXPECT_TRUE(std::equal(got.moments,
                           got.moments + weights::triangleSize(size),
                           same.get().moments));
    EXPECT_TRUE(
        std::equal(got.drift, got.drift + size * size, same.get().drift));
  }
}
