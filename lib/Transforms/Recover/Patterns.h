//===- Patterns.h - The patterns of onnx-recover ----------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_RECOVER_PATTERNS_H
#define GG_LIB_TRANSFORMS_RECOVER_PATTERNS_H

#include "mlir/IR/PatternMatch.h"

namespace gg::recover {

class Dims;

// Decomposed forms. Each pattern replaces a root by an op that computes the
// same, whatever else uses the values between.
void populateFlattenedPatterns(mlir::RewritePatternSet &patterns);
void populateNormPatterns(mlir::RewritePatternSet &patterns);
void populateActivationPatterns(mlir::RewritePatternSet &patterns);
void populateRotaryPatterns(mlir::RewritePatternSet &patterns, Dims &dims);
void populateBatchedMatMulPatterns(mlir::RewritePatternSet &patterns,
                                   Dims &dims);
void populateAttentionPatterns(mlir::RewritePatternSet &patterns, Dims &dims);
void populateSharedHeadPatterns(mlir::RewritePatternSet &patterns, Dims &dims);
void populateKVCachePatterns(mlir::RewritePatternSet &patterns);

// The com.microsoft domain. What cannot be expressed stays, and the match
// failure tells the reason, which the pass reports.
void populateVendorNormPatterns(mlir::RewritePatternSet &patterns);
void populateVendorActivationPatterns(mlir::RewritePatternSet &patterns);
void populateVendorRotaryPatterns(mlir::RewritePatternSet &patterns);
void populateGroupQueryAttentionPatterns(mlir::RewritePatternSet &patterns);
void populateMultiHeadAttentionPatterns(mlir::RewritePatternSet &patterns);

} // namespace gg::recover

#endif // GG_LIB_TRANSFORMS_RECOVER_PATTERNS_H
