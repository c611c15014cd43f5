//===- IndexShapes.cpp - Shapes of slices, gathers and reductions ---------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Evaluator/Kernel.h"
#include "ShapeCall.h"

using namespace mlir;
using namespace gg::onnx;

/// The length of a slice of a dimension that is not a number: the cases that
/// exporters write, from the front or up to the end.
static AffineExpr sliceDim(ShapeCall &call, AffineExpr dim,
                           std::optional<AffineExpr> startExpr,
                           std::optional<AffineExpr> endExpr, int64_t step) {
  if (!startExpr || !endExpr || step != 1)
    return call.unknown();
  // Without knowing that `from` ≤ dim, a slice from there may be empty.
  std::optional<int64_t> start = getNumber(*startExpr);
  std::optional<int64_t> end = getNumber(*endExpr);
  bool whole =
      (end && *end >= (int64_t(1) << 31) - 1) || areEqualDims(*endExpr, dim);
  if (start == 0 && whole)
    return dim;
  if (start == -1 && whole)
    return call.number(1);
  return call.unknown();
}

static bool inferSlice(ShapeCall &call) {
  std::optional<SymbolicShape> shape = call.shape(0);
  if (!shape)
    return false;
  std::optional<SymbolicShape> starts = call.elements(1),
                               ends = call.elements(2);
  auto axes = call.numbers(3), steps = call.numbers(4);
  size_t count;
  if (starts)
    count = starts->size();
  else if (ends)
    count = ends->size();
  else if (axes)
    count = axes->size();
  else
    return call.emit(call.unknowns(shape->size()));
  if (call.has(3) && !axes)
    return call.emit(call.unknowns(shape->size()));
  if (!axes)
    axes = llvm::to_vector(llvm::seq<int64_t>(0, count));
  if ((ends && ends->size() != count) || axes->size() != count ||
      (steps && steps->size() != count))
    return call.fail("expected starts, ends, axes and steps of one length");
  for (size_t i = 0; i < count; ++i) {
    int64_t axis = (*axes)[i];
    if (!call.normalizeAxis(axis, shape->size()))
      return false;
    AffineExpr &dim = (*shape)[axis];
    if (call.has(4) && !steps) {
      dim = call.unknown();
      continue;
    }
    int64_t step = steps ? (*steps)[i] : 1;
    std::optional<AffineExpr> start, end;
    if (starts)
      start = (*starts)[i];
    if (ends)
      end = (*ends)[i];
    std::optional<int64_t> size = getNumber(dim);
    std::optional<int64_t> from = start ? getNumber(*start) : std::nullopt;
    std::optional<int64_t> to = end ? getNumber(*end) : std::nullopt;
    if (!size || !from || !to) {
      dim = sliceDim(call, dim, start, end, step);
      continue;
    }
    std::optional<SliceRange> range = normalizeSlice(*size, *from, *to, step);
    if (!range)
      return call.fail("expected a step other than 0");
    dim = call.number(range->length);
  }
  return call.emit(*shape);
}

static bool inferGather(ShapeCall &call) {
  std::optional<SymbolicShape> data = call.shape(0), indices = call.shape(1);
  if (!data || !indices)
    return false;
  int64_t axis = call.getInt("axis", 0);
  if (!call.normalizeAxis(axis, data->size()))
    return false;
  SymbolicShape shape(data->begin(), data->begin() + axis);
  llvm::append_range(shape, *indices);
  shape.append(data->begin() + axis + 1, data->end());
  return call.emit(shape);
}

static bool inferGatherElements(ShapeCall &call) {
  std::optional<SymbolicShape> shape = call.shape(1);
  return shape && call.emit(*shape);
}

static bool inferGatherND(ShapeCall &call) {
  std::optional<SymbolicShape> data = call.shape(0), indices = call.shape(1);
  if (!data || !indices || indices->empty())
    return false;
  std::optional<int64_t> depth = getNumber(indices->back());
  if (!depth)
    return false;
  int64_t taken = call.getInt("batch_dims", 0) + *depth;
  if (taken < 0 || taken > static_cast<int64_t>(data->size()))
    return call.fail("expected index tuples that fit the data's rank");
  SymbolicShape shape(indices->begin(), indices->end() - 1);
  shape.append(data->begin() + taken, data->end());
  return call.emit(shape);
}

static bool inferReduction(ShapeCall &call) {
  std::optional<SymbolicShape> data = call.shape(0);
  if (!data)
    return false;
  bool keep = call.getInt("keepdims", 1);
  SmallVector<bool> reduced(data->size(), false);
  auto axes = call.numbers(1);
  if (call.has(1) && !axes) {
    if (keep)
      return call.emit(call.unknowns(data->size()));
    // Each axis drops one dimension; an empty list drops all or none.
    std::optional<int64_t> count = call.length(1);
    return count && *count > 0 && *count <= int64_t(data->size()) &&
           call.emit(call.unknowns(data->size() - *count));
  }
  if (axes && !axes->empty()) {
    for (int64_t axis : *axes) {
      if (!call.normalizeAxis(axis, data->size()))
        return false;
      reduced[axis] = true;
    }
  } else if (!call.getInt("noop_with_empty_axes", 0)) {
    reduced.assign(data->size(), true);
  }
  SymbolicShape shape;
  for (auto [dim, isReduced] : llvm::zip(*data, reduced))
    if (!isReduced || keep)
      shape.push_back(isReduced ? call.number(1) : dim);
  return call.emit(shape);
}

static bool inferArg(ShapeCall &call) {
  std::optional<SymbolicShape> shape = call.shape(0);
  if (!shape)
    return false;
  int64_t axis = call.getInt("axis", 0);
  if (!call.normalizeAxis(axis, shape->size()))
    return false;
  if (call.getInt("keepdims", 1))
    (*shape)[axis] = call.number(1);
  else
    shape->erase(shape->begin() + axis);
  return call.emit(*shape);
}

static bool inferTopK(ShapeCall &call) {
  std::optional<SymbolicShape> shape = call.shape(0), k = call.elements(1);
  if (!shape)
    return false;
  int64_t axis = call.getInt("axis", -1);
  if (!call.normalizeAxis(axis, shape->size()))
    return false;
  (*shape)[axis] = k && k->size() == 1 ? k->front() : call.unknown();
  return call.emit(*shape) && call.emit(*shape);
}

void gg::onnx::addIndexShapes(ShapeFunctionTable &table) {
  table["onnx.Slice"] = inferSlice;
  table["onnx.Gather"] = inferGather;
  table["onnx.GatherElements"] = inferGatherElements;
  table["onnx.GatherND"] = inferGatherND;
  for (StringRef name : {"Sum", "Mean", "Max", "Min", "Prod", "L1", "L2",
                         "SumSquare", "LogSum", "LogSumExp"})
    table[("onnx.Reduce" + name).str()] = inferReduction;
  table["onnx.ArgMax"] = inferArg;
  table["onnx.ArgMin"] = inferArg;
  table["onnx.TopK"] = inferTopK;
}
