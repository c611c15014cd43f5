//===- PlanWeights.h - The weights of a segmented model ---------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_DRIVER_PLANWEIGHTS_H
#define GG_LIB_DRIVER_PLANWEIGHTS_H

#include "MappedBuffer.h"
#include "SegmentedModel.h"
#include "gg/Analysis/Rounding/RoundMatrix.h"
#include "gg/Dialect/RF8/IR/ConstantMatrix.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

namespace gg {

/// A packed operand of a call in the plan of a SegmentedModel: the weight of
/// linear layers.
struct PlanWeight {
  mlir::Value packed;
  /// The operand that it is multiplied by.
  mlir::Value input;
  mlir::Attribute constant;
  /// The constant's name in a statistics file; empty where it is so small that
  /// it stands in the module itself.
  std::string name;
  rf8::ConstantMatrix matrix;
  bool stepsFirst; ///< the matrix is [steps, outputs]
  /// Whether the plan reads the constant elsewhere too.
  bool isShared;

  int64_t outputs() const {
    return stepsFirst ? matrix.columns() : matrix.rows();
  }
  int64_t steps() const {
    return stepsFirst ? matrix.rows() : matrix.columns();
  }
};

/// The weights of a call.
llvm::FailureOr<llvm::SmallVector<PlanWeight, 0>>
collectWeights(const SegmentedModel &model, mlir::func::CallOp call);

/// The weight as it is, packed.
llvm::FailureOr<MappedBuffer> packWeight(Job &job, const PlanWeight &weight);

/// The weight as it will be, packed: rounded to RF8 and decoded. `statistics`
/// may be null; `report` says what became of it.
llvm::FailureOr<MappedBuffer>
packRounded(Job &job, const PlanWeight &weight,
            const weights::InputStatistics *statistics,
            const rounding::RoundingOptions &options,
            rounding::RoundingReport &report);

} // namespace gg

#endif // GG_LIB_DRIVER_PLANWEIGHTS_H
