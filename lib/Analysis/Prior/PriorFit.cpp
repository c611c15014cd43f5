//===- PriorFit.cpp - Fits a generalized Gaussian to weights --------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/Prior/PriorFit.h"

#include "PowerSums.h"
#include "SpecialFunctions.h"

#include "llvm/ADT/STLExtras.h"
#include <algorithm>
#include <cmath>
#include <vector>

using namespace gg;

//===----------------------------------------------------------------------===//
// Moments
//===----------------------------------------------------------------------===//

/// The sum over all chunks, in order, of what `body` gives for one.
template <typename Sums, typename Body>
static Sums sumChunks(const WeightSamples &samples, ParallelFor parallel,
                      Body body) {
  std::vector<Sums> partial(samples.numChunks());
  samples.forEachChunk(parallel,
                       [&](size_t chunk, llvm::ArrayRef<float> weights) {
                         partial[chunk] = body(weights);
                       });
  Sums total{};
  for (const Sums &sums : partial)
    total += sums;
  return total;
}

namespace {

struct Extent {
  double sum = 0;
  float min = HUGE_VALF, max = -HUGE_VALF;
  bool isFinite = true;

  void operator+=(const Extent &other) {
    sum += other.sum;
    min = std::min(min, other.min);
    max = std::max(max, other.max);
    isFinite &= other.isFinite;
  }
};

struct Deviations {
  double absolute = 0, squared = 0;

  void operator+=(const Deviations &other) {
    absolute += other.absolute;
    squared += other.squared;
  }
};

} // namespace

/// Calls `body` with a lane and a weight, in a form that compilers vectorize.
template <typename Body>
static void forEachLane(llvm::ArrayRef<float> weights, Body body) {
  size_t whole = weights.size() / 8 * 8;
  for (size_t i = 0; i < whole; i += 8)
    for (size_t lane = 0; lane < 8; ++lane)
      body(lane, weights[i + lane]);
  for (size_t i = whole; i < weights.size(); ++i)
    body(i - whole, weights[i]);
}

static Extent measureExtent(llvm::ArrayRef<float> weights) {
  double sums[8] = {};
  float mins[8], maxs[8];
  std::fill_n(mins, 8, HUGE_VALF);
  std::fill_n(maxs, 8, -HUGE_VALF);
  forEachLane(weights, [&](size_t lane, float weight) {
    sums[lane] += weight;
    mins[lane] = weight < mins[lane] ? weight : mins[lane];
    maxs[lane] = weight > maxs[lane] ? weight : maxs[lane];
  });
  Extent extent;
  for (int lane = 0; lane < 8; ++lane)
    extent += {sums[lane], mins[lane], maxs[lane], true};
  // NaN and infinity survive every sum, which no float makes overflow.
  extent.isFinite = std::isfinite(extent.sum);
  return extent;
}

static Deviations sumDeviations(llvm::ArrayRef<float> weights, double mean) {
  double absolute[8] = {}, squared[8] = {};
  forEachLane(weights, [&](size_t lane, float weight) {
    double deviation = weight - mean;
    absolute[lane] += std::fabs(deviation);
    squared[lane] += deviation * deviation;
  });
  Deviations sums;
  for (int lane = 0; lane < 8; ++lane)
    sums += {absolute[lane], squared[lane]};
  return sums;
}

WeightMoments gg::measureMoments(const WeightSamples &samples,
                                 ParallelFor parallel) {
  auto extent = sumChunks<Extent>(samples, parallel, measureExtent);
  WeightMoments moments;
  moments.count = samples.size();
  moments.isFinite = extent.isFinite;
  if (moments.count == 0 || !moments.isFinite)
    return moments;
  moments.min = extent.min;
  moments.max = extent.max;
  // Rounding must not leave the weights' range.
  moments.mean = std::clamp<double>(extent.sum / double(moments.count),
                                    extent.min, extent.max);
  auto deviations = sumChunks<Deviations>(
      samples, parallel, [&](llvm::ArrayRef<float> weights) {
        return sumDeviations(weights, moments.mean);
      });
  moments.variance = deviations.squared / double(moments.count);
  moments.meanDeviation = deviations.absolute / double(moments.count);
  return moments;
}

