//===- PositionForms.h - How values depend on the position ------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What an entry needs of the graph's masks, positions and shapes: constants,
// rows of tables, or no more than "causal". Everything here is computed from
// the graph, at every position, and compared to what longer runs of tokens
// give; what does not agree is refused.
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_DECODER_POSITIONFORMS_H
#define GG_LIB_TRANSFORMS_DECODER_POSITIONFORMS_H

#include "PositionEvaluator.h"

namespace gg::decoder {

/// A value of the graph that holds no data.
struct PositionForm {
  enum Of {
    Constant,   ///< one value wherever the tokens stand
    Arithmetic, ///< the position plus `offset`, along the sequence
    Table       ///< a row of `table` for each position
  } of = Constant;
  int64_t offset = 0;
  /// [positions, the other dims in their order].
  onnx::HostTensor table;
  /// Where the sequence and the batch (if it has one) lie.
  int64_t sequenceAxis = -1, batchAxis = -1;
};

/// The mask of an attention, for keys up to the query's own position.
struct MaskForm {
  enum Of {
    Causal, ///< all of them are seen
    Window, ///< the last `window` of them
    Table   ///< whatever `table` says: [positions, heads, keys]
  } of = Causal;
  int64_t window = 0;
  onnx::HostTensor table;
  /// What Causal and Window add to the scores: [heads, keys], if anything.
  std::optional<onnx::HostTensor> bias;
};

class PositionForms {
public:
  PositionForms(const DecoderModel &model, PositionEvaluator &evaluator,
                int64_t batch, int64_t chunk)
      : model(model), evaluator(evaluator), batch(batch), chunk(chunk) {}

  /// The largest context, of at most `limit` positions, at which the graph's
  /// tables and caches still hold out.
  int64_t findContext(int64_t limit);
  void setContext(int64_t positions);
  int64_t getContext() const { return context; }
  int64_t getChunk() const { return chunk; }

  /// Studies every value and mask that the live ops take; false with an error
  /// where one has no form.
  bool run();
  llvm::StringRef getError() const { return error; }

  const PositionForm &getForm(mlir::Value value) const {
    return forms.find(value)->second;
  }
  const MaskForm &getMask(mlir::Value mask) const {
    return masks.find(mask)->second;
  }
  /// The value of a Constant form for an entry of `sequence` tokens.
  std::optional<onnx::HostTensor> getConstant(mlir::Value value,
                                              int64_t sequence);

  /// True if the operand says how long something is, so that it may differ
  /// from one number of tokens to another.
  static bool isShapeOperand(mlir::OpOperand &operand);

private:
  struct Pending;

  void collect();
  bool findAxes(Pending &pending);
  bool computeRows(llvm::MutableArrayRef<Pending> pendings);
  bool checkChunks(llvm::ArrayRef<Pending> pendings);
  bool finish(Pending &pending);
  bool checkCounts();
  bool checkShapeOperands();
  bool findMask(mlir::Value mask, bool isCausal);
  std::optional<onnx::HostTensor> evaluateRows(const Pending &pending,
                                               int64_t past, int64_t sequence);
  bool fail(mlir::Value value, const llvm::Twine &why);
  llvm::SmallVector<int64_t> getLengths() const;
  llvm::SmallVector<int64_t> getSamples(int64_t sequence) const;
  /// True where a graph may refuse: several tokens behind a past. Some take
  /// either a prompt or one token; at what they refuse, they say nothing that
  /// an entry could get wrong.
  static bool isOptional(int64_t past, int64_t sequence) {
    return past > 0 && sequence > 1;
  }

  const DecoderModel &model;
  PositionEvaluator &evaluator;
  int64_t batch, chunk, context = 0;
  /// The values by what is asked of them.
  llvm::SetVector<mlir::Value> values, shapeValues, pastCounts, totalCounts;
  llvm::MapVector<mlir::Value, bool> maskValues; ///< true: is_causal as well
  llvm::DenseMap<mlir::Value, PositionForm> forms;
  llvm::DenseMap<mlir::Value, MaskForm> masks;
  std::string error;
};

} // namespace gg::decoder

#endif // GG_LIB_TRANSFORMS_DECODER_POSITIONFORMS_H
