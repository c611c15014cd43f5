//===- PriorTest.cpp - Generalized Gaussians and their fits ---------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/Prior/PriorFit.h"
#include "gg/Analysis/Prior/QuantileRemap.h"
#include "gg/Analysis/Prior/WeightReport.h"
#include "gg/RF8/Float.h"
#include "gtest/gtest.h"

#include <cmath>
#include <random>

using namespace gg;
using weights::ElementType;

static WeightSamples samplesOf(const std::vector<float> &weights) {
  return {ElementType::F32, reinterpret_cast<const char *>(weights.data()),
          int64_t(weights.size())};
}

/// The quantiles of (i + 1/2) / count.
static std::vector<float> drawEvenly(const GeneralizedGaussian &distribution,
                                     int count) {
  std::vector<float> weights(count);
  for (int i = 0; i < count; ++i)
    weights[i] = float(distribution.quantile((i + 0.5) / count));
  return weights;
}

static std::vector<float> drawRandomly(const GeneralizedGaussian &distribution,
                                       int count, unsigned seed) {
  std::mt19937_64 random(seed);
  std::uniform_real_distribution<double> uniform(1e-12, 1 - 1e-12);
  std::vector<float> weights(count);
  for (float &weight : weights)
    weight = float(distribution.quantile(uniform(random)));
  return weights;
}

static PriorFit fit(const std::vector<float> &weights) {
  WeightSamples samples = samplesOf(weights);
  return fitByLikelihood(samples, measureMoments(samples));
}

static void reversedFor(size_t count, llvm::function_ref<void(size_t)> body) {
  while (count-- > 0)
    body(count);
}

//===----------------------------------------------------------------------===//
// The distribution
//===----------------------------------------------------------------------===//

TEST(GeneralizedGaussian, IsGaussianAtShape2) {
  GeneralizedGaussian gg{2, 3 * std::sqrt(2.0), 1};
  EXPECT_NEAR(std::sqrt(gg.variance()), 3, 1e-14);
  EXPECT_NEAR(gg.meanDeviation(), 3 * std::sqrt(2 / M_PI), 1e-14);
  EXPECT_NEAR(gg.entropy(), 0.5 * std::log2(2 * M_PI * M_E * 9), 1e-14);
  for (double x : {-60., -20., -2., 1., 1.5, 4., 30.}) {
    double z = (x - 1) / 3;
    EXPECT_NEAR(gg.logDensity(x),
                -z * z / 2 - std::log(3 * std::sqrt(2 * M_PI)), 1e-12);
    double cdf = std::erfc(-z / std::sqrt(2.0)) / 2;
    EXPECT_NEAR(gg.cdf(x) / cdf, 1, 1e-12) << x;
    EXPECT_NEAR(gg.survival(2 - x) / cdf, 1, 1e-12) << x;
  }
}

TEST(GeneralizedGaussian, IsLaplaceAtShape1) {
  GeneralizedGaussian gg{1, 0.5, -2};
  EXPECT_NEAR(gg.variance(), 0.5, 1e-15);
  EXPECT_NEAR(gg.entropy(), std::log2(2 * 0.5 * M_E), 1e-14);
  for (double d : {0., 0.1, 1., 10., 200.}) {
    EXPECT_NEAR(gg.density(-2 - d), std::exp(-d / 0.5), 1e-14);
    EXPECT_NEAR(gg.cdf(-2 - d) / (std::exp(-d / 0.5) / 2), 1, 1e-12);
    EXPECT_NEAR(gg.probability(-2 + d, -2 + d + 0.5) /
                    (std::exp(-d / 0.5) / 2 * (1 - std::exp(-1.0))),
                1, 1e-10);
  }
}

TEST(GeneralizedGaussian, QuantilesInvertTheDistribution) {
  for (double shape : {0.1, 0.3, 0.5, 1., 1.7, 2., 5., 10., 60.}) {
    GeneralizedGaussian gg{shape, 0.02, 0};
    double previous = -HUGE_VAL;
    for (double p : {1e-300, 1e-100, 1e-20, 1e-5, 0.01, 0.2, 0.4999}) {
      double x = gg.quantile(p);
      EXPECT_GT(x, previous);
      EXPECT_NEAR(gg.cdf(x) / p, 1, 1e-9) << shape << " " << p;
      EXPECT_EQ(gg.upperQuantile(p), -x);
      previous = x;
    }
    EXPECT_EQ(gg.quantile(0.5), 0);
    EXPECT_EQ(gg.quantile(0), -HUGE_VAL);
    EXPECT_EQ(gg.quantile(1), HUGE_VAL);
  }
}

