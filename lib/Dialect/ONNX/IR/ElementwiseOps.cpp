//===- ElementwiseOps.cpp - Elementwise ONNX ops --------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Verify.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::onnx::detail;

template <typename OpTy> static LogicalResult verifyInputs(OpTy op) {
  if (op.getInputs().empty())
    return op.emitOpError("expected at least one operand but got none");
  return success();
}

LogicalResult MaxOp::verify() { return verifyInputs(*this); }
LogicalResult MinOp::verify() { return verifyInputs(*this); }

LogicalResult ClipOp::verify() {
  if (failed(verifyScalar(*this, "a minimum", getMin())) ||
      failed(verifyScalar(*this, "a maximum", getMax())))
    return failure();
  if (std::optional<ArrayRef<int64_t>> shape = getShape(getInput()))
    return verifyResultShape(*this, getOutput(), *shape);
  return success();
}

LogicalResult CastOp::verify() {
  Type actual = getElementType(getOutput());
  if (actual != getTo())
    return emitOpError("expected a result of element type ")
           << getTo() << " but got " << actual;
  return success();
}
