//===- ReduceOps.cpp - ONNX ops that reduce -------------------------------===//
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

LogicalResult TopKOp::verify() {
  if (failed(verifyScalar(*this, "K", getK())))
    return failure();
  std::optional<int64_t> rank = getRank(getX());
  if (!rank)
    return success();
  if (failed(verifyRank(*this, "values", getValues(), *rank)))
    return failure();
  return verifyRank(*this, "indices", getIndices(), *rank);
}

LogicalResult CumSumOp::verify() {
  if (failed(verifyScalar(*this, "an axis", getAxis())))
    return failure();
  std::optional<ArrayRef<int64_t>> shape = getShape(getX());
  if (!shape)
    return success();
  if (std::optional<int64_t> axis = getConstantInt(getAxis()))
    if (failed(verifyAxis(*this, getX(), *axis)))
      return failure();
  return verifyResultShape(*this, getY(), *shape);
}
