//===- RF8Types.td - RF8 types -----------------------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_RF8_IR_RF8TYPES_TD
#define GG_DIALECT_RF8_IR_RF8TYPES_TD

include "gg/Dialect/RF8/IR/RF8Dialect.td"
include "mlir/IR/AttrTypeBase.td"
include "mlir/IR/BuiltinTypeInterfaces.td"

class RF8_Type<string name, string typeMnemonic>
    : TypeDef<RF8_Dialect, name, [MemRefElementTypeInterface,
                                  VectorElementTypeInterface]> {
  let mnemonic = typeMnemonic;
}

def RF8_E4R3 : RF8_Type<"E4R3", "e4r3"> {
  let summary = "RF8: sign, 4-bit exponent, 3-bit residual code";
}

def RF8_E4R3D : RF8_Type<"E4R3D", "e4r3d"> {
  let summary = "RF8 whose spare residual code means 11/8";
}

def RF8_AnyType : AnyTypeOf<[RF8_E4R3, RF8_E4R3D]>;

#endif // GG_DIALECT_RF8_IR_RF8TYPES_TD
