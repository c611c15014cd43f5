//===- Features.cpp - What the running CPU can do -------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Runtime/Features.h"

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include "gg/Weights/CPUFeatures.h"
#include <sys/auxv.h>
#else
#error "gg's runtime knows x86_64 and aarch64"
#endif

using namespace gg;

#if defined(__x86_64__)

const char *runtime::architecture() { return "x86_64"; }

namespace {

enum Register : uint8_t { EAX, EBX, ECX, EDX };

/// What the operating system must save besides the CPU's own flag.
enum State : uint8_t { Always, AVX, AVX512, AMX };

struct Feature {
  char name[19];
  Register reg;
  uint8_t bit;
  State state;
  uint32_t leaf;
  uint32_t subleaf;
};

} // namespace

static constexpr Feature features[] = {
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

/// Whether the operating system saves these registers (XCR0).
static bool savesState(State state) {
  if (state == Always)
    return true;
  uint32_t registers[4];
  __cpuid(1, registers[EAX], registers[EBX], registers[ECX], registers[EDX]);
  if (!(registers[ECX] >> 27 & 1)) // OSXSAVE
    return false;
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  uint32_t needed = state == AVX ? 0x6 : state == AVX512 ? 0xe6 : 0x60000;
  return (low & needed) == needed;
}

bool runtime::hasFeature(const std::string &name) {
  for (const Feature &feature : features) {
    if (name != feature.name)
      continue;
    uint32_t registers[4];
    return __get_cpuid_count(feature.leaf, feature.subleaf, &registers[EAX],
                             &registers[EBX], &registers[ECX],
                             &registers[EDX]) &&
           (registers[feature.reg] >> feature.bit & 1) &&
           savesState(feature.state);
  }
  return false;
}

#else

const char *runtime::architecture() { return "aarch64"; }

static_assert(weights::kHWCap == AT_HWCAP && weights::kHWCap2 == AT_HWCAP2,
              "the words of the auxiliary vector");

bool runtime::hasFeature(const std::string &name) {
  for (const weights::AArch64Feature &feature : weights::kAArch64Features)
    if (name == feature.name)
      return getauxval(feature.word) >> feature.bit & 1;
  return false;
}

#endif

std::string runtime::missingFeatures(const weights::Code &code) {
  std::string missing;
  auto add = [&](const std::string &name) {
    missing += missing.empty() ? name : ", " + name;
  };
  if (code.architecture != architecture()) {
    add("a CPU of architecture " + code.architecture);
    return missing;
  }
  for (const std::string &name : code.features)
    if (!hasFeature(name))
      add(name);
  return missing;
}
