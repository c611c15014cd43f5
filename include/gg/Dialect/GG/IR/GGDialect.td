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
  let description = [{
    An *entry* is a function that the artifact exports: it has the attribute
    `gg.entry`, whose value says which one (`"step"`, `"prefill"`, `"score"`,
    `"main"`). A team of threads runs an entry, every thread the whole of it
    (SPMD). The ops of this dialect are what such code needs from its caller:
    thread number, barrier, scratch memory, mapped weights, outputs, errors.
    `gg-entry-abi` lowers them to accesses to `gg_call` (EntryABI.h).

    A *train step* is a function whose arguments have the attribute `gg.param`.
    The ops on generalized Gaussians are what the training side adds to one;
    `convert-gg-training-to-linalg` leaves nothing of them.
  }];
  let hasRegionArgAttrVerify = 1;
  let hasRegionResultAttrVerify = 1;
  let useDefaultAttributePrinterParser = 1;
  let dependentDialects = ["::mlir::LLVM::LLVMDialect"];
}

#endif // GG_DIALECT_GG_IR_GGDIALECT_TD
