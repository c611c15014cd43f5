//===- SecondMoments.cpp - Sums of products of inputs ---------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/Rounding/SecondMoments.h"

#include "Blocks.h"

#include <algorithm>
#include <cstring>
#include <vector>

using namespace gg::rounding;

/// Samples that are added up before their sum joins that of all: short sums
/// keep f32's precision, and their panels stay in the L2 cache.
static constexpr int64_t kChunk = 256;

SecondMoments::SecondMoments(int64_t size, bool withDrift)
    : size(size), moments(new float[weights::triangleSize(size)]()),
      drift(withDrift ? new float[size * size]() : nullptr) {}

/// Copies up to 64 columns of samples into a panel, less those of `minus`.
static void fillPanel(const float *samples, const float *minus, int64_t count,
                      int64_t stride, int64_t first, int64_t size,
                      float *panel) {
  int64_t columns = std::min(kLanes, size - first);
  for (int64_t r = 0; r < count; ++r, panel += kLanes) {
    const float *from = samples + r * stride + first;
    std::memcpy(panel, from, columns * sizeof(float));
    for (int64_t c = 0; minus && c < columns; ++c)
      panel[c] -= minus[r * stride + first + c];
  }
}

void SecondMoments::add(const float *samples, const float *originals,
                        int64_t count, int64_t stride,
                        ParallelFor parallelFor) {
  int64_t panels = panelsFor(size), panelFloats = kChunk * kLanes;
  std::vector<float> inputs(panels * panelFloats);
  std::vector<float> losses(drift ? panels * panelFloats : 0);
  this->samples += count;
  for (int64_t from = 0; from < count; from += kChunk) {
    int64_t rows = std::min(kChunk, count - from);
    const float *chunk = samples + from * stride;
    parallelFor(panels, [&](size_t panel) {
      fillPanel(chunk, nullptr, rows, stride, panel * kLanes, size,
                inputs.data() + panel * panelFloats);
      if (drift)
        fillPanel(originals + from * stride, chunk, rows, stride,
                  panel * kLanes, size, losses.data() + panel * panelFloats);
    });
    // Adds a block of left x rightᵀ to the rows of a matrix.
    auto addTo = [&](int64_t left, int64_t right, const float *panelsOfLeft,
                     auto rowOf, auto lengthOf) {
      alignas(64) float block[kLanes * kLanes] = {};
      addProduct(rows, panelsOfLeft + left * panelFloats,
                 inputs.data() + right * panelFloats, block);
      int64_t end = std::min(kLanes, size - left * kLanes);
      for (int64_t i = 0; i < end; ++i) {
        float *row = rowOf(left * kLanes + i) + right * kLanes;
        int64_t length = std::clamp<int64_t>(
            lengthOf(left * kLanes + i) - right * kLanes, 0, kLanes);
        for (int64_t j = 0; j < length; ++j)
          row[j] += block[i * kLanes + j];
      }
    };
    // By rows of blocks, the longest first.
    parallelFor(panels, [&](size_t index) {
      int64_t left = panels - 1 - index;
      for (int64_t right = 0; right <= left; ++right)
        addTo(
            left, right, inputs.data(),
            [&](int64_t i) { return moments.get() + weights::triangleSize(i); },
            [](int64_t i) { return i + 1; });
      for (int64_t right = 0; drift && right < panels; ++right)
        addTo(
            left, right, losses.data(),
            [&](int64_t i) { return drift.get() + i * size; },
            [&](int64_t) { return size; });
    });
  }
}

gg::weights::InputStatistics SecondMoments::get() const {
  return {size, samples, moments.get(), drift.get()};
}
