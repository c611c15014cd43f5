//===- Patterns.h - The patterns, by family of ops --------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_CONVERSION_ONNXTOLINALG_PATTERNS_H
#define GG_LIB_CONVERSION_ONNXTOLINALG_PATTERNS_H

#include "mlir/Transforms/DialectConversion.h"

namespace gg::onnx {

/// Why an op has a form that the patterns do not convert; empty if they do, or
/// if an op before it is to blame.
std::string getHindrance(mlir::Operation *op);

void populateConstantPatterns(const mlir::TypeConverter &types,
                              mlir::RewritePatternSet &patterns);
void populateElementwisePatterns(const mlir::TypeConverter &types,
                                 mlir::RewritePatternSet &patterns);
void populateCastPatterns(const mlir::TypeConverter &types,
                          mlir::RewritePatternSet &patterns);
void populateReshapePatterns(const mlir::TypeConverter &types,
                             mlir::RewritePatternSet &patterns);
void populateMovementPatterns(const mlir::TypeConverter &types,
                              mlir::RewritePatternSet &patterns);
void populateIndexingPatterns(const mlir::TypeConverter &types,
                              mlir::RewritePatternSet &patterns);
void populateScatterPatterns(const mlir::TypeConverter &types,
                             mlir::RewritePatternSet &patterns);
void populateReductionPatterns(const mlir::TypeConverter &types,
                               mlir::RewritePatternSet &patterns);
void populateScanPatterns(const mlir::TypeConverter &types,
                          mlir::RewritePatternSet &patterns);
void populateMatMulPatterns(const mlir::TypeConverter &types,
                            mlir::RewritePatternSet &patterns);
void populateSoftmaxPatterns(const mlir::TypeConverter &types,
                             mlir::RewritePatternSet &patterns);
void populateNormalizationPatterns(const mlir::TypeConverter &types,
                                   mlir::RewritePatternSet &patterns);
void populateRotaryPatterns(const mlir::TypeConverter &types,
                            mlir::RewritePatternSet &patterns);
void populateAttentionPatterns(const mlir::TypeConverter &types,
                               mlir::RewritePatternSet &patterns);
void populateControlPatterns(const mlir::TypeConverter &types,
                             mlir::RewritePatternSet &patterns);

} // namespace gg::onnx

#endif // GG_LIB_CONVERSION_ONNXTOLINALG_PATTERNS_H