//===----------------------------------------------------------------------===//
// Fits
//===----------------------------------------------------------------------===//

TEST(PriorFit, FindsShapesFromATenthToTen) {
  for (double shape : {0.1, 0.2, 0.5, 0.8, 1., 1.3, 2., 4., 10.}) {
    GeneralizedGaussian truth{shape, 0.02, 0.003};
    std::vector<float> weights = drawRandomly(truth, 60000, 7);
    PriorFit found = fit(weights);
    // Five standard errors, and more, of the shape.
    EXPECT_NEAR(found.distribution.shape / shape, 1, 0.04) << shape;
    // No worse than the truth.
    EXPECT_GE(found.logLikelihood,
              meanLogLikelihood(samplesOf(weights), truth) - 1e-6)
        << shape;
    EXPECT_NEAR(found.logLikelihood,
                meanLogLikelihood(samplesOf(weights), found.distribution),
                1e-6);
  }
}

TEST(PriorFit, MomentsOfTheDistributionGiveItsShape) {
  for (double shape : {0.1, 0.5, 1., 2., 10.}) {
    GeneralizedGaussian gg{shape, 1, 0};
    double ratio = gg.variance() / (gg.meanDeviation() * gg.meanDeviation());
    EXPECT_NEAR(shapeFromMomentRatio(ratio) / shape, 1, 1e-9);
  }
  // Two values are less spread than uniform weights.
  EXPECT_NEAR(shapeFromMomentRatio(1.0), kMaxFittedShape, 1e-9);
}

TEST(PriorFit, DoesNotDependOnUnitAndOffset) {
  std::vector<float> weights = drawRandomly({1.4, 1, 0}, 5000, 1);
  double shape = fit(weights).distribution.shape;
  for (double unit : {1e-35, 1e-3, 1e30}) {
    std::vector<float> scaled = weights;
    for (float &weight : scaled)
      weight = float(weight * unit);
    PriorFit found = fit(scaled);
    EXPECT_NEAR(found.distribution.shape, shape, 1e-5) << unit;
    EXPECT_NEAR(found.distribution.scale / unit,
                fit(weights).distribution.scale, 1e-5);
  }
  // Far from zero, where floats are coarse.
  for (float &weight : weights)
    weight = weight / 64 + 1000;
  PriorFit found = fit(weights);
  EXPECT_NEAR(found.distribution.shape, shape, 0.01);
  EXPECT_NEAR(found.distribution.mean, 1000, 0.001);
}

TEST(PriorFit, KnowsWhatCannotBeFitted) {
  float nan = std::nanf(""), infinity = HUGE_VALF;
  EXPECT_FALSE(measureMoments(samplesOf({1, nan, 2})).isFinite);
  EXPECT_FALSE(measureMoments(samplesOf({1, infinity})).isFinite);
  EXPECT_FALSE(measureMoments(samplesOf({infinity, -infinity})).isFinite);
  EXPECT_TRUE(measureMoments(samplesOf({3e38f, 3e38f, 3e38f})).isFinite);
  EXPECT_TRUE(measureMoments(samplesOf({3e38f, 3e38f})).isConstant());
  EXPECT_TRUE(measureMoments(samplesOf({})).isConstant());
  EXPECT_TRUE(measureMoments(samplesOf({-0.0f, 0.0f})).isConstant());
}

TEST(PriorFit, StaysFiniteOnWhatIsNoGeneralizedGaussian) {
  std::vector<float> pruned(4096), two(4096), outlier(4096, 1e-6f);
  for (size_t i = 0; i < pruned.size(); ++i) {
    pruned[i] = i % 8 == 0 ? float(i) / 4096 - 0.5f : 0;
    two[i] = i % 2 ? 1 : -1;
    outlier[i] *= float(i % 5);
  }
  outlier[77] = 3e38f;
  for (const std::vector<float> &weights :
       {pruned, two, outlier, {0, 1}, {-3e38f, 3e38f, 1}, {1e-45f, 0, 0}}) {
    PriorFit found = fit(weights);
    EXPECT_TRUE(std::isfinite(found.logLikelihood));
    EXPECT_GE(found.distribution.shape, kMinFittedShape);
    EXPECT_LE(found.distribution.shape, kMaxFittedShape);
    EXPECT_GT(found.distribution.scale, 0);
    EXPECT_TRUE(std::isfinite(found.distribution.mean));
  }
}

