//===- RF8Test.cpp - The codec against exact arithmetic -------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/RF8/Codec.h"
#include "gg/RF8/Float.h"
#include "gg/RF8/Packing.h"
#include "gg/Weights/Store.h"

#include <fstream>
#include <gtest/gtest.h>
#include <limits>
#include <set>
#include <sstream>

using namespace gg::rf8;

namespace {

/// Calls `check` on the fields of every line of the reference that starts with
/// `kind`; Inputs/rf8_reference.py writes it when the tests are built.
template <typename Check> void forEachLine(const char *kind, Check check) {
  std::ifstream file(GG_RF8_REFERENCE);
  ASSERT_TRUE(file) << GG_RF8_REFERENCE;
  std::string line, word;
  int lines = 0;
  while (std::getline(file, line)) {
    std::istringstream fields(line);
    fields >> word;
    if (word != kind)
      continue;
    ++lines;
    check(fields);
  }
  EXPECT_GT(lines, 200);
}

TEST(RF8Codec, DecodesEveryCode) {
  forEachLine("decode", [](std::istream &fields) {
    unsigned code, plain, dense, bits;
    fields >> code >> plain >> dense >> bits;
    EXPECT_EQ(isValid(code, Format::E4R3), plain) << code;
    EXPECT_EQ(isValid(code, Format::E4R3D), dense) << code;
    if (dense) {
      EXPECT_EQ(bitsFromFloat(decode(code)), bits) << code;
      EXPECT_EQ(decodeBF16(code), bits >> 16) << code;
    }
  });
}

TEST(RF8Codec, EncodesAsTheReference) {
  forEachLine("encode", [](std::istream &fields) {
    std::string format, rounding;
    unsigned bits, code;
    fields >> format >> rounding >> bits >> code;
    unsigned ours = encode(
        floatFromBits(bits), format == "e4r3" ? Format::E4R3 : Format::E4R3D,
        rounding == "greedy" ? Rounding::Greedy : Rounding::Nearest);
    EXPECT_EQ(ours, code) << format << " " << rounding << " " << std::hexfloat
                          << floatFromBits(bits);
  });
}

TEST(RF8Codec, EncodingACodesValueGivesTheCode) {
  for (unsigned code = 0; code < 256; ++code)
    for (Format format : {Format::E4R3, Format::E4R3D})
      if (isValid(code, format)) {
        EXPECT_EQ(encodeNearest(decode(code), format), code);
        if (format == Format::E4R3) {
          EXPECT_EQ(encodeGreedy(decode(code)), code);
        }
      }
}

TEST(RF8Codec, Saturates) {
  float infinity = std::numeric_limits<float>::infinity();
  for (Rounding rounding : {Rounding::Greedy, Rounding::Nearest}) {
    EXPECT_EQ(encode(infinity, Format::E4R3, rounding), kLargestCode);
    EXPECT_EQ(encode(-infinity, Format::E4R3, rounding), kLargestCode | 0x80);
    EXPECT_EQ(encode(2.5f, Format::E4R3D, rounding), kLargestCode);
    EXPECT_EQ(encode(-0.0f, Format::E4R3, rounding), 0);
  }
}

TEST(RF8Codec, ScalesOfTensors) {
  forEachLine("scale", [](std::istream &fields) {
    std::string kind;
    unsigned largest, scale;
    fields >> kind >> largest >> scale;
    EXPECT_EQ(bitsFromFloat(powerOfTwoScale(floatFromBits(largest))), scale)
        << std::hexfloat << floatFromBits(largest);
  });
}

TEST(RF8Codec, ScalesOfRows) {
  EXPECT_EQ(absMaxScale(0.0f), 1.0f);
  EXPECT_EQ(absMaxScale(1.875f), 1.0f);
  EXPECT_EQ(absMaxScale(3.0f), 3.0f / 1.875f);
  EXPECT_GT(absMaxScale(0x1p-149f), 0.0f);
  // The largest weight of a row becomes the largest code.
  for (float largest : {0x1.8p-120f, 0.1f, 7.0f, 3.4e38f})
    EXPECT_EQ(encodeNearest(largest / absMaxScale(largest), Format::E4R3),
              kLargestCode)
        << largest;
}

TEST(RF8Codec, LargestMagnitude) {
  float nan = std::numeric_limits<float>::quiet_NaN();
  float row[] = {0.5f, -3.0f, 1.0f};
  EXPECT_EQ(absMax(row, 3), 3.0f);
  EXPECT_EQ(absMax(row, 0), 0.0f);
  row[0] = -std::numeric_limits<float>::infinity();
  EXPECT_TRUE(std::isinf(absMax(row, 3)));
  row[2] = nan;
  EXPECT_TRUE(std::isnan(absMax(row, 3)));
}

TEST(RF8Float, HalfRoundTrips) {
  for (unsigned half = 0; half < 0x10000; ++half) {
    if ((half & 0x7C00) == 0x7C00 && (half & 0x3FF)) {
      EXPECT_TRUE(std::isnan(halfToFloat(half)));
      continue;
    }
    EXPECT_EQ(floatToHalf(halfToFloat(half)), half);
    if ((half & 0x7FFF) >= 0x7BFF)
      continue;
    // Half-way to the next one: to even.
    float tie = (halfToFloat(half) + halfToFloat(half + 1)) / 2;
    EXPECT_EQ(floatToHalf(tie), half & 1 ? half + 1 : half);
  }
  EXPECT_EQ(floatToHalf(65519.0f), 0x7BFF);
  EXPECT_EQ(floatToHalf(65520.0f), 0x7C00);
}

TEST(RF8Float, BF16Rounds) {
  EXPECT_EQ(floatToBF16(1.0f), 0x3F80);
  EXPECT_EQ(floatToBF16(0x1.01p0f), 0x3F80); // a tie, to even
  EXPECT_EQ(floatToBF16(0x1.03p0f), 0x3F82);
  EXPECT_EQ(floatToBF16(3.4e38f), 0x7F80);
  EXPECT_TRUE(std::isnan(bf16ToFloat(floatToBF16(floatFromBits(0x7F800001)))));
}

TEST(RF8Packing, EveryPlaceOnce) {
  for (auto [bytes, order] :
       {std::pair(1, BlockOrder::Codes), std::pair(2, BlockOrder::Pairs),
        std::pair(2, BlockOrder::Rows), std::pair(4, BlockOrder::Rows)})
    for (int64_t blocks : {1, 2, 4}) {
      Packing packing{blocks, bytes, order};
      std::set<int64_t> places;
      const int64_t outputs = 37, steps = 9;
      for (int64_t n = 0; n < outputs; ++n)
        for (int64_t k = 0; k < steps; ++k)
          places.insert(packing.index(n, k, steps));
      EXPECT_EQ(places.size(), size_t(outputs * steps));
      EXPECT_GE(*places.begin(), 0);
      EXPECT_LT(*places.rbegin(), packing.elements(outputs, steps));
    }
}

TEST(WeightsStore, GivesAlignedZeroesThatStay) {
  auto store = gg::WeightsStore::create();
  ASSERT_TRUE(store);
  uint8_t *small = store->allocate(3);
  uint8_t *large = store->allocate(size_t(40) << 20);
  uint8_t *after = store->allocate(1);
  ASSERT_TRUE(small && large && after);
  small[2] = 7;
  EXPECT_EQ(reinterpret_cast<uintptr_t>(large) % 64, 0u);
  EXPECT_EQ(large[(size_t(40) << 20) - 1], 0);
  EXPECT_EQ(small[2], 7);
  EXPECT_GE(store->size(), uint64_t(40) << 20);
}

TEST(WeightsStore, RefusesWhatHasNoRoom) {
  auto store = gg::WeightsStore::create();
  ASSERT_TRUE(store);
  EXPECT_EQ(store->allocate(size_t(1) << 60), nullptr);
}

} // namespace
