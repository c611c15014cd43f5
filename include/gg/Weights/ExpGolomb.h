//===- ExpGolomb.h - Codes of ranks by exp-Golomb ------------- -*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The entropy code of BackSlash (arXiv 2504.16968): byte values are numbered
// from the most to the least frequent one, and a number n is written as an
// exp-Golomb code of order k: n + 2^k in binary, behind as many zeros as that
// has digits, less k + 1. Of signed codes that are symmetric, a magnitude's two
// signs have neighbouring ranks.
//
// A frame:
//
//   u8      k, at most 7
//   u8      how many byte values occur, less 1
//   u8 …    these values by rank
//   …       the codes, from the high bit of each byte on, filled up by zeros
//   u8 × 8  zeros, so that a decoder may read whole words
//
//===----------------------------------------------------------------------===//

#ifndef GG_WEIGHTS_EXPGOLOMB_H
#define GG_WEIGHTS_EXPGOLOMB_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gg::weights {

/// The frame of `size` bytes, at least one, of the order k that makes it
/// shortest.
std::vector<uint8_t> encodeExpGolomb(const uint8_t *data, size_t size);

/// Writes `size` bytes. False where the frame does not stand for just as many.
bool decodeExpGolomb(const uint8_t *frame, size_t frameSize, uint8_t *data,
                     size_t size);

} // namespace gg::weights

#endif // GG_WEIGHTS_EXPGOLOMB_H
