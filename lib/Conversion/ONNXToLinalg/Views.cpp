//===- Views.cpp - Reshapes, slices and joins of tensors ------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "mlir/Dialect/Utils/ReshapeOpsUtils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace gg::onnx;

/// Dims [0, lead) and the last `trail` of `rank` by themselves, those between
/// as one group.
static SmallVector<ReassociationIndices> groupMiddle(int64_t rank, int64_t lead,
                                                     int64_t trail) {
  SmallVector<ReassociationIndices> groups;
  for (int64_t dim = 0; dim < rank; ++dim) {
    if (dim > lead && dim < rank - trail)
      groups.back().push_back(dim);
    else
      groups.push_back({dim});
  }
  return groups;
}

/// Whether a dim group has more than one dynamic size, which tensors can have
/// but the strides of buffers cannot be computed for.
static bool hasAmbiguousGroup(ArrayRef<OpFoldResult> sizes,
                              ArrayRef<ReassociationIndices> groups) {
  return llvm::any_of(groups, [&](const ReassociationIndices &group) {
    return llvm::count_if(
               group, [&](int64_t dim) { return isa<Value>(sizes[dim]); }) > 1;
  });
}

/// A copy of the elements of a list in another shape.
static Value copyFromList(Emitter &e, Value list,
                          ArrayRef<OpFoldResult> sizes) {
  SmallVector<Value> extents;
  for (OpFoldResult size : sizes)
    extents.push_back(e.value(size));
  return e.map(sizes, getElementType(list), {}, ArrayRef<AffineMap>(),
               [&](OpBuilder &b, Location loc, ValueRange) -> Value {
                 Value at = arith::ConstantIndexOp::create(b, loc, 0);
                 for (auto [dim, extent] : llvm::enumerate(extents)) {
                   at = arith::MulIOp::create(b, loc, at, extent);
                   Value i = linalg::IndexOp::create(b, loc, dim);
                   at = arith::AddIOp::create(b, loc, at, i);
                 }
                 return tensor::ExtractOp::create(b, loc, list, at);
               });
}

/// Splits each dim into the group of dims that it stands for.
static Value expandGroups(Emitter &e, Value tensor,
                          ArrayRef<OpFoldResult> sizes,
                          ArrayRef<ReassociationIndices> groups) {
  auto from = cast<RankedTensorType>(tensor.getType());
  RankedTensorType to = e.type(sizes, from.getElementType());
  // The op wants a joined size exactly where all of its parts are static.
  SmallVector<int64_t> joined;
  for (const ReassociationIndices &group : groups) {
    int64_t size = 1;
    for (int64_t dim : group)
      size = ShapedType::isDynamic(size) || to.isDynamicDim(dim)
                 ? ShapedType::kDynamic
                 : size * to.getDimSize(dim);
    joined.push_back(size);
  }
  if (from.getShape() != ArrayRef<int64_t>(joined))
    tensor = tensor::CastOp::create(e.b, e.loc, from.clone(joined), tensor);
  return tensor::ExpandShapeOp::create(e.b, e.loc, to, tensor, groups, sizes);
}

