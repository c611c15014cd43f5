//===- ONNXNN.td - ONNX ops of neural networks -------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_ONNX_IR_ONNXNN_TD
#define GG_DIALECT_ONNX_IR_ONNXNN_TD

include "gg/Dialect/ONNX/IR/ONNXBase.td"

def ONNX_NormOrder
    : ConfinedAttr<ONNX_Int<2>, [IntMinValue<1>, IntMaxValue<2>]>;

def ONNX_MatMulOp : ONNX_PureOp<"MatMul", [
    ONNX_SameElementType<[0, 1], [0]>
  ]> {
  let summary = "matrix product";
  let description = [{
    The product of the matrices in the last two dims; the dims before broadcast.
    A vector is a matrix of one row (left) or column (right), whose dim then
    goes away.

    ```mlir
    %y = onnx.MatMul(%a, %b)
        : (tensor<2x3x4xf32>, tensor<4x5xf32>) -> tensor<2x3x5xf32>
    ```
  }];
  let arguments = (ins ONNX_NumberTensor:$A, ONNX_NumberTensor:$B);
  let results = (outs ONNX_NumberTensor:$Y);
  let hasVerifier = 1;
}

def ONNX_GemmOp : ONNX_PureOp<"Gemm", [
    ONNX_SameElementType<[0, 1, 2], [0]>
  ]> {
  let summary = "alpha * A * B + beta * C";
  let description = [{
    The product of two matrices (each transposed first, if asked for), scaled,
    plus a scaled third one, which broadcasts and may be absent.

    ```mlir
    %y = onnx.Gemm(%a, %b, %c) {transB = 1 : i64}
        : (tensor<3x4xf32>, tensor<5x4xf32>, tensor<5xf32>) -> tensor<3x5xf32>
    ```
  }];
  let arguments = (ins ONNX_NumberTensor:$A, ONNX_NumberTensor:$B,
                       ONNX_Optional<ONNX_NumberTensor>:$C,
                       ONNX_FloatAttr<"1.0">:$alpha,
                       ONNX_FloatAttr<"1.0">:$beta, ONNX_Flag<0>:$transA,
                       ONNX_Flag<0>:$transB);
  let results = (outs ONNX_NumberTensor:$Y);
  let hasVerifier = 1;
}

def ONNX_SoftmaxOp : ONNX_PureOp<"Softmax", [
    ONNX_SameElementType<[0], [0]>,
    SameOperandsAndResultShape,
    ONNX_AxisInRange<0>
  ]> {
  let summary = "exponentials that sum to 1 along an axis";
  let description = [{
    exp(x) / sum(exp(x)) along `axis`.

    ```mlir
    %y = onnx.Softmax(%x) : (tensor<2x8xf32>) -> tensor<2x8xf32>
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$input, ONNX_Int<-1>:$axis);
  let results = (outs ONNX_FloatTensor:$output);
}

def ONNX_LogSoftmaxOp : ONNX_PureOp<"LogSoftmax", [
    ONNX_SameElementType<[0], [0]>,
    SameOperandsAndResultShape,
    ONNX_AxisInRange<0>
  ]> {
  let summary = "the logarithm of Softmax";
  let description = [{
    x - ln(sum(exp(x))) along `axis`.

    ```mlir
    %y = onnx.LogSoftmax(%x) : (tensor<2x8xf32>) -> tensor<2x8xf32>
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$input, ONNX_Int<-1>:$axis);
  let results = (outs ONNX_FloatTensor:$output);
}

def ONNX_LpNormalizationOp : ONNX_PureOp<"LpNormalization", [
    ONNX_SameElementType<[0], [0]>,
    SameOperandsAndResultShape,
    ONNX_AxisInRange<0>
  ]> {
  let summary = "elements divided by their norm along an axis";
  let description = [{
    Divides by the sum of absolute values (`p = 1`) or by the square root of the
    sum of squares (`p = 2`) along `axis`. Zeros stay zeros.

    ```mlir
    %y = onnx.LpNormalization(%x) : (tensor<2x8xf32>) -> tensor<2x8xf32>
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$input, ONNX_Int<-1>:$axis,
                       ONNX_NormOrder:$p);
  let results = (outs ONNX_FloatTensor:$output);
}

def ONNX_LayerNormalizationOp : ONNX_PureOp<"LayerNormalization", [
    ONNX_SameElementType<[0, 1, 2], [0]>,
    ONNX_AxisInRange<0>
  ]> {
  let summary = "zero mean and unit variance over the last dims";
  let description = [{
    Over the dims from `axis` on: (X - mean) / sqrt(variance + epsilon) * Scale
    + B, computed in the type `stash_type` (1: f32). The mean and 1 /
    sqrt(variance + epsilon) are the optional second and third results.

    ```mlir
    %none = onnx.None : none
    %y, %mean, %inv = onnx.LayerNormalization(%x, %scale, %none)
        : (tensor<2x8xf32>, tensor<8xf32>, none)
        -> (tensor<2x8xf32>, none, none)
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$X, ONNX_FloatTensor:$Scale,
                       ONNX_Optional<ONNX_FloatTensor>:$B, ONNX_Int<-1>:$axis,
                       ONNX_FloatAttr<"1e-05">:$epsilon,
                       ONNX_Int<1>:$stash_type);
  let results = (outs ONNX_FloatTensor:$Y,
                      ONNX_Optional<ONNX_FloatTensor>:$Mean,
                      ONNX_Optional<ONNX_FloatTensor>:$InvStdDev);
  let hasVerifier = 1;
}

def ONNX_RMSNormalizationOp : ONNX_PureOp<"RMSNormalization", [
    ONNX_SameElementType<[1], [0]>,
    ONNX_AxisInRange<0>
  ]> {
  let summary = "unit root mean square over the last dims";
  let description = [{
    X / sqrt(mean(X * X) + epsilon) * scale over the dims from `axis` on; the
    part before the scale is computed in the type `stash_type` (1: f32).

    ```mlir
    %y = onnx.RMSNormalization(%x, %scale)
        : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$X, ONNX_FloatTensor:$scale,
                       ONNX_Int<-1>:$axis, ONNX_FloatAttr<"1e-05">:$epsilon,
                       ONNX_Int<1>:$stash_type);
  let results = (outs ONNX_FloatTensor:$Y);
  let hasVerifier = 1;
}

def ONNX_DropoutOp : ONNX_PureOp<"Dropout", [
    ONNX_SameElementType<[0], [0]>
  ]> {
  let summary = "the operand, with random elements dropped in training";
  let description = [{
    In inference (`training_mode` absent or false) the operand itself, and a
    mask of ones. Training is not supported by the conversions.

    ```mlir
    %none = onnx.None : none
    %y, %mask = onnx.Dropout(%x, %none, %none)
        : (tensor<2x8xf32>, none, none) -> (tensor<2x8xf32>, none)
    ```
  }];
  let arguments = (ins ONNX_FloatTensor:$data,
                       ONNX_Optional<ONNX_FloatTensor>:$ratio,
                       ONNX_Optional<ONNX_BoolTensor>:$training_mode,
                       ONNX_OptionalInt:$seed);
  let results = (outs ONNX_FloatTensor:$output,
                      ONNX_Optional<ONNX_BoolTensor>:$mask);
  let hasFolder = 1;
}

#endif // GG_DIALECT_ONNX_IR_ONNXNN_TD
