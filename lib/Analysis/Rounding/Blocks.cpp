//===- Blocks.cpp - Products of blocks of 64 columns ----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Blocks.h"

#include <cstring>

using namespace gg::rounding;

namespace {

/// As wide as any CPU's registers; narrower ones take several.
using Vector __attribute__((vector_size(64))) = float;
constexpr int64_t kWidth = sizeof(Vector) / sizeof(float);

} // namespace

/// A tile of `Height` by `Width` vectors of the block stays in registers while
/// all rows go by.
template <int Height, int Width>
__attribute__((always_inline)) static inline void
addTiles(int64_t rows, const float *a, const float *b, float *c) {
  static_assert(kLanes % Height == 0 && kLanes % (Width * kWidth) == 0);
  for (int64_t n = 0; n < kLanes; n += Width * kWidth) {
    for (int64_t m = 0; m < kLanes; m += Height) {
      Vector sums[Height][Width];
      for (int h = 0; h < Height; ++h)
        for (int w = 0; w < Width; ++w)
          std::memcpy(&sums[h][w], c + (m + h) * kLanes + n + w * kWidth,
                      sizeof(Vector));
      for (int64_t r = 0; r < rows; ++r) {
        Vector values[Width];
        for (int w = 0; w < Width; ++w)
          std::memcpy(&values[w], b + r * kLanes + n + w * kWidth,
                      sizeof(Vector));
        for (int h = 0; h < Height; ++h)
          for (int w = 0; w < Width; ++w)
            sums[h][w] += a[r * kLanes + m + h] * values[w];
      }
      for (int h = 0; h < Height; ++h)
        for (int w = 0; w < Width; ++w)
          std::memcpy(c + (m + h) * kLanes + n + w * kWidth, &sums[h][w],
                      sizeof(Vector));
    }
  }
}

// Tiles for 32 registers of 16 floats, 16 of 8, and 16 of 4.
#if defined(__x86_64__) && !LLVM_ADDRESS_SANITIZER_BUILD
__attribute__((target("avx512f"))) static void
addBlock(int64_t rows, const float *a, const float *b, float *c) {
  addTiles<8, 2>(rows, a, b, c);
}
__attribute__((target("arch=haswell"))) static void
addBlock(int64_t rows, const float *a, const float *b, float *c) {
  addTiles<4, 1>(rows, a, b, c);
}
__attribute__((target("default")))
#endif
static void addBlock(int64_t rows, const float *a, const float *b, float *c) {
  addTiles<2, 1>(rows, a, b, c);
}

void gg::rounding::addProduct(int64_t rows, const float *a, const float *b,
                              float *c) {
  addBlock(rows, a, b, c);
}
