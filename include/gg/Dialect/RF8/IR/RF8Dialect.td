//===- RF8Dialect.td - The rf8 dialect ---------------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_RF8_IR_RF8DIALECT_TD
#define GG_DIALECT_RF8_IR_RF8DIALECT_TD

include "mlir/IR/OpBase.td"

def RF8_Dialect : Dialect {
  let name = "rf8";
  let cppNamespace = "::gg::rf8";
  let summary = "Weights in RF8, an 8-bit float of sums of two powers of two";
  let description = [{
    RF8 is a format for the weights of language models: a sign, four bits of
    exponent and a three-bit *residual code*, together a sum of two powers of
    two. A code means a number only together with a *scale*, which a tensor, an
    output channel or a group of weights has in common. docs/Spec.md defines
    the format, and how weights are rounded to it.

    The dialect works on upstream `linalg`. `rf8-quantize` replaces a constant
    weight by constant codes and an `rf8.dequantize` of them; nothing else has
    to know the format:

    ```mlir
    %codes = arith.constant dense_resource<w> : tensor<576x1536x!rf8.e4r3>
    %scales = arith.constant dense_resource<s> : tensor<576xf32>
    %w = rf8.dequantize %codes, %scales granularity <channel(0)>
        : tensor<576x1536x!rf8.e4r3>, tensor<576xf32> -> tensor<576x1536xf32>
    ```

    From there two ways lead on. `rf8-fuse-linear` turns contractions with such
    a weight into `rf8.linear` over *packed* weights, `rf8-join-linear` those of
    one input into one, and `convert-rf8-to-vector` lowers them to kernels that
    decode inside registers.
    `rf8-legalize-types` expands whatever there is to `i8` and upstream
    operations, for a stack that has nothing of ours.
  }];
  let useDefaultAttributePrinterParser = 1;
  let useDefaultTypePrinterParser = 1;
  let hasConstantMaterializer = 1;
  let dependentDialects = ["::mlir::arith::ArithDialect",
                           "::mlir::tensor::TensorDialect"];
}

#endif // GG_DIALECT_RF8_IR_RF8DIALECT_TD
