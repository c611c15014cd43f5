//===- WeightSamples.cpp - The weights of a tensor, in chunks -------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/Prior/WeightSamples.h"

#include "gg/RF8/Float.h"

#include <algorithm>
#include <cstring>
#include <vector>

using namespace gg;
using weights::ElementType;

void gg::serialFor(size_t count, llvm::function_ref<void(size_t)> body) {
  for (size_t i = 0; i < count; ++i)
    body(i);
}

static int64_t getElementBytes(ElementType type) {
  return type == ElementType::F32 ? 4 : 2;
}

/// Weights of type T, widened by `widen`.
template <typename T, typename Widen>
static void readAs(const char *bytes, int64_t stride,
                   llvm::MutableArrayRef<float> values, Widen widen) {
  for (float &value : values) {
    T stored;
    std::memcpy(&stored, bytes, sizeof stored);
    value = widen(stored);
    bytes += stride * int64_t(sizeof(T));
  }
}

void WeightSamples::read(int64_t begin,
                         llvm::MutableArrayRef<float> values) const {
  const char *first = bytes + begin * stride * getElementBytes(type);
  if (type == ElementType::F32 && stride == 1)
    std::memcpy(values.data(), first, values.size() * sizeof(float));
  else if (type == ElementType::F32)
    readAs<float>(first, stride, values, [](float value) { return value; });
  else if (type == ElementType::BF16)
    readAs<uint16_t>(first, stride, values, rf8::bf16ToFloat);
  else
    readAs<uint16_t>(first, stride, values, rf8::halfToFloat);
}

WeightSamples WeightSamples::slice(int64_t begin, int64_t size,
                                   int64_t step) const {
  return {type, bytes + begin * stride * getElementBytes(type), size,
          stride * step};
}

void WeightSamples::forEachChunk(
    ParallelFor parallel,
    llvm::function_ref<void(size_t, llvm::ArrayRef<float>)> body) const {
  parallel(numChunks(), [&](size_t chunk) {
    int64_t begin = int64_t(chunk) * kChunk;
    std::vector<float> values(std::min(kChunk, count - begin));
    read(begin, values);
    body(chunk, values);
  });
}
