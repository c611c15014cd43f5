//===- ONNXDialect.td - The onnx dialect -------------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_ONNX_IR_ONNXDIALECT_TD
#define GG_DIALECT_ONNX_IR_ONNXDIALECT_TD

include "mlir/IR/OpBase.td"

def ONNX_Dialect : Dialect {
  let name = "onnx";
  let cppNamespace = "::gg::onnx";
  let summary = "The ONNX operators, in the form of the newest opset";
  let description = [{
    One op for each operator that gg knows, with the operands, attributes and
    defaults of the newest opset of the standard; importers upgrade older forms.
    Operators of ONNX Runtime's `com.microsoft` domain have the prefix `ms.`.

    Operands are positional. An absent optional input is the result of
    `onnx.None`, an unused optional result has type `none`. Booleans are i1,
    signed integers signless, unsigned ones `ui8` … `ui64`.

    ```mlir
    %none = onnx.None : none
    %sum = onnx.ReduceSum(%x, %none) {keepdims = 0 : i64}
        : (tensor<2x3xf32>, none) -> tensor<f32>
    ```
  }];
  let hasConstantMaterializer = 1;
}

#endif // GG_DIALECT_ONNX_IR_ONNXDIALECT_TD
