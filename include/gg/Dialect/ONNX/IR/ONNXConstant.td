//===- ONNXConstant.td - Constant ONNX ops -----------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_ONNX_IR_ONNXCONSTANT_TD
#define GG_DIALECT_ONNX_IR_ONNXCONSTANT_TD

include "gg/Dialect/ONNX/IR/ONNXBase.td"

def ONNX_NoneOp : ONNX_PureOp<"None", [ConstantLike]> {
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

def ONNX_ConstantOp : ONNX_PureOp<"Constant", [
    ConstantLike, AllTypesMatch<["value", "result"]>
  ]> {
  let summary = "a tensor known at compile time";
  let description = [{
    The graph's initializers and Constant nodes. Large ones are resources over
    the mapped file.

    ```mlir
    %0 = onnx.Constant dense<[1, 2]> : tensor<2xi64>
    %1 = onnx.Constant dense_resource<w> : tensor<1024x1024xf16>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs ONNX_Tensor:$result);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
}

def ONNX_ConstantOfShapeOp : ONNX_PureOp<"ConstantOfShape"> {
  let summary = "one value in a given shape";
  let description = [{
    A tensor of the shape that the operand lists, filled with the one element of
    `value` (absent: 0.0 of f32).

    ```mlir
    %y = onnx.ConstantOfShape(%shape) {value = dense<1> : tensor<1xi64>}
        : (tensor<2xi64>) -> tensor<?x?xi64>
    ```
  }];
  let arguments = (ins ONNX_I64Tensor:$input,
                       OptionalAttr<ElementsAttr>:$value);
  let results = (outs ONNX_Tensor:$output);
  let hasVerifier = 1;
}

def ONNX_RangeOp : ONNX_PureOp<"Range", [
    ONNX_SameElementType<[0, 1, 2], [0]>
  ]> {
  let summary = "start, start + delta, … up to the limit";
  let description = [{
    The numbers from `start` in steps of `delta`, as far as they lie before
    `limit`; max(0, ceil((limit - start) / delta)) of them. `stash_type` (1:
    f32) is the type in which f16 and bf16 are counted.

    ```mlir
    %y = onnx.Range(%start, %limit, %delta)
        : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<?xi64>
    ```
  }];
  let arguments = (ins ONNX_NumberTensor:$start, ONNX_NumberTensor:$limit,
                       ONNX_NumberTensor:$delta, ONNX_Int<1>:$stash_type);
  let results = (outs ONNX_NumberTensor:$output);
  let hasVerifier = 1;
}

#endif // GG_DIALECT_ONNX_IR_ONNXCONSTANT_TD
