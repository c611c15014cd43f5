//===- Passes.h - Passes on the rf8 dialect ---------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_RF8_TRANSFORMS_PASSES_H
#define GG_DIALECT_RF8_TRANSFORMS_PASSES_H

#include "mlir/Pass/Pass.h"

namespace gg::rf8 {

#define GEN_PASS_DECL
#include "gg/Dialect/RF8/Transforms/Passes.h.inc"

#define GEN_PASS_REGISTRATION
#include "gg/Dialect/RF8/Transforms/Passes.h.inc"

} // namespace gg::rf8

#endif // GG_DIALECT_RF8_TRANSFORMS_PASSES_H
