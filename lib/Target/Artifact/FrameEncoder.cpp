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
#include "llvm/Support/ErrorHandling.h"

#include <zstd.h>

using namespace gg::artifact;
using namespace gg::weights;
using llvm::ArrayRef;

//===----------------------------------------------------------------------===//
// ZstdEncoder
//===----------------------------------------------------------------------===//

ZstdEncoder::ZstdEncoder(Search search) : context(ZSTD_createCCtx()) {
  if (!context)
    llvm::report_bad_alloc_error("no memory for Zstandard");
  if (search == Search::Matches)
    return;
  // There is no setting for literals alone; these find next to no match.
  ZSTD_CCtx_setParameter(context, ZSTD_c_strategy, ZSTD_fast);
  ZSTD_CCtx_setParameter(context, ZSTD_c_minMatch, 7);
  ZSTD_CCtx_setParameter(context, ZSTD_c_hashLog, 6);
  ZSTD_CCtx_setParameter(context, ZSTD_c_targetLength, 0);
}

ZstdEncoder::~ZstdEncoder() { ZSTD_freeCCtx(context); }

ArrayRef<uint8_t> ZstdEncoder::encode(ArrayRef<uint8_t> bytes) {
  frame.resize(ZSTD_compressBound(bytes.size()));
  size_t size = ZSTD_compress2(context, frame.data(), frame.size(),
                               bytes.data(), bytes.size());
  if (ZSTD_isError(size))
    llvm::report_bad_alloc_error("no memory for Zstandard");
  return ArrayRef<uint8_t>(frame).take_front(size);
}

//===----------------------------------------------------------------------===//
// FrameEncoder
//===----------------------------------------------------------------------===//

ArrayRef<uint8_t> FrameEncoder::encodePlanes() {
  if (code == FrameCode::ExpGolomb) {
    golomb = encodeExpGolomb(planes.data(), planes.size());
    return golomb;
  }
  ArrayRef<uint8_t> one = forWeights.encode(planes),
                    other = forTables.encode(planes);
  return one.size() <= other.size() ? one : other;
}

ArrayRef<uint8_t> FrameEncoder::encode(ArrayRef<uint8_t> piece,
                                       uint64_t elementBytes, Frame &frame) {
  planes.resize(piece.size());
  splitPlanes(piece.data(), piece.size(), elementBytes, planes.data());
  ArrayRef<uint8_t> stored = encodePlanes();
  bool isSmaller = stored.size() < piece.size();
  ArrayRef<uint8_t> bytes = isSmaller ? stored : piece;
  frame = {isSmaller ? code : FrameCode::Raw, bytes.size(),
           checksum(bytes.data(), bytes.size())};
  return bytes;
}
