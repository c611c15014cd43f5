//===- GGOps.td - gg operations ----------------------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_GG_IR_GGOPS_TD
#define GG_DIALECT_GG_IR_GGOPS_TD

include "gg/Dialect/GG/IR/GGDialect.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class GG_Op<string mnemonic, list<Trait> traits = []>
    : Op<GG_Dialect, mnemonic, traits>;

def GG_BarrierOp : GG_Op<"barrier"> {
  let summary = "waits until every thread of the team is here";
  let assemblyFormat = "attr-dict";
}

#endif // GG_DIALECT_GG_IR_GGOPS_TD
