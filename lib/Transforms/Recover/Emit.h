//===- Emit.h - Builds typed onnx ops ---------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_RECOVER_EMIT_H
#define GG_LIB_TRANSFORMS_RECOVER_EMIT_H

#include "Match.h"
#include "mlir/IR/Builders.h"

namespace gg::recover {

using onnx::getElementType;
using onnx::isPresent;

/// Builds onnx ops with the result types that follow from their operands, as
/// far as these are known.
class Emit {
public:
  Emit(mlir::OpBuilder &builder, mlir::Location loc)
      : builder(builder), loc(loc) {}

  mlir::OpBuilder &builder;
  mlir::Location loc;

  /// Any op, by its operands, result types and attributes.
  template <typename OpTy>
  OpTy make(mlir::TypeRange types, mlir::ValueRange operands,
            llvm::ArrayRef<mlir::NamedAttribute> attrs = {}) {
    return OpTy::create(builder, loc, types, operands, attrs);
  }
  /// An elementwise op of one operand.
  template <typename OpTy>
  mlir::Value unary(mlir::Value x,
                    llvm::ArrayRef<mlir::NamedAttribute> attrs = {}) {
    return make<OpTy>(mlir::TypeRange(x.getType()), x, attrs)->getResult(0);
  }
  /// An op of two operands that broadcasts.
  template <typename OpTy> mlir::Value binary(mlir::Value a, mlir::Value b) {
    mlir::Type type = broadcastType({a, b}, getElementType(a));
    return make<OpTy>(mlir::TypeRange(type), {a, b})->getResult(0);
  }
  /// A comparison, which broadcasts.
  template <typename OpTy> mlir::Value compare(mlir::Value a, mlir::Value b) {
    mlir::Type type = broadcastType({a, b}, builder.getI1Type());
    return make<OpTy>(mlir::TypeRange(type), {a, b})->getResult(0);
  }

  mlir::NamedAttribute attr(llvm::StringRef name, int64_t value);
  mlir::NamedAttribute attr(llvm::StringRef name, double value);
  mlir::NamedAttribute attr(llvm::StringRef name, llvm::StringRef value);

  mlir::Value none();
  mlir::Value constant(mlir::ElementsAttr value);
  /// A constant of the given bytes, as a resource where they are many.
  mlir::Value constant(mlir::RankedTensorType type, llvm::ArrayRef<char> bytes);
  /// A rank-1 i64 constant.
  mlir::Value ints(llvm::ArrayRef<int64_t> values);
  /// A rank-0 constant of a number type.
  mlir::Value scalar(double value, mlir::Type elementType);
  /// A constant of ones.
  mlir::Value onesOf(llvm::ArrayRef<int64_t> shape, mlir::Type elementType);

  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, mlir::Value b);
  mlir::Value max(mlir::Value a, mlir::Value b);
  mlir::Value where(mlir::Value condition, mlir::Value a, mlir::Value b);
  mlir::Value cast(mlir::Value x, mlir::Type elementType);

  mlir::Value transpose(mlir::Value x, llvm::ArrayRef<int64_t> perm);
  /// Reshape to constant `dims`: 0 keeps the dim at that place, one -1 is what
  /// the rest leaves.
  mlir::Value reshape(mlir::Value x, llvm::ArrayRef<int64_t> dims);
  mlir::Value unsqueeze(mlir::Value x, llvm::ArrayRef<int64_t> axes);
  mlir::Value squeeze(mlir::Value x, int64_t axis);
  mlir::Value concat(llvm::ArrayRef<mlir::Value> parts, int64_t axis);
  /// Cuts `x` along the last dim.
  llvm::SmallVector<mlir::Value> splitLast(mlir::Value x,
                                           llvm::ArrayRef<int64_t> sizes);
  mlir::Value sliceLast(mlir::Value x, int64_t begin, int64_t end);
  /// `x[index]` along axis 0, without that dim.
  mlir::Value pick(mlir::Value x, int64_t index);
  mlir::Value gather(mlir::Value table, mlir::Value indices);
  mlir::Value reduceSum(mlir::Value x, llvm::ArrayRef<int64_t> axes);

  /// A dim as a rank-1 i64 tensor of one element, a constant if it is known.
  mlir::Value dim(mlir::Value x, int64_t axis);
  /// A one-element tensor as a rank-0 tensor.
  mlir::Value asScalar(mlir::Value x);
  /// `x` broadcast to a shape given dim by dim (rank-1 tensors of one element);
  /// `type` is the result's type.
  mlir::Value expand(mlir::Value x, llvm::ArrayRef<mlir::Value> dims,
                     mlir::Type type);
  /// A tensor of a shape given dim by dim, filled with `value`.
  mlir::Value fill(llvm::ArrayRef<mlir::Value> dims, mlir::Type elementType,
                   double value);
  /// 0, 1, … below `limit` (a rank-1 i64 tensor of one element).
  mlir::Value iota(mlir::Value limit);

  /// The type of the shape to which the values broadcast.
  mlir::Type broadcastType(mlir::ValueRange values, mlir::Type elementType);

private:
  mlir::Type typeOf(llvm::ArrayRef<int64_t> shape, mlir::Type elementType) {
    return mlir::RankedTensorType::get(shape, elementType);
  }
  /// The shape that a list of one-element tensors stands for.
  llvm::SmallVector<int64_t> shapeOf(llvm::ArrayRef<mlir::Value> dims);
};

} // namespace gg::recover

#endif // GG_LIB_TRANSFORMS_RECOVER_EMIT_H
