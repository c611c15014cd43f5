//===- ONNX.h - The onnx dialect --------------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_ONNX_IR_ONNX_H
#define GG_DIALECT_ONNX_IR_ONNX_H

#include "gg/Dialect/ONNX/IR/ONNXHelpers.h"
#include "gg/Dialect/ONNX/IR/ONNXTraits.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/ControlFlowInterfaces.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "gg/Dialect/ONNX/IR/ONNXDialect.h.inc"

#define GET_OP_CLASSES
#include "gg/Dialect/ONNX/IR/ONNXOps.h.inc"

#endif // GG_DIALECT_ONNX_IR_ONNX_H
