//===- Lanes.cpp - Codes of 64 outputs at a time
//----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Lanes.h"

#include "gg/RF8/Float.h"

#include <cstring>

using namespace gg::rounding;
using gg::rf8::Format;
namespace rf8 = gg::rf8;

#define GG_INLINE __attribute__((always_inline)) static inline

namespace {

using Vector __attribute__((vector_size(64))) = float;
using IntVector __attribute__((vector_size(64))) = int32_t;
constexpr int64_t kWidth = sizeof(Vector) / sizeof(float);

} // namespace

/// The value of a code by arithmetic: a table in memory would be a gather.
GG_INLINE float valueOf(uint8_t code) {
  uint32_t exponent = (code >> 3 & 15) + 112;
  uint32_t fraction = rf8::kFractions >> (code & 7) * 4 & 15;
  uint32_t bits = exponent << 23 | fraction << 19 | (code & 0x80u) << 24;
  return rf8::floatFromBits(code ? bits : 0);
}

/// The codes nearest to 64 centers, or those of least error and bits, where an
/// error of 1 counts `weight`. Adds what their bits cost to `cost`.
GG_INLINE void choose(const CodeBook &book, const float *centers,
                      const float *scales, float weight, uint8_t *codes,
                      double *cost) {
  float scaled[kLanes];
  for (int64_t l = 0; l < kLanes; ++l)
    scaled[l] = centers[l] / scales[l];
  if (!book.costOfBit) {
    if (book.rounding == rf8::Rounding::Greedy)
      for (int64_t l = 0; l < kLanes; ++l)
        codes[l] = rf8::encodeGreedy(scaled[l]);
    else if (book.format == Format::E4R3)
      for (int64_t l = 0; l < kLanes; ++l)
        codes[l] = rf8::encodeNearest(scaled[l], Format::E4R3);
    else
      for (int64_t l = 0; l < kLanes; ++l)
        codes[l] = rf8::encodeNearest(scaled[l], Format::E4R3D);
    return;
  }

  // What a bit costs in units of the scale's square, which f32 may not hold.
  float prices[kLanes];
  for (int64_t l = 0; l < kLanes; ++l)
    prices[l] = static_cast<float>(book.costOfBit /
                                   (double(weight) * scales[l] * scales[l]));
  int32_t best[kLanes];
  for (int64_t l = 0; l < kLanes; l += kWidth) {
    Vector center, price;
    std::memcpy(&center, scaled + l, sizeof(Vector));
    std::memcpy(&price, prices + l, sizeof(Vector));
    Vector magnitude = center < 0 ? -center : center;
    Vector least = Vector() + __builtin_inff();
    IntVector index = IntVector();
    for (int64_t i = 0; i < book.count; ++i) {
      Vector off = magnitude - book.magnitudes[i];
      Vector total = off * off + price * book.bits[i];
      IntVector better = total < least;
      index = better ? IntVector() + static_cast<int32_t>(i) : index;
      least = better ? total : least;
    }
    std::memcpy(best + l, &index, sizeof(IntVector));
  }
  for (int64_t l = 0; l < kLanes; ++l) {
    uint8_t code = book.codes[best[l]];
    codes[l] = code ? code | (scaled[l] < 0 ? 0x80 : 0) : 0;
    cost[l] += book.costOfBit * book.bits[best[l]];
  }
}

GG_FOR_EACH_CPU
void gg::rounding::roundWithFeedback(const CodeBook &book, const float *weights,
                                     float *sums, const float *feedback,
                                     const float *pivots,
                                     const PanelView &panel, double *error) {
  for (int64_t place = kLanes - 1; place >= 0; --place) {
    const float *scales = panel.scales[place];
    const float *weight = weights + place * kLanes;
    float *sum = sums + place * kLanes;
    float *residual = panel.residual + place * kLanes;
    uint8_t *codes = panel.codes + place * kLanes;
    float centers[kLanes];
    for (int64_t l = 0; l < kLanes; ++l)
      centers[l] = weight[l] + sum[l];
    choose(book, centers, scales, pivots[place], codes, error);
    for (int64_t l = 0; l < kLanes; ++l) {
      float value = valueOf(codes[l]) * scales[l];
      double off = centers[l] - value;
      residual[l] = weight[l] - value;
      error[l] += pivots[place] * off * off;
    }
    if (!feedback)
      continue;
    for (int64_t i = 0; i < place; ++i) {
      float factor = feedback[place * kLanes + i];
      float *to = sums + i * kLanes;
      for (int64_t l = 0; l < kLanes; ++l)
        to[l] += factor * residual[l];
    }
  }
}

GG_FOR_EACH_CPU
void gg::rounding::roundAnew(const CodeBook &book, float *gradient,
                             const float *moments, const float *diagonal,
                             const PanelView &panel, float *change) {
  double unused[kLanes] = {};
  for (int64_t place = 0; place < kLanes; ++place) {
    const float *scales = panel.scales[place];
    float *residual = panel.residual + place * kLanes;
    float *slope = gradient + place * kLanes;
    float *moved = change + place * kLanes;
    uint8_t *codes = panel.codes + place * kLanes;
    float centers[kLanes], before[kLanes];
    for (int64_t l = 0; l < kLanes; ++l) {
      before[l] = valueOf(codes[l]) * scales[l];
      centers[l] = before[l] + slope[l] / diagonal[place];
    }
    choose(book, centers, scales, diagonal[place], codes, unused);
    for (int64_t l = 0; l < kLanes; ++l) {
      moved[l] = before[l] - valueOf(codes[l]) * scales[l];
      residual[l] += moved[l];
    }
    if (!moments) {
      for (int64_t l = 0; l < kLanes; ++l)
        slope[l] += diagonal[place] * moved[l];
      continue;
    }
    for (int64_t i = 0; i < kLanes; ++i) {
      float factor = moments[place * kLanes + i];
      float *to = gradient + i * kLanes;
      for (int64_t l = 0; l < kLanes; ++l)
        to[l] += factor * moved[l];
    }
  }
}

GG_FOR_EACH_CPU
void gg::rounding::decodeLanes(const uint8_t *codes, int64_t count,
                               float *values) {
  for (int64_t l = 0; l < count; ++l)
    values[l] = valueOf(codes[l]);
}
