//===- RF8Dialect.td - The rf8 dialect ----------------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_RF8_IR_RF8DIALECT_TD
#define GG_DIALECT_RF8_IR_RF8DIALECT_TD

include "mlir/IR/OpBase.td"

def RF8_Dialect : Dialect {
  let name = "rf8";
  let cppNamespace = "::gg::rf8";
  let summary = "Weights in RF8, an 8-bit float of sums of two powers of two";
}

#endif // GG_DIALECT_RF8_IR_RF8DIALECT_TD
