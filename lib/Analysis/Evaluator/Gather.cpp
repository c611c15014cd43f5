//===- Gather.cpp - Kernels that read or write by index -------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"

using namespace mlir;
using namespace gg::onnx;

/// The indices, counted from the front; false after a report.
static bool readIndices(KernelCall &call, const HostTensor &tensor, int64_t dim,
                        std::vector<int64_t> &indices) {
  if (tensor.isFloat())
    return call.fail("expected integer indices");
  indices = tensor.ints().vec();
  for (int64_t &index : indices) {
    if (index < -dim || index >= dim)
      return call.fail("expected an index below " + Twine(dim) + " but got " +
                       Twine(index));
    if (index < 0)
      index += dim;
  }
  return true;
}

static int64_t product(ArrayRef<int64_t> dims) {
  int64_t result = 1;
  for (int64_t dim : dims)
    result *= dim;
  return result;
}

//===----------------------------------------------------------------------===//
// Gather
//===----------------------------------------------------------------------===//

template <typename T>
static bool gather(KernelCall &call, int64_t axis, ArrayRef<int64_t> indices,
                   ArrayRef<int64_t> shape) {
  const HostTensor &source = call.arg(0);
  int64_t outer = product(source.getShape().take_front(axis));
  int64_t inner = product(source.getShape().drop_front(axis + 1));
  int64_t dim = source.getShape()[axis];
  const T *from = source.values<T>().data();
  std::vector<T> values;
  values.reserve(*countElements(shape));
  for (int64_t row = 0; row < outer; ++row)
    for (int64_t index : indices) {
      const T *piece = from + (row * dim + index) * inner;
      values.insert(values.end(), piece, piece + inner);
    }
  return call.emitValues<T>(source.getElementType(), shape, std::move(values));
}

static bool evalGather(KernelCall &call) {
  const HostTensor &source = call.arg(0);
  int64_t axis = call.getInt("axis", 0);
  if (!call.normalizeAxis(axis, source.getRank()))
    return false;
  std::vector<int64_t> indices;
  if (!readIndices(call, call.arg(1), source.getShape()[axis], indices))
    return false;
  HostTensor::Shape shape(source.getShape().take_front(axis));
  llvm::append_range(shape, call.arg(1).getShape());
  llvm::append_range(shape, source.getShape().drop_front(axis + 1));
  if (!call.checkSize(shape))
    return false;
  // Position tables are read row by row; no need to decode all of them.
  if (axis == 0)
    return call.emit(source.takeRows(indices).reshaped(shape));
  return source.isFloat() ? gather<double>(call, axis, indices, shape)
                          : gather<int64_t>(call, axis, indices, shape);
}

template <typename T>
static bool gatherElements(KernelCall &call, int64_t axis,
                           ArrayRef<int64_t> indices) {
  const HostTensor &source = call.arg(0);
  ArrayRef<int64_t> shape = call.arg(1).getShape();
  HostTensor::Shape strides = getStrides(source.getShape());
  int64_t along = std::exchange(strides[axis], 0);
  const T *from = source.values<T>().data();
  std::vector<T> values(indices.size());
  forEachRow<1>(shape, {strides},
                [&](int64_t at, auto start, auto step, int64_t length) {
                  for (int64_t i = 0; i < length; ++i)
                    values[at + i] =
                        from[start[0] + i * step[0] + indices[at + i] * along];
                });
  return call.emitValues<T>(source.getElementType(), shape, std::move(values));
}

static bool evalGatherElements(KernelCall &call) {
  const HostTensor &source = call.arg(0);
  int64_t axis = call.getInt("axis", 0);
  if (!call.normalizeAxis(axis, source.getRank()))
    return false;
  ArrayRef<int64_t> shape = call.arg(1).getShape();
  if (call.arg(1).getRank() != source.getRank())
    return call.fail("expected indices of the data's rank");
  for (int64_t dim = 0; dim < source.getRank(); ++dim)
    if (dim != axis && shape[dim] > source.getShape()[dim])
      return call.fail("expected indices no larger than the data");
  std::vector<int64_t> indices;
  if (!readIndices(call, call.arg(1), source.getShape()[axis], indices))
    return false;
  return source.isFloat() ? gatherElements<double>(call, axis, indices)
                          : gatherElements<int64_t>(call, axis, indices);
}

//===----------------------------------------------------------------------===//
// GatherND, ScatterND
//===----------------------------------------------------------------------===//

