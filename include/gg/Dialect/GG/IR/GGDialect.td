//===- GGDialect.td - The gg dialect -----------------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_GG_IR_GGDIALECT_TD
#define GG_DIALECT_GG_IR_GGDIALECT_TD

include "mlir/IR/OpBase.td"

def GG_Dialect : Dialect {
  let name = "gg";
  let cppNamespace = "::gg::ir";
  let summary = "What a compiled model needs beside the upstream dialects";
}

#endif // GG_DIALECT_GG_IR_GGDIALECT_TD
