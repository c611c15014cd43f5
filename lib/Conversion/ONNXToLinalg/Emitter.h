//===- Emitter.h - Building linalg for one onnx op --------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_CONVERSION_ONNXTOLINALG_EMITTER_H
#define GG_LIB_CONVERSION_ONNXTOLINALG_EMITTER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Transforms/DialectConversion.h"

namespace gg::onnx {

using Sizes = llvm::SmallVector<mlir::OpFoldResult>;
using Body = llvm::function_ref<mlir::Value(mlir::OpBuilder &, mlir::Location,
                                            mlir::ValueRange)>;

/// Operands of one generic, made ready to be read at the positions of a common
/// shape.
struct Broadcast {
  Sizes sizes;
  llvm::SmallVector<mlir::Value> operands;
  llvm::SmallVector<mlir::AffineMap> maps;
};

/// What the patterns build with: sizes that fold as far as they are known,
/// generics, views, run-time checks. One lives as long as a pattern's call.
class Emitter {
public:
  Emitter(mlir::ConversionPatternRewriter &b, mlir::Operation *op)
      : b(b), op(op), loc(op->getLoc()) {}

  mlir::ConversionPatternRewriter &b;
  mlir::Operation *op;
  mlir::Location loc;

  //===--------------------------------------------------------------------===//
  // Sizes: index attributes where known, else values of type index
  //===--------------------------------------------------------------------===//

  /// The size of a dim, traced to where it comes from, so that equal sizes are
  /// recognised.
  mlir::OpFoldResult size(mlir::Value tensor, int64_t dim);
  Sizes sizes(mlir::Value tensor);

  /// Whether two sizes are equal whatever the inputs; false if unsure.
  static bool same(mlir::OpFoldResult a, mlir::OpFoldResult b);
  static bool isOne(mlir::OpFoldResult size);

  mlir::OpFoldResult index(int64_t value) { return b.getIndexAttr(value); }
  mlir::Value value(mlir::OpFoldResult size);
  mlir::OpFoldResult fold(mlir::Value index);

  mlir::OpFoldResult add(mlir::OpFoldResult x, mlir::OpFoldResult y);
  mlir::OpFoldResult sub(mlir::OpFoldResult x, mlir::OpFoldResult y);
  mlir::OpFoldResult mul(mlir::OpFoldResult x, mlir::OpFoldResult y);
  mlir::OpFoldResult div(mlir::OpFoldResult x, mlir::OpFoldResult y);
  mlir::OpFoldResult min(mlir::OpFoldResult x, mlir::OpFoldResult y);
  mlir::OpFoldResult max(mlir::OpFoldResult x, mlir::OpFoldResult y);
  mlir::OpFoldResult select(mlir::Value condition, mlir::OpFoldResult x,
                            mlir::OpFoldResult y);
  mlir::OpFoldResult product(llvm::ArrayRef<mlir::OpFoldResult> sizes);
  mlir::Value compare(mlir::arith::CmpIPredicate predicate,
                      mlir::OpFoldResult x, mlir::OpFoldResult y);

  /// Element `i` (in row-major order) of an onnx tensor of integers, followed
  /// through the shape arithmetic that made it.
  mlir::OpFoldResult element(mlir::Value onnxTensor, int64_t i);
  /// All elements; the tensor has a static shape.
  Sizes elements(mlir::Value onnxTensor);

  //===--------------------------------------------------------------------===//
  // Scalars and tensors
  //===--------------------------------------------------------------------===//

  /// A number as a constant of an integer, index or float type.
  mlir::Value number(mlir::Type type, double number);
  mlir::Value integer(mlir::Type type, int64_t number);
  mlir::RankedTensorType type(llvm::ArrayRef<mlir::OpFoldResult> sizes,
                              mlir::Type element);
  mlir::Value empty(llvm::ArrayRef<mlir::OpFoldResult> sizes,
                    mlir::Type element);
  mlir::Value filled(llvm::ArrayRef<mlir::OpFoldResult> sizes,
                     mlir::Value scalar);
  /// The one element of a tensor, checked to be the only one.
  mlir::Value scalar(mlir::Value tensor);

