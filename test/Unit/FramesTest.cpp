//===- FramesTest.cpp - Frames of each code -------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Weights/Frames.h"
#include "Artifact/FrameEncoder.h"
#include "SampleBytes.h"
#include "gg/Weights/Checksum.h"
#include "gtest/gtest.h"

#include <cmath>

using namespace gg::test;
using namespace gg::weights;
using gg::artifact::FrameEncoder;

using Bytes = std::vector<uint8_t>;

namespace {

class Frames : public testing::TestWithParam<FrameCode> {
protected:
  Frame encode(const Bytes &piece, size_t elementBytes) {
    Frame frame;
    FrameEncoder encoder(GetParam());
    llvm::ArrayRef<uint8_t> bytes = encoder.encode(piece, elementBytes, frame);
    stored.assign(bytes.begin(), bytes.end());
    EXPECT_EQ(frame.bytes, stored.size());
    return frame;
  }

  /// The piece of a frame; empty where it is refused.
  Bytes decode(Frame frame, size_t elementBytes, size_t size) {
    Bytes piece(size);
    FrameDecoder decoder;
    bool good =
        decoder.decode(frame, stored.data(), elementBytes, piece.data(), size);
    return good ? piece : Bytes();
  }

  /// The same of bytes that somebody changed and summed up again.
  Bytes decodeSealed(Frame frame, size_t elementBytes, size_t size) {
    frame.bytes = stored.size();
    frame.checksum = checksum(stored.data(), stored.size());
    return decode(frame, elementBytes, size);
  }

  Bytes stored;
};

} // namespace

INSTANTIATE_TEST_SUITE_P(Codes, Frames,
                         testing::Values(FrameCode::Zstd,
                                         FrameCode::ExpGolomb));

TEST_P(Frames, StandForTheirPiece) {
  for (size_t elementBytes : {1, 2, 4, 8})
    for (size_t size : {1, 2, 3, 7, 8, 9, 1000, 4099, 1 << 20})
      for (const SampleBytes &sample : sampleBytes(size)) {
        Frame frame = encode(sample.bytes, elementBytes);
        EXPECT_LE(frame.bytes, size);
        EXPECT_EQ(decode(frame, elementBytes, size), sample.bytes)
            << sample.name << ", " << size << " / " << elementBytes;
      }
}

TEST_P(Frames, AreRawWhereTheCodeDoesNotPay) {
  Bytes random = sampleBytes(5000).front().bytes;
  EXPECT_EQ(encode(random, 1).code, FrameCode::Raw);
  EXPECT_EQ(stored, random);
  EXPECT_EQ(encode({1}, 1).code, FrameCode::Raw);
}

static double entropyOf(const Bytes &bytes) {
  size_t counts[256] = {};
  for (uint8_t byte : bytes)
    ++counts[byte];
  double bits = 0, total = static_cast<double>(bytes.size());
  for (size_t count : counts)
    if (count)
      bits -= static_cast<double>(count) *
              std::log2(static_cast<double>(count) / total);
  return bits / total;
}

// Huffman's codes are near the entropy of few values too, where matches are
// easily found by chance.
TEST_P(Frames, AreSmall) {
  double margin = GetParam() == FrameCode::Zstd ? 0.08 : 0.5;
  for (int shift : {0, 3}) {
    Bytes codes = sampleBytes(1 << 20)[3].bytes;
    for (uint8_t &code : codes)
      code = static_cast<uint8_t>(code >> shift);
    Frame frame = encode(codes, 1);
    EXPECT_EQ(frame.code, GetParam());
    EXPECT_LE(static_cast<double>(frame.bytes) / (1 << 17),
              entropyOf(codes) + margin)
        << shift;
  }
}

TEST(ZstdFrames, FindRepetitions) {
  Bytes unit = sampleBytes(4096).front().bytes;
  Bytes bytes;
  for (int i = 0; i < 64; ++i)
    bytes.insert(bytes.end(), unit.begin(), unit.end());
  Frame frame;
  FrameEncoder encoder(FrameCode::Zstd);
  EXPECT_LE(encoder.encode(bytes, 1, frame).size(), bytes.size() / 50);
}

TEST_P(Frames, RefuseEveryChange) {
  for (const SampleBytes &sample : sampleBytes(600)) {
    Frame frame = encode(sample.bytes, 2);
    for (size_t bit = 0; bit < stored.size() * 8; ++bit) {
      stored[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
      EXPECT_EQ(decode(frame, 2, 600), Bytes()) << sample.name << ", " << bit;
      // Where the checksum is right too, anything but a crash.
      decodeSealed(frame, 2, 600);
      stored[bit / 8] ^= static_cast<uint8_t>(1 << bit % 8);
    }
    EXPECT_EQ(decode(frame, 2, 600), sample.bytes);
  }
}

TEST_P(Frames, RefuseTruncation) {
  for (const SampleBytes &sample : sampleBytes(600)) {
    Frame frame = encode(sample.bytes, 4);
    while (!stored.empty()) {
      stored.pop_back();
      stored.shrink_to_fit();
      EXPECT_EQ(decodeSealed(frame, 4, 600), Bytes())
          << sample.name << ", " << stored.size();
    }
  }
}

TEST_P(Frames, RefuseAnotherSize) {
  for (const SampleBytes &sample : sampleBytes(600)) {
    Frame frame = encode(sample.bytes, 1);
    EXPECT_EQ(decode(frame, 1, 560), Bytes()) << sample.name;
    EXPECT_EQ(decode(frame, 1, 640), Bytes()) << sample.name;
  }
}

TEST_P(Frames, RepeatTheirBytes) {
  Bytes codes = sampleBytes(100'000)[3].bytes;
  encode(codes, 1);
  Bytes first = stored;
  encode(codes, 1);
  EXPECT_EQ(stored, first);
}

TEST(Planes, HoldTheBytesOfAllElements) {
  const Bytes elements{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
  const std::pair<size_t, Bytes> expected[] = {
      {1, elements},
      {2, {1, 3, 5, 7, 9, 2, 4, 6, 8, 10, 11}},
      {4, {1, 5, 2, 6, 3, 7, 4, 8, 9, 10, 11}},
      {8, elements}};
  for (const auto &[elementBytes, planes] : expected) {
    Bytes split(elements.size()), joined(elements.size());
    splitPlanes(elements.data(), elements.size(), elementBytes, split.data());
    EXPECT_EQ(split, planes) << elementBytes;
    joinPlanes(split.data(), split.size(), elementBytes, joined.data());
    EXPECT_EQ(joined, elements) << elementBytes;
  }
}

TEST(Pieces, FollowTheTensors) {
  Tensor small, empty, large;
  small.bytes = 5;
  empty.offset = 64;
  large.offset = 128;
  large.bytes = 2 * frameBytes + 1;
  std::vector<Piece> pieces = piecesOf({small, empty, large});
  ASSERT_EQ(pieces.size(), 4u);
  EXPECT_EQ(frameCount(small) + frameCount(empty) + frameCount(large), 4u);
  EXPECT_EQ(pieces[0].bytes, 5u);
  EXPECT_EQ(pieces[2].tensor, 2u);
  EXPECT_EQ(pieces[2].offset, 128 + frameBytes);
  EXPECT_EQ(pieces[2].bytes, frameBytes);
  EXPECT_EQ(pieces[3].bytes, 1u);
}