TEST(PriorFit, DoesNotDependOnTheOrderOfChunks) {
  std::vector<float> weights = drawRandomly({0.9, 0.1, 0.01}, 200000, 3);
  WeightSamples samples = samplesOf(weights);
  WeightMoments moments = measureMoments(samples);
  PriorFit forward = fitByLikelihood(samples, moments);
  PriorFit backward = fitByLikelihood(
      samples, measureMoments(samples, reversedFor), reversedFor);
  EXPECT_EQ(forward.distribution.shape, backward.distribution.shape);
  EXPECT_EQ(forward.distribution.scale, backward.distribution.scale);
  EXPECT_EQ(forward.distribution.mean, backward.distribution.mean);
}

TEST(WeightSamples, ReadsTypesSlicesAndRepetitions) {
  std::vector<uint16_t> halves, bf16s;
  std::vector<float> floats = {1, -2.5, 0.125, 7, 100, -0.5};
  for (float value : floats) {
    halves.push_back(rf8::floatToHalf(value));
    bf16s.push_back(rf8::floatToBF16(value));
  }
  auto read = [](const WeightSamples &samples) {
    std::vector<float> values(samples.size());
    samples.read(0, values);
    return values;
  };
  WeightSamples half(ElementType::F16, (const char *)halves.data(), 6);
  WeightSamples bf16(ElementType::BF16, (const char *)bf16s.data(), 6);
  EXPECT_EQ(read(half), floats);
  EXPECT_EQ(read(bf16), floats);
  EXPECT_EQ(read(half.slice(1, 2, 3)), (std::vector<float>{-2.5, 100}));
  EXPECT_EQ(read(samplesOf(floats).slice(1, 5).slice(0, 2, 4)),
            (std::vector<float>{-2.5, -0.5}));
  EXPECT_EQ(read({ElementType::F32, (const char *)floats.data(), 3, 0}),
            (std::vector<float>{1, 1, 1}));
}

//===----------------------------------------------------------------------===//
// The histogram
//===----------------------------------------------------------------------===//

TEST(WeightHistogram, CountsInOrder) {
  std::vector<float> weights = drawRandomly({0.7, 1, 0}, 200000, 5);
  weights.insert(weights.end(),
                 {0.0f, -0.0f, 3.4e38f, -3.4e38f, 1e-45f, -1e-45f});
  WeightHistogram histogram(samplesOf(weights));
  int64_t before = 0;
  double high = -HUGE_VAL;
  for (const WeightHistogram::Bin &bin : histogram.bins()) {
    EXPECT_EQ(bin.before, before);
    EXPECT_GE(bin.low, high);
    EXPECT_LE(bin.low, bin.mean);
    EXPECT_LE(bin.mean, bin.high);
    before += bin.count;
    high = bin.high;
  }
  EXPECT_EQ(before, int64_t(weights.size()));
  for (float weight : weights) {
    const WeightHistogram::Bin &bin = histogram.bins()[histogram.find(weight)];
    EXPECT_LE(bin.low, weight);
    EXPECT_GE(bin.high, weight);
  }
}

TEST(WeightHistogram, QuantilesAndRanksAreThoseOfTheSortedWeights) {
  std::vector<float> weights = drawRandomly({1.5, 0.1, 0}, 100000, 11);
  WeightHistogram histogram(samplesOf(weights));
  std::sort(weights.begin(), weights.end());
  for (int i : {0, 10, 1000, 30000, 70000, 99000, 99999}) {
    // Nowhere do more weights share a bin than near the deviation.
    EXPECT_NEAR(histogram.rank(weights[i]), i + 0.5, 40) << i;
    EXPECT_NEAR(histogram.quantile((i + 0.5) / 100000), weights[i],
                std::fabs(weights[i]) / 128)
        << i;
  }
}

//===----------------------------------------------------------------------===//
// Reports
//===----------------------------------------------------------------------===//

