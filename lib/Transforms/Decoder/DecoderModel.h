//===- DecoderModel.h - What the inputs of a decoder are --------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_DECODER_DECODERMODEL_H
#define GG_LIB_TRANSFORMS_DECODER_DECODERMODEL_H

#include "gg/Analysis/HostTensor.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/MapVector.h"

namespace gg::decoder {

/// The sizes at which a graph is looked at: `past` tokens lie in the caches,
/// and `sequence` more follow.
struct Point {
  int64_t batch = 1, sequence = 1, past = 0;
  int64_t total() const { return past + sequence; }
  bool operator==(const Point &other) const {
    return batch == other.batch && sequence == other.sequence &&
           past == other.past;
  }
};

/// What a value of the graph depends on.
enum class Kind {
  Static,   ///< constants alone
  Frontier, ///< shapes, positions and masks, too
  Data      ///< tokens or cached entries
};

/// The elements of an input that holds no tokens, in words of a Point.
enum class Meaning {
  Tokens,
  Cache,
  Positions, ///< past + index along the sequence
  Mask,      ///< 1: every position is attended
  Causal,    ///< a mask of queries and keys: what is 0 to add, or true, is
             ///< seen; the caller's is that of causal attention
  Past,      ///< past
  Total,     ///< past + sequence
  Last,      ///< past + sequence - 1
  Zero,
  One
};

/// A dimension of an input.
struct DimMeaning {
  enum Of { Fixed, Batch, Sequence, Past, Total } of = Fixed;
  int64_t size = 0;

  int64_t at(const Point &point) const;
};

struct InputMeaning {
  Meaning meaning;
  llvm::SmallVector<DimMeaning> dims;
};

/// The rows of the constant table from which `ids` look up, directly or behind
/// casts and reshapes.
std::optional<int64_t> getTableRows(mlir::Value ids);

/// True if something is appended to the value, or it is read as a past, behind
/// ops that only move its elements.
bool isPast(mlir::Value value);

/// An attention of the graph and where its keys and values come from.
struct AttentionSite {
  onnx::AttentionOp op;
  /// The entries of the tokens at hand.
  mlir::Value newKeys, newValues;
  /// The graph's own cache is written and read at these counts (its
  /// TensorScatter and nonpad_kv_seqlen form); null where the past is an
  /// operand, or absent.
  llvm::SmallVector<mlir::Value, 2> writeIndices;
  mlir::Value validCount;
};

/// A graph that maps token ids to logits, and what must be known of it to
/// give it caches.
class DecoderModel {
public:
  explicit DecoderModel(mlir::func::FuncOp function) : function(function) {}

  /// Studies the function. If this fails, `reason` tells why it is no decoder
  /// (no `ids`), or one that cannot be given a cache.
  bool analyze(std::string &reason);

  mlir::func::FuncOp function;
  /// What is no decoder has no ids.
  mlir::BlockArgument ids;
  mlir::Value logits;
  int64_t vocabulary = 0;
  /// False where the graph reads no cache and every call starts at 0.
  bool hasPast = false;
  /// True where the graph takes one token in each call.
  bool isSingle = false;
  /// The tokens that a graph takes in each call if these are another fixed
  /// number. analyze() fails then; LoosenSequence helps.
  std::optional<int64_t> fixedLength;
  /// To be set where that has helped: the length that inputs other than the
  /// ids still have.
  std::optional<int64_t> loosenedFrom;
  /// The entries that the graph's own caches can hold, if it fixes that.
  std::optional<int64_t> capacity;
  llvm::MapVector<mlir::Value, InputMeaning> inputs;
  llvm::SmallVector<AttentionSite> sites;
  /// The ops on the way from the tokens to the logits, in order.
  llvm::SmallVector<mlir::Operation *> live;

  Kind getKind(mlir::Value value) const;
  const AttentionSite *getSite(mlir::Operation *op) const;
  /// The operands through which an op of `live` gets data.
  llvm::SmallVector<mlir::Value> getDataOperands(mlir::Operation *op) const;

private:
  bool findTokens(std::string &reason);
  bool findSites(std::string &reason);
  bool describeInputs(std::string &reason);
  bool checkMasks(std::string &reason) const;
  bool describeCache(mlir::BlockArgument argument);
  bool hasLength(mlir::RankedTensorType type, int64_t axis) const;
  std::optional<InputMeaning> describeInput(mlir::BlockArgument argument);
  void computeKinds();
  bool findLive(std::string &reason);
  bool readSite(onnx::AttentionOp op, std::string &reason);
  mlir::BlockArgument traceCache(mlir::Value value, bool &hasRoom) const;

  llvm::DenseMap<mlir::Value, Kind> kinds;
  llvm::DenseSet<mlir::Value> caches;
  /// The head sizes, where the entries written to a cache tell them.
  llvm::DenseMap<mlir::Value, int64_t> headSizes;
  /// Those of `caches` to which the graph appends.
  llvm::DenseSet<mlir::Value> growing;
  /// Those of `caches` that have their final length.
  llvm::DenseSet<mlir::Value> fullCaches;
  llvm::DenseMap<mlir::Operation *, unsigned> siteOf;
};

} // namespace gg::decoder

#endif // GG_LIB_TRANSFORMS_DECODER_DECODERMODEL_H
