//===- PositionEvaluator.h - A decoder's graph at chosen sizes --*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_DECODER_POSITIONEVALUATOR_H
#define GG_LIB_TRANSFORMS_DECODER_POSITIONEVALUATOR_H

#include "DecoderModel.h"
#include "gg/Analysis/Evaluator.h"
#include "gg/Analysis/ShapeFunctions.h"

namespace gg::decoder {

/// Computes what does not depend on tokens (values) and what does (shapes) at
/// one Point at a time.
class PositionEvaluator final : public onnx::ShapeSource {
public:
  explicit PositionEvaluator(const DecoderModel &model);

  /// Forgets the values of the last point if this is another one.
  void moveTo(const Point &point);
  const Point &getPoint() const { return point; }

  /// The value of one that holds no data.
  std::optional<onnx::HostTensor> evaluate(mlir::Value value);
  /// The shape of any value.
  std::optional<onnx::HostTensor::Shape> getShapeAt(mlir::Value value);
  /// Why the last question had no answer.
  llvm::StringRef getError() const { return error; }

  std::optional<onnx::SymbolicShape> getShape(mlir::Value value) override;
  std::optional<onnx::SymbolicShape> getElements(mlir::Value value) override;
  mlir::AffineExpr makeUnknown() override;

private:
  void bindInputs();
  void keepStatics(mlir::Value value);
  onnx::HostTensor makeCausal(mlir::Type elementType,
                              onnx::HostTensor::Shape shape) const;
  onnx::HostTensor makeInput(mlir::Type elementType,
                             const InputMeaning &input) const;

  const DecoderModel &model;
  Point point;
  std::unique_ptr<onnx::Evaluator> evaluator;
  /// Values of constants alone, computed once and read at every point.
  onnx::Evaluator statics;
  llvm::DenseSet<mlir::Value> visited;
  llvm::SmallVector<mlir::Value> kept;
  llvm::DenseMap<mlir::Value, onnx::SymbolicShape> shapes;
  std::string error;
};

} // namespace gg::decoder

#endif // GG_LIB_TRANSFORMS_DECODER_POSITIONEVALUATOR_H
