//===- ONNXControl.td - ONNX control flow ------------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_ONNX_IR_ONNXCONTROL_TD
#define GG_DIALECT_ONNX_IR_ONNXCONTROL_TD

include "gg/Dialect/ONNX/IR/ONNXBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

def ONNX_YieldOp : ONNX_PureOp<"Yield", [
    Terminator, ReturnLike, HasParent<"IfOp">
  ]> {
  let summary = "the results of a branch";
  let description = [{
    Ends a branch of onnx.If and hands over its results.

    ```mlir
    onnx.Yield(%a) : tensor<2xf32>
    ```
  }];
  let arguments = (ins Variadic<AnyType>:$values);
  let assemblyFormat = "`(` operands `)` attr-dict (`:` type($values)^)?";
}

def ONNX_IfOp : ONNX_Op<"If", [
    DeclareOpInterfaceMethods<RegionBranchOpInterface, ["areTypesCompatible"]>,
    RecursiveMemoryEffects, RecursivelySpeculatable, NoRegionArguments,
    SingleBlock
  ]> {
  let summary = "one of two sub-graphs";
  let description = [{
    Computes the results by the first branch where the condition (one boolean)
    holds, else by the second. Branches may use any value that dominates the op.
    What a branch yields may have a more precise shape than the result, as far
    as the two don't contradict each other.

    ```mlir
    %y = onnx.If(%c) : (tensor<i1>) -> tensor<2xf32> then {
      onnx.Yield(%a) : tensor<2xf32>
    } else {
      onnx.Yield(%b) : tensor<2xf32>
    }
    ```
  }];
  let arguments = (ins ONNX_BoolTensor:$cond);
  let results = (outs Variadic<AnyType>:$outputs);
  let regions = (region SizedRegion<1>:$then_branch,
                        SizedRegion<1>:$else_branch);
  let assemblyFormat = [{
    `(` operands `)` attr-dict-with-keyword `:`
    functional-type(operands, results) `then` $then_branch `else` $else_branch
  }];
  let hasVerifier = 1;
}

#endif // GG_DIALECT_ONNX_IR_ONNXCONTROL_TD
