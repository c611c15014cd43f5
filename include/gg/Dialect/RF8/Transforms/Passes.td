//===- Passes.td - Passes on the rf8 dialect ---------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_RF8_TRANSFORMS_PASSES_TD
#define GG_DIALECT_RF8_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

#endif // GG_DIALECT_RF8_TRANSFORMS_PASSES_TD
