//===- ExpGolombTest.cpp - Codes of ranks by exp-Golomb -------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Weights/ExpGolomb.h"
#include "SampleBytes.h"
#include "gtest/gtest.h"

using namespace gg::test;
using namespace gg::weights;

using Bytes = std::vector<uint8_t>;

/// The bytes that a frame stands for; empty where it is refused. Both are of
/// their exact size on the heap, for AddressSanitizer.
static Bytes decode(const Bytes &frame, size_t size) {
  Bytes data(size);
  return decodeExpGolomb(frame.data(), frame.size(), data.data(), size)
             ? data
             : Bytes();
}

// Worked out on paper: 7 has rank 0 and code 1, 9 has rank 1 and code 010.
TEST(ExpGolomb, WritesWhatThePaperSays) {
  Bytes data{7, 7, 9, 7};
  Bytes expected{0, 1, 7, 9, 0b11010100, 0, 0, 0, 0, 0, 0, 0, 0};
  EXPECT_EQ(encodeExpGolomb(data.data(), data.size()), expected);
  EXPECT_EQ(decode(expected, 4), data);
}

/// Bits of a rank's code, from its definition.
static size_t length(size_t rank, int order) {
  size_t digits = 0;
  for (size_t value = rank + (size_t(1) << order); value; value /= 2)
    ++digits;
  return digits + (digits - 1 - static_cast<size_t>(order));
}

TEST(ExpGolomb, ChoosesTheShortestOrder) {
  for (const SampleBytes &sample : sampleBytes(5000)) {
    Bytes frame = encodeExpGolomb(sample.bytes.data(), sample.bytes.size());
    size_t ranks = frame[1] + 1u, least = SIZE_MAX, ofByte[256] = {};
    for (size_t rank = 0; rank < ranks; ++rank)
      ofByte[frame[2 + rank]] = rank;
    for (int order = 0; order < 8; ++order) {
      size_t bits = 0;
      for (uint8_t byte : sample.bytes)
        bits += length(ofByte[byte], order);
      least = std::min(least, bits);
    }
    EXPECT_EQ(frame.size(), 2 + ranks + (least + 7) / 8 + 8) << sample.name;
  }
}

TEST(ExpGolomb, ReadsWhatItWrites) {
  for (size_t size : {1, 2, 3, 255, 256, 4096, 100'001})
    for (const SampleBytes &sample : sampleBytes(size))
      EXPECT_EQ(decode(encodeExpGolomb(sample.bytes.data(), size), size),
                sample.bytes)
          << sample.name << ", " << size;
}

TEST(ExpGolomb, RefusesTheWrongSize) {
  for (const SampleBytes &sample : sampleBytes(300)) {
    Bytes frame = encodeExpGolomb(sample.bytes.data(), 300);
    EXPECT_EQ(decode(frame, 270), Bytes()) << sample.name;
    EXPECT_EQ(decode(frame, 330), Bytes()) << sample.name;
    for (size_t size = 0; size < frame.size(); ++size)
      EXPECT_EQ(
          decode(Bytes(frame.begin(), frame.begin() + static_cast<long>(size)),
                 300),
          Bytes())
          << sample.name << ", " << size;
  }
}

TEST(ExpGolomb, SurvivesBitFlips) {
  for (const SampleBytes &sample : sampleBytes(300)) {
    Bytes frame = encodeExpGolomb(sample.bytes.data(), 300);
    for (size_t bit = 0; bit < frame.size() * 8; ++bit) {
      Bytes flipped = frame;
      flipped[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      decode(flipped, 300);
    }
  }
}

TEST(ExpGolomb, RefusesWhatIsNoFrame) {
  Bytes good{0, 1, 7, 9, 0b11010100, 0, 0, 0, 0, 0, 0, 0, 0};
  auto refuses = [&](size_t at, uint8_t byte) {
    Bytes bad = good;
    bad[at] = byte;
    return decode(bad, 4).empty();
  };
  EXPECT_TRUE(refuses(0, 8)) << "an order beyond 7";
  EXPECT_TRUE(refuses(1, 0)) << "a rank beyond the values";
  EXPECT_TRUE(refuses(1, 255)) << "values beyond the frame";
  EXPECT_TRUE(refuses(4, 0)) << "a code without an end";
}
