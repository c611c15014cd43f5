//===- Kernels.h - Loops at the limits of a CPU -----------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_MACHINE_KERNELS_H
#define GG_LIB_MACHINE_KERNELS_H

#include <cstddef>
#include <cstdint>

namespace gg::machine {

/// The small vector, in cache, that dot products take their other side from.
inline constexpr size_t operandBytes = 4096;

/// Goes over `bytes` of memory, a multiple of operandBytes.
using Stream = void (*)(const uint8_t *data, size_t bytes,
                        const uint8_t *operand);
/// Does that many rounds of arithmetic on registers; the operations done.
using Arithmetic = double (*)(int64_t rounds);

/// The widest that this CPU has; null for what it cannot do.
struct Kernels {
  Stream read, dotF32, dotI8;
  Arithmetic fmaF32, dotBF16;
};

Kernels chooseKernels();

} // namespace gg::machine

#endif // GG_LIB_MACHINE_KERNELS_H
