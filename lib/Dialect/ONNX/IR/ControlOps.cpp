//===- ControlOps.cpp - ONNX control flow ---------------------------------===//
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

void IfOp::getSuccessorRegions(RegionBranchPoint point,
                               SmallVectorImpl<RegionSuccessor> &regions) {
  if (!point.isParent()) {
    regions.push_back(RegionSuccessor(getOperation(), getResults()));
    return;
  }
  regions.push_back(RegionSuccessor(&getThenBranch()));
  regions.push_back(RegionSuccessor(&getElseBranch()));
}

bool IfOp::areTypesCompatible(Type yielded, Type result) {
  auto from = dyn_cast<TensorType>(yielded), to = dyn_cast<TensorType>(result);
  if (!from || !to)
    return yielded == result;
  return from.getElementType() == to.getElementType() &&
         succeeded(verifyCompatibleShape(from, to));
}

LogicalResult IfOp::verify() {
  if (failed(verifyScalar(*this, "a condition", getCond())))
    return failure();
  for (Region &branch : getOperation()->getRegions()) {
    Operation *terminator = branch.front().getTerminator();
    if (!isa<YieldOp>(terminator))
      return emitOpError("expected a branch that ends with onnx.Yield but got ")
             << terminator->getName();
  }
  return success();
}
