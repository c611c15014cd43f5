//===- ConstantMatrix.h - Reads a constant matrix ---------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_RF8_IR_CONSTANTMATRIX_H
#define GG_DIALECT_RF8_IR_CONSTANTMATRIX_H

#include "gg/Dialect/RF8/IR/RF8.h"

namespace gg::rf8 {

/// Reads a constant matrix of f32, f16, bf16 or RF8 row by row.
class ConstantMatrix {
public:
  /// Fails, with a diagnostic at `loc`, where the constant's bytes do not match
  /// its type or are not there; nothing where it is no such matrix.
  static mlir::FailureOr<std::optional<ConstantMatrix>>
  get(mlir::Location loc, mlir::ElementsAttr value);

  int64_t rows() const { return type.getDimSize(0); }
  int64_t columns() const { return type.getDimSize(1); }
  mlir::Type element() const { return type.getElementType(); }

  /// A row as it is stored. `scratch` is space for one.
  const char *rawRow(int64_t row, llvm::SmallVectorImpl<char> &scratch) const;

  /// As many floats of a row as `values` has, in f32, from a column on.
  void floatRow(int64_t row, llvm::MutableArrayRef<float> values,
                int64_t firstColumn = 0) const;

  /// Floats of `count` outputs from the `first` on, where axis `outputAxis` is
  /// that of the outputs: of output first + o and step k, values[k * stride +
  /// o].
  void floatOutputs(int64_t outputAxis, int64_t first, int64_t count,
                    float *values, int64_t stride) const;

private:
  mlir::RankedTensorType type;
  int64_t elementBytes;
  llvm::ArrayRef<char> bytes; ///< one element where it is a splat
  bool splat;
};

/// How many bytes an element of a weight takes: f32, f16, bf16 or RF8.
int64_t getElementBytes(mlir::Type element);

} // namespace gg::rf8

#endif // GG_DIALECT_RF8_IR_CONSTANTMATRIX_H