/// Where each index tuple of `indices` points, in elements of a tensor of
/// `shape`, behind `batchDims` leading axes that both share.
static bool readTuples(KernelCall &call, ArrayRef<int64_t> shape,
                       const HostTensor &indices, int64_t batchDims,
                       std::vector<int64_t> &offsets) {
  int64_t rank = shape.size(), indexRank = indices.getRank();
  if (indices.isFloat() || indexRank < 1)
    return call.fail("expected integer indices of rank 1 or more");
  int64_t depth = indices.getShape().back();
  if (batchDims < 0 || batchDims >= indexRank || depth + batchDims > rank ||
      indices.getShape().take_front(batchDims) != shape.take_front(batchDims))
    return call.fail("expected index tuples that fit the data's rank");
  HostTensor::Shape strides = getStrides(shape);
  int64_t batches = product(shape.take_front(batchDims));
  int64_t batchStride = product(shape.drop_front(batchDims));
  int64_t tuples = product(indices.getShape().drop_back());
  int64_t tuplesPerBatch = batches ? tuples / batches : 0;
  ArrayRef<int64_t> values = indices.ints();
  offsets.resize(tuples);
  for (int64_t tuple = 0; tuple < tuples; ++tuple) {
    int64_t offset = tuple / tuplesPerBatch * batchStride;
    for (int64_t position = 0; position < depth; ++position) {
      int64_t axis = batchDims + position, dim = shape[axis];
      int64_t index = values[tuple * depth + position];
      if (index < -dim || index >= dim)
        return call.fail("expected an index below " + Twine(dim) + " but got " +
                         Twine(index));
      offset += (index < 0 ? index + dim : index) * strides[axis];
    }
    offsets[tuple] = offset;
  }
  return true;
}

template <typename T>
static bool gatherTuples(KernelCall &call, ArrayRef<int64_t> offsets,
                         int64_t inner, ArrayRef<int64_t> shape) {
  const T *from = call.arg(0).values<T>().data();
  std::vector<T> values;
  values.reserve(*countElements(shape));
  for (int64_t offset : offsets)
    values.insert(values.end(), from + offset, from + offset + inner);
  return call.emitValues<T>(call.arg(0).getElementType(), shape,
                            std::move(values));
}

static bool evalGatherND(KernelCall &call) {
  const HostTensor &source = call.arg(0), &indices = call.arg(1);
  int64_t batchDims = call.getInt("batch_dims", 0);
  std::vector<int64_t> offsets;
  if (!readTuples(call, source.getShape(), indices, batchDims, offsets))
    return false;
  ArrayRef<int64_t> slice =
      source.getShape().drop_front(batchDims + indices.getShape().back());
  HostTensor::Shape shape(indices.getShape().drop_back());
  llvm::append_range(shape, slice);
  if (!call.checkSize(shape))
    return false;
  return source.isFloat()
             ? gatherTuples<double>(call, offsets, product(slice), shape)
             : gatherTuples<int64_t>(call, offsets, product(slice), shape);
}

template <typename T>
static bool scatterTuples(KernelCall &call, ArrayRef<int64_t> offsets,
                          int64_t inner) {
  StringRef reduction = call.getString("reduction", "none");
  std::vector<T> values(call.arg(0).values<T>().vec());
  const T *updates = call.arg(2).values<T>().data();
  for (int64_t offset : offsets)
    for (int64_t i = 0; i < inner; ++i, ++updates) {
      T &value = values[offset + i];
      if (reduction == "none")
        value = *updates;
      else if (reduction == "add")
        value += *updates;
      else if (reduction == "mul")
        value *= *updates;
      else if (reduction == "max")
        value = std::max(value, *updates);
      else
        value = std::min(value, *updates);
    }
  return call.emitValues<T>(call.arg(0).getElementType(),
                            call.arg(0).getShape(), std::move(values));
}

static bool evalScatterND(KernelCall &call) {
  const HostTensor &source = call.arg(0), &indices = call.arg(1),
                   &updates = call.arg(2);
  // Sums in a narrow float type are rounded at each step, which is not
  // imitated here; unsigned maxima neither.
  if (call.getString("reduction", "none") != "none" &&
      !source.getElementType().isF64() &&
      !source.getElementType().isSignlessInteger(64))
    return call.fail("expected no reduction, or one of f64 or i64 elements");
  std::vector<int64_t> offsets;
  if (!readTuples(call, source.getShape(), indices, 0, offsets))
    return false;
  int64_t inner =
      product(source.getShape().drop_front(indices.getShape().back()));
  if (updates.getElementType() != source.getElementType() ||
      updates.getNumElements() != int64_t(offsets.size()) * inner)
    return call.fail("expected updates that fit indices and data");
  return source.isFloat() ? scatterTuples<double>(call, offsets, inner)
                          : scatterTuples<int64_t>(call, offsets, inner);
}

void gg::onnx::addGatherKernels(KernelTable &table) {
  table.add("onnx.Gather", 2, evalGather);
  table.add("onnx.GatherElements", 2, evalGatherElements);
  table.add("onnx.GatherND", 2, evalGatherND);
  table.add("onnx.ScatterND", 3, evalScatterND);
}
