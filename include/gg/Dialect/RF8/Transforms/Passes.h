//===- Passes.h - Passes on the rf8 dialect ------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_RF8_TRANSFORMS_PASSES_H
#define GG_DIALECT_RF8_TRANSFORMS_PASSES_H

#include "gg/Dialect/RF8/IR/RF8.h"
#include "mlir/Pass/Pass.h"

namespace mlir {
class RewritePatternSet;
} // namespace mlir

namespace gg::rf8 {

#define GEN_PASS_DECL
#include "gg/Dialect/RF8/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "gg/Dialect/RF8/Transforms/Passes.h.inc"

/// On an argument of a segment that rf8-split-at-linears makes, a packed
/// weight: the number of the argument that its linears multiply by it.
inline constexpr llvm::StringLiteral kInputAttr = "rf8.input";

/// quantize, dequantize, pack and unpack to linalg over codes; the codes' bits
/// pass through builtin.unrealized_conversion_cast where an i8 is meant.
void populateDecomposePatterns(mlir::RewritePatternSet &patterns);

/// Of those, quantize: what has nearest rounding.
void populateDecomposeQuantizePatterns(mlir::RewritePatternSet &patterns);

/// rf8.linear on tensors to a linalg.generic.
void populateDecomposeLinearPatterns(mlir::RewritePatternSet &patterns);

/// rf8.decode to integer arithmetic.
void populateExpandDecodePatterns(mlir::RewritePatternSet &patterns);

/// Replaces the RF8 types by i8 in `op` and everything inside it.
void replaceTypesByI8(mlir::Operation *op);

} // namespace gg::rf8

#endif // GG_DIALECT_RF8_TRANSFORMS_PASSES_H
