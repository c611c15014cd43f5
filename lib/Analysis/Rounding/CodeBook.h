//===- CodeBook.h - Codes and what they cost ------------------------*- C++
//-*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_ANALYSIS_ROUNDING_CODEBOOK_H
#define GG_LIB_ANALYSIS_ROUNDING_CODEBOOK_H

#include "gg/RF8/Codec.h"

#include <array>
#include <cstdint>

namespace gg::rounding {

/// How often each code occurs.
using Histogram = std::array<int64_t, 256>;

/// Bits a code in the mean, for an ideal coder that knows how often each
/// magnitude occurs and spends a bit on each sign.
double entropy(const Histogram &histogram);

/// The codes to choose from, and what a bit of each costs in units of error.
struct CodeBook {
  rf8::Format format;
  rf8::Rounding rounding = rf8::Rounding::Nearest;
  /// λ in units of error; 0 where the nearest code is the best.
  double costOfBit = 0;
  /// Where it is not 0: the magnitudes that occur, and their bits, 0 first.
  int64_t count = 0;
  std::array<float, 128> magnitudes{}, bits{};
  std::array<uint8_t, 128> codes{};

  /// All codes, as `rounding` chooses them.
  CodeBook(rf8::Format format, rf8::Rounding rounding)
      : format(format), rounding(rounding) {}
  /// The cheapest of those that `histogram` has, with bits according to it.
  CodeBook(rf8::Format format, double costOfBit, const Histogram &histogram);
};

} // namespace gg::rounding

#endif // GG_LIB_ANALYSIS_ROUNDING_CODEBOOK_H
