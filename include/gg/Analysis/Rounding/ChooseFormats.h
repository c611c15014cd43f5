//===- ChooseFormats.h - What each weight is stored as ----------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Spends a budget of bits or of loss on the tensors of a model.
//
//===----------------------------------------------------------------------===//

#ifndef GG_ANALYSIS_ROUNDING_CHOOSEFORMATS_H
#define GG_ANALYSIS_ROUNDING_CHOOSEFORMATS_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/SmallVector.h"

#include <cstdint>
#include <optional>

namespace gg::rounding {

/// A way to store a tensor.
struct StorageChoice {
  /// Bits a weight, scales included.
  double bits;
  /// What the model loses by it, in any unit in which the losses of tensors add
  /// up; negative ones count as 0.
  double loss;
};

/// A tensor and the ways in which it can be stored, at least one.
struct TensorChoices {
  int64_t weights;
  llvm::SmallVector<StorageChoice, 3> choices;
};

/// For each tensor, the index of the choice under which all of them together
/// lose the least with at most `maxBits` bits a weight in the mean. Nothing
/// where even the smallest choices take more.
///
/// Along the lower convex hulls of bits and loss, and then whatever still fits:
/// the best for a budget that a hull meets exactly, else off by less than one
/// tensor's step.
std::optional<llvm::SmallVector<unsigned>>
chooseWithinBits(llvm::ArrayRef<TensorChoices> tensors, double maxBits);

/// The same with the fewest bits under which all of them together lose at most
/// `maxLoss`.
std::optional<llvm::SmallVector<unsigned>>
chooseWithinLoss(llvm::ArrayRef<TensorChoices> tensors, double maxLoss);

} // namespace gg::rounding

#endif // GG_ANALYSIS_ROUNDING_CHOOSEFORMATS_H
