//===- Features.cpp - What the running CPU can do -------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Runtime/Features.h"

#include "gg/Weights/CPUFeatures.h"

#if defined(__x86_64__)
#include <cpuid.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#else
#error "gg's runtime knows x86_64 and aarch64"
#endif

using namespace gg;
using namespace gg::weights;

#if defined(__x86_64__)

const char *runtime::architecture() { return "x86_64"; }

/// Whether the operating system saves these registers (XCR0).
static bool savesState(x86::State state) {
  if (state == x86::Always)
    return true;
  uint32_t registers[4];
  __cpuid(1, registers[0], registers[1], registers[2], registers[3]);
  if (!(registers[x86::ECX] >> 27 & 1)) // OSXSAVE
    return false;
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  uint32_t needed = state == x86::AVX      ? 0x6
                    : state == x86::AVX512 ? 0xe6
                                           : 0x60000;
  return (low & needed) == needed;
}

bool runtime::hasFeature(const std::string &name) {
  for (const x86::Feature &feature : x86::kFeatures) {
    if (name != feature.name)
      continue;
    uint32_t registers[4];
    return __get_cpuid_count(feature.leaf, feature.subleaf, &registers[0],
                             &registers[1], &registers[2], &registers[3]) &&
           (registers[feature.reg] >> feature.bit & 1) &&
           savesState(feature.state);
  }
  return false;
}

#else

const char *runtime::architecture() { return "aarch64"; }

static_assert(kHWCap == AT_HWCAP && kHWCap2 == AT_HWCAP2,
              "the words of the auxiliary vector");

bool runtime::hasFeature(const std::string &name) {
  for (const AArch64Feature &feature : kAArch64Features)
    if (name == feature.name)
      return getauxval(feature.word) >> feature.bit & 1;
  return false;
}

#endif

std::string runtime::missingFeatures(const Code &code) {
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
