//===- Frames.cpp - The small form of a payload ---------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Weights/Frames.h"

#include "Zstd.h"
#include "gg/Weights/Checksum.h"
#include "gg/Weights/ExpGolomb.h"

#include <algorithm>
#include <cstring>

using namespace gg::weights;

std::vector<Piece> gg::weights::piecesOf(const std::vector<Tensor> &tensors) {
  std::vector<Piece> pieces;
  for (size_t i = 0; i < tensors.size(); ++i)
    for (uint64_t at = 0; at < tensors[i].bytes; at += frameBytes)
      pieces.push_back({i, tensors[i].offset + at,
                        std::min(frameBytes, tensors[i].bytes - at)});
  return pieces;
}

uint64_t gg::weights::storedBytes(const Table &table) {
  uint64_t bytes = 0;
  for (const Frame &frame : table.frames)
    bytes += frame.bytes;
  return table.frames.empty() ? table.payloadBytes : bytes;
}

//===----------------------------------------------------------------------===//
// Planes
//===----------------------------------------------------------------------===//

void gg::weights::splitPlanes(const uint8_t *from, size_t bytes,
                              size_t elementBytes, uint8_t *to) {
  size_t count = bytes / elementBytes, whole = count * elementBytes;
  for (size_t plane = 0; plane < elementBytes; ++plane)
    for (size_t i = 0; i < count; ++i)
      *to++ = from[i * elementBytes + plane];
  std::copy(from + whole, from + bytes, to);
}

/// The size of an element is a constant: the loop over them is vectorized.
template <size_t elementBytes>
static void interleave(const uint8_t *from, size_t count, uint8_t *to) {
  for (size_t i = 0; i < count; ++i)
    for (size_t plane = 0; plane < elementBytes; ++plane)
      to[i * elementBytes + plane] = from[plane * count + i];
}

void gg::weights::joinPlanes(const uint8_t *from, size_t bytes,
                             size_t elementBytes, uint8_t *to) {
  size_t count = bytes / elementBytes, whole = count * elementBytes;
  switch (elementBytes) {
  case 2:
    interleave<2>(from, count, to);
    break;
  case 4:
    interleave<4>(from, count, to);
    break;
  case 8:
    interleave<8>(from, count, to);
    break;
  default:
    std::copy(from, from + whole, to);
  }
  std::copy(from + whole, from + bytes, to + whole);
}

//===----------------------------------------------------------------------===//
// FrameDecoder
//===----------------------------------------------------------------------===//

static bool decodeBytes(const Frame &frame, const uint8_t *stored,
                        uint8_t *data, size_t bytes) {
  switch (frame.code) {
  case FrameCode::Raw:
    break;
  case FrameCode::Zstd:
    if (ZstdDecompress decompress = findZstdDecompress())
      return decompress(data, bytes, stored, frame.bytes) == bytes;
    break;
  case FrameCode::ExpGolomb:
    return decodeExpGolomb(stored, frame.bytes, data, bytes);
  }
  return false;
}

bool FrameDecoder::decode(const Frame &frame, const uint8_t *stored,
                          size_t elementBytes, uint8_t *piece, size_t bytes) {
  if (checksum(stored, frame.bytes) != frame.checksum)
    return false;
  if (frame.code == FrameCode::Raw) {
    if (frame.bytes != bytes)
      return false;
    std::memcpy(piece, stored, bytes);
    return true;
  }
  if (elementBytes == 1)
    return decodeBytes(frame, stored, piece, bytes);
  planes.resize(bytes);
  if (!decodeBytes(frame, stored, planes.data(), bytes))
    return false;
  joinPlanes(planes.data(), bytes, elementBytes, piece);
  return true;
}