TEST(WeightReport, PredictsTheRatesOfItsDistribution) {
  for (double shape : {0.5, 1., 2.}) {
    GeneralizedGaussian gg{shape, 0.02, 0};
    std::vector<float> weights = drawRandomly(gg, 512 * 512, 2);
    RateTable rates =
        measureRates(samplesOf(weights), {512, 512, 1, 512}, serialFor);
    // One scale stands for those of all channels, whose mixing adds a little.
    for (RateFormat format : kRateFormats)
      EXPECT_NEAR(predictRate(gg, format, 512, rates.step), rates[format].bits,
                  format == RateFormat::INT8 ? 0.1 : 0.05)
          << getName(format).str() << " of shape " << shape;
    // The step was chosen so, up to what is uneven within it.
    EXPECT_NEAR(rates[RateFormat::Uniform].meanSquaredError /
                    rates[RateFormat::E4R3D].meanSquaredError,
                1, shape < 1 ? 0.1 : 0.01);
    EXPECT_LT(excessBits(rates, gg), 0.003);
    EXPECT_GT(excessBits(rates, {shape * 1.5, 0.02, 0}), 0.02);
  }
}

TEST(WeightReport, RatesKnowTheirScales) {
  // In columns, every weight is the largest code or zero.
  std::vector<float> weights = {1, 0, -3, 1, 0, -3, 0, 7, 3};
  RateTable rates = measureRates(samplesOf(weights), {3, 3, 3, 1}, serialFor);
  for (RateFormat format :
       {RateFormat::E4R3, RateFormat::E4R3D, RateFormat::INT8})
    EXPECT_LT(rates[format].meanSquaredError, 1e-12);
  // With one scale they are not.
  rates = measureRates(samplesOf(weights), {3, 3, 3, 3}, serialFor);
  EXPECT_GT(rates[RateFormat::E4R3].meanSquaredError, 1e-4);
}

TEST(WeightReport, LevelsFarOutAreCounted) {
  std::vector<float> weights = {1e30f, -1e30f, 0.1f, 0.2f, 0.2f};
  RateTable rates = measureRates(samplesOf(weights), {1, 5, 1, 5}, serialFor,
                                 /*step=*/0.1);
  EXPECT_NEAR(rates[RateFormat::Uniform].bits,
              3 * 0.2 * std::log2(5.) + 0.4 * std::log2(2.5), 1e-12);
}

//===----------------------------------------------------------------------===//
// DeepShape
//===----------------------------------------------------------------------===//

static void expectInOrder(const std::vector<float> &weights,
                          const QuantileRemap &remap, double strength) {
  std::vector<float> sorted = weights;
  std::sort(sorted.begin(), sorted.end());
  float previous = -HUGE_VALF;
  for (float weight : sorted) {
    float moved = float(remap(weight, strength));
    ASSERT_GE(moved, previous) << weight << " at strength " << strength;
    previous = moved;
  }
}

TEST(QuantileRemap, KeepsTheOrder) {
  std::vector<float> rounded = drawRandomly({1.2, 0.1, 0.02}, 20000, 1);
  for (float &weight : rounded)
    weight = rf8::bf16ToFloat(rf8::floatToBF16(weight));
  std::vector<float> outliers = drawRandomly({1.8, 0.1, 0}, 20000, 2);
  for (int i = 0; i < 20; ++i)
    outliers[i] *= 50;
  for (const std::vector<float> &weights :
       {drawRandomly({0.5, 0.1, 0}, 20000, 3), rounded, outliers,
        std::vector<float>{-1, 0, 1e-45f, 0, 3e38f}}) {
    WeightHistogram histogram(samplesOf(weights));
    GeneralizedGaussian prior = fit(weights).distribution;
    for (auto [shape, scale] : {std::pair(0.8, 0.6), std::pair(1.5, 2.)}) {
      QuantileRemap remap(
          histogram, {prior.shape * shape, prior.scale * scale, prior.mean});
      for (Outliers kept : {Outliers{0, 0}, Outliers{3, 200}, Outliers{30, 5}})
        for (double strength : {0.1, 0.5, 1.}) {
          remap.keep(kept);
          expectInOrder(weights, remap, strength);
        }
    }
  }
}

TEST(QuantileRemap, StaysAtStrength0AndArrivesAtStrength1) {
  std::vector<float> weights = drawRandomly({1.5, 0.1, 0}, 100000, 4);
  WeightHistogram histogram(samplesOf(weights));
  GeneralizedGaussian target{1.2, 0.06, 0};
  QuantileRemap remap(histogram, target);
  std::vector<float> moved;
  for (float weight : weights) {
    ASSERT_EQ(float(remap(weight, 0)), weight);
    moved.push_back(float(remap(weight, 1)));
  }
  PriorFit found = fit(moved);
  EXPECT_NEAR(found.distribution.shape, 1.2, 0.01);
  EXPECT_NEAR(found.distribution.scale, 0.06, 0.0005);
  EXPECT_LT(largestDifference(WeightHistogram(samplesOf(moved)), target), 1e-3);
}

