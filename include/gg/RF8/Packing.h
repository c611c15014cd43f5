//===- Packing.h - Where a packed weight lies -------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The panel layout of a weight matrix [outputs, steps]: blocks of 16 outputs by
// as many steps of the reduction as fill 64 bytes, `blocks` of them side by
// side in a panel: [panels][step blocks][blocks][elements of a block]. What
// does not fill a block or a panel is padded with zeros.
//
//===----------------------------------------------------------------------===//

#ifndef GG_RF8_PACKING_H
#define GG_RF8_PACKING_H

#include <cstdint>

namespace gg::rf8 {

/// How the elements of a block are ordered, by what their decoding wants.
enum class BlockOrder : uint8_t {
  /// RF8, 4 steps: the nibble look-ups and an in-lane byte unpack yield pairs
  /// (k0, k1) and (k2, k3) of bf16 for 16 outputs in order.
  Codes,
  /// bf16, 2 steps: pairs (k0, k1), output by output.
  Pairs,
  /// f16 and f32: 16 outputs of a step, step by step.
  Rows,
};

struct Packing {
  static constexpr int64_t kOutputs = 16;
  static constexpr int64_t kBlockBytes = 64;

  int64_t blocks;       ///< blocks side by side in a panel
  int64_t elementBytes; ///< 1, 2 or 4
  BlockOrder order;

  int64_t steps() const { return kBlockBytes / kOutputs / elementBytes; }
  int64_t blockElements() const { return kBlockBytes / elementBytes; }
  int64_t panelOutputs() const { return blocks * kOutputs; }
  int64_t panels(int64_t outputs) const {
    return (outputs + panelOutputs() - 1) / panelOutputs();
  }
  int64_t stepBlocks(int64_t steps) const {
    return (steps + this->steps() - 1) / this->steps();
  }
  int64_t elements(int64_t outputs, int64_t steps) const {
    return panels(outputs) * stepBlocks(steps) * blocks * blockElements();
  }

  /// The place inside a block of step `k` of its output `o`.
  int64_t inBlock(int64_t o, int64_t k) const {
    switch (order) {
    case BlockOrder::Codes:
      return o / 4 * 16 + k / 2 * 8 + o % 4 * 2 + k % 2;
    case BlockOrder::Pairs:
      return o * 2 + k;
    case BlockOrder::Rows:
      break;
    }
    return k * kOutputs + o;
  }

  /// The place of step `k` of output `n` in a packing of `allSteps` steps.
  int64_t index(int64_t n, int64_t k, int64_t allSteps) const {
    int64_t panel = n / panelOutputs(), block = n % panelOutputs() / kOutputs;
    return ((panel * stepBlocks(allSteps) + k / steps()) * blocks + block) *
               blockElements() +
           inBlock(n % kOutputs, k % steps());
  }
};

} // namespace gg::rf8

#endif // GG_RF8_PACKING_H
