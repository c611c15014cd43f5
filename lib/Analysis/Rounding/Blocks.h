//===- Blocks.h - Products of blocks of 64 columns --------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rounding works on 64 columns side by side: outputs of a layer, or values of
// its input. A panel is such columns of a matrix, [rows][64], contiguous, what
// is missing at the end padded with zeros.
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_ANALYSIS_ROUNDING_BLOCKS_H
#define GG_LIB_ANALYSIS_ROUNDING_BLOCKS_H

#include "llvm/Support/Compiler.h"

#include <cstdint>

/// Compiles a function once more for each kind of vectors that x86 CPUs have;
/// the program's start picks. Sanitizers do not work that early.
#if defined(__x86_64__) && !LLVM_ADDRESS_SANITIZER_BUILD
#define GG_FOR_EACH_CPU                                                        \
  __attribute__((target_clones("avx512f", "arch=haswell", "default")))
#else
#define GG_FOR_EACH_CPU
#endif

namespace gg::rounding {

constexpr int64_t kLanes = 64;

constexpr int64_t panelsFor(int64_t columns) {
  return (columns + kLanes - 1) / kLanes;
}

/// c[m][n] += sum over r below `rows` of a[r][m] * b[r][n], for panels a and b
/// and a block c of 64 by 64. Terms are added in their order.
void addProduct(int64_t rows, const float *a, const float *b, float *c);

} // namespace gg::rounding

#endif // GG_LIB_ANALYSIS_ROUNDING_BLOCKS_H
