//===- Passes.h - Conversions between dialects ------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_CONVERSION_PASSES_H
#define GG_CONVERSION_PASSES_H

#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"

namespace gg {

/// The instructions that kernels are shaped for. Code for any of them runs
/// where LLVM is told of a CPU that has them.
enum class KernelISA { Generic, AVX2, AVX512, AVX512BF16, NEON };

#define GEN_PASS_DECL
#include "gg/Conversion/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "gg/Conversion/Passes.h.inc"

} // namespace gg

#endif // GG_CONVERSION_PASSES_H
