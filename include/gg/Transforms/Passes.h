//===- Passes.h - Passes on models and weights ------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TRANSFORMS_PASSES_H
#define GG_TRANSFORMS_PASSES_H

#include "gg/Dialect/GG/IR/GG.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace gg {

/// Where gg-inject-backslash puts the penalty.
enum class BackslashMode { Loss, Update };

/// Which of a matrix's sizes gg-init scales by.
enum class Fan { In, Out };

#define GEN_PASS_DECL
#include "gg/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "gg/Transforms/Passes.h.inc"

} // namespace gg

#endif // GG_TRANSFORMS_PASSES_H
