//===- ONNXOps.td - ONNX operations ------------------------*- tablegen -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_ONNX_IR_ONNXOPS_TD
#define GG_DIALECT_ONNX_IR_ONNXOPS_TD

include "gg/Dialect/ONNX/IR/ONNXAttention.td"
include "gg/Dialect/ONNX/IR/ONNXConstant.td"
include "gg/Dialect/ONNX/IR/ONNXControl.td"
include "gg/Dialect/ONNX/IR/ONNXElementwise.td"
include "gg/Dialect/ONNX/IR/ONNXIndexing.td"
include "gg/Dialect/ONNX/IR/ONNXNN.td"
include "gg/Dialect/ONNX/IR/ONNXReduce.td"
include "gg/Dialect/ONNX/IR/ONNXShape.td"
include "gg/Dialect/ONNX/IR/ONNXVendor.td"



#endif // GG_DIALECT_ONNX_IR_ONNXOPS_TD
