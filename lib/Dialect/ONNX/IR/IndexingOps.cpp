//===- IndexingOps.cpp - ONNX ops that use indices ------------------------===//
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

LogicalResult GatherOp::verify() {
  std::optional<ArrayRef<int64_t>> data = getShape(getData());
  std::optional<ArrayRef<int64_t>> indices = getShape(getIndices());
  if (!data || !indices)
    return success();
  int64_t axis = normalizeAxis(getAxis(), data->size());
  SmallVector<int64_t> expected(data->take_front(axis));
  llvm::append_range(expected, *indices);
  llvm::append_range(expected, data->drop_front(axis + 1));
  return verifyResultShape(*this, getOutput(), expected);
}

LogicalResult GatherElementsOp::verify() {
  std::optional<ArrayRef<int64_t>> indices = getShape(getIndices());
  if (!indices)
    return success();
  if (failed(verifyRank(*this, "data", getData(), indices->size())))
    return failure();
  return verifyResultShape(*this, getOutput(), *indices);
}

/// The shape that index tuples select: the dims of `indices` but the last, then
/// those of `data` that the tuples don't address. Nothing if not known yet.
static FailureOr<std::optional<SmallVector<int64_t>>>
getTupleShape(Operation *op, Value data, Value indices, int64_t batchDims) {
  using Result = std::optional<SmallVector<int64_t>>;
  std::optional<ArrayRef<int64_t>> dims = getShape(data);
  std::optional<ArrayRef<int64_t>> tuples = getShape(indices);
  if (!dims || !tuples)
    return Result();
  int64_t smaller = std::min(dims->size(), tuples->size());
  if (tuples->empty())
    return op->emitOpError("expected indices of rank 1 or more but got ")
           << indices.getType();
  if (batchDims < 0 || batchDims >= std::max<int64_t>(smaller, 1))
    return op->emitOpError("expected batch_dims in [0, ")
           << smaller << ") but got " << batchDims;
  int64_t length = tuples->back();
  if (ShapedType::isDynamic(length))
    return Result();
  if (length < 1 || batchDims + length > static_cast<int64_t>(dims->size()))
    return op->emitOpError("expected index tuples of 1 to ")
           << dims->size() - batchDims << " elements but got " << length;
  SmallVector<int64_t> shape(tuples->drop_back());
  llvm::append_range(shape, dims->drop_front(batchDims + length));
  return Result(shape);
}

LogicalResult GatherNDOp::verify() {
  FailureOr<std::optional<SmallVector<int64_t>>> shape =
      getTupleShape(*this, getData(), getIndices(), getBatchDims());
  if (failed(shape) || !*shape)
    return shape;
  return verifyResultShape(*this, getOutput(), **shape);
}

LogicalResult ScatterNDOp::verify() {
  FailureOr<std::optional<SmallVector<int64_t>>> shape =
      getTupleShape(*this, getData(), getIndices(), /*batchDims=*/0);
  if (failed(shape))
    return failure();
  std::optional<ArrayRef<int64_t>> updates = getShape(getUpdates());
  if (*shape && updates && failed(verifyCompatibleShape(*updates, **shape)))
    return emitOpError("expected updates of type ")
           << RankedTensorType::get(**shape, getElementType(getUpdates()))
           << " but got " << getUpdates().getType();
  if (std::optional<ArrayRef<int64_t>> data = getShape(getData()))
    return verifyResultShape(*this, getOutput(), *data);
  return success();
}

LogicalResult ScatterElementsOp::verify() {
  std::optional<ArrayRef<int64_t>> indices = getShape(getIndices());
  std::optional<ArrayRef<int64_t>> updates = getShape(getUpdates());
  if (indices && updates && failed(verifyCompatibleShape(*indices, *updates)))
    return emitOpError("expected updates of the shape of the indices, ")
           << getIndices().getType() << ", but got " << getUpdates().getType();
  std::optional<ArrayRef<int64_t>> data = getShape(getData());
  if (!data)
    return success();
  if (failed(verifyRank(*this, "indices", getIndices(), data->size())))
    return failure();
  return verifyResultShape(*this, getOutput(), *data);
}

LogicalResult TensorScatterOp::verify() {
  std::optional<ArrayRef<int64_t>> cache = getShape(getPastCache());
  if (!cache)
    return success();
  int64_t rank = cache->size();
  int64_t axis = normalizeAxis(getAxis(), rank);
  if (axis == 0)
    return emitOpError("expected an axis other than the batch dim 0");
  if (failed(verifyRank(*this, "an update", getUpdate(), rank)))
    return failure();
  if (std::optional<ArrayRef<int64_t>> update = getShape(getUpdate()))
    for (int64_t dim = 0; dim < rank; ++dim) {
      int64_t had = (*cache)[dim], got = (*update)[dim];
      if (ShapedType::isDynamic(had) || ShapedType::isDynamic(got))
        continue;
      if (dim == axis ? got > had : got != had)
        return emitOpError("expected dim ")
               << dim << " of the update " << (dim == axis ? "up to " : "")
               << had << " but got " << got;
    }
  if (isPresent(getWriteIndices()) &&
      failed(verifyRank(*this, "write indices", getWriteIndices(), 1)))
    return failure();
  return verifyResultShape(*this, getPresentCache(), *cache);
}
