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
include "mlir/Interfaces/DataLayoutInterfaces.td"

class RF8_Type<string name, string typeMnemonic>
    : TypeDef<RF8_Dialect, name,
              [MemRefElementTypeInterface, VectorElementTypeInterface,
               DeclareTypeInterfaceMethods<DataLayoutTypeInterface>]> {
  let mnemonic = typeMnemonic;
}

def RF8_E4R3 : RF8_Type<"E4R3", "e4r3"> {
  let summary = "RF8: sign, 4-bit exponent, 3-bit residual code";
  let description = [{
    The values of the RF8 paper: zero and plus or minus a significand out of
    1, 17/16, 9/8, 5/4, 3/2, 7/4 and 15/8 times a power of two from 2^-13 to
    2^0. An element takes a byte.

    ```mlir
    func.func private @weights() -> tensor<576x1536x!rf8.e4r3>
    ```
  }];
}

def RF8_E4R3D : RF8_Type<"E4R3D", "e4r3d"> {
  let summary = "RF8 whose spare residual code means 11/8";
  let description = [{
    The *dense* variant: residual code 7, which `!rf8.e4r3` reserves, is the
    significand 11/8, in the middle of the widest gap. Decoding costs the same.

    ```mlir
    func.func private @weights() -> tensor<576x1536x!rf8.e4r3d>
    ```
  }];
}

def RF8_AnyType : AnyTypeOf<[RF8_E4R3, RF8_E4R3D], "an RF8 type">;

#endif // GG_DIALECT_RF8_IR_RF8TYPES_TD
