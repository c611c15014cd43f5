//===- PowerSums.cpp - Sums of powers of deviations -----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Eight lanes of doubles, whatever the CPU has: compilers split them. No
// product is fused with a sum, so that every CPU computes the same.
//
//===----------------------------------------------------------------------===//

#include "PowerSums.h"

#include <cstdint>
#include <cstring>

#pragma clang fp contract(off)

using namespace gg;

#if defined(__x86_64__) && defined(__linux__)
#define GG_TARGET_CLONES                                                       \
  __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define GG_TARGET_CLONES
#endif
// Vectors in signatures need instructions that not every clone has.
#define GG_INLINE static inline __attribute__((always_inline))

namespace {

constexpr int kLanes = 8;
typedef double Vector __attribute__((vector_size(kLanes * sizeof(double))));
typedef uint64_t Bits __attribute__((vector_size(kLanes * sizeof(double))));
typedef float Floats __attribute__((vector_size(kLanes * sizeof(float))));

/// Adding it rounds to an integer, which the low bits of the sum are.
constexpr double kRounder = 0x1.8p52;
constexpr double kLog2 = 0.693147180559945309417232121458;

} // namespace

/// log(y) and 1/y for normal y > 0: of y = 2^e m with m from sqrt(1/2) to
/// sqrt(2), log m is 2 atanh s with s = (m - 1) / (m + 1), |s| < 0.172. Both
/// quotients have one division.
GG_INLINE void logarithm(const Vector &y, Vector &result, Vector &inverse) {
  constexpr uint64_t kHalfRootTwo = 0x3FE6A09E667F3BCD, kBias = 1023;
  Bits exponent = ((Bits)y - kHalfRootTwo + (kBias << 52)) >> 52;
  Vector m = (Vector)((Bits)y - ((exponent - kBias) << 52));
  // As a double: with the high bits of 2^52, the low bits are an integer.
  Vector e = (Vector)(exponent | 0x4330000000000000) - (0x1p52 + kBias);
  Vector both = 1.0 / ((m + 1.0) * y);
  inverse = (m + 1.0) * both;
  Vector s = (m - 1.0) * y * both;
  Vector z = s * s;
  Vector series = z * (1.0 / 13) + 1.0 / 11;
  series = series * z + 1.0 / 9;
  series = series * z + 1.0 / 7;
  series = series * z + 1.0 / 5;
  series = series * z + 1.0 / 3;
  series = series * z + 1.0;
  result = e * kLog2 + s * (series + series);
}

/// exp(x) for |x| < 700: 2^n exp(r), |r| <= log(2) / 2, by Taylor's series.
GG_INLINE void exponential(const Vector &x, Vector &result) {
  // log(2) in two parts, of which n times the first is exact.
  constexpr double kLog2High = 6.93147180369123816490e-01;
  constexpr double kLog2Low = 1.90821492927058770002e-10;
  Vector shifted = x * (1 / kLog2) + kRounder;
  Vector n = shifted - kRounder;
  Vector r = (x - n * kLog2High) - n * kLog2Low;
  Vector series = r * (1.0 / 3628800) + 1.0 / 362880;
  series = series * r + 1.0 / 40320;
  series = series * r + 1.0 / 5040;
  series = series * r + 1.0 / 720;
  series = series * r + 1.0 / 120;
  series = series * r + 1.0 / 24;
  series = series * r + 1.0 / 6;
  series = series * r + 0.5;
  series = series * r + 1.0;
  series = series * r + 1.0;
  result = (Vector)((Bits)series + ((Bits)shifted << 52));
}

namespace {

/// The sums of every eighth weight.
struct LaneSums {
  Vector power, powerLog, powerLogLog, signedSlope;
};

} // namespace

/// Adds the terms of eight weights, of those whose lane in `valid` is all
/// ones.
GG_INLINE void addTerms(LaneSums &sums, const Floats &weights,
                        const Bits &valid, double mean, double inverseUnit,
                        double shape) {
  constexpr double kSmallest = 1e-300; // stands for 0, whose terms are 0
  Vector y = (__builtin_convertvector(weights, Vector) - mean) * inverseUnit;
  Bits sign = (Bits)y & (uint64_t(1) << 63);
  y = (Vector)((Bits)y ^ sign);
  Bits isCounted = (Bits)(y > kSmallest) & valid;
  y = (Vector)(((Bits)y & isCounted) | ((Bits)(Vector{} + 1.0) & ~isCounted));
  Vector log, inverse, power;
  logarithm(y, log, inverse);
  Vector exponent = log * shape;
  Bits isNormal = (Bits)(exponent > -700.0);
  exponent = (Vector)((Bits)exponent & isNormal);
  exponential(exponent, power);
  power = (Vector)((Bits)power & isNormal & isCounted);
  Vector powerLog = power * log;
  sums.power += power;
  sums.powerLog += powerLog;
  sums.powerLogLog += powerLog * log;
  sums.signedSlope += (Vector)((Bits)(power * inverse) | sign);
}

static double addLanes(const Vector &lanes) {
  double sum = 0;
  for (int lane = 0; lane < kLanes; ++lane)
    sum += lanes[lane];
  return sum;
}

GG_TARGET_CLONES
static void sumLanes(const float *weights, size_t count, double mean,
                     double inverseUnit, double shape, LaneSums *result) {
  LaneSums sums = {};
  const Bits all = ~Bits{};
  Floats block;
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    std::memcpy(&block, weights + i, sizeof block);
    addTerms(sums, block, all, mean, inverseUnit, shape);
  }
  Bits valid{};
  block = Floats{};
  for (int lane = 0; i < count; ++i, ++lane) {
    block[lane] = weights[i];
    valid[lane] = ~uint64_t(0);
  }
  addTerms(sums, block, valid, mean, inverseUnit, shape);
  *result = sums;
}

PowerSums gg::sumPowers(llvm::ArrayRef<float> weights, double mean, double unit,
                        double shape) {
  LaneSums lanes;
  sumLanes(weights.data(), weights.size(), mean, 1 / unit, shape, &lanes);
  return {addLanes(lanes.power), addLanes(lanes.powerLog),
          addLanes(lanes.powerLogLog), addLanes(lanes.signedSlope)};
}
