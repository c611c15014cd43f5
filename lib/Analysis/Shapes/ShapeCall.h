//===- ShapeCall.h - What the shape functions share -------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_ANALYSIS_SHAPES_SHAPECALL_H
#define GG_LIB_ANALYSIS_SHAPES_SHAPECALL_H

#include "../OpCall.h"
#include "gg/Analysis/ShapeFunctions.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringMap.h"

namespace gg::onnx {

/// One op whose result shapes are asked for. Shape functions return false
/// where the shapes are not known; a contradiction is reported by `fail`.
class ShapeCall : public OpCall {
public:
  ShapeCall(mlir::Operation *op, ShapeSource &source)
      : OpCall(op), source(source) {}

  bool has(unsigned index) const {
    return index < op->getNumOperands() &&
           !llvm::isa<mlir::NoneType>(op->getOperand(index).getType());
  }
  /// The shape of operand `index`.
  std::optional<SymbolicShape> shape(unsigned index) const {
    if (!has(index))
      return std::nullopt;
    return source.getShape(op->getOperand(index));
  }
  /// The elements of operand `index` as expressions, or as numbers.
  std::optional<SymbolicShape> elements(unsigned index) const {
    if (!has(index))
      return std::nullopt;
    return source.getElements(op->getOperand(index));
  }
  std::optional<llvm::SmallVector<int64_t>> numbers(unsigned index) const;
  /// How many elements the list in operand `index` has, as far as a rank may be
  /// made of it.
  std::optional<int64_t> length(unsigned index) const;

  mlir::AffineExpr number(int64_t value) const {
    return mlir::getAffineConstantExpr(value, op->getContext());
  }
  mlir::AffineExpr unknown() const { return source.makeUnknown(); }
  SymbolicShape unknowns(size_t rank) const;

  bool emit(SymbolicShape shape) {
    results.push_back(std::move(shape));
    return true;
  }
  bool emitUnknown() {
    results.push_back(std::nullopt);
    return true;
  }

  /// The shape to which `shapes` broadcast, appended to `result`; false after
  /// a report.
  bool broadcast(llvm::ArrayRef<SymbolicShape> shapes, SymbolicShape &result);
  /// The dimension on which a and b agree; null after a report.
  mlir::AffineExpr unify(mlir::AffineExpr a, mlir::AffineExpr b,
                         const llvm::Twine &what);

  ShapeSource &source;
  llvm::SmallVector<std::optional<SymbolicShape>, 2> results;
};

using ShapeFunction = bool (*)(ShapeCall &);
using ShapeFunctionTable = llvm::StringMap<ShapeFunction>;

void addLayoutShapes(ShapeFunctionTable &table);
void addIndexShapes(ShapeFunctionTable &table);
void addNetworkShapes(ShapeFunctionTable &table);
void addVendorShapes(ShapeFunctionTable &table);

/// The product of dimensions.
mlir::AffineExpr multiplyDims(llvm::ArrayRef<mlir::AffineExpr> dims,
                              mlir::MLIRContext *context);

} // namespace gg::onnx

#endif // GG_LIB_ANALYSIS_SHAPES_SHAPECALL_H
