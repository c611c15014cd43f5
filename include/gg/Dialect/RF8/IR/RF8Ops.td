//===- RF8Ops.td - RF8 operations --------------------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_RF8_IR_RF8OPS_TD
#define GG_DIALECT_RF8_IR_RF8OPS_TD

include "gg/Dialect/RF8/IR/RF8Types.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class RF8_Op<string mnemonic, list<Trait> traits = []>
    : Op<RF8_Dialect, mnemonic, traits>;

def RF8_DecodeOp : RF8_Op<"decode", [Pure]> {
  let summary = "codes to numbers";
  let arguments = (ins AnyType:$codes);
  let results = (outs AnyType:$values);
  let assemblyFormat = "$codes attr-dict `:` type($codes) `to` type($values)";
}

#endif // GG_DIALECT_RF8_IR_RF8OPS_TD
