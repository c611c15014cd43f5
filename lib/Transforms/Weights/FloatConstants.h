//===- FloatConstants.h - Constants that hold weights -----------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_WEIGHTS_FLOATCONSTANTS_H
#define GG_LIB_TRANSFORMS_WEIGHTS_FLOATCONSTANTS_H

#include "gg/Analysis/Prior/PriorFit.h"
#include "gg/RF8/Quantize.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/BuiltinOps.h"

namespace gg {

/// A constant of floats, however many operations have it: constants are the
/// same where their attribute is.
struct FloatConstant {
  mlir::ElementsAttr value;
  llvm::SmallVector<mlir::arith::ConstantOp> ops;
  /// Along which the output channels of the contractions lie that multiply by
  /// it, or the rows that are looked up; none where there are no such uses.
  std::optional<int64_t> channelAxis;

  mlir::RankedTensorType getType() const {
    return llvm::cast<mlir::RankedTensorType>(value.getType());
  }
  mlir::Location getLoc() const;
  /// That of the location, or of the resource.
  std::string getName() const;

  /// Its elements; a diagnostic where they are not there.
  mlir::FailureOr<WeightSamples> getSamples() const;
  /// Those of a constant of the same type that `bytes` are.
  WeightSamples getSamplesOf(llvm::ArrayRef<char> bytes) const;
  /// What there is to fit; a diagnostic where some are not finite.
  mlir::FailureOr<WeightMoments> measure(const WeightSamples &samples,
                                         ParallelFor parallel) const;

  /// What shares a scale: a channel, or everything where there is none.
  rf8::ScaleGrid getScaleGrid() const;
};

/// Constants of f32, f16 or bf16 with `minElements` or more, and without the
/// attribute `rf8.keep`, in the order of their first operations.
llvm::SmallVector<FloatConstant> findFloatConstants(mlir::ModuleOp module,
                                                    int64_t minElements);

} // namespace gg

#endif // GG_LIB_TRANSFORMS_WEIGHTS_FLOATCONSTANTS_H