TEST(QuantileRemap, OutliersStayAndNothingPassesThem) {
  std::vector<float> weights = drawEvenly({2, 1, 0}, 10000);
  WeightHistogram histogram(samplesOf(weights));
  QuantileRemap remap(histogram, {2, 5, 0});
  remap.keep({100, 300});
  float low = weights[100], high = weights[10000 - 300];
  int64_t stayed = 0;
  for (float weight : weights) {
    float moved = float(remap(weight, 1));
    if (weight < low || weight >= high) {
      EXPECT_EQ(moved, weight);
      ++stayed;
    } else {
      // Bins that outliers share with others stay, too.
      EXPECT_GE(moved, low - 0.02f);
      EXPECT_LE(moved, high + 0.02f);
    }
  }
  EXPECT_EQ(stayed, 400);
}

TEST(QuantileRemap, FindsTheAuthorsOutliers) {
  // 1500 of each of -1, 0 and 1; 900 of 2 and 10 of -5.
  std::vector<float> weights;
  for (auto [value, count] :
       {std::pair(-1.f, 1500), std::pair(0.f, 1500), std::pair(1.f, 1500),
        std::pair(2.f, 900), std::pair(-5.f, 10)})
    weights.insert(weights.end(), count, value);
  WeightHistogram histogram(samplesOf(weights));
  Outliers found = findOutliers(histogram, 1, 1000);
  EXPECT_EQ(found.low, 10);
  EXPECT_EQ(found.high, 900);
  found = findOutliers(histogram, 1, 5000);
  EXPECT_EQ(found.low + found.high, int64_t(weights.size()));
}

TEST(QuantileRemap, WeighsErrorsOfRowsOrColumns) {
  std::vector<float> weights = drawRandomly({1.2, 0.1, 0}, 300 * 200, 6);
  WeightSamples samples = samplesOf(weights);
  WeightHistogram histogram(samples);
  QuantileRemap remap(histogram, {1, 0.06, 0});
  for (bool ofRows : {true, false}) {
    // The first rows, or columns, matter; their weights are larger.
    std::vector<double> factors(ofRows ? 300 : 200);
    for (size_t i = 0; i < factors.size(); ++i)
      factors[i] = 1.0 / double(i + 1);
    double error = 0;
    for (int64_t i = 0; i < 60000; ++i) {
      size_t at = ofRows ? i / 200 : i % 200;
      error += factors[at] * std::pow(remap(weights[i], 1) - weights[i], 2);
    }
    std::vector<double> importance =
        sumFactors(histogram, samples, 200, factors, ofRows);
    EXPECT_NEAR(remap.squaredError(importance) / (error / 60000), 1, 0.01);
  }
}

TEST(QuantileRemap, ChoosesNoWorseThanStayingAndMoreForALowerPrice) {
  for (double shape : {0.5, 1., 2.}) {
    GeneralizedGaussian gg{shape, 0.1, 0};
    std::vector<float> weights = drawRandomly(gg, 50000, 8);
    WeightHistogram histogram(samplesOf(weights));
    QuantileRemap remap(histogram, {shape * 0.8, 0.06, 0});
    double step = 0.1 * std::sqrt(gg.variance()), previousRate = HUGE_VAL;
    for (double lambda : {0., 1., 10., 1000., 1e9}) {
      RemapChoice choice = chooseRemap(remap, histogram.size(), step, lambda);
      double price = lambda * std::log(2.) / 6 * step * step;
      EXPECT_LE(choice.squaredError + price * choice.rateAfter,
                price * choice.rateBefore);
      EXPECT_LE(choice.rateAfter, previousRate);
      previousRate = choice.rateAfter;
      if (lambda == 0)
        EXPECT_EQ(choice.strength, 0);
      // The error is that of the weights.
      double sum = 0;
      for (float weight : weights)
        sum += std::pow(remap(weight, choice.strength) - weight, 2);
      EXPECT_NEAR(sum / 50000, choice.squaredError, 0.01 * choice.squaredError);
    }
  }
}
