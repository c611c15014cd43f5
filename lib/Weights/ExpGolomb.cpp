//===- ExpGolomb.cpp - Codes of ranks by exp-Golomb -----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Weights/ExpGolomb.h"

#include <algorithm>
#include <cstring>

using namespace gg::weights;

static constexpr int maxOrder = 7;
static constexpr size_t padding = 8;
/// Of the largest rank in order 0: 256 in binary, behind 8 zeros.
static constexpr int maxLength = 17;

/// How many bits the code of a rank has.
static int lengthOf(uint32_t rank, int order) {
  int digits = 32 - __builtin_clz(rank + (1u << order));
  return 2 * digits - 1 - order;
}

//===----------------------------------------------------------------------===//
// Encoding
//===----------------------------------------------------------------------===//

namespace {

struct Value {
  uint8_t byte;
  size_t count;
};

/// Appends bits, the high ones first.
class BitWriter {
public:
  explicit BitWriter(std::vector<uint8_t> &bytes) : bytes(bytes) {}

  void put(uint32_t value, int length) {
    word = word << length | value;
    for (pending += length; pending >= 8; pending -= 8)
      bytes.push_back(static_cast<uint8_t>(word >> (pending - 8)));
  }
  void flush() { put(0, -pending & 7); }

private:
  std::vector<uint8_t> &bytes;
  uint64_t word = 0;
  int pending = 0;
};

} // namespace

/// The byte values that occur, the most frequent first.
static std::vector<Value> rank(const uint8_t *data, size_t size) {
  std::vector<Value> values(256);
  for (size_t byte = 0; byte < 256; ++byte)
    values[byte].byte = static_cast<uint8_t>(byte);
  for (size_t i = 0; i < size; ++i)
    ++values[data[i]].count;
  std::sort(values.begin(), values.end(), [](const Value &a, const Value &b) {
    return a.count != b.count ? a.count > b.count : a.byte < b.byte;
  });
  while (!values.back().count)
    values.pop_back();
  return values;
}

static int bestOrder(const std::vector<Value> &values) {
  int best = 0;
  size_t least = SIZE_MAX;
  for (int order = 0; order <= maxOrder; ++order) {
    size_t bits = 0;
    for (uint32_t rank = 0; rank < values.size(); ++rank)
      bits += values[rank].count * static_cast<size_t>(lengthOf(rank, order));
    if (bits < least) {
      least = bits;
      best = order;
    }
  }
  return best;
}

std::vector<uint8_t> gg::weights::encodeExpGolomb(const uint8_t *data,
                                                  size_t size) {
  std::vector<Value> values = rank(data, size);
  int order = bestOrder(values);
  std::vector<uint8_t> frame{static_cast<uint8_t>(order),
                             static_cast<uint8_t>(values.size() - 1)};
  uint32_t codes[256] = {};
  int lengths[256] = {};
  for (uint32_t rank = 0; rank < values.size(); ++rank) {
    uint8_t byte = values[rank].byte;
    frame.push_back(byte);
    codes[byte] = rank + (1u << order);
    lengths[byte] = lengthOf(rank, order);
  }
  BitWriter bits(frame);
  for (size_t i = 0; i < size; ++i)
    bits.put(codes[data[i]], lengths[data[i]]);
  bits.flush();
  frame.insert(frame.end(), padding, 0);
  return frame;
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

bool gg::weights::decodeExpGolomb(const uint8_t *frame, size_t frameSize,
                                  uint8_t *data, size_t size) {
  if (frameSize < 2 || frame[0] > maxOrder)
    return false;
  int order = frame[0];
  size_t ranks = size_t(frame[1]) + 1;
  if (frameSize < 2 + ranks + padding)
    return false;
  const uint8_t *values = frame + 2;
  const uint8_t *bits = values + ranks;
  size_t end = (frameSize - 2 - ranks - padding) * 8;
  size_t at = 0;
  for (size_t i = 0; i < size;) {
    if (at >= end)
      return false;
    uint64_t word;
    std::memcpy(&word, bits + at / 8, sizeof(word));
    word = __builtin_bswap64(word) << at % 8;
    // 57 bits or more: three codes.
    for (size_t last = std::min(i + 3, size); i < last; ++i) {
      // With no bit set, the low one makes the code too long.
      int length = 2 * __builtin_clzll(word | 1) + 1 + order;
      if (length > maxLength)
        return false;
      uint64_t rank = (word >> (64 - length)) - (uint64_t(1) << order);
      if (rank >= ranks)
        return false;
      data[i] = values[rank];
      word <<= length;
      at += static_cast<size_t>(length);
    }
  }
  return at <= end && end - at < 8;
}
