//===- Attention.h - Attention to linalg ---------------------- -*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_CONVERSION_ONNXTOLINALG_ATTENTION_H
#define GG_LIB_CONVERSION_ONNXTOLINALG_ATTENTION_H

#include "Emitter.h"
#include "Scalar.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"

namespace gg::onnx {

/// The loops are over batch, key head, query head of the key head's group,
/// query, key and head size; each kind of tensor is read with some of them.
enum Loop { Batch, Head, Group, Query, Key, Size, NumLoops };

/// One attention, built step by step.
class AttentionEmitter {
public:
  AttentionEmitter(Emitter &e, AttentionOp op, AttentionOp::Adaptor adaptor)
      : e(e), op(op), in(adaptor), type(getElementType(op.getQ())),
        compute(getComputeType()) {}

  void run();

private:
  Emitter &e;
  AttentionOp op;
  AttentionOp::Adaptor in;
  mlir::Type type;    // of Q
  mlir::Type compute; // of scores and sums

  mlir::Value query, key, value;
  llvm::SmallVector<Loop> queryLoops,
      keyLoops; // the dims of query; of key and value
  mlir::OpFoldResult batch, heads, group, queries, keys, size, valueSize;
  mlir::OpFoldResult capacity; // keys, before the padding was left out
  mlir::OpFoldResult pastKeys;
  bool sequenceFirst = false; // 3-D operands

  mlir::Type getComputeType();
  mlir::AffineMap map(llvm::ArrayRef<Loop> dims, int64_t loops) const;
  void splitHeads();
  mlir::Value permute(mlir::Value tensor, const Sizes &sizes,
                      llvm::ArrayRef<int64_t> order);
  void layOutKeysByHeads();
  void joinPast();
  void checkLengths();
  void leaveOutPadding();
  mlir::Value room(llvm::ArrayRef<mlir::OpFoldResult> sizes) const;
  mlir::Value emitProduct();
  mlir::Value emitMask(mlir::AffineMap &map);
  mlir::Value emitScores(mlir::Value product, bool capped, bool masked);
  mlir::Value emitVisible(Scalar &s, mlir::Value padded);
  mlir::Value emitOutput(mlir::Value scores, mlir::Value &probabilities);
  mlir::Value asHeads(mlir::Value scores);

  // As gg.attention, in StreamedAttention.cpp
  bool canStream();
  mlir::Value emitStreamed();
  std::pair<mlir::Value, mlir::Value> emitKeyRanges();
  mlir::Value emitBias();
};

} // namespace gg::onnx

#endif // GG_LIB_CONVERSION_ONNXTOLINALG_ATTENTION_H
