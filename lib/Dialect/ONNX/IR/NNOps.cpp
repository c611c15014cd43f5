//===- NNOps.cpp - ONNX ops of neural networks ----------------------------===//
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

/// The result shape of a product of operands of known shape.
static FailureOr<SmallVector<int64_t>>
getMatMulShape(MatMulOp op, ArrayRef<int64_t> a, ArrayRef<int64_t> b) {
  if (a.empty() || b.empty())
    return op.emitOpError("expected operands of rank 1 or more but got ")
           << op->getOperandTypes();
  int64_t left = a.back(), right = b.size() == 1 ? b[0] : b[b.size() - 2];
  if (!ShapedType::isDynamic(left) && !ShapedType::isDynamic(right) &&
      left != right)
    return op.emitOpError("expected a second operand with ")
           << left << " rows but got " << right;
  auto batchOf = [](ArrayRef<int64_t> shape) {
    return shape.size() < 2 ? ArrayRef<int64_t>() : shape.drop_back(2);
  };
  std::optional<SmallVector<int64_t>> shape =
      broadcastShapes({batchOf(a), batchOf(b)});
  if (!shape)
    return op.emitOpError("expected batch dims that broadcast but got ")
           << op->getOperandTypes();
  if (a.size() > 1)
    shape->push_back(a[a.size() - 2]);
  if (b.size() > 1)
    shape->push_back(b.back());
  return std::move(*shape);
}

LogicalResult MatMulOp::verify() {
  std::optional<ArrayRef<int64_t>> a = getShape(getA());
  std::optional<ArrayRef<int64_t>> b = getShape(getB());
  if (!a || !b)
    return success();
  FailureOr<SmallVector<int64_t>> shape = getMatMulShape(*this, *a, *b);
  if (failed(shape))
    return failure();
  return verifyResultShape(*this, getY(), *shape);
}

LogicalResult GemmOp::verify() {
  if (failed(verifyRank(*this, "A", getA(), 2)) ||
      failed(verifyRank(*this, "B", getB(), 2)))
    return failure();
  std::optional<ArrayRef<int64_t>> a = getShape(getA());
  std::optional<ArrayRef<int64_t>> b = getShape(getB());
  if (!a || !b)
    return success();
  int64_t left = (*a)[getTransA() ? 0 : 1], right = (*b)[getTransB() ? 1 : 0];
  if (!ShapedType::isDynamic(left) && !ShapedType::isDynamic(right) &&
      left != right)
    return emitOpError("expected ")
           << left << " rows in B (after any transposition) but got " << right;
  int64_t expected[] = {(*a)[getTransA() ? 1 : 0], (*b)[getTransB() ? 0 : 1]};
  if (isPresent(getC()))
    if (std::optional<ArrayRef<int64_t>> c = getShape(getC())) {
      std::optional<SmallVector<int64_t>> joined =
          broadcastShapes({expected, *c});
      if (!joined || joined->size() != 2 ||
          failed(verifyCompatibleShape(*joined, expected)))
        return emitOpError("expected C to broadcast to ")
               << RankedTensorType::get(expected, getElementType(getC()))
               << " but got " << getC().getType();
    }
  return verifyResultShape(*this, getY(), expected);
}

/// The standard knows f32, and lets its tests also say bf16 and others.
static LogicalResult verifyStashType(Operation *op, int64_t dataType) {
  Type type = getTypeForDataType(op->getContext(), dataType);
  if (!isa_and_present<FloatType>(type))
    return op->emitOpError("expected a float stash_type but got ") << dataType;
  return success();
}

/// A factor or term of a normalization broadcasts to the normalized tensor.
static LogicalResult verifyNormOperand(Operation *op, StringRef what,
                                       Value operand, Value normalized) {
  std::optional<ArrayRef<int64_t>> from = getShape(operand);
  std::optional<ArrayRef<int64_t>> to = getShape(normalized);
  if (!from || !to)
    return success();
  std::optional<SmallVector<int64_t>> joined = broadcastShapes({*from, *to});
  if (joined && succeeded(verifyCompatibleShape(*joined, *to)))
    return success();
  return op->emitOpError("expected ")
         << what << " that broadcasts to " << normalized.getType()
         << " but got " << operand.getType();
}

LogicalResult LayerNormalizationOp::verify() {
  if (failed(verifyStashType(*this, getStashType())) ||
      failed(verifyNormOperand(*this, "a scale", getScale(), getX())) ||
      failed(verifyNormOperand(*this, "a bias", getB(), getX())))
    return failure();
  if (std::optional<ArrayRef<int64_t>> shape = getShape(getX()))
    return verifyResultShape(*this, getY(), *shape);
  return success();
}

LogicalResult RMSNormalizationOp::verify() {
  if (failed(verifyStashType(*this, getStashType())) ||
      failed(verifyNormOperand(*this, "a scale", getScale(), getX())))
    return failure();
  if (std::optional<ArrayRef<int64_t>> shape = getShape(getX()))
    return verifyResultShape(*this, getY(), *shape);
  return success();
}
