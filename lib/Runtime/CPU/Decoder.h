//===- Decoder.h - Rows of tokens and what follows them ---------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_RUNTIME_CPU_DECODER_H
#define GG_LIB_RUNTIME_CPU_DECODER_H

#include "Runner.h"

#include <functional>

namespace gg::runtime {

/// Tokens to append: counts[r] of them to row r, at tokens + r * stride. Where
/// `logits` is not null, those of row r's token t go to
/// logits + (r * stride + t) * vocabulary.
struct Batch {
  const int64_t *tokens;
  int64_t stride;
  const int64_t *counts;
  float *logits;
};

/// What decoders with and without a cache have in common.
class Decoder {
public:
  static gg_status create(Runner &runner, std::unique_ptr<Decoder> &decoder);
  virtual ~Decoder() = default;

  /// Appends tokens; nothing has changed if they are refused.
  gg_status append(const Batch &batch);
  gg_status rewind(int64_t row, int64_t position);
  void reset();

  int64_t rows() const { return static_cast<int64_t>(positions.size()); }
  int64_t position(int64_t row) const { return positions[index(row)]; }
  /// Null where they are not known.
  const float *logits(int64_t row) const {
    return known[index(row)] ? lastLogits.data() + row * vocabulary : nullptr;
  }

  // State.cpp
  size_t stateBytes() const;
  gg_status save(uint8_t *state, size_t bytes);
  gg_status restore(const uint8_t *state, size_t bytes);

protected:
  Decoder(Runner &runner, int64_t rows);

  static size_t index(int64_t row) { return static_cast<size_t>(row); }
  float *rowLogits(int64_t row) { return lastLogits.data() + row * vocabulary; }

  /// Runs the model on checked tokens, and moves `positions`.
  virtual gg_status run(const Batch &batch) = 0;
  /// Makes the row forget all but its first `to` tokens, of `from`.
  virtual void forget(int64_t row, int64_t from, int64_t to) = 0;

  using Visitor = std::function<void(void *data, size_t bytes)>;
  /// How many bytes a row remembers of `position` tokens.
  virtual uint64_t memoryBytes(int64_t position) const = 0;
  /// Visits the pieces of what a row remembers of its tokens, to be read or,
  /// for a state that is restored, written.
  virtual void visitMemory(int64_t row, const Visitor &visit) = 0;
  /// Whether what has been restored into a row can be true.
  virtual bool isPlausible(int64_t row) const = 0;

  Runner &runner;
  int64_t vocabulary;
  /// 0: no limit.
  int64_t capacity;
  /// How many tokens each row holds.
  std::vector<int64_t> positions;
  std::vector<float> lastLogits;
  /// Whether a row's last logits are those after its last token.
  std::vector<uint8_t> known;

private:
  gg_status check(const Batch &batch) const;
  bool checkState(const uint8_t *state, size_t bytes) const;
};

std::unique_ptr<Decoder> createRecomputeDecoder(Runner &runner);
gg_status createCachedDecoder(Runner &runner,
                              std::unique_ptr<Decoder> &decoder);

} // namespace gg::runtime

#endif // GG_LIB_RUNTIME_CPU_DECODER_H
