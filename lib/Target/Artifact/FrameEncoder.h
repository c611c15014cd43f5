//===- FrameEncoder.h - Makes pieces of tensors small -----------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TARGET_ARTIFACT_FRAMEENCODER_H
#define GG_LIB_TARGET_ARTIFACT_FRAMEENCODER_H

#include "gg/Weights/Format.h"
#include "llvm/ADT/ArrayRef.h"

#include <vector>

struct ZSTD_CCtx_s;

namespace gg::artifact {

/// Zstandard with settings of its own.
class ZstdEncoder {
public:
  enum class Search { Matches, NoMatches };
  explicit ZstdEncoder(Search search);
  ~ZstdEncoder();
  ZstdEncoder(const ZstdEncoder &) = delete;

  /// The frame, until the next call.
  llvm::ArrayRef<uint8_t> encode(llvm::ArrayRef<uint8_t> bytes);

private:
  ZSTD_CCtx_s *context;
  std::vector<uint8_t> frame;
};

class FrameEncoder {
public:
  explicit FrameEncoder(weights::FrameCode code) : code(code) {}

  /// The bytes that stand for a piece of elements of `elementBytes` each, until
  /// the next call; the piece itself where the code does not make it smaller.
  /// Fills `frame` in.
  llvm::ArrayRef<uint8_t> encode(llvm::ArrayRef<uint8_t> piece,
                                 uint64_t elementBytes, weights::Frame &frame);

private:
  llvm::ArrayRef<uint8_t> encodePlanes();

  weights::FrameCode code;
  std::vector<uint8_t> planes;
  std::vector<uint8_t> golomb;
  /// Weights hold no repetitions, and chance ones cost more than they save;
  /// tables of positions and masks are little else.
  ZstdEncoder forWeights{ZstdEncoder::Search::NoMatches};
  ZstdEncoder forTables{ZstdEncoder::Search::Matches};
};

} // namespace gg::artifact

#endif // GG_LIB_TARGET_ARTIFACT_FRAMEENCODER_H
