//===- ONNXHelpers.h - Questions about onnx ops -----------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_ONNX_IR_ONNXHELPERS_H
#define GG_DIALECT_ONNX_IR_ONNXHELPERS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/TypeUtilities.h"
#include "mlir/IR/Value.h"
#include "llvm/ADT/SmallVector.h"
#include <optional>

namespace gg::onnx {

/// Whether an optional operand was given, or somebody wants an optional result.
inline bool isPresent(mlir::Value value) {
  return value && !llvm::isa<mlir::NoneType>(value.getType());
}

/// The shape of a ranked tensor; nothing for other types.
std::optional<llvm::ArrayRef<int64_t>> getShape(mlir::Value value);

/// The rank of a ranked tensor; nothing for other types.
std::optional<int64_t> getRank(mlir::Value value);

/// The element type of a tensor.
inline mlir::Type getElementType(mlir::Value value) {
  return mlir::getElementTypeOrSelf(value.getType());
}

/// The value's attribute if a constant op gives it.
mlir::ElementsAttr getConstant(mlir::Value value);

/// The elements of a constant tensor of integers (of any width, unsigned ones
/// zero-extended) or booleans. Nothing if the value is not constant or is held
/// as a resource: what is that large is data and no list of dims.
std::optional<llvm::SmallVector<int64_t>> getConstantInts(mlir::Value value);

/// The one element of a constant tensor of integers.
std::optional<int64_t> getConstantInt(mlir::Value value);

/// The one element of a constant tensor of floats, as f64 holds it.
std::optional<double> getConstantFloat(mlir::Value value);

/// Counts a negative axis from the end.
inline int64_t normalizeAxis(int64_t axis, int64_t rank) {
  return axis < 0 ? axis + rank : axis;
}

/// The axes of a reduction, Squeeze or Unsqueeze, none negative, sorted.
llvm::SmallVector<int64_t> normalizeAxes(llvm::ArrayRef<int64_t> axes,
                                         int64_t rank);

/// The shape that shapes of known rank broadcast to. A dim is dynamic where
/// only the run can tell; nothing if two static dims contradict each other.
std::optional<llvm::SmallVector<int64_t>>
broadcastShapes(llvm::ArrayRef<llvm::ArrayRef<int64_t>> shapes);

/// The order of dims of a Transpose, defaults resolved.
llvm::SmallVector<int64_t>
getPermutation(std::optional<llvm::ArrayRef<int64_t>> perm, int64_t rank);

/// The element type for a number of ONNX's TensorProto.DataType; null for
/// strings, complex numbers and numbers not assigned.
mlir::Type getTypeForDataType(mlir::MLIRContext *context, int64_t dataType);

} // namespace gg::onnx

#endif // GG_DIALECT_ONNX_IR_ONNXHELPERS_H
