//===- ONNXDialect.cpp - The onnx dialect ---------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/ONNX/IR/ONNX.h"

#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace gg::onnx;

#include "gg/Dialect/ONNX/IR/ONNXDialect.cpp.inc"

void ONNXDialect::initialize() { registerONNXDialectOperations(this); }

Operation *ONNXDialect::materializeConstant(OpBuilder &builder, Attribute value,
                                            Type type, Location loc) {
  if (isa<NoneType>(type))
    return NoneOp::create(builder, loc, type);
  if (auto elements = dyn_cast<ElementsAttr>(value))
    if (elements.getType() == type)
      return ConstantOp::create(builder, loc, type, elements);
  return nullptr;
}