  /// One element at every position of `sizes`.
  mlir::Value map(llvm::ArrayRef<mlir::OpFoldResult> sizes, mlir::Type element,
                  mlir::ValueRange operands,
                  llvm::ArrayRef<mlir::AffineMap> maps, Body body);
  /// The same over operands of exactly the shape.
  mlir::Value map(llvm::ArrayRef<mlir::OpFoldResult> sizes, mlir::Type element,
                  mlir::ValueRange operands, Body body);
  /// The same into the room of `init`, a tensor whose elements don't matter.
  mlir::Value mapInto(mlir::Value init, mlir::ValueRange operands,
                      llvm::ArrayRef<mlir::AffineMap> maps, Body body);
  /// Joins the elements of `operand` along `axes` (sorted), which go away. The
  /// body gets the element and the accumulator.
  mlir::Value reduce(mlir::Value operand, llvm::ArrayRef<int64_t> axes,
                     mlir::Value initial, Body body);

  /// Widens f16 and bf16 elements, in which sums would lose too much.
  mlir::Value widen(mlir::Value tensor);
  mlir::Value castFloats(mlir::Value tensor, mlir::Type element);

  //===--------------------------------------------------------------------===//
  // Views
  //===--------------------------------------------------------------------===//

  /// The elements in another shape with as many of them (which the caller has
  /// checked).
  mlir::Value reshape(mlir::Value tensor,
                      llvm::ArrayRef<mlir::OpFoldResult> sizes);
  /// With dims of size 1 inserted so that they are at `axes` of the result.
  mlir::Value unsqueeze(mlir::Value tensor, llvm::ArrayRef<int64_t> axes);
  mlir::Value slice(mlir::Value tensor,
                    llvm::ArrayRef<mlir::OpFoldResult> offsets,
                    llvm::ArrayRef<mlir::OpFoldResult> sizes);
  mlir::Value slice(mlir::Value tensor,
                    llvm::ArrayRef<mlir::OpFoldResult> offsets,
                    llvm::ArrayRef<mlir::OpFoldResult> sizes,
                    llvm::ArrayRef<mlir::OpFoldResult> strides);
  mlir::Value concat(mlir::ValueRange tensors, int64_t axis);

  /// Readies the operands for a generic over their common shape. Dims that only
  /// the run can tell to be 1 cost a copy of the operand and a check.
  Broadcast broadcast(mlir::ValueRange operands);
  /// The operand repeated to `sizes` (of its rank), where its dims may be 1.
  mlir::Value expand(mlir::Value operand,
                     llvm::ArrayRef<mlir::OpFoldResult> sizes);

  //===--------------------------------------------------------------------===//
  // Checks and results
  //===--------------------------------------------------------------------===//

  /// Fails at run time, naming the node, unless the condition holds.
  void check(mlir::Value condition, const llvm::Twine &message);
  void checkEqual(mlir::OpFoldResult x, mlir::OpFoldResult y,
                  const llvm::Twine &message);
  /// Checks that each element lies in [low, high).
  void checkRange(mlir::Value indices, mlir::OpFoldResult low,
                  mlir::OpFoldResult high, const llvm::Twine &message);

  /// Replaces the op, giving each value the type that its users expect.
  void replace(mlir::ValueRange values);

private:
  mlir::OpFoldResult argumentSize(mlir::BlockArgument arg, int64_t dim);
  mlir::OpFoldResult elementOf(mlir::Value onnxTensor, int64_t i, int depth);
  std::optional<mlir::OpFoldResult> follow(mlir::Value onnxTensor, int64_t i,
                                           int depth);
};

/// The position of a generic's loops, in its body.
llvm::SmallVector<mlir::Value> getPosition(mlir::OpBuilder &b,
                                           mlir::Location loc, int64_t rank);

} // namespace gg::onnx

#endif // GG_LIB_CONVERSION_ONNXTOLINALG_EMITTER_H
