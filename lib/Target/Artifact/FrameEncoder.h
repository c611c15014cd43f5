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
#include "llvm/ADT/SmallVector.h"

namespace gg::artifact {

class FrameEncoder {
public:
  explicit FrameEncoder(weights::FrameCode code) : code(code) {}

  /// The bytes that stand for a piece of elements of `elementBytes` each, until
  /// the next call; the piece itself where the code does not make it smaller.
  /// Fills `frame` in.
  llvm::ArrayRef<uint8_t> encode(llvm::ArrayRef<uint8_t> piece,
                                 uint64_t elementBytes, weights::Frame &frame);

private:
  weights::FrameCode code;
  std::vector<uint8_t> planes;
  llvm::SmallVector<uint8_t, 0> stored;
};

} // namespace gg::artifact

#endif // GG_LIB_TARGET_ARTIFACT_FRAMEENCODER_H
