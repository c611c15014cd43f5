//===- Kernels.cpp - Loops at the limits of a CPU -------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One source for all vector widths, in clang's vector extension. Only what C++
// has no word for is written in intrinsics.
//
//===----------------------------------------------------------------------===//

#include "Kernels.h"

#include "gg/Runtime/Features.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define GG_REGISTER "+v"
#else
#define GG_REGISTER "+w"
#endif

using namespace gg;
using namespace gg::machine;

namespace {
namespace baseline {
constexpr int width = 16;
#include "Loops.inc"
} // namespace baseline
} // namespace

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("avx2,fma"))),              \
                             apply_to = function)
namespace {
namespace avx2 {
constexpr int width = 32;
#include "Loops.inc"

inline void dotI8(const uint8_t *data, size_t bytes, const uint8_t *operand) {
  using V = VectorOf<long long>::Type;
  const __m256i ones = _mm256_set1_epi16(1);
  stream<V>(data, bytes, operand, [&](V &sum, const V &x, const V &y) {
    __m256i pairs = _mm256_madd_epi16(_mm256_maddubs_epi16(x, y), ones);
    sum = _mm256_add_epi32(sum, pairs);
  });
}
} // namespace avx2
} // namespace
#pragma clang attribute pop

#pragma clang attribute push(                                                  \
    __attribute__((target("avx512f,avx512bw,avx512vl,fma"))),                  \
    apply_to = function)
namespace {
namespace avx512 {
constexpr int width = 64;
#include "Loops.inc"
} // namespace avx512
} // namespace
#pragma clang attribute pop

#pragma clang attribute push(                                                  \
    __attribute__((target("avx512f,avx512bw,avx512vl,fma,avx512vnni"))),       \
    apply_to = function)
namespace {
namespace vnni {
constexpr int width = 64;
#include "Loops.inc"

inline void dotI8(const uint8_t *data, size_t bytes, const uint8_t *operand) {
  using V = VectorOf<long long>::Type;
  stream<V>(data, bytes, operand, [](V &sum, const V &x, const V &y) {
    sum = _mm512_dpbusd_epi32(sum, x, y);
  });
}
} // namespace vnni
} // namespace
#pragma clang attribute pop

#pragma clang attribute push(                                                  \
    __attribute__((target("avx512f,avx512bw,avx512vl,fma,avx512bf16"))),       \
    apply_to = function)
namespace {
namespace bf16 {
constexpr int width = 64;
#include "Loops.inc"

inline double dotBF16(int64_t rounds) {
  using V = VectorOf<float>::Type;
  return compute<V>(rounds, width, [](V &sum, const V &x) {
    sum = _mm512_dpbf16_ps(sum, (__m512bh)x, (__m512bh)x);
  });
}
} // namespace bf16
} // namespace
#pragma clang attribute pop

#endif

Kernels machine::chooseKernels() {
  Kernels kernels = {baseline::read, baseline::dotF32, nullptr,
                     baseline::fmaF32, nullptr};
#if defined(__x86_64__)
  auto has = [](const char *name) { return runtime::hasFeature(name); };
  if (has("avx2") && has("fma"))
    kernels = {avx2::read, avx2::dotF32, avx2::dotI8, avx2::fmaF32, nullptr};
  if (!has("avx512f") || !has("avx512bw") || !has("avx512vl"))
    return kernels;
  kernels.read = avx512::read;
  kernels.dotF32 = avx512::dotF32;
  kernels.fmaF32 = avx512::fmaF32;
  if (has("avx512vnni"))
    kernels.dotI8 = vnni::dotI8;
  if (has("avx512bf16"))
    kernels.dotBF16 = bf16::dotBF16;
#endif
  return kernels;
}
