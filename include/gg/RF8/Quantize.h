//===- Quantize.h - Rows of weights to RF8 ----------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Quantizes a matrix row by row, in two passes over its rows: the first finds
// the largest weight of each scale, the second encodes. No row but the current
// one has to be in memory.
//
//===----------------------------------------------------------------------===//

#ifndef GG_RF8_QUANTIZE_H
#define GG_RF8_QUANTIZE_H

#include "gg/RF8/Codec.h"

#include <algorithm>

namespace gg::rf8 {

/// Which weights of a matrix share a scale: tiles of rowBlock x columnBlock.
struct ScaleGrid {
  int64_t rows, columns;
  int64_t rowBlock, columnBlock;

  int64_t columnBlocks() const {
    return (columns + columnBlock - 1) / columnBlock;
  }
  int64_t count() const {
    return (rows + rowBlock - 1) / rowBlock * columnBlocks();
  }
  /// The first of the scales of a row; there are columnBlocks() in sequence.
  int64_t firstOfRow(int64_t row) const {
    return row / rowBlock * columnBlocks();
  }
  int64_t index(int64_t row, int64_t column) const {
    return firstOfRow(row) + column / columnBlock;
  }
};

/// Raises `largest`, the scales' largest magnitudes, to those of a row.
inline void absMaxRow(const ScaleGrid &grid, int64_t row, const float *weights,
                      float *largest) {
  largest += grid.firstOfRow(row);
  // By their bits, so that NaN counts as the largest.
  auto raise = [](float &to, float found) {
    if (detail::bitsOf(found) > detail::bitsOf(to))
      to = found;
  };
  if (grid.columnBlock == 1) {
    for (int64_t c = 0; c < grid.columns; ++c)
      raise(largest[c], std::fabs(weights[c]));
    return;
  }
  for (int64_t c = 0, b = 0; c < grid.columns; c += grid.columnBlock, ++b)
    raise(largest[b],
          absMax(weights + c, std::min(grid.columnBlock, grid.columns - c)));
}

/// Encodes a row whose scales are known.
inline void encodeRow(const ScaleGrid &grid, int64_t row, const float *weights,
                      const float *scales, Format format, Rounding rounding,
                      uint8_t *codes) {
  scales += grid.firstOfRow(row);
  // Copies, since a code, being a byte, could be part of anything in memory.
  const int64_t columns = grid.columns, block = grid.columnBlock;
  auto run = [=](auto encode) {
    if (block == 1) {
      for (int64_t c = 0; c < columns; ++c)
        codes[c] = encode(weights[c] / scales[c]);
      return;
    }
    for (int64_t c = 0, b = 0; c < columns; c += block, ++b) {
      const float scale = scales[b];
      const int64_t end = std::min(c + block, columns);
      for (int64_t i = c; i < end; ++i)
        codes[i] = encode(weights[i] / scale);
    }
  };
  if (rounding == Rounding::Greedy)
    run([](float value) { return encodeGreedy(value); });
  else if (format == Format::E4R3)
    run([](float value) { return encodeNearest(value, Format::E4R3); });
  else
    run([](float value) { return encodeNearest(value, Format::E4R3D); });
}

} // namespace gg::rf8

#endif // GG_RF8_QUANTIZE_H
