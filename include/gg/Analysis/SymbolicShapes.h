//===- SymbolicShapes.h - Shapes over named sizes ---------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_ANALYSIS_SYMBOLICSHAPES_H
#define GG_ANALYSIS_SYMBOLICSHAPES_H

#include "gg/Analysis/ShapeFunctions.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"

namespace gg::onnx {

/// The shapes of all values of a function, as expressions over its named
/// sizes: the strings of the arguments' `onnx.dims` (which may be sums, like
/// "past + sequence"). Small integer tensors are followed element by element,
/// so that a Reshape to a computed shape resolves.
class SymbolicShapes final : public ShapeSource {
public:
  /// Tensors of up to this many elements are followed.
  static constexpr int64_t maxElements = 64;

  explicit SymbolicShapes(mlir::FunctionOpInterface function);

  /// Visits the function; reports contradictory shapes at their nodes.
  llvm::LogicalResult run();

  std::optional<SymbolicShape> getShape(mlir::Value value) override;
  std::optional<SymbolicShape> getElements(mlir::Value value) override;
  mlir::AffineExpr makeUnknown() override;

  /// True if dimension `i` of `a` and dimension `j` of `b` are equal for all
  /// sizes.
  bool areEqual(mlir::Value a, int64_t i, mlir::Value b, int64_t j);
  /// The symbol of a named size.
  mlir::AffineExpr getSymbol(llvm::StringRef name);
  /// The names of the symbols, in order; empty for unnamed ones.
  llvm::ArrayRef<std::string> getSymbolNames() const { return names; }

  /// The type with every dimension that is a number, or `value`'s own type.
  mlir::Type getRefinedType(mlir::Value value);

private:
  llvm::LogicalResult visit(mlir::Operation *op);
  llvm::LogicalResult visitIf(mlir::Operation *op);
  llvm::LogicalResult merge(mlir::Operation *op, mlir::Value value,
                            SymbolicShape shape);
  mlir::AffineExpr parseDim(llvm::StringRef text);

  mlir::FunctionOpInterface function;
  mlir::MLIRContext *context;
  llvm::DenseMap<mlir::Value, SymbolicShape> shapes;
  llvm::DenseMap<mlir::Value, SymbolicShape> elements;
  llvm::StringMap<unsigned> symbols;
  std::vector<std::string> names;
};

/// The elements of the op's results as far as they follow from the operands'
/// shapes and elements; nullopt where they do not.
std::optional<SymbolicShape> inferElements(mlir::Operation *op,
                                           ShapeSource &source);

} // namespace gg::onnx

#endif // GG_ANALYSIS_SYMBOLICSHAPES_H
