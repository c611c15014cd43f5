//===- Patterns.h - Expanding gg ops of the training side -------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_CONVERSION_TRAININGTOLINALG_PATTERNS_H
#define GG_LIB_CONVERSION_TRAININGTOLINALG_PATTERNS_H

#include "gg/Dialect/GG/IR/GG.h"
#include "mlir/IR/PatternMatch.h"

namespace gg {

/// gg.rate, gg.moments and gg.backslash_step.
void populatePenaltyPatterns(mlir::RewritePatternSet &patterns);
/// gg.estimate_shape.
void populateEstimateShapePatterns(mlir::RewritePatternSet &patterns);
/// gg.sample and gg.philox.
void populateSamplePatterns(mlir::RewritePatternSet &patterns);

} // namespace gg

#endif // GG_LIB_CONVERSION_TRAININGTOLINALG_PATTERNS_H
