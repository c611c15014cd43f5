//===- Float.h - 16-bit floats in software ----------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// bf16 and IEEE half, to float and back (to nearest, ties to even), by their
// bits: no compiler extension, no instruction beyond the baseline.
//
//===----------------------------------------------------------------------===//

#ifndef GG_RF8_FLOAT_H
#define GG_RF8_FLOAT_H

#include <cstdint>
#include <cstring>

namespace gg::rf8 {

inline float floatFromBits(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

inline uint32_t bitsFromFloat(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, sizeof bits);
  return bits;
}

inline float bf16ToFloat(uint16_t bits) {
  return floatFromBits(static_cast<uint32_t>(bits) << 16);
}

inline uint16_t floatToBF16(float value) {
  uint32_t bits = bitsFromFloat(value);
  if ((bits & 0x7FFFFFFF) > 0x7F800000) // NaN stays one
    return static_cast<uint16_t>(bits >> 16 | 0x40);
  return static_cast<uint16_t>((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}

inline float halfToFloat(uint16_t half) {
  uint32_t sign = static_cast<uint32_t>(half & 0x8000) << 16;
  uint32_t rest = half & 0x7FFF;
  if (rest >= 0x7C00) // infinity and NaN
    return floatFromBits(sign | 0x7F800000 | (rest & 0x3FF) << 13);
  if (rest < 0x400) // zero and subnormal: rest * 2^-24, exactly
    return floatFromBits(sign |
                         bitsFromFloat(static_cast<float>(rest) * 0x1p-24f));
  return floatFromBits(sign | ((rest << 13) + (112u << 23)));
}

inline uint16_t floatToHalf(float value) {
  uint32_t bits = bitsFromFloat(value);
  uint16_t sign = static_cast<uint16_t>(bits >> 16 & 0x8000);
  uint32_t rest = bits & 0x7FFFFFFF;
  if (rest > 0x7F800000)
    return sign | 0x7E00;
  if (rest >= 0x477FF000) // 65520 and more round to infinity
    return sign | 0x7C00;
  if (rest < 0x38800000) {
    // Below 2^-14: adding 1/2 lets the FPU round at a unit of 2^-24.
    float shifted = floatFromBits(rest) + 0.5f;
    return static_cast<uint16_t>(sign | (bitsFromFloat(shifted) - 0x3F000000));
  }
  return static_cast<uint16_t>(
      sign | (rest - (112u << 23) + 0xFFF + (rest >> 13 & 1)) >> 13);
}

} // namespace gg::rf8

#endif // GG_RF8_FLOAT_H
