//===- HalfWidth.h - Tables whose last dim repeats itself -------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_RECOVER_HALFWIDTH_H
#define GG_LIB_TRANSFORMS_RECOVER_HALFWIDTH_H

#include "Emit.h"

namespace gg::recover {

/// How the last dim of a tensor holds each value twice.
enum class Repeat {
  Halves, ///< a b c a b c
  Pairs   ///< a a b b c c
};

/// True if every row of `value` (along the last dim) provably repeats itself.
bool isRepeated(mlir::Value value, Repeat repeat);

/// The tensor with half the last dim that such a `value` repeats: the same
/// computation, on the half.
mlir::Value getHalfWidth(Emit &emit, mlir::Value value, Repeat repeat);

} // namespace gg::recover

#endif // GG_LIB_TRANSFORMS_RECOVER_HALFWIDTH_H
