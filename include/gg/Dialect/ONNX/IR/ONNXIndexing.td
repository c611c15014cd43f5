//===- ONNXIndexing.td - ONNX ops that use indices ---------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_ONNX_IR_ONNXINDEXING_TD
#define GG_DIALECT_ONNX_IR_ONNXINDEXING_TD

include "gg/Dialect/ONNX/IR/ONNXBase.td"

def ONNX_Reduction : ONNX_Word<["none", "add", "mul", "max", "min"]>;

def ONNX_GatherOp : ONNX_PureOp<"Gather", [
    ONNX_SameElementType<[0], [0]>,
    ONNX_AxisInRange<0>
  ]> {
  let summary = "slices of a tensor by index";
  let description = [{
    Entries of `data` along `axis` at `indices`: the result's dims are those of
    `data` with that of the axis replaced by those of `indices`. Negative
    indices count from the end.

    ```mlir
    %y = onnx.Gather(%table, %ids)
        : (tensor<512x64xf32>, tensor<2x8xi64>) -> tensor<2x8x64xf32>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$data, ONNX_IndexTensor:$indices,
                       ONNX_Int<0>:$axis);
  let results = (outs ONNX_Tensor:$output);
  let hasVerifier = 1;
}

def ONNX_GatherElementsOp : ONNX_PureOp<"GatherElements", [
    ONNX_SameElementType<[0], [0]>,
    ONNX_AxisInRange<0>
  ]> {
  let summary = "elements of a tensor by index";
  let description = [{
    The result has the shape of `indices`; each element is the one of `data` at
    its own position, with the coordinate of `axis` replaced by the index.
    Negative indices count from the end.

    ```mlir
    %y = onnx.GatherElements(%x, %i) {axis = 1 : i64}
        : (tensor<2x3xf32>, tensor<2x2xi64>) -> tensor<2x2xf32>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$data, ONNX_IndexTensor:$indices,
                       ONNX_Int<0>:$axis);
  let results = (outs ONNX_Tensor:$output);
  let hasVerifier = 1;
}

def ONNX_GatherNDOp : ONNX_PureOp<"GatherND", [
    ONNX_SameElementType<[0], [0]>
  ]> {
  let summary = "slices of a tensor by index tuples";
  let description = [{
    The last dim of `indices` holds tuples that address the leading dims of
    `data` behind the `batch_dims` which both share. Negative indices count from
    the end.

    ```mlir
    %y = onnx.GatherND(%x, %i)
        : (tensor<2x3x4xf32>, tensor<5x2xi64>) -> tensor<5x4xf32>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$data, ONNX_I64Tensor:$indices,
                       ONNX_Int<0>:$batch_dims);
  let results = (outs ONNX_Tensor:$output);
  let hasVerifier = 1;
}

def ONNX_ScatterNDOp : ONNX_PureOp<"ScatterND", [
    ONNX_SameElementType<[0, 2], [0]>
  ]> {
  let summary = "a tensor with slices replaced at index tuples";
  let description = [{
    A copy of `data` in which the slice at each tuple of `indices` is replaced
    by the one of `updates`. `reduction` says what a value is joined with that
    already stands there (`none`: it is replaced). Negative indices count from
    the end.

    ```mlir
    %y = onnx.ScatterND(%x, %i, %u)
        : (tensor<8x4xf32>, tensor<2x1xi64>, tensor<2x4xf32>) -> tensor<8x4xf32>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$data, ONNX_I64Tensor:$indices,
                       ONNX_Tensor:$updates, ONNX_Reduction:$reduction);
  let results = (outs ONNX_Tensor:$output);
  let hasVerifier = 1;
}

def ONNX_ScatterElementsOp : ONNX_PureOp<"ScatterElements", [
    ONNX_SameElementType<[0, 2], [0]>,
    ONNX_AxisInRange<0>
  ]> {
  let summary = "a tensor with elements replaced at indices";
  let description = [{
    A copy of `data` in which each element of `updates` is written at its own
    position, with the coordinate of `axis` replaced by the index. `reduction`
    says what a value is joined with that already stands there (`none`: it is
    replaced). Negative indices count from the end.

    ```mlir
    %y = onnx.ScatterElements(%x, %i, %u) {axis = 1 : i64}
        : (tensor<2x8xf32>, tensor<2x3xi64>, tensor<2x3xf32>) -> tensor<2x8xf32>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$data, ONNX_IndexTensor:$indices,
                       ONNX_Tensor:$updates, ONNX_Int<0>:$axis,
                       ONNX_Reduction:$reduction);
  let results = (outs ONNX_Tensor:$output);
  let hasVerifier = 1;
}

def ONNX_TensorScatterOp : ONNX_PureOp<"TensorScatter", [
    ONNX_SameElementType<[0, 1], [0]>,
    ONNX_AxisInRange<0>
  ]> {
  let summary = "a cache with new entries";
  let description = [{
    A copy of the cache in which each batch row (dim 0) holds the `update` along
    `axis`, from the row's write index (absent: 0) on. `mode = "circular"` wraps
    around at the end; `"linear"` must fit.

    ```mlir
    %y = onnx.TensorScatter(%cache, %update, %at)
        : (tensor<2x8x64x16xf32>, tensor<2x8x1x16xf32>, tensor<2xi64>)
        -> tensor<2x8x64x16xf32>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$past_cache, ONNX_Tensor:$update,
                       ONNX_Optional<ONNX_I64Tensor>:$write_indices,
                       ONNX_Int<-2>:$axis,
                       ONNX_Word<["linear", "circular"]>:$mode);
  let results = (outs ONNX_Tensor:$present_cache);
  let hasVerifier = 1;
}

#endif // GG_DIALECT_ONNX_IR_ONNXINDEXING_TD
