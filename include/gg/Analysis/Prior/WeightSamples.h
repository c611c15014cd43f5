//===- WeightSamples.h - The weights of a tensor, in chunks -----*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_ANALYSIS_PRIOR_WEIGHTSAMPLES_H
#define GG_ANALYSIS_PRIOR_WEIGHTSAMPLES_H

#include "gg/Weights/ElementType.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <cstddef>
#include <cstdint>

namespace gg {

/// Calls a function with 0 … count-1, on several threads.
using ParallelFor =
    llvm::function_ref<void(size_t count, llvm::function_ref<void(size_t)>)>;

/// Calls it on this thread.
void serialFor(size_t count, llvm::function_ref<void(size_t)> body);

/// A view of weights that lie in memory, or in a mapped file, as f32, f16 or
/// bf16: one tensor, or one channel of it.
class WeightSamples {
public:
  /// `count` weights, `stride` elements apart from the first at `bytes`; a
  /// stride of 0 repeats one.
  WeightSamples(weights::ElementType type, const char *bytes, int64_t count,
                int64_t stride = 1)
      : bytes(bytes), count(count), stride(stride), type(type) {}

  int64_t size() const { return count; }

  /// Weights `begin` … `begin + values.size() - 1`.
  void read(int64_t begin, llvm::MutableArrayRef<float> values) const;

  /// Every `step`-th weight from `begin` on.
  WeightSamples slice(int64_t begin, int64_t size, int64_t step = 1) const;

  // Sums are taken of chunks of one size and then added up in order, so that
  // they don't depend on the number of threads.
  static constexpr int64_t kChunk = 1 << 15;
  int64_t numChunks() const { return (count + kChunk - 1) / kChunk; }

  /// Calls `body` with the number of each chunk and its weights.
  void forEachChunk(
      ParallelFor parallel,
      llvm::function_ref<void(size_t, llvm::ArrayRef<float>)> body) const;

private:
  const char *bytes;
  int64_t count, stride;
  weights::ElementType type;
};

} // namespace gg

#endif // GG_ANALYSIS_PRIOR_WEIGHTSAMPLES_H
