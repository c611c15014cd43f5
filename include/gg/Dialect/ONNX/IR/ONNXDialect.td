//===- ONNXDialect.td - The onnx dialect ---------------------*- tablegen -*-===//
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
}

#endif // GG_DIALECT_ONNX_IR_ONNXDIALECT_TD
