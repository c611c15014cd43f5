//===- ONNXReduce.td - ONNX ops that reduce ----------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_ONNX_IR_ONNXREDUCE_TD
#define GG_DIALECT_ONNX_IR_ONNXREDUCE_TD

include "gg/Dialect/ONNX/IR/ONNXBase.td"

/// Joins the elements along `axes`. Without axes, all are joined, or, with
/// noop_with_empty_axes, each element by itself.
class ONNX_ReduceOp<string mnemonic, string what, Type type = ONNX_NumberTensor>
    : ONNX_PureOp<mnemonic, [ONNX_SameElementType<[0], [0]>]> {
  let summary = what # " along axes";
  let description = [{
    Computes }] # what # [{ of the elements along `axes`
    (negative ones count from the end). With `keepdims = 1` these dims stay,
    of size 1. Where `axes` is absent or empty, all dims are reduced, or none
    with `noop_with_empty_axes = 1`.

    ```mlir
    }] # "%y = onnx." # mnemonic # [{(%x, %axes)
        : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1xf32>
    ```
  }];
  let arguments = (ins type:$data, ONNX_Optional<ONNX_I64Tensor>:$axes,
                       ONNX_Flag<1>:$keepdims,
                       ONNX_Flag<0>:$noop_with_empty_axes);
  let results = (outs type:$reduced);
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::verify() {
      return detail::verifyReduction(*this, getData(), getAxes(),
                                     getKeepdims(), getReduced());
    }
  }];
  let hasVerifier = 1;
}

def ONNX_ReduceSumOp : ONNX_ReduceOp<"ReduceSum", "the sum">;
def ONNX_ReduceMeanOp : ONNX_ReduceOp<"ReduceMean", "the mean">;
def ONNX_ReduceMaxOp : ONNX_ReduceOp<"ReduceMax", "the maximum", ONNX_Tensor>;
def ONNX_ReduceMinOp : ONNX_ReduceOp<"ReduceMin", "the minimum", ONNX_Tensor>;
def ONNX_ReduceProdOp : ONNX_ReduceOp<"ReduceProd", "the product">;
def ONNX_ReduceL1Op : ONNX_ReduceOp<"ReduceL1", "the sum of absolute values">;
def ONNX_ReduceL2Op
    : ONNX_ReduceOp<"ReduceL2", "the square root of the sum of squares">;
def ONNX_ReduceSumSquareOp
    : ONNX_ReduceOp<"ReduceSumSquare", "the sum of squares">;
def ONNX_ReduceLogSumOp
    : ONNX_ReduceOp<"ReduceLogSum", "the logarithm of the sum">;
def ONNX_ReduceLogSumExpOp
    : ONNX_ReduceOp<"ReduceLogSumExp",
                    "the logarithm of the sum of exponentials">;

/// The position of an extremum along one axis.
class ONNX_ArgOp<string mnemonic, string what>
    : ONNX_PureOp<mnemonic, [ONNX_AxisInRange<0>]> {
  let summary = "the position of the " # what # " along an axis";
  let description = [{
    The position of the }] # what # [{ along `axis`: the first
    of equal ones, or the last with `select_last_index = 1`.

    ```mlir
    }] # "%i = onnx." # mnemonic # [{(%x) {axis = 1 : i64}
        : (tensor<2x3xf32>) -> tensor<2x1xi64>
    ```
  }];
  let arguments = (ins ONNX_NumberTensor:$data, ONNX_Int<0>:$axis,
                       ONNX_Flag<1>:$keepdims, ONNX_Flag<0>:$select_last_index);
  let results = (outs ONNX_I64Tensor:$reduced);
}

def ONNX_ArgMaxOp : ONNX_ArgOp<"ArgMax", "largest element">;
def ONNX_ArgMinOp : ONNX_ArgOp<"ArgMin", "smallest element">;

def ONNX_TopKOp : ONNX_PureOp<"TopK", [
    ONNX_SameElementType<[0], [0]>,
    ONNX_AxisInRange<0>
  ]> {
  let summary = "the k largest or smallest elements along an axis";
  let description = [{
    The `K` largest (`largest = 1`) or smallest elements along `axis` and their
    positions, in order where `sorted = 1`. Of equal elements, the one at the
    lower position comes first.

    ```mlir
    %v, %i = onnx.TopK(%x, %k)
        : (tensor<2x8xf32>, tensor<1xi64>) -> (tensor<2x3xf32>, tensor<2x3xi64>)
    ```
  }];
  let arguments = (ins ONNX_NumberTensor:$X, ONNX_I64Tensor:$K,
                       ONNX_Int<-1>:$axis, ONNX_Flag<1>:$largest,
                       ONNX_Flag<1>:$sorted);
  let results = (outs ONNX_NumberTensor:$Values, ONNX_I64Tensor:$Indices);
  let hasVerifier = 1;
}

def ONNX_CumSumOp : ONNX_PureOp<"CumSum", [
    ONNX_SameElementType<[0], [0]>
  ]> {
  let summary = "running sums along an axis";
  let description = [{
    Each element is the sum of those up to it along the axis (a scalar operand);
    with `exclusive = 1` without itself, with `reverse = 1` from the end.

    ```mlir
    %y = onnx.CumSum(%x, %axis)
        : (tensor<2x3xf32>, tensor<i64>) -> tensor<2x3xf32>
    ```
  }];
  let arguments = (ins ONNX_NumberTensor:$x, ONNX_IndexTensor:$axis,
                       ONNX_Flag<0>:$exclusive, ONNX_Flag<0>:$reverse);
  let results = (outs ONNX_NumberTensor:$y);
  let hasVerifier = 1;
}

#endif // GG_DIALECT_ONNX_IR_ONNXREDUCE_TD
