//===- Calibrator.h - Runs a text through a model ---------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_DRIVER_CALIBRATOR_H
#define GG_LIB_DRIVER_CALIBRATOR_H

#include "PlanWeights.h"
#include "gg/Run/TokenRows.h"
#include "gg/Weights/Statistics.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringSet.h"

namespace gg {

/// Runs windows of tokens through a model, one call of its plan after the
/// other, all windows through each. The weights that a call begins with are
/// rounded first. So every input of linear layers is seen twice: as it was, and
/// as it is after earlier layers were rounded.
class Calibrator {
public:
  /// The tokens are all below the size of the vocabulary.
  Calibrator(Job &job, SegmentedModel &model, const run::TokenRows &tokens,
             const rounding::RoundingOptions &rounding,
             weights::StatisticsWriter &writer)
      : job(job), model(model), tokens(tokens), rounding(rounding),
        writer(writer) {}

  llvm::LogicalResult run();

private:
  /// Bytes twice: as they were, and with rounded weights. One buffer where
  /// nothing is rounded yet.
  struct Streams {
    MappedBuffer original, rounded;
    bool differ() const { return !(original == rounded); }
  };

  llvm::LogicalResult bindTokens();
  llvm::LogicalResult prepareWeights(mlir::func::CallOp call);
  bool isOfTokens(mlir::Value input) const;
  llvm::LogicalResult gather(mlir::Value input,
                             const std::vector<std::string> &names,
                             std::optional<rounding::SecondMoments> &moments);
  llvm::LogicalResult prepare(const PlanWeight &weight,
                              const weights::InputStatistics *statistics);
  llvm::LogicalResult runWindows(mlir::func::CallOp call);
  llvm::LogicalResult runWindows(mlir::func::CallOp call, bool asRounded,
                                 llvm::ArrayRef<MappedBuffer> results);
  llvm::FailureOr<const void *> getOperand(mlir::Value value, int64_t window,
                                           bool asRounded);
  void release(mlir::func::CallOp call);

  Job &job;
  SegmentedModel &model;
  const run::TokenRows &tokens;
  rounding::RoundingOptions rounding;
  weights::StatisticsWriter &writer;

  /// Values of the plan, window after window; and packed weights.
  llvm::DenseMap<mlir::Value, Streams> values;
  /// Those that may be read again, by constant and orientation.
  llvm::DenseMap<std::pair<mlir::Attribute, unsigned>, Streams> shared;
  /// Weights whose inputs have been gathered.
  llvm::StringSet<> known;
};

} // namespace gg

#endif // GG_LIB_DRIVER_CALIBRATOR_H
