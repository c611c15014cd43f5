//===- Heads.h - Heads in vendor attention ops ------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_RECOVER_HEADS_H
#define GG_LIB_TRANSFORMS_RECOVER_HEADS_H

#include "Emit.h"

namespace gg::recover {

/// [batch, sequence, heads * size] as [batch, heads, sequence, size].
mlir::Value splitHeads(Emit &emit, mlir::Value x, int64_t heads);
/// The inverse, of the given type.
mlir::Value mergeHeads(Emit &emit, mlir::Value x, mlir::Type type);

/// The forms of a com.microsoft padding mask for keys.
enum class PaddingMask {
  None,
  RowLengths, ///< [batch]: how many leading keys are valid
  RowRanges,  ///< [2 * batch]: ends, then starts
  Keys,       ///< [batch, keys]: nonzero where valid
  Scores,     ///< [batch, queries, keys]: nonzero where valid
  Unknown
};
PaddingMask classifyPaddingMask(mlir::Value mask, mlir::Value batchOf);

/// The mask as a tensor to add to the scores, `hidden` where a key is not
/// valid; it broadcasts to [batch, heads, queries, keys]. `keys` is the number
/// of keys (a rank-1 tensor of one element).
mlir::Value buildPaddingMask(Emit &emit, mlir::Value mask, PaddingMask form,
                             mlir::Value keys, mlir::Type elementType,
                             double hidden);

/// The sum of masks of which each may be absent.
mlir::Value addMasks(Emit &emit, mlir::Value a, mlir::Value b);

} // namespace gg::recover

#endif // GG_LIB_TRANSFORMS_RECOVER_HEADS_H
