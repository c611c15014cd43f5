//===- ONNXOps.td - ONNX operations ------------------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_ONNX_IR_ONNXOPS_TD
#define GG_DIALECT_ONNX_IR_ONNXOPS_TD

include "gg/Dialect/ONNX/IR/ONNXDialect.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

class ONNX_Op<string mnemonic, list<Trait> traits = []>
    : Op<ONNX_Dialect, mnemonic, traits>;

def ONNX_NoneOp : ONNX_Op<"None", [ConstantLike, Pure]> {
  let summary = "the absent value of an optional input";
  let description = [{
    ONNX leaves out an optional input by an empty name; here the operand is
    this op's result.

    ```mlir
    %0 = onnx.None : none
    ```
  }];
  let results = (outs NoneType:$result);
  let assemblyFormat = "attr-dict `:` type($result)";
  let hasFolder = 1;
}

#endif // GG_DIALECT_ONNX_IR_ONNXOPS_TD
