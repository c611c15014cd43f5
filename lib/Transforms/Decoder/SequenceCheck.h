//===- SequenceCheck.h - Which ops keep tokens apart ------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_DECODER_SEQUENCECHECK_H
#define GG_LIB_TRANSFORMS_DECODER_SEQUENCECHECK_H

#include "PositionEvaluator.h"

namespace gg::decoder {

/// Checks that the live ops of a decoder compute each token's values from
/// that token alone, but for its attentions: a cache can stand in for the
/// earlier tokens only then.
class SequenceCheck {
public:
  SequenceCheck(const DecoderModel &model, PositionEvaluator &evaluator)
      : model(model), evaluator(evaluator) {}

  bool run();
  llvm::StringRef getError() const { return error; }

  /// The axis along which the tokens of a live value lie, or -1 behind the op
  /// that picks the last token.
  int64_t getAxis(mlir::Value value) const { return axes.lookup(value); }
  /// The op that picks the last token, if the graph has one.
  mlir::Operation *getLastTokenOp() const { return lastTokenOp; }

private:
  bool measure();
  bool runSingle();
  bool checkMask(onnx::AttentionOp op);
  bool visit(mlir::Operation *op);
  bool visitAttention(const AttentionSite &site);
  bool visitBroadcast(mlir::Operation *op);
  bool visitReshape(mlir::Operation *op);
  bool visitPlaces(mlir::Operation *op);
  bool visitAlongAxis(mlir::Operation *op, int64_t axis);
  bool visitNormalization(mlir::Operation *op, int64_t axis);
  bool visitReduction(mlir::Operation *op);
  bool visitMatMul(mlir::Operation *op);
  bool visitGather(onnx::GatherOp op);
  bool visitGatherND(onnx::GatherNDOp op);
  bool visitSlice(onnx::SliceOp op);
  bool takesLast(mlir::Operation *op, mlir::Value index);
  bool fail(mlir::Operation *op, const llvm::Twine &why);
  int64_t getRank(mlir::Value value) const;
  int64_t getPlaces(mlir::Value value) const {
    auto it = places.find(value);
    return it == places.end() ? 1 : it->second;
  }

  const DecoderModel &model;
  PositionEvaluator &evaluator;
  llvm::DenseMap<mlir::Value, int64_t> axes;
  llvm::DenseMap<mlir::Value, onnx::HostTensor::Shape> shapes;
  /// How many places in a row of its axis a token takes, where not one.
  llvm::DenseMap<mlir::Value, int64_t> places;
  mlir::Operation *lastTokenOp = nullptr;
  std::string error;
};

} // namespace gg::decoder

#endif // GG_LIB_TRANSFORMS_DECODER_SEQUENCECHECK_H
