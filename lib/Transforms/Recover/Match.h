//===- Match.h - What recover patterns look for -----------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_RECOVER_MATCH_H
#define GG_LIB_TRANSFORMS_RECOVER_MATCH_H

#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "gg/Dialect/ONNX/IR/ONNXHelpers.h"
#include "mlir/IR/BuiltinAttributes.h"
#include <optional>

namespace gg::recover {

/// The value behind ops that hand their operand on unchanged: Identity, casts
/// to the type it has already, Transposes that leave the order, Dropout in
/// inference.
mlir::Value skipCopies(mlir::Value value);

/// `skipCopies`, and behind casts between floating-point types.
mlir::Value skipFloatCasts(mlir::Value value);

/// The op behind `skipCopies`, if it is an `OpTy`.
template <typename OpTy> OpTy defining(mlir::Value value) {
  return skipCopies(value).getDefiningOp<OpTy>();
}

/// The number in a constant of one element, whatever its rank.
std::optional<double> getScalar(mlir::Value value);
/// True for a one-element constant that agrees with `expected` as far as its
/// element type can tell them apart.
bool isScalar(mlir::Value value, double expected);
/// True if two numbers agree up to the rounding of `type`.
bool isClose(double value, double expected, mlir::Type type);
/// True for a constant all of whose elements are `expected`.
bool isSplat(mlir::Value value, double expected);
/// The elements of a constant list of integers (or of a scalar one).
std::optional<llvm::SmallVector<int64_t>> getInts(mlir::Value value);

/// The operand of a commutative op that is not `one`.
mlir::Value getOther(mlir::Operation *op, mlir::Value one);

/// The rank, or -1.
int64_t rankOf(mlir::Value value);
/// The size of a dim (negative: from the end), or kDynamic.
int64_t dimOf(mlir::Value value, int64_t axis);

/// True if `axes` are the trailing dims of a value, in any order, and their
/// number is `count`.
bool areTrailing(llvm::ArrayRef<int64_t> axes, mlir::Value value,
                 int64_t &count);

/// c[0] + c[1] * x + c[2] * x^2 + …
using Polynomial = llvm::SmallVector<double, 4>;
/// `value` as a polynomial of at most the third degree in `x`, if it is
/// computed from `x` and one-element constants alone.
std::optional<Polynomial> getPolynomial(mlir::Value value, mlir::Value x);

/// A product taken apart: `factors` of run-time values, times `scale`.
struct Product {
  llvm::SmallVector<mlir::Value> factors;
  double scale = 1.0;
};
/// The factors of a tree of Mul and of Div by constants. Inner products are
/// taken apart only where the tree is their one user.
Product getProduct(mlir::Value value);

/// True if `value` is `Slice(source, begin, end)` along the last dim with the
/// given step, or the matching part of a Split.
struct LastDimPart {
  mlir::Value source;
  int64_t begin, end, step;
};
std::optional<LastDimPart> getLastDimPart(mlir::Value value);

/// True if `op` puts the dims of its operand in the order `perm`.
bool hasPerm(onnx::TransposeOp op, llvm::ArrayRef<int64_t> perm);

} // namespace gg::recover

#endif // GG_LIB_TRANSFORMS_RECOVER_MATCH_H
