//===- SampleBytes.h - Bytes that coders must take --------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TEST_UNIT_SAMPLEBYTES_H
#define GG_TEST_UNIT_SAMPLEBYTES_H

#include <cmath>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace gg::test {

struct SampleBytes {
  std::string name;
  std::vector<uint8_t> bytes;
};

/// `size` bytes each.
inline std::vector<SampleBytes> sampleBytes(size_t size) {
  std::mt19937 random(7);
  auto make = [&](const char *name, auto byte) {
    SampleBytes sample{name, std::vector<uint8_t>(size)};
    for (size_t i = 0; i < size; ++i)
      sample.bytes[i] = static_cast<uint8_t>(byte(i));
    return sample;
  };
  // Signed codes of a Laplacian, as of RF8: a sign, and magnitudes of which the
  // small ones are frequent.
  auto laplacian = [&](size_t) {
    double uniform = (random() + 0.5) / 4294967296.0;
    auto magnitude = std::min(-std::log(uniform) * 12, 127.0);
    return static_cast<uint32_t>(magnitude) | (random() & 0x80);
  };
  return {make("random", [&](size_t) { return random(); }),
          make("constant", [](size_t) { return 0x5a; }),
          make("zero", [](size_t) { return 0; }), make("laplacian", laplacian),
          make("ascending", [](size_t i) { return i; }),
          make("two values", [&](size_t) { return random() & 1 ? 255 : 0; }),
          make("one outlier", [=](size_t i) { return i == size / 2; }),
          // Frequencies that halve: the longest codes of a Huffman coder.
          make("halving", [](size_t i) { return __builtin_ctzll(i + 1); }),
          make("repeating", [](size_t i) { return i * i % 61; })};
}

} // namespace gg::test

#endif // GG_TEST_UNIT_SAMPLEBYTES_H