Value Emitter::reshape(Value tensor, ArrayRef<OpFoldResult> to) {
  Sizes from = sizes(tensor);
  auto fromType = cast<RankedTensorType>(tensor.getType());
  int64_t fromRank = from.size(), toRank = to.size();
  int64_t shorter = std::min(fromRank, toRank);

  int64_t lead = 0, trail = 0;
  while (lead < shorter && same(from[lead], to[lead]))
    ++lead;
  if (lead == fromRank && lead == toRank)
    return tensor;
  if (fromRank == 0 || toRank == 0) {
    for (OpFoldResult size : from)
      checkEqual(size, index(1), "expected one element");
    SmallVector<int64_t> ones(fromRank, 1);
    if (fromType.getShape() != ArrayRef<int64_t>(ones))
      tensor = tensor::CastOp::create(b, loc, fromType.clone(ones), tensor);
    SmallVector<ReassociationIndices> none;
    if (toRank == 0)
      return tensor::CollapseShapeOp::create(b, loc, tensor, none);
    Sizes allOnes(toRank, index(1));
    return tensor::ExpandShapeOp::create(
        b, loc, type(allOnes, fromType.getElementType()), tensor, none,
        allOnes);
  }
  RankedTensorType toType = type(to, fromType.getElementType());
  if (fromType.hasStaticShape() && toType.hasStaticShape() &&
      fromRank != toRank)
    if (auto groups = getReassociationIndicesForReshape(fromType, toType)) {
      if (fromRank > toRank)
        return tensor::CollapseShapeOp::create(b, loc, toType, tensor, *groups);
      return tensor::ExpandShapeOp::create(b, loc, toType, tensor, *groups);
    }

  while (trail < shorter - lead &&
         same(from[fromRank - 1 - trail], to[toRank - 1 - trail]))
    ++trail;
  // What is left on one side only are dims of size 1: join them to a neighbour.
  while (lead + trail == shorter) {
    if (lead > 0)
      --lead;
    else
      --trail;
  }
  SmallVector<ReassociationIndices> groups = groupMiddle(toRank, lead, trail);
  if (hasAmbiguousGroup(to, groups)) {
    if (fromRank > 1)
      tensor = tensor::CollapseShapeOp::create(b, loc, tensor,
                                               groupMiddle(fromRank, 0, 0));
    return copyFromList(*this, tensor, to);
  }
  if (fromRank - lead - trail > 1)
    tensor = tensor::CollapseShapeOp::create(
        b, loc, tensor, groupMiddle(fromRank, lead, trail));
  if (toRank - lead - trail > 1)
    return expandGroups(*this, tensor, to, groups);
  auto type = cast<RankedTensorType>(tensor.getType());
  if (type == toType)
    return tensor;
  return tensor::CastOp::create(b, loc, toType, tensor);
}

Value Emitter::unsqueeze(Value tensor, ArrayRef<int64_t> axes) {
  Sizes to = sizes(tensor);
  for (int64_t axis : axes)
    to.insert(to.begin() + axis, index(1));
  return reshape(tensor, to);
}

Value Emitter::slice(Value tensor, ArrayRef<OpFoldResult> offsets,
                     ArrayRef<OpFoldResult> sizes) {
  Sizes strides(offsets.size(), index(1));
  return slice(tensor, offsets, sizes, strides);
}

Value Emitter::slice(Value tensor, ArrayRef<OpFoldResult> offsets,
                     ArrayRef<OpFoldResult> sizes,
                     ArrayRef<OpFoldResult> strides) {
  // No element at all may be taken from the end, where none is: the op would
  // not verify.
  if (llvm::any_of(
          sizes, [](OpFoldResult size) { return isConstantIntValue(size, 0); }))
    return empty(sizes, getElementType(tensor));
  return tensor::ExtractSliceOp::create(b, loc, tensor, offsets, sizes,
                                        strides);
}

Value Emitter::concat(ValueRange tensors, int64_t axis) {
  if (tensors.size() == 1)
    return tensors.front();
  Sizes joined = sizes(tensors.front());
  for (Value tensor : tensors.drop_front()) {
    for (auto [dim, own] : llvm::enumerate(sizes(tensor))) {
      if (static_cast<int64_t>(dim) == axis)
        joined[dim] = add(joined[dim], own);
      else
        checkEqual(joined[dim], own,
                   "dim " + Twine(dim) + " of the joined tensors differs");
    }
  }
  Value result = empty(joined, getElementType(tensors.front()));
  Sizes offsets(joined.size(), index(0)), strides(joined.size(), index(1));
  for (Value tensor : tensors) {
    Sizes own = sizes(tensor);
    if (isConstantIntValue(own[axis], 0))
      continue;
    result = tensor::InsertSliceOp::create(b, loc, tensor, result, offsets, own,
                                           strides);
    offsets[axis] = add(offsets[axis], own[axis]);
  }
  return result;
}