double gg::shapeFromMomentRatio(double ratio) {
  // The ratio falls as the shape rises.
  double target = std::log(ratio);
  double low = std::log(kMinFittedShape), high = std::log(kMaxFittedShape);
  for (int i = 0; i < 60; ++i) {
    double middle = (low + high) / 2, a = std::exp(-middle);
    double value = logGamma(a) + logGamma(3 * a) - 2 * logGamma(2 * a);
    (value > target ? low : high) = middle;
  }
  return std::exp((low + high) / 2);
}

GeneralizedGaussian gg::fitByMoments(const WeightMoments &moments) {
  double ratio =
      moments.variance / (moments.meanDeviation * moments.meanDeviation);
  return GeneralizedGaussian::fromDeviation(
      shapeFromMomentRatio(ratio), std::sqrt(moments.variance), moments.mean);
}

//===----------------------------------------------------------------------===//
// Maximum likelihood
//===----------------------------------------------------------------------===//

namespace {

/// A mean and a shape, and the likeliest scale for them.
struct Point {
  double mean, shape;
  PowerSums sums;
  double logScale;      ///< of the scale in units
  double logLikelihood; ///< per weight
};

class LikelihoodFit {
public:
  LikelihoodFit(const WeightSamples &samples, double unit, ParallelFor parallel)
      : samples(samples), parallel(parallel), count(double(samples.size())),
        unit(unit) {}

  Point evaluate(double mean, double shape);
  /// Climbs until no step promises a gain that matters; with the mean held
  /// where `meanFraction` is 0.
  Point climb(Point point, double meanFraction = 1);
  Point climbParabolas(Point best);
  Point tryCusps(Point best);
  std::vector<double> sumPowersAround(llvm::ArrayRef<float> means, double v);

  PriorFit getFit(const Point &point) const {
    return {{point.shape, unit * std::exp(point.logScale), point.mean},
            point.logLikelihood,
            passes};
  }

private:
  double shapeStep(const Point &point, double &gain) const;
  double meanStep(const Point &point, double &gain) const;

  const WeightSamples &samples;
  ParallelFor parallel;
  double count, unit;
  int passes = 0;
};

} // namespace

Point LikelihoodFit::evaluate(double mean, double shape) {
  ++passes;
  Point point{mean, shape, {}, 0, 0};
  point.sums = sumChunks<PowerSums>(
      samples, parallel, [&](llvm::ArrayRef<float> weights) {
        return sumPowers(weights, mean, unit, shape);
      });
  point.logScale = std::log(shape * point.sums.power / count) / shape;
  point.logLikelihood = std::log(shape / (2 * unit)) - logGamma(1 / shape) -
                        point.logScale - 1 / shape;
  return point;
}

/// Newton's step of log v, and what it promises, on the profile likelihood
///   L(v) / n = log v - log G(1/v) - log(v S / n) / v - 1/v + const,
/// S being the sum of powers, S' and S'' its derivatives by v.
double LikelihoodFit::shapeStep(const Point &point, double &gain) const {
  double v = point.shape, a = 1 / v;
  double ratio = point.sums.powerLog / point.sums.power; // S' / S
  double spread = point.sums.powerLogLog / point.sums.power - ratio * ratio;
  double b = digamma(a) + v * point.logScale;
  double slope = a + b * a * a - ratio * a;
  double slopeOfB = -trigamma(a) * a * a + a + ratio;
  double curvature = -a * a + slopeOfB * a * a - 2 * b * a * a * a +
                     ratio * a * a - spread * a;
  // By log v.
  double gradient = slope * v;
  double second = curvature * v * v + gradient;
  double step = second < 0 ? -gradient / second : (gradient > 0 ? 0.5 : -0.5);
  step = std::clamp(step, -0.7, 0.7);
  step = std::clamp(step, std::log(kMinFittedShape / v),
                    std::log(kMaxFittedShape / v));
  gain = std::fabs(gradient * step) / 2;
  return step;
}

/// The step of the mean by Fisher scoring; the information of the mean is
/// v^2 G(2 - 1/v) / (a^2 G(1/v)). For v <= 1/2, where it is infinite, that of a
/// larger shape.
double LikelihoodFit::meanStep(const Point &point, double &gain) const {
  double v = std::max(point.shape, 0.6);
  double information =
      v * v *
      std::exp(logGamma(2 - 1 / v) - logGamma(1 / v) - 2 * point.logScale);
  double score = point.sums.signedSlope / point.sums.power; // v S / n = a^v
  double step = std::clamp(score / information, -0.5, 0.5);
  gain = std::fabs(score * step) / 2;
  return step * unit;
}

