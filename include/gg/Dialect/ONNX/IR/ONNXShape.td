//===- ONNXShape.td - ONNX ops that move elements ----------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_ONNX_IR_ONNXSHAPE_TD
#define GG_DIALECT_ONNX_IR_ONNXSHAPE_TD

include "gg/Dialect/ONNX/IR/ONNXBase.td"

def ONNX_ReshapeOp : ONNX_PureOp<"Reshape", [
    ONNX_SameElementType<[0], [0]>
  ]> {
  let summary = "the same numbers in another shape";
  let description = [{
    Row-major order is kept. In `shape`, one -1 is what the rest leaves; a 0 is
    the dim of `data` at that place, or, with `allowzero = 1`, zero.

    ```mlir
    %y = onnx.Reshape(%x, %shape)
        : (tensor<2x12xf32>, tensor<3xi64>) -> tensor<2x3x4xf32>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$data, ONNX_I64Tensor:$shape,
                       ONNX_Flag<0>:$allowzero);
  let results = (outs ONNX_Tensor:$reshaped);
  let hasCanonicalizer = 1;
  let hasFolder = 1;
  let hasVerifier = 1;
}

def ONNX_FlattenOp : ONNX_PureOp<"Flatten", [
    ONNX_SameElementType<[0], [0]>,
    ONNX_AxisInRange<0, 1>
  ]> {
  let summary = "a matrix of the dims before an axis and those from it on";
  let description = [{
    Joins the dims before `axis` to the first, and the others to the second dim
    of a matrix.

    ```mlir
    %y = onnx.Flatten(%x) {axis = 2 : i64}
        : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$input, ONNX_Int<1>:$axis);
  let results = (outs ONNX_Tensor:$output);
  let hasFolder = 1;
  let hasVerifier = 1;
}

def ONNX_SqueezeOp : ONNX_PureOp<"Squeeze", [
    ONNX_SameElementType<[0], [0]>
  ]> {
  let summary = "the tensor without some dims of size 1";
  let description = [{
    Removes the dims named by `axes`, or, where absent, every dim of size 1.

    ```mlir
    %y = onnx.Squeeze(%x, %axes)
        : (tensor<1x3xf32>, tensor<1xi64>) -> tensor<3xf32>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$data, ONNX_Optional<ONNX_I64Tensor>:$axes);
  let results = (outs ONNX_Tensor:$squeezed);
  let hasFolder = 1;
  let hasVerifier = 1;
}

def ONNX_UnsqueezeOp : ONNX_PureOp<"Unsqueeze", [
    ONNX_SameElementType<[0], [0]>
  ]> {
  let summary = "the tensor with more dims of size 1";
  let description = [{
    Inserts dims of size 1 so that they are at `axes` of the result.

    ```mlir
    %y = onnx.Unsqueeze(%x, %axes)
        : (tensor<3xf32>, tensor<1xi64>) -> tensor<1x3xf32>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$data, ONNX_I64Tensor:$axes);
  let results = (outs ONNX_Tensor:$expanded);
  let hasFolder = 1;
  let hasVerifier = 1;
}

def ONNX_TransposeOp : ONNX_PureOp<"Transpose", [
    ONNX_SameElementType<[0], [0]>
  ]> {
  let summary = "the dims in another order";
  let description = [{
    Dim `i` of the result is dim `perm[i]` of the operand; without `perm` the
    dims are reversed.

    ```mlir
    %y = onnx.Transpose(%x) {perm = array<i64: 0, 2, 1>}
        : (tensor<2x3x4xf32>) -> tensor<2x4x3xf32>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$data,
                       OptionalAttr<DenseI64ArrayAttr>:$perm);
  let results = (outs ONNX_Tensor:$transposed);
  let hasCanonicalizer = 1;
  let hasFolder = 1;
  let hasVerifier = 1;
}

def ONNX_ExpandOp : ONNX_PureOp<"Expand", [
    ONNX_SameElementType<[0], [0]>
  ]> {
  let summary = "broadcast to a shape";
  let description = [{
    Broadcasts the tensor with `shape`; where the tensor's dim is larger than 1
    and the shape says 1, the tensor's dim stays.

    ```mlir
    %y = onnx.Expand(%x, %shape)
        : (tensor<3x1xf32>, tensor<3xi64>) -> tensor<2x3x4xf32>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$input, ONNX_I64Tensor:$shape);
  let results = (outs ONNX_Tensor:$output);
  let hasFolder = 1;
  let hasVerifier = 1;
}

def ONNX_TileOp : ONNX_PureOp<"Tile", [
    ONNX_SameElementType<[0], [0]>
  ]> {
  let summary = "the tensor repeated along its dims";
  let description = [{
    Repeats the tensor `repeats[i]` times along dim `i`.

    ```mlir
    %y = onnx.Tile(%x, %repeats)
        : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<4x3xf32>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$input, ONNX_I64Tensor:$repeats);
  let results = (outs ONNX_Tensor:$output);
  let hasFolder = 1;
  let hasVerifier = 1;
}

def ONNX_ShapeOp : ONNX_PureOp<"Shape"> {
  let summary = "the dims of a tensor";
  let description = [{
    The dims `start` to (not including) `end` of the operand, as a list of
    integers. Negative ones count from the end.

    ```mlir
    %y = onnx.Shape(%x) {start = 1 : i64} : (tensor<2x3x4xf32>) -> tensor<2xi64>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$data, ONNX_Int<0>:$start,
                       ONNX_OptionalInt:$end);
  let results = (outs ONNX_I64Tensor:$shape);
  let hasVerifier = 1;
}

def ONNX_SizeOp : ONNX_PureOp<"Size"> {
  let summary = "the number of elements";
  let description = [{
    How many elements the operand has, as a scalar.

    ```mlir
    %y = onnx.Size(%x) : (tensor<2x3x4xf32>) -> tensor<i64>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$data);
  let results = (outs ONNX_I64Tensor:$size);
}

def ONNX_ConcatOp : ONNX_PureOp<"Concat", [
    ONNX_SameElementType<[], [], /*variadic=*/true>
  ]> {
  let summary = "tensors one after the other";
  let description = [{
    Joins tensors along `axis`; the other dims are equal.

    ```mlir
    %y = onnx.Concat(%a, %b) {axis = 1 : i64}
        : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x7xf32>
    ```
  }];
  let arguments = (ins Variadic<ONNX_Tensor>:$inputs, ONNX_IntAttr:$axis);
  let results = (outs ONNX_Tensor:$concat_result);
  let hasFolder = 1;
  let hasVerifier = 1;
}

def ONNX_SplitOp : ONNX_PureOp<"Split", [
    ONNX_SameElementType<[0], [], /*variadic=*/false>,
    ONNX_AxisInRange<0>
  ]> {
  let summary = "a tensor cut along an axis";
  let description = [{
    Cuts the tensor along `axis` into parts of the sizes `split`, or into
    `num_outputs` parts of equal size (the last may be smaller).

    ```mlir
    %none = onnx.None : none
    %a, %b = onnx.Split(%x, %none) {axis = 1 : i64, num_outputs = 2 : i64}
        : (tensor<2x6xf32>, none) -> (tensor<2x3xf32>, tensor<2x3xf32>)
    ```
  }];
  let arguments = (ins ONNX_Tensor:$input, ONNX_Optional<ONNX_I64Tensor>:$split,
                       ONNX_Int<0>:$axis, ONNX_OptionalInt:$num_outputs);
  let results = (outs Variadic<ONNX_Tensor>:$outputs);
  let hasFolder = 1;
  let hasVerifier = 1;
}

def ONNX_SliceOp : ONNX_PureOp<"Slice", [
    ONNX_SameElementType<[0], [0]>
  ]> {
  let summary = "a part of a tensor";
  let description = [{
    From `starts` in steps of `steps` (absent: 1) to, not including, `ends`,
    along `axes` (absent: the first ones). Negative positions count from the
    end; positions outside are moved to the border.

    ```mlir
    %y = onnx.Slice(%x, %starts, %ends, %axes, %steps)
        : (tensor<4x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>,
           tensor<1xi64>)
        -> tensor<4x3xf32>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$data, ONNX_IndexTensor:$starts,
                       ONNX_IndexTensor:$ends,
                       ONNX_Optional<ONNX_IndexTensor>:$axes,
                       ONNX_Optional<ONNX_IndexTensor>:$steps);
  let results = (outs ONNX_Tensor:$output);
  let hasFolder = 1;
  let hasVerifier = 1;
}

def ONNX_TriluOp : ONNX_PureOp<"Trilu", [
    ONNX_SameElementType<[0], [0]>
  ]> {
  let summary = "the upper or lower triangle of matrices";
  let description = [{
    Zero below (`upper = 1`) or above (`upper = 0`) the diagonal `k` (absent:
    the main one) of the matrices in the last two dims.

    ```mlir
    %y = onnx.Trilu(%x, %k) {upper = 0 : i64}
        : (tensor<4x4xf32>, tensor<i64>) -> tensor<4x4xf32>
    ```
  }];
  let arguments = (ins ONNX_Tensor:$input, ONNX_Optional<ONNX_I64Tensor>:$k,
                       ONNX_Flag<1>:$upper);
  let results = (outs ONNX_Tensor:$output);
  let hasVerifier = 1;
}

#endif // GG_DIALECT_ONNX_IR_ONNXSHAPE_TD
