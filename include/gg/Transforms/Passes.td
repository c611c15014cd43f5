//===- Passes.td - Passes on models and weights ------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TRANSFORMS_PASSES_TD
#define GG_TRANSFORMS_PASSES_TD

include "mlir/Pass/PassBase.td"

def OnnxFoldConstants : Pass<"onnx-fold-constants"> {
  let summary = "compute onnx ops whose operands are small constants";
  let description = [{
    Replaces an op by its value where all its operands are constants, and where
    neither an operand nor the result exceeds `max-bytes`: shape arithmetic,
    masks and lists, never weights. Shape and Size fold as soon as the shape of
    their operand is static.

    ```mlir
    %a = onnx.Constant dense<[2, 3]> : tensor<2xi64>
    %b = onnx.Constant dense<4> : tensor<i64>
    %c = onnx.Mul(%a, %b) : (tensor<2xi64>, tensor<i64>) -> tensor<2xi64>
    // becomes
    %c = onnx.Constant dense<[8, 12]> : tensor<2xi64>
    ```
  }];
  let dependentDialects = ["::gg::onnx::ONNXDialect"];
  let options = [
    Option<"maxBytes", "max-bytes", "int64_t", /*default=*/"65536",
           "the largest operand or result that is folded, in bytes">
  ];
}

def OnnxInferShapes
    : Pass<"onnx-infer-shapes", "::mlir::func::FuncOp"> {
  let summary = "infer the shapes of all values";
  let description = [{
    Follows shapes through each function, dimensions being expressions over the
    named sizes of the arguments (`onnx.dims`), and small integer tensors
    element by element, so that a Reshape to a computed shape resolves. Every
    type gets the dimensions that turn out to be numbers. Shapes that
    contradict each other are errors at their node.

    ```mlir
    func.func @main(%x: tensor<?x8xf32> {onnx.dims = ["batch", "8"]})
        -> tensor<*xf32> {
      %s = onnx.Constant dense<[-1, 2, 4]> : tensor<3xi64>
      %0 = onnx.Reshape(%x, %s)
          : (tensor<?x8xf32>, tensor<3xi64>) -> tensor<*xf32>
      return %0 : tensor<*xf32>   // becomes tensor<?x2x4xf32>
    }
    ```
  }];
  let dependentDialects = ["::gg::onnx::ONNXDialect"];
  let statistics = [
    Statistic<"numRefined", "refined", "values whose type was refined">
  ];
}

#endif // GG_TRANSFORMS_PASSES_TD
