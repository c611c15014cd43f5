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

#define GEN_PASS_DECL
#include "gg/Conversion/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "gg/Conversion/Passes.h.inc"

} // namespace gg

#endif // GG_CONVERSION_PASSES_H
