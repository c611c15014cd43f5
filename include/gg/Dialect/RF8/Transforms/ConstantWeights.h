//===- ConstantWeights.h - Constant matrices and their uses --*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_RF8_TRANSFORMS_CONSTANTWEIGHTS_H
#define GG_DIALECT_RF8_TRANSFORMS_CONSTANTWEIGHTS_H

#include "gg/Dialect/RF8/IR/ConstantMatrix.h"
#include "gg/Weights/Store.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace gg::rf8 {

/// A matrix constant seen through what copies it: widening casts and
/// transpositions.
struct WeightSource {
  /// Result of an arith.constant, an rf8.dequantize or an rf8.unpack.
  mlir::Value root;
  bool transposed; ///< an odd number of times
};

/// Follows `value` to a matrix that is the result of an arith.constant, an
/// rf8.dequantize or an rf8.unpack.
std::optional<WeightSource> findWeightSource(mlir::Value value);

/// A linalg contraction of a matrix with one output and one reduction
/// dimension, and of an input with any number of rows.
struct MatrixContraction {
  mlir::linalg::LinalgOp op;
  mlir::OpOperand *weight, *input;
  unsigned outputDim, stepDim; ///< loops
  bool stepsFirst;             ///< the weight is [steps, outputs]
};

/// Matches `op` with its `operand`-th input as the weight.
std::optional<MatrixContraction> matchContraction(mlir::linalg::LinalgOp op,
                                                  unsigned operand);

/// A use of a constant matrix of floats as a weight.
struct WeightUse {
  mlir::OpOperand *operand;
  WeightSource source; ///< of an arith.constant
  /// The axis of the output channels as the use has it; none for a look-up,
  /// which takes rows.
  std::optional<int64_t> channelAxis;
};

/// Calls `visit` with every operand below `root` by which a linalg contraction
/// multiplies, or in which a linalg.generic looks up (tensor.extract), if it
/// is a constant matrix of floats without the attribute `rf8.keep`.
void forEachWeightUse(mlir::Operation *root,
                      llvm::function_ref<void(const WeightUse &)> visit);

/// Makes constants whose bytes lie in a weights store.
class ConstantMaker {
public:
  /// Room for a constant of `type`. Fails with a diagnostic at `loc`.
  mlir::FailureOr<llvm::MutableArrayRef<char>>
  allocate(mlir::Location loc, mlir::RankedTensorType type);

  /// The constant over bytes that `allocate` gave.
  mlir::ElementsAttr get(mlir::RankedTensorType type, llvm::StringRef name,
                         llvm::ArrayRef<char> bytes);

private:
  std::shared_ptr<WeightsStore> store;
};

/// A matrix of f32 as one of `element`, bf16 or f16. Fails with a diagnostic at
/// `loc` where that cannot hold a weight.
mlir::FailureOr<mlir::ElementsAttr> narrowMatrix(mlir::Location loc,
                                                 const ConstantMatrix &matrix,
                                                 mlir::FloatType element,
                                                 ConstantMaker &constants);

} // namespace gg::rf8

#endif // GG_DIALECT_RF8_TRANSFORMS_CONSTANTWEIGHTS_H
