//===- FrameEncoder.cpp - Makes pieces of tensors small -------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FrameEncoder.h"

#include "gg/Weights/Checksum.h"
#include "gg/Weights/ExpGolomb.h"
#include "gg/Weights/Frames.h"
#include "llvm/Support/Compression.h"

using namespace gg::artifact;
using namespace gg::weights;
using llvm::ArrayRef;

/// Weights hold no repetitions: higher levels look for them in vain, and chance
/// ones that they find cost more than they save.
static constexpr int level = 1;

ArrayRef<uint8_t> FrameEncoder::encode(ArrayRef<uint8_t> piece,
                                       uint64_t elementBytes, Frame &frame) {
  planes.resize(piece.size());
  splitPlanes(piece.data(), piece.size(), elementBytes, planes.data());
  stored.clear();
  if (code == FrameCode::Zstd) {
    llvm::compression::zstd::compress(planes, stored, level);
  } else {
    std::vector<uint8_t> codes = encodeExpGolomb(planes.data(), planes.size());
    stored.assign(codes.begin(), codes.end());
  }
  bool isSmaller = stored.size() < piece.size();
  ArrayRef<uint8_t> bytes = isSmaller ? ArrayRef<uint8_t>(stored) : piece;
  frame = {isSmaller ? code : FrameCode::Raw, bytes.size(),
           checksum(bytes.data(), bytes.size())};
  return bytes;
}
