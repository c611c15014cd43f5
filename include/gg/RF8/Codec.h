//===- Codec.h - The RF8 number format --------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Encodes and decodes RF8 codes. docs/Spec.md is the definition; this header is
// shared by the compiler, the runtime and the tests, and needs neither.
//
//===----------------------------------------------------------------------===//

#ifndef GG_RF8_CODEC_H
#define GG_RF8_CODEC_H

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace gg::rf8 {

/// E4R3 holds sums of two powers of two; E4R3D spends the spare residual code
/// on the significand 11/8.
enum class Format : uint8_t { E4R3, E4R3D };

/// Greedy is the authors' log rounding of one power of two after the other;
/// Nearest takes the closest value, of two equally close ones that of even rank
/// in order of magnitude.
enum class Rounding : uint8_t { Greedy, Nearest };

/// The largest magnitude of a code, and the code that means it.
constexpr float kLargest = 1.875f;
constexpr uint8_t kLargestCode = 0x7E;

/// A code's value is a bf16 whose high byte depends on the high nibble alone
/// and whose low byte on the low nibble: two look-ups decode a code.
constexpr uint8_t kHighTable[16] = {0x00, 0x39, 0x3A, 0x3B, 0x3C, 0x3D,
                                    0x3E, 0x3F, 0xB8, 0xB9, 0xBA, 0xBB,
                                    0xBC, 0xBD, 0xBE, 0xBF};
constexpr uint8_t kLowTable[16] = {0x00, 0x08, 0x10, 0x20, 0x40, 0x60,
                                   0x70, 0x30, 0x80, 0x88, 0x90, 0xA0,
                                   0xC0, 0xE0, 0xF0, 0xB0};

/// The same significands as four-bit fractions, indexed by residual code: what
/// decodes a scalar without a table in memory.
constexpr uint32_t kFractions = 0x6EC84210;

/// The bf16 bits of the value of `code`. Unspecified for an invalid code.
constexpr uint16_t decodeBF16(uint8_t code) {
  return static_cast<uint16_t>(kHighTable[code >> 4] << 8 |
                               kLowTable[code & 15]);
}

/// The value of `code`, before scaling. Unspecified for an invalid code.
inline float decode(uint8_t code) {
  uint32_t bits = static_cast<uint32_t>(decodeBF16(code)) << 16;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

/// Whether `code` belongs to the format: zero is 0x00, everything else has an
/// exponent field of 2 or more, and residual code 7 is E4R3D's.
constexpr bool isValid(uint8_t code, Format format) {
  return code == 0 ||
         ((code & 0x70) != 0 && (format == Format::E4R3D || (code & 7) != 7));
}

namespace detail {

/// 2^exponent, which must be a normal float.
inline float powerOfTwo(int exponent) {
  uint32_t bits = static_cast<uint32_t>(exponent + 127) << 23;
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline uint32_t bitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

/// Where log rounding of m * 2^e, 1 <= m < 2, starts to yield e + 1: the
/// mantissa field of the first such m. The authors round the float nearest to
/// log2 of the weight half to even, so the place depends on e. Exponents
/// outside the table's range are never asked for: see `encodeGreedy`.
class LogRounding {
public:
  static constexpr int kMin = -24, kMax = 1;

  static int exponent(float magnitude) {
    static const LogRounding table;
    uint32_t bits = bitsOf(magnitude);
    int e = static_cast<int>(bits >> 23) - 127;
    return e + ((bits & 0x7FFFFF) >= table.first[e - kMin]);
  }

private:
  LogRounding() {
    // The mantissa field of the largest float below sqrt(2); the threshold lies
    // within a few units of it, by how coarse floats are around e + 0.5.
    constexpr uint32_t kRootTwo = 0x3504F3;
    for (int e = kMin; e <= kMax; ++e) {
      uint32_t mantissa = kRootTwo - 64;
      while (std::nearbyint(static_cast<float>(
                 std::log2(std::ldexp(1.0 + mantissa / 8388608.0, e)))) < e + 1)
        ++mantissa;
      first[e - kMin] = mantissa;
    }
  }

  uint32_t first[kMax - kMin + 1];
};

} // namespace detail

/// The code nearest to `value`, which may be anything but NaN.
inline uint8_t encodeNearest(float value, Format format) {
  uint32_t bits = detail::bitsOf(value);
  uint32_t magnitude = bits & 0x7FFFFFFF;
  int exponent = static_cast<int>(magnitude >> 23) - 112;
  uint32_t mantissa = magnitude & 0x7FFFFF;

  // Count the midpoints (in 32nds above 1) below the significand. On a midpoint
  // it is the even rank that wins: ranks count 7 (8 in E4R3D) a binade, so
  // which midpoints round up alternates, in E4R3 with the exponent as well.
  uint32_t evenUp, oddUp, steps;
  auto above = [](uint32_t m, uint32_t midpoint) -> uint32_t {
    return m > midpoint << 18;
  };
  if (format == Format::E4R3) {
    evenUp = mantissa + (~exponent & 1);
    oddUp = mantissa + (exponent & 1);
    steps = above(evenUp, 1) + above(oddUp, 3) + above(evenUp, 6) +
            above(oddUp, 12) + above(evenUp, 20) + above(oddUp, 26) +
            above(evenUp, 30);
    exponent += steps == 7;
    steps &= steps == 7 ? 0 : 7;
  } else {
    evenUp = mantissa + 1;
    oddUp = mantissa;
    steps = above(evenUp, 1) + above(oddUp, 3) + above(evenUp, 6) +
            above(oddUp, 10) + above(evenUp, 14) + above(oddUp, 20) +
            above(evenUp, 26) + above(oddUp, 30);
    uint32_t carry = steps == 8;
    exponent += carry;
    // 11/8 lies between 5/4 and 3/2 but has the last residual code.
    uint32_t middle = steps == 4, upper = (steps > 4) - carry;
    steps = (steps - upper + 3 * middle) & 7;
  }

  constexpr uint32_t kHalfSmallest = 0x38800000; // 2^-14
  uint32_t code = static_cast<uint32_t>(exponent) << 3 | steps;
  code = exponent > 15 ? kLargestCode : code;
  code = exponent < 2 ? (magnitude > kHalfSmallest ? 0x10 : 0) : code;
  uint32_t sign = code == 0 ? 0 : bits >> 24 & 0x80;
  return static_cast<uint8_t>(code | sign);
}

/// The authors' rounding: the power of two nearest in the logarithm, then that
/// of what is left, dropped where it is more than four binades below. What
/// leaves the 14 binades goes to the nearest code. `value` is not NaN.
inline uint8_t encodeGreedy(float value) {
  float magnitude = std::fabs(value);
  bool negative = detail::bitsOf(value) >> 31;
  if (magnitude >= 2.0f)
    return negative ? kLargestCode | 0x80 : kLargestCode;
  if (magnitude < 0x1p-16f)
    return 0;
  int first = detail::LogRounding::exponent(magnitude);
  float rounded = detail::powerOfTwo(first);
  float rest = magnitude - rounded;
  // Two binades of slack: nothing below them rounds to `first - 4`.
  if (std::fabs(rest) >= detail::powerOfTwo(first - 6)) {
    int second = detail::LogRounding::exponent(std::fabs(rest));
    if (first - second <= 4)
      rounded += std::copysign(detail::powerOfTwo(second), rest);
  }
  return encodeNearest(negative ? -rounded : rounded, Format::E4R3);
}

inline uint8_t encode(float value, Format format, Rounding rounding) {
  return rounding == Rounding::Nearest ? encodeNearest(value, format)
                                       : encodeGreedy(value);
}

/// The largest magnitude of `count` values; infinity or NaN where there is one
/// among them.
inline float absMax(const float *values, size_t count) {
  // Magnitudes order like their bits, and those of NaN come last.
  uint32_t largest = 0;
  for (size_t i = 0; i < count; ++i) {
    uint32_t bits = detail::bitsOf(values[i]) & 0x7FFFFFFF;
    largest = bits > largest ? bits : largest;
  }
  float value;
  std::memcpy(&value, &largest, sizeof value);
  return value;
}

/// The scale of a row or group: its largest weight becomes the largest code.
inline float absMaxScale(float absMax) {
  return absMax == 0.0f ? 1.0f : absMax / kLargest;
}

/// The scale of a tensor in the authors' way: the smallest power of two under
/// which nothing saturates.
inline float powerOfTwoScale(float absMax) {
  if (absMax == 0.0f)
    return 1.0f;
  int exponent;
  float fraction = std::frexp(absMax, &exponent); // in [0.5, 1)
  exponent += fraction > kLargest / 2 ? 0 : -1;
  // The smallest and the largest power of two that a float holds.
  exponent = exponent < -149 ? -149 : exponent > 127 ? 127 : exponent;
  return std::ldexp(1.0f, exponent);
}

} // namespace gg::rf8

#endif // GG_RF8_CODEC_H
