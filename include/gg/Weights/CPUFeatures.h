//===- CPUFeatures.h - What code may need of a CPU --------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The extensions of CPUs that a program can find out about, by LLVM's names.
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

namespace x86 {

enum Register : uint8_t { EAX, EBX, ECX, EDX };

/// What the operating system must save besides the CPU's own flag.
enum State : uint8_t { Always, AVX, AVX512, AMX };

/// A bit of what CPUID answers.
struct Feature {
  char name[19];
  Register reg;
  uint8_t bit;
  State state;
  uint32_t leaf;
  uint32_t subleaf;
};

constexpr Feature kFeatures[] = {
    {"x87", EDX, 0, Always, 1, 0},
    {"cx8", EDX, 8, Always, 1, 0},
    {"cmov", EDX, 15, Always, 1, 0},
    {"mmx", EDX, 23, Always, 1, 0},
    {"fxsr", EDX, 24, Always, 1, 0},
    {"sse", EDX, 25, Always, 1, 0},
    {"sse2", EDX, 26, Always, 1, 0},
    {"sse3", ECX, 0, Always, 1, 0},
    {"pclmul", ECX, 1, Always, 1, 0},
    {"ssse3", ECX, 9, Always, 1, 0},
    {"fma", ECX, 12, AVX, 1, 0},
    {"cx16", ECX, 13, Always, 1, 0},
    {"sse4.1", ECX, 19, Always, 1, 0},
    {"sse4.2", ECX, 20, Always, 1, 0},
    {"crc32", ECX, 20, Always, 1, 0},
    {"movbe", ECX, 22, Always, 1, 0},
    {"popcnt", ECX, 23, Always, 1, 0},
    {"aes", ECX, 25, Always, 1, 0},
    {"xsave", ECX, 26, AVX, 1, 0},
    {"avx", ECX, 28, AVX, 1, 0},
    {"f16c", ECX, 29, AVX, 1, 0},
    {"rdrnd", ECX, 30, Always, 1, 0},
    {"fsgsbase", EBX, 0, Always, 7, 0},
    {"bmi", EBX, 3, Always, 7, 0},
    {"avx2", EBX, 5, AVX, 7, 0},
    {"bmi2", EBX, 8, Always, 7, 0},
    {"invpcid", EBX, 10, Always, 7, 0},
    {"rtm", EBX, 11, Always, 7, 0},
    {"avx512f", EBX, 16, AVX512, 7, 0},
    {"avx512dq", EBX, 17, AVX512, 7, 0},
    {"rdseed", EBX, 18, Always, 7, 0},
    {"adx", EBX, 19, Always, 7, 0},
    {"avx512ifma", EBX, 21, AVX512, 7, 0},
    {"clflushopt", EBX, 23, Always, 7, 0},
    {"clwb", EBX, 24, Always, 7, 0},
    {"avx512cd", EBX, 28, AVX512, 7, 0},
    {"sha", EBX, 29, Always, 7, 0},
    {"avx512bw", EBX, 30, AVX512, 7, 0},
    {"avx512vl", EBX, 31, AVX512, 7, 0},
    {"avx512vbmi", ECX, 1, AVX512, 7, 0},
    {"pku", ECX, 4, Always, 7, 0},
    {"waitpkg", ECX, 5, Always, 7, 0},
    {"avx512vbmi2", ECX, 6, AVX512, 7, 0},
    {"shstk", ECX, 7, Always, 7, 0},
    {"gfni", ECX, 8, Always, 7, 0},
    {"vaes", ECX, 9, AVX, 7, 0},
    {"vpclmulqdq", ECX, 10, AVX, 7, 0},
    {"avx512vnni", ECX, 11, AVX512, 7, 0},
    {"avx512bitalg", ECX, 12, AVX512, 7, 0},
    {"avx512vpopcntdq", ECX, 14, AVX512, 7, 0},
    {"rdpid", ECX, 22, Always, 7, 0},
    {"cldemote", ECX, 25, Always, 7, 0},
    {"movdiri", ECX, 27, Always, 7, 0},
    {"movdir64b", ECX, 28, Always, 7, 0},
    {"avx512vp2intersect", EDX, 8, AVX512, 7, 0},
    {"serialize", EDX, 14, Always, 7, 0},
    {"tsxldtrk", EDX, 16, Always, 7, 0},
    {"amx-bf16", EDX, 22, AMX, 7, 0},
    {"avx512fp16", EDX, 23, AVX512, 7, 0},
    {"amx-tile", EDX, 24, AMX, 7, 0},
    {"amx-int8", EDX, 25, AMX, 7, 0},
    {"sha512", EAX, 0, AVX, 7, 1},
    {"sm3", EAX, 1, AVX, 7, 1},
    {"sm4", EAX, 2, AVX, 7, 1},
    {"avxvnni", EAX, 4, AVX, 7, 1},
    {"avx512bf16", EAX, 5, AVX512, 7, 1},
    {"cmpccxadd", EAX, 7, Always, 7, 1},
    {"amx-fp16", EAX, 21, AMX, 7, 1},
    {"avxifma", EAX, 23, AVX, 7, 1},
    {"avxvnniint8", EDX, 4, AVX, 7, 1},
    {"avxneconvert", EDX, 5, AVX, 7, 1},
    {"avxvnniint16", EDX, 10, AVX, 7, 1},
    {"prefetchi", EDX, 14, Always, 7, 1},
    {"xsaveopt", EAX, 0, AVX, 0xd, 1},
    {"xsavec", EAX, 1, AVX, 0xd, 1},
    {"xsaves", EAX, 3, AVX, 0xd, 1},
    {"sahf", ECX, 0, Always, 0x80000001, 0},
    {"lzcnt", ECX, 5, Always, 0x80000001, 0},
    {"sse4a", ECX, 6, Always, 0x80000001, 0},
    {"prfchw", ECX, 8, Always, 0x80000001, 0},
    {"xop", ECX, 11, AVX, 0x80000001, 0},
    {"fma4", ECX, 16, AVX, 0x80000001, 0},
    {"tbm", ECX, 21, Always, 0x80000001, 0},
    {"mwaitx", ECX, 29, Always, 0x80000001, 0},
    {"64bit", EDX, 29, Always, 0x80000001, 0},
    {"clzero", EBX, 0, Always, 0x80000008, 0},
    {"rdpru", EBX, 4, Always, 0x80000008, 0},
    {"wbnoinvd", EBX, 9, Always, 0x80000008, 0},
};

} // namespace x86

} // namespace gg::weights

#endif // GG_WEIGHTS_CPUFEATURES_H
