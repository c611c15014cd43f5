//===- Lanes.h - Codes of 64 outputs at a time ----------------------*- C++
//-*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The inner loops of rounding, compiled for each kind of vectors. A block is
// [64 places][64 outputs]; a row of it belongs to one place.
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_ANALYSIS_ROUNDING_LANES_H
#define GG_LIB_ANALYSIS_ROUNDING_LANES_H

#include "Blocks.h"
#include "CodeBook.h"

namespace gg::rounding {

/// The block of a band that is being rounded, by place.
struct PanelView {
  /// The scales of each place: 64 rows of 64.
  const float *const *scales;
  uint8_t *codes;
  /// Weights less what codes mean.
  float *residual;
};

/// Rounds a block with error feedback, its last place first. `weights` and, in
/// `sums`, what the places behind the block feed back; `feedback` and `pivots`
/// are those of the block's places. Adds the error to `error`, and what bits
/// cost.
void roundWithFeedback(const CodeBook &book, const float *weights, float *sums,
                       const float *feedback, const float *pivots,
                       const PanelView &panel, double *error);

/// Rounds each place of a block anew with all others fixed. `gradient` is the
/// residual times H, in the block's places, and is kept so; `moments` and
/// `diagonal` are H's in the block's places. `change`, a block, becomes the
/// change of the residual.
void roundAnew(const CodeBook &book, float *gradient, const float *moments,
               const float *diagonal, const PanelView &panel, float *change);

/// What codes mean, before scaling.
void decodeLanes(const uint8_t *codes, int64_t count, float *values);

} // namespace gg::rounding

#endif // GG_LIB_ANALYSIS_ROUNDING_LANES_H
