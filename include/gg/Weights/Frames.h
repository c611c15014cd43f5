//===- Frames.h - The small form of a payload ----------------- -*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Pieces of tensors, and what they are stored as. Frames do not depend on each
// other: all cores expand them side by side. Their bytes may come from anyone.
//
//===----------------------------------------------------------------------===//

#ifndef GG_WEIGHTS_FRAMES_H
#define GG_WEIGHTS_FRAMES_H

#include "gg/Weights/Format.h"

#include <cstddef>

namespace gg::weights {

/// The part of a tensor that a frame holds.
struct Piece {
  /// The tensor's number in the table.
  size_t tensor;
  /// From the start of the payload.
  uint64_t offset;
  uint64_t bytes;
};

inline uint64_t frameCount(const Tensor &tensor) {
  return tensor.bytes / frameBytes + (tensor.bytes % frameBytes != 0);
}

/// The pieces of all tensors, in the order of their frames.
std::vector<Piece> piecesOf(const std::vector<Tensor> &tensors);

/// How many bytes of the file the payload takes.
uint64_t storedBytes(const Table &table);

/// Brings `bytes` bytes of elements of `elementBytes` each into planes: the
/// first bytes of all elements, the second ones, …, and what is left behind the
/// last whole element. Exponents and mantissas are then beside their like.
void splitPlanes(const uint8_t *from, size_t bytes, size_t elementBytes,
                 uint8_t *to);
/// The other way.
void joinPlanes(const uint8_t *from, size_t bytes, size_t elementBytes,
                uint8_t *to);

/// Expands frames, one at a time.
class FrameDecoder {
public:
  /// Writes the `bytes` bytes of a piece of elements of `elementBytes` each.
  /// False where `stored`, which is as long as the frame says, does not sum to
  /// the frame's checksum or does not stand for just as many bytes; `piece` may
  /// have been written to then.
  bool decode(const Frame &frame, const uint8_t *stored, size_t elementBytes,
              uint8_t *piece, size_t bytes);

private:
  std::vector<uint8_t> planes;
};

} // namespace gg::weights

#endif // GG_WEIGHTS_FRAMES_H
