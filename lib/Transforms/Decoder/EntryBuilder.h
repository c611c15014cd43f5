//===- EntryBuilder.h - Writes the entries of a decoder ---------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_DECODER_ENTRYBUILDER_H
#define GG_LIB_TRANSFORMS_DECODER_ENTRYBUILDER_H

#include "PositionForms.h"
#include "SequenceCheck.h"
#include "mlir/IR/Builders.h"

namespace gg::decoder {

enum class EntryKind { Step, Prefill, Score };

/// Sizes and types that all entries share.
struct EntryOptions {
  int64_t batch = 1, chunk = 1, context = 0;
  mlir::FloatType cacheType;
};

/// Writes one entry: the live ops with static shapes, tokens and positions as
/// inputs, and caches that are written in place.
class EntryBuilder {
public:
  EntryBuilder(const DecoderModel &model, PositionEvaluator &evaluator,
               PositionForms &forms, const SequenceCheck &check,
               const EntryOptions &options, EntryKind kind);

  /// The function, or null with an error.
  mlir::func::FuncOp build();
  llvm::StringRef getError() const { return error; }

private:
  // Signature.
  void createFunction();
  mlir::RankedTensorType getCacheType(mlir::Value entries, bool isKeys);
  void finish(mlir::Value logits);

  // Ops.
  bool emit(mlir::Operation *op);
  bool emitAttention(const AttentionSite &site);
  bool emitCast(mlir::Operation *op);
  bool emitRotary(onnx::RotaryEmbeddingOp op);
  bool emitGeneric(mlir::Operation *op);
  mlir::Value emitMask(const AttentionSite &site,
                       llvm::SmallVectorImpl<mlir::NamedAttribute> &attrs);
  mlir::Value emitMaskTable(mlir::Value mask, const MaskForm &form);
  mlir::Value emitKeyBias(mlir::Value mask, const onnx::HostTensor &bias);
  mlir::Value writeCache(mlir::Value entries, mlir::Value original,
                         int64_t heads, unsigned index);
  mlir::Value splitHeads(mlir::Value value, int64_t heads);
  mlir::Value mergeHeads(mlir::Value value);

  // Values.
  mlir::Value getOperand(mlir::OpOperand &operand);
  mlir::Value getStatic(mlir::Value value);
  mlir::Value cloneStatic(mlir::Value value);
  mlir::Value getPositional(mlir::OpOperand &operand);
  mlir::Value placeRows(mlir::OpOperand &operand, const PositionForm &form,
                        mlir::Value rows);
  mlir::Value getIndex();
  mlir::Value getRowIndex();
  mlir::Value pickLast(mlir::Value original);
  void findTail();

  // Small ops.
  mlir::Value constant(const onnx::HostTensor &tensor);
  mlir::Value ints(llvm::ArrayRef<int64_t> values,
                   llvm::ArrayRef<int64_t> shape);
  mlir::Value none();
  mlir::Value reshape(mlir::Value value, llvm::ArrayRef<int64_t> shape);
  mlir::Value transpose(mlir::Value value, llvm::ArrayRef<int64_t> perm);
  mlir::Value cast(mlir::Value value, mlir::Type elementType);
  mlir::Type widen(mlir::Type elementType) const;
  mlir::RankedTensorType getType(mlir::Value original);
  int64_t getSequence(mlir::Operation *op) const {
    return tail.contains(op) ? 1 : sequence;
  }
  bool hasTokenRows();
  bool fail(const llvm::Twine &why);

  const DecoderModel &model;
  PositionEvaluator &evaluator;
  PositionForms &forms;
  const SequenceCheck &check;
  EntryOptions options;
  EntryKind kind;
  int64_t sequence;

  mlir::OpBuilder builder;
  mlir::Location location;
  mlir::func::FuncOp function;
  mlir::Value ids, positions, counts;
  llvm::SmallVector<mlir::Value> caches;
  llvm::DenseMap<mlir::Value, mlir::Value> data, statics;
  llvm::DenseMap<std::pair<mlir::Value, int64_t>, mlir::Value> positional;
  mlir::Value index, rowIndex, noneValue;
  /// The ops behind the choice of the last token; they see one token.
  llvm::DenseSet<mlir::Operation *> tail;
  mlir::Value tailInput;
  std::string error;
};

} // namespace gg::decoder

#endif // GG_LIB_TRANSFORMS_DECODER_ENTRYBUILDER_H
