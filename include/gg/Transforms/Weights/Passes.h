//===- Passes.h - Passes on the distribution of weights ---------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TRANSFORMS_WEIGHTS_PASSES_H
#define GG_TRANSFORMS_WEIGHTS_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace gg {

enum class FitMethod { Likelihood, Moments };
enum class DeepShapeMode { RateDistortion, Authors };

#define GEN_PASS_DECL
#include "gg/Transforms/Weights/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "gg/Transforms/Weights/Passes.h.inc"

} // namespace gg

#endif // GG_TRANSFORMS_WEIGHTS_PASSES_H