Point LikelihoodFit::climb(Point point, double meanFraction) {
  // Newton's steps get there at once; those of the mean get near.
  constexpr double kEnoughOfShape = 1e-9, kEnoughOfMean = 1e-7;
  constexpr int kMaxPasses = 100;
  double shapeFraction = 1;
  for (int pass = 0; pass < kMaxPasses; ++pass) {
    double shapeGain, meanGain;
    double stepOfShape = shapeFraction * shapeStep(point, shapeGain);
    double stepOfMean = meanFraction * meanStep(point, meanGain);
    // The likelihood is smooth in the shape but, at shape 1 and below, not in
    // the mean, which stays where three steps have failed.
    bool movesMean = meanFraction > 1.0 / 32 && meanGain > kEnoughOfMean;
    bool movesShape = shapeFraction > 1e-3 && shapeGain > kEnoughOfShape;
    if (!movesMean && !movesShape)
      break;
    Point next = evaluate(point.mean + (movesMean ? stepOfMean : 0),
                          point.shape * std::exp(stepOfShape));
    if (next.logLikelihood > point.logLikelihood) {
      point = next;
      shapeFraction = 1;
    } else if (movesMean) {
      meanFraction /= 4;
    } else {
      shapeFraction /= 4;
    }
  }
  return point;
}

/// Whether the cusps, one at each weight below shape 1, matter. With the
/// weights' distance near the mean, 2 a G(1 + 1/v) / n, one is about
/// (G(1 + 1/v) / n)^v / n deep. Below shape 1/2 nothing else finds the mean.
static bool hasDeepCusps(double v, double count) {
  constexpr double kEnough = 5e-7;
  double logDepth =
      v * (logGamma(1 + 1 / v) - std::log(count)) - std::log(count);
  if (v >= 0.75)
    return v < 1 && logDepth > std::log(kEnough);
  // Some are a few times as deep as the others.
  return v < 0.6 || logDepth > std::log(kEnough / 20);
}

/// Towards shape 1/2, at which slopes cease to have a variance, scoring no
/// longer finds the mean: goes to the vertex of parabolas that are wide enough
/// not to see cusps.
Point LikelihoodFit::climbParabolas(Point best) {
  if (best.shape >= 0.75)
    return best;
  for (double widths : {2.0, 0.5}) {
    double width = widths * unit * std::exp(best.logScale) / std::sqrt(count);
    double left = evaluate(best.mean - width, best.shape).logLikelihood;
    double right = evaluate(best.mean + width, best.shape).logLikelihood;
    double bend = left + right - 2 * best.logLikelihood;
    double offset = bend < 0 ? (left - right) / bend / 2 : 0;
    Point vertex =
        evaluate(best.mean + std::clamp(offset, -2.0, 2.0) * width, best.shape);
    if (vertex.logLikelihood > best.logLikelihood)
      best = vertex;
  }
  return climb(best, /*meanFraction=*/0);
}

/// The `wanted` weights nearest to `mean`, sorted, each once.
static std::vector<float> findNearest(const WeightSamples &samples, double mean,
                                      int64_t wanted) {
  std::vector<float> weights(samples.size());
  samples.read(0, weights);
  auto isNearer = [mean](float a, float b) {
    double left = std::fabs(a - mean), right = std::fabs(b - mean);
    return left != right ? left < right : a < b;
  };
  std::nth_element(weights.begin(), weights.begin() + wanted - 1, weights.end(),
                   isNearer);
  weights.resize(wanted);
  llvm::sort(weights);
  weights.erase(llvm::unique(weights), weights.end());
  return weights;
}

/// The sums of powers of shape `v` around some weights.
std::vector<double> LikelihoodFit::sumPowersAround(llvm::ArrayRef<float> means,
                                                   double v) {
  ++passes;
  std::vector<double> sums(means.size());
  parallel(means.size(), [&](size_t i) {
    sums[i] =
        sumChunks<PowerSums>(samples, serialFor,
                             [&](llvm::ArrayRef<float> weights) {
                               return sumPowers(weights, means[i], unit, v);
                             })
            .power;
  });
  return sums;
}

