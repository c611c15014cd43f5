//===- GGAttributes.td - gg attributes ---------------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_GG_IR_GGATTRIBUTES_TD
#define GG_DIALECT_GG_IR_GGATTRIBUTES_TD

include "gg/Dialect/GG/IR/GGDialect.td"
include "mlir/IR/AttrTypeBase.td"

def GG_CostAttr : AttrDef<GG_Dialect, "Cost"> {
  let mnemonic = "cost";
  let summary = "what an operation of a model needs to do";
  let description = [{
    `bytes` of weights and key-value caches are streamed from memory, and
    `flops` additions, multiplications and the like done, whatever the code
    that does it looks like. What a call does per position that the rows hold
    is counted apart, in `slot_bytes` and `slot_flops`. −1 stands for a number
    that the shapes do not tell. `number` tells equal operations apart.

    It travels as the metadata of a location, which every lowering passes on,
    from `gg-annotate-costs` to `gg-number-phases`.

    ```mlir
    loc(fused<#gg.cost<7, "linear", bytes = 884736, slot_bytes = 0,
                       flops = 1769472, slot_flops = 0>>["/mlp/MatMul"])
    ```
  }];
  let parameters = (ins "int64_t":$number, StringRefParameter<>:$kind,
                        "int64_t":$bytes, "int64_t":$slot_bytes,
                        "int64_t":$flops, "int64_t":$slot_flops);
  let assemblyFormat = [{
    `<` $number `,` $kind `,` struct($bytes, $slot_bytes, $flops, $slot_flops)
    `>`
  }];
}

#endif // GG_DIALECT_GG_IR_GGATTRIBUTES_TD
