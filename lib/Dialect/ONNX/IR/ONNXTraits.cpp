//===- ONNXTraits.cpp - What many onnx ops verify -------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/ONNX/IR/ONNXTraits.h"

#include "Verify.h"
#include "gg/Dialect/ONNX/IR/ONNXHelpers.h"
#include "llvm/ADT/SmallSet.h"

using namespace mlir;
using namespace gg::onnx;

LogicalResult gg::onnx::detail::verifySameElementType(Operation *op,
                                                      int operands,
                                                      int results) {
  Type expected;
  auto check = [&](Value value, int mask, unsigned index,
                   StringRef kind) -> LogicalResult {
    if ((mask != -1 && !(mask >> index & 1)) || !isPresent(value))
      return success();
    Type type = getElementType(value);
    if (!expected)
      expected = type;
    if (type == expected)
      return success();
    return op->emitOpError("expected ")
           << kind << " #" << index << " of element type " << expected
           << " but got " << type;
  };
  for (auto [index, value] : llvm::enumerate(op->getOperands()))
    if (failed(check(value, operands, index, "operand")))
      return failure();
  for (auto [index, value] : llvm::enumerate(op->getResults()))
    if (failed(check(value, results, index, "result")))
      return failure();
  return success();
}

LogicalResult gg::onnx::detail::verifyBroadcasts(Operation *op) {
  SmallVector<ArrayRef<int64_t>> shapes;
  if (op->getNumOperands() == 0)
    return success(); // an op that needs some says so itself
  for (Value operand : op->getOperands()) {
    std::optional<ArrayRef<int64_t>> shape = getShape(operand);
    if (!shape)
      return success();
    shapes.push_back(*shape);
  }
  std::optional<SmallVector<int64_t>> common = broadcastShapes(shapes);
  if (!common)
    return op->emitOpError("expected operands that broadcast but got ")
           << op->getOperandTypes();
  return verifyResultShape(op, op->getResult(0), *common);
}

LogicalResult gg::onnx::detail::verifyAxis(Operation *op, Value value,
                                           int64_t axis, int64_t extra) {
  std::optional<int64_t> rank = getRank(value);
  if (!rank || (axis >= -*rank && axis < *rank + extra))
    return success();
  return op->emitOpError("expected an axis in [")
         << -*rank << ", " << *rank + extra << ") but got " << axis;
}

LogicalResult gg::onnx::detail::verifyAxes(Operation *op, int64_t rank,
                                           ArrayRef<int64_t> axes) {
  llvm::SmallSet<int64_t, 8> seen;
  for (int64_t axis : axes) {
    if (axis < -rank || axis >= rank)
      return op->emitOpError("expected axes in [")
             << -rank << ", " << rank << ") but got " << axis;
    if (!seen.insert(normalizeAxis(axis, rank)).second)
      return op->emitOpError("expected distinct axes but got ")
             << axis << " twice";
  }
  return success();
}

LogicalResult gg::onnx::detail::verifyReduction(Operation *op, Value data,
                                                Value axes, bool keepDims,
                                                Value result) {
  if (isPresent(axes) && failed(verifyRank(op, "axes", axes, 1)))
    return failure();
  std::optional<int64_t> rank = getRank(data);
  if (!rank)
    return success();
  if (std::optional<SmallVector<int64_t>> list = getConstantInts(axes))
    if (failed(verifyAxes(op, *rank, *list)))
      return failure();
  if (keepDims)
    return verifyRank(op, "the result", result, *rank);
  return success();
}

LogicalResult gg::onnx::detail::verifyRank(Operation *op, const Twine &what,
                                           Value value, int64_t rank) {
  std::optional<int64_t> actual = getRank(value);
  if (!actual || *actual == rank)
    return success();
  return op->emitOpError("expected ")
         << what << " of rank " << rank << " but got " << value.getType();
}

LogicalResult gg::onnx::detail::verifyScalar(Operation *op, const Twine &what,
                                             Value value) {
  std::optional<ArrayRef<int64_t>> shape = getShape(value);
  if (!shape || llvm::all_of(*shape, [](int64_t dim) {
        return dim == 1 || ShapedType::isDynamic(dim);
      }))
    return success();
  return op->emitOpError("expected ")
         << what << " of one element but got " << value.getType();
}

LogicalResult gg::onnx::detail::verifyResultShape(Operation *op, Value result,
                                                  ArrayRef<int64_t> expected) {
  std::optional<ArrayRef<int64_t>> shape = getShape(result);
  if (!shape || succeeded(verifyCompatibleShape(*shape, expected)))
    return success();
  auto type = RankedTensorType::get(expected, getElementType(result));
  return op->emitOpError("expected a result of type ")
         << type << " but got " << result.getType();
}
