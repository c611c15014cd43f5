//===- CPUFeatures.h - What aarch64 code may need ---------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The extensions of aarch64 that a program can find out about, by LLVM's names.
// The compiler uses no others, so that the runtime can tell whether code runs.
//
//===----------------------------------------------------------------------===//

#ifndef GG_WEIGHTS_CPUFEATURES_H
#define GG_WEIGHTS_CPUFEATURES_H

#include <cstdint>

namespace gg::weights {

struct AArch64Feature {
  char name[12];
  uint8_t word; ///< of Linux's auxiliary vector: AT_HWCAP or AT_HWCAP2
  uint8_t bit;
};

constexpr uint8_t kHWCap = 16, kHWCap2 = 26;

constexpr AArch64Feature kAArch64Features[] = {
    {"fp-armv8", kHWCap, 0},   {"neon", kHWCap, 1},   {"aes", kHWCap, 3},
    {"sha2", kHWCap, 6},       {"crc", kHWCap, 7},    {"lse", kHWCap, 8},
    {"fullfp16", kHWCap, 10},  {"rdm", kHWCap, 12},   {"jsconv", kHWCap, 13},
    {"complxnum", kHWCap, 14}, {"rcpc", kHWCap, 15},  {"sha3", kHWCap, 17},
    {"dotprod", kHWCap, 20},   {"sve", kHWCap, 22},   {"fp16fml", kHWCap, 23},
    {"sve2", kHWCap2, 1},      {"i8mm", kHWCap2, 13}, {"bf16", kHWCap2, 14},
    {"rand", kHWCap2, 16},     {"bti", kHWCap2, 17},
};

} // namespace gg::weights

#endif // GG_WEIGHTS_CPUFEATURES_H
