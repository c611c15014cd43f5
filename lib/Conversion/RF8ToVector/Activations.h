//===- Activations.h - The input of rf8.linear -------------------*- C++
//-*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_CONVERSION_RF8TOVECTOR_ACTIVATIONS_H
#define GG_LIB_CONVERSION_RF8TOVECTOR_ACTIVATIONS_H

#include "KernelTarget.h"

#include "gg/Dialect/RF8/IR/RF8.h"

namespace gg {

/// The input of an rf8.linear as its kernel reads it.
struct Activations {
  /// f32 [rows][steps], or i32 [rows][terms][pairs], a pair being the bf16 of
  /// two steps.
  mlir::Value buffer;
  /// How many bf16 add up to an activation; 0 where they are f32.
  int64_t terms = 0;

  bool inPairs() const { return terms != 0; }
  /// Steps that a multiplication takes at once.
  int64_t depth() const { return inPairs() ? 2 : 1; }
};

/// Brings the input of `op` into pairs, in a buffer of its own, where kernels
/// multiply such. In one term where rows are many, unless `exact`.
Activations emitActivations(mlir::OpBuilder &builder, rf8::LinearOp op,
                            const KernelTarget &target, bool exact);

} // namespace gg

#endif // GG_LIB_CONVERSION_RF8TOVECTOR_ACTIVATIONS_H
