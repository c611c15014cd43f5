//===- ConstantOps.cpp - Constant ONNX ops --------------------------------===//
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

OpFoldResult NoneOp::fold(FoldAdaptor) { return UnitAttr::get(getContext()); }

OpFoldResult ConstantOp::fold(FoldAdaptor) { return getValue(); }

LogicalResult ConstantOfShapeOp::verify() {
  if (failed(verifyRank(*this, "a shape", getInput(), 1)))
    return failure();
  Type expected = Float32Type::get(getContext());
  if (std::optional<ElementsAttr> value = getValue()) {
    if (value->getNumElements() != 1)
      return emitOpError("expected a value of one element but got ")
             << value->getType();
    expected = value->getElementType();
  }
  Type actual = getElementType(getOutput());
  if (actual != expected)
    return emitOpError("expected a result of element type ")
           << expected << " but got " << actual;
  return success();
}

LogicalResult RangeOp::verify() {
  if (failed(verifyScalar(*this, "a start", getStart())) ||
      failed(verifyScalar(*this, "a limit", getLimit())) ||
      failed(verifyScalar(*this, "a delta", getDelta())))
    return failure();
  return verifyRank(*this, "a result", getOutput(), 1);
}
