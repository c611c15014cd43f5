//===- Evaluator.h - Executes onnx ops on concrete values -------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Masks, position ids and shape arithmetic of a graph are understood by
// computing them, not by matching the sub-graphs that this year's exporters
// write for them.
//
//===----------------------------------------------------------------------===//

#ifndef GG_ANALYSIS_EVALUATOR_H
#define GG_ANALYSIS_EVALUATOR_H

#include "gg/Analysis/HostTensor.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"
#include <functional>
#include <string>

namespace gg::onnx {

/// Computes values of a graph of onnx ops. What cannot be computed (an input
/// that was not bound, an op that is not covered, contradictory shapes, an
/// index out of bounds) yields nullptr, and `getError` tells the reason.
class Evaluator {
public:
  /// Tells the shape of a value that is not computed; used by Shape and Size,
  /// which need no more than that of their operand.
  using ShapeOracle =
      std::function<std::optional<HostTensor::Shape>(mlir::Value)>;

  /// No tensor of more than `maxElements` elements is computed.
  explicit Evaluator(int64_t maxElements = int64_t(1) << 28)
      : maxElements(maxElements) {}

  /// Gives an input its value.
  void bind(mlir::Value value, HostTensor tensor) {
    known[value] = std::move(tensor);
  }
  void setShapeOracle(ShapeOracle oracle) { shapeOracle = std::move(oracle); }

  /// The value, computed with all it depends on; valid until the evaluator is
  /// changed. Values once computed are kept.
  const HostTensor *evaluate(mlir::Value value);
  /// The value if it is bound or was computed.
  const HostTensor *lookup(mlir::Value value) const;
  llvm::StringRef getError() const { return error; }

  /// True if a kernel exists for the op.
  static bool isSupported(mlir::Operation *op);

private:
  bool evaluateOp(mlir::Operation *op);
  bool evaluateIf(mlir::Operation *op);
  bool evaluateShape(mlir::Operation *op);
  bool fail(mlir::Operation *op, const llvm::Twine &message);
  mlir::Region *getTakenBranch(mlir::Operation *op) const;
  bool findPending(mlir::Operation *op,
                   llvm::SmallVectorImpl<mlir::Value> &pending);

  llvm::DenseMap<mlir::Value, HostTensor> known;
  ShapeOracle shapeOracle;
  int64_t maxElements;
  std::string error;
};

/// True for the op that stands for an absent optional input.
bool isNone(mlir::Value value);
/// The name of an op's node in its graph, for diagnostics.
llvm::StringRef getNodeName(mlir::Operation *op);

} // namespace gg::onnx

#endif // GG_ANALYSIS_EVALUATOR_H