/// Tries the weights around the mean as the mean, where that pays.
Point LikelihoodFit::tryCusps(Point best) {
  constexpr int64_t kMostWeights = 1 << 22;
  // A gain of this size means that the mean was not known as well as thought.
  constexpr double kFar = 1e-5;
  // The mean is known to within some a / sqrt(n).
  int64_t candidates =
      int64_t(std::min(count, std::max(256.0, 2 * std::sqrt(count))));
  if (!hasDeepCusps(best.shape, count) || count > kMostWeights ||
      candidates < 2)
    return best;
  std::vector<float> weights = findNearest(samples, best.mean, candidates);
  // All of them where there are few weights, else every so many first, and then
  // more around the best; deeper cusps take a finer grid.
  int64_t powers = best.shape < 0.6 ? 1 << 21 : 1 << 17;
  int64_t atOnce = std::max<int64_t>(8, powers / samples.size());
  llvm::ArrayRef<float> range = weights;
  float mean;
  // Among many weights, one some way off is no less likely that one would see.
  int64_t fineEnough = std::max<int64_t>(1, samples.size() / 20000);
  for (int64_t stride = fineEnough + 1; stride > fineEnough;) {
    stride = std::max<int64_t>(1, int64_t(range.size()) / atOnce);
    std::vector<float> some;
    for (size_t i = 0; i < range.size(); i += stride)
      some.push_back(range[i]);
    std::vector<double> sums = sumPowersAround(some, best.shape);
    int64_t nearest = llvm::min_element(sums) - sums.begin();
    mean = some[nearest];
    size_t low = std::max<int64_t>(0, (nearest - 1) * stride);
    range =
        range.slice(low, std::min<size_t>(2 * stride + 1, range.size() - low));
  }
  Point cusp = climb(evaluate(mean, best.shape), /*meanFraction=*/0);
  if (cusp.logLikelihood > best.logLikelihood + kFar)
    return tryCusps(cusp);
  return cusp.logLikelihood > best.logLikelihood ? cusp : best;
}

/// The median of up to 2^16 of the weights, evenly spaced.
static double estimateMedian(const WeightSamples &samples) {
  constexpr int64_t kMost = 1 << 16;
  int64_t step = (samples.size() + kMost - 1) / kMost;
  WeightSamples some =
      samples.slice(0, (samples.size() + step - 1) / step, step);
  std::vector<float> weights(some.size());
  some.read(0, weights);
  auto middle = weights.begin() + some.size() / 2;
  std::nth_element(weights.begin(), middle, weights.end());
  return *middle;
}

PriorFit gg::fitByLikelihood(const WeightSamples &samples,
                             const WeightMoments &moments,
                             ParallelFor parallel) {
  double unit =
      std::max(moments.max - moments.mean, moments.mean - moments.min);
  double shape = fitByMoments(moments).shape, mean = moments.mean;
  // Outliers draw the mean of a heavy-tailed sample away, not its median.
  bool isHeavyTailed = shape < 1;
  if (isHeavyTailed)
    mean = estimateMedian(samples);
  // Most of the way is gone with one weight in 16.
  constexpr int64_t kSkip = 16, kLeast = kSkip * 4096;
  if (samples.size() >= kLeast) {
    WeightSamples some = samples.slice(0, samples.size() / kSkip, kSkip);
    LikelihoodFit fit(some, unit, parallel);
    Point point = fit.evaluate(mean, shape);
    if (isHeavyTailed)
      point = fit.climb(point, /*meanFraction=*/0);
    point = fit.climb(point);
    mean = point.mean;
    shape = point.shape;
  }
  LikelihoodFit fit(samples, unit, parallel);
  Point point = fit.evaluate(mean, shape);
  if (isHeavyTailed)
    point = fit.climb(point, /*meanFraction=*/0);
  return fit.getFit(fit.tryCusps(fit.climbParabolas(fit.climb(point))));
}

double gg::meanLogLikelihood(const WeightSamples &samples,
                             const GeneralizedGaussian &distribution,
                             ParallelFor parallel) {
  auto sums = sumChunks<PowerSums>(
      samples, parallel, [&](llvm::ArrayRef<float> weights) {
        return sumPowers(weights, distribution.mean, distribution.scale,
                         distribution.shape);
      });
  return distribution.logDensity(distribution.mean) -
         sums.power / double(samples.size());
}
