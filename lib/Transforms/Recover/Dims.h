//===- Dims.h - Which dims are provably equal -------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_RECOVER_DIMS_H
#define GG_LIB_TRANSFORMS_RECOVER_DIMS_H

#include "Match.h"
#include "gg/Analysis/SymbolicShapes.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/DenseSet.h"

namespace gg::recover {

/// What patterns ask about the shapes of values that were there when the
/// analysis ran; of newer ones only the numbers in their types are known. It
/// listens to the rewriting, as a new op may stand where an erased one stood.
class Dims : public mlir::RewriterBase::Listener {
public:
  explicit Dims(onnx::SymbolicShapes &shapes) : shapes(shapes) {}

  /// True if two dims have the same size whenever the program runs without
  /// error. Negative axes count from the end.
  bool areSame(mlir::Value a, int64_t axisA, mlir::Value b, int64_t axisB);

  /// True if a dim is provably the product of two dims of `factors`.
  bool isProduct(mlir::Value value, int64_t axis, mlir::Value factors,
                 int64_t first, int64_t second);

  /// True if `value` broadcast with `large` provably has the shape of `large`.
  bool broadcastsInto(mlir::Value value, mlir::Value large);

  void notifyOperationInserted(mlir::Operation *op,
                               mlir::OpBuilder::InsertPoint) override {
    fresh.insert(op);
  }
  void notifyOperationErased(mlir::Operation *op) override { fresh.erase(op); }

private:
  /// True for the result of an op that the analysis has not seen.
  bool isFresh(mlir::Value value) const {
    mlir::Operation *op = value.getDefiningOp();
    return op && fresh.contains(op);
  }

  onnx::SymbolicShapes &shapes;
  llvm::DenseSet<mlir::Operation *> fresh;
};

} // namespace gg::recover

#endif // GG_LIB_TRANSFORMS_RECOVER_DIMS_H
