//===- Emulation.h - Instructions that older CPUs lack ----------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_MATH_EMULATION_H
#define GG_LIB_TRANSFORMS_MATH_EMULATION_H

#include "mlir/IR/PatternMatch.h"

namespace gg {

// Where the CPU has no instruction for these, LLVM would call the C library.

/// Conversions between f16 and f32.
void populateHalfPatterns(mlir::RewritePatternSet &patterns);
/// math.floor, ceil, trunc and roundeven of f32 and f64.
void populateRoundingPatterns(mlir::RewritePatternSet &patterns);

} // namespace gg

#endif // GG_LIB_TRANSFORMS_MATH_EMULATION_H
