//===- ShapeFunctions.h - Result shapes of onnx ops -------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One set of shape functions serves symbolic inference over a whole function
// and concrete inference at chosen sizes: a dimension is an AffineExpr over
// symbols, and a number is the simplest of those.
//
//===----------------------------------------------------------------------===//

#ifndef GG_ANALYSIS_SHAPEFUNCTIONS_H
#define GG_ANALYSIS_SHAPEFUNCTIONS_H

#include "mlir/IR/AffineExpr.h"
#include "mlir/IR/Operation.h"
#include <optional>
#include <string>

namespace gg::onnx {

/// The dimensions of a tensor of known rank. None of them is null.
using SymbolicShape = llvm::SmallVector<mlir::AffineExpr, 6>;

/// What the shape functions ask about operands.
class ShapeSource {
public:
  virtual ~ShapeSource() = default;
  /// The shape of a tensor, or nullopt if not even its rank is known.
  virtual std::optional<SymbolicShape> getShape(mlir::Value value) = 0;
  /// The elements of a small integer tensor, or nullopt if they are not known.
  virtual std::optional<SymbolicShape> getElements(mlir::Value value) = 0;
  /// A dimension of which nothing is known: a symbol of its own.
  virtual mlir::AffineExpr makeUnknown() = 0;
};

/// The shapes of an op's results; nullopt where not even the rank follows.
/// Fails with `error` set where the operands' shapes contradict each other.
/// Ops without a shape function leave `shapes` empty and succeed.
llvm::LogicalResult
inferResultShapes(mlir::Operation *op, ShapeSource &source,
                  llvm::SmallVectorImpl<std::optional<SymbolicShape>> &shapes,
                  std::string &error);

/// Arithmetic on dimensions, simplified.
mlir::AffineExpr addDims(mlir::AffineExpr a, mlir::AffineExpr b);
mlir::AffineExpr subDims(mlir::AffineExpr a, mlir::AffineExpr b);
mlir::AffineExpr mulDims(mlir::AffineExpr a, mlir::AffineExpr b);
/// a / b, or null where the quotient is not known to be exact.
mlir::AffineExpr divideDims(mlir::AffineExpr a, mlir::AffineExpr b);
/// True if a and b are equal whatever the symbols stand for.
bool areEqualDims(mlir::AffineExpr a, mlir::AffineExpr b);
/// True if the expression is no less than 0 for all sizes of its symbols.
bool isNonNegative(mlir::AffineExpr expr);
/// The number, if the expression is one.
std::optional<int64_t> getNumber(mlir::AffineExpr expr);
/// The numbers, if all expressions are some.
std::optional<llvm::SmallVector<int64_t>>
getNumbers(llvm::ArrayRef<mlir::AffineExpr> exprs);

} // namespace gg::onnx

#endif // GG_ANALYSIS_SHAPEFUNCTIONS_H
