//===- Layout.cpp - Kernels that move or make elements --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"
#include <cmath>

using namespace mlir;
using namespace gg::onnx;

//===----------------------------------------------------------------------===//
// Helpers
//===----------------------------------------------------------------------===//

template <typename T>
static bool copyStrided(KernelCall &call, const HostTensor &source,
                        ArrayRef<int64_t> shape,
                        const HostTensor::Shape &strides, int64_t offset) {
  const T *from = source.values<T>().data() + offset;
  std::vector<T> values(*countElements(shape));
  forEachRow<1>(shape, {strides},
                [&](int64_t at, auto start, auto step, int64_t length) {
                  for (int64_t i = 0; i < length; ++i)
                    values[at + i] = from[start[0] + i * step[0]];
                });
  return call.emitValues<T>(source.getElementType(), shape, std::move(values));
}

/// Emits the tensor of `shape` that reads `source` with these strides.
static bool emitStrided(KernelCall &call, const HostTensor &source,
                        ArrayRef<int64_t> shape,
                        const HostTensor::Shape &strides, int64_t offset = 0) {
  if (!call.checkSize(shape))
    return false;
  return source.isFloat()
             ? copyStrided<double>(call, source, shape, strides, offset)
             : copyStrided<int64_t>(call, source, shape, strides, offset);
}

/// Operand `index` as a list of integers; false after a report.
static bool readList(KernelCall &call, unsigned index,
                     SmallVectorImpl<int64_t> &list) {
  const HostTensor &tensor = call.arg(index);
  if (tensor.isFloat() || tensor.getRank() > 1)
    return call.fail("expected operand " + Twine(index) +
                     " to be a list of integers");
  llvm::append_range(list, tensor.ints());
  return true;
}

static bool emitReshaped(KernelCall &call, ArrayRef<int64_t> shape) {
  if (!call.checkSize(shape))
    return false;
  if (*countElements(shape) != call.arg(0).getNumElements())
    return call.fail("expected a shape of " +
                     Twine(call.arg(0).getNumElements()) +
                     " elements but got " + Twine(*countElements(shape)));
  return call.emit(call.arg(0).reshaped(shape));
}

//===----------------------------------------------------------------------===//
// Views
//===----------------------------------------------------------------------===//

static bool evalReshape(KernelCall &call) {
  SmallVector<int64_t> shape;
  if (!readList(call, 1, shape))
    return false;
  ArrayRef<int64_t> from = call.arg(0).getShape();
  bool allowZero = call.getInt("allowzero", 0);
  int64_t known = 1;
  std::optional<size_t> open;
  for (auto [axis, dim] : llvm::enumerate(shape)) {
    if (dim == 0 && !allowZero) {
      if (axis >= from.size())
        return call.fail("expected dimension " + Twine(axis) + " to copy");
      dim = from[axis];
    }
    if (dim == -1) {
      if (open)
        return call.fail("expected at most one dimension of -1");
      open = axis;
      continue;
    }
    if (dim < 0 || dim > call.maxElements)
      return call.fail("expected dimensions of at least -1 but got " +
                       Twine(dim));
    known = std::min(known * std::max<int64_t>(dim, 0), int64_t(1) << 31);
  }
  if (open)
    shape[*open] = known ? call.arg(0).getNumElements() / known : 0;
  return emitReshaped(call, shape);
}

static bool evalFlatten(KernelCall &call) {
  ArrayRef<int64_t> from = call.arg(0).getShape();
  int64_t axis = call.getInt("axis", 1), rank = from.size();
  if (axis < -rank || axis > rank)
    return call.fail("expected an axis within rank " + Twine(rank));
  if (axis < 0)
    axis += rank;
  int64_t rows = 1, columns = 1;
  for (int64_t dim = 0; dim < rank; ++dim)
    (dim < axis ? rows : columns) *= from[dim];
  return emitReshaped(call, {rows, columns});
}

static bool evalSqueeze(KernelCall &call) {
  ArrayRef<int64_t> from = call.arg(0).getShape();
  SmallVector<bool> drop(from.size(), false);
  if (call.has(1)) {
    SmallVector<int64_t> axes;
    if (!readList(call, 1, axes))
      return false;
    for (int64_t axis : axes) {
      if (!call.normalizeAxis(axis, from.size()))
        return false;
      if (from[axis] != 1)
        return call.fail("expected dimension " + Twine(axis) +
                         " to be 1 but got " + Twine(from[axis]));
      drop[axis] = true;
    }
  } else {
    for (auto [axis, dim] : llvm::enumerate(from))
      drop[axis] = dim == 1;
  }
  HostTensor::Shape shape;
  for (auto [axis, dim] : llvm::enumerate(from))
    if (!drop[axis])
      shape.push_back(dim);
  return emitReshaped(call, shape);
}

static bool evalUnsqueeze(KernelCall &call) {
  SmallVector<int64_t> axes;
  if (!readList(call, 1, axes))
    return false;
  ArrayRef<int64_t> from = call.arg(0).getShape();
  int64_t rank = from.size() + axes.size();
  SmallVector<bool> added(rank, false);
  for (int64_t axis : axes) {
    if (!call.normalizeAxis(axis, rank))
      return false;
    if (added[axis])
      return call.fail("expected distinct axes");
    added[axis] = true;
  }
  HostTensor::Shape shape;
  for (bool isNew : added) {
    shape.push_back(isNew ? 1 : from.front());
    from = from.drop_front(!isNew);
  }
  return emitReshaped(call, shape);
}

static bool evalTranspose(KernelCall &call) {
  const HostTensor &source = call.arg(0);
  int64_t rank = source.getRank();
  SmallVector<int64_t> perm;
  if (auto given = call.getInts("perm"))
    perm.assign(given->begin(), given->end());
  else
    for (int64_t axis = rank; axis-- > 0;)
      perm.push_back(axis);
  SmallVector<int64_t> sorted(perm);
  llvm::sort(sorted);
  if (!llvm::equal(sorted, llvm::seq<int64_t>(0, rank)))
    return call.fail("expected a permutation of " + Twine(rank) + " axes");
  HostTensor::Shape from = getStrides(source.getShape()), shape, strides;
  for (int64_t axis : perm) {
    shape.push_back(source.getShape()[axis]);
    strides.push_back(from[axis]);
  }
  return emitStrided(call, source, shape, strides);
}

static bool evalExpand(KernelCall &call) {
  SmallVector<int64_t> target;
  if (!readList(call, 1, target))
    return false;
  if (llvm::any_of(target, [](int64_t dim) { return dim < 0; }))
    return call.fail("expected dimensions of at least 0");
  const HostTensor &source = call.arg(0);
  auto shape = broadcastConcrete({source.getShape(), target});
  if (!shape)
    return call.fail("expected a shape to which the operand broadcasts");
  return emitStrided(call, source, *shape,
                     getBroadcastStrides(source.getShape(), *shape));
}

static bool evalTile(KernelCall &call) {
  SmallVector<int64_t> repeats;
  if (!readList(call, 1, repeats))
    return false;
  const HostTensor &source = call.arg(0);
  if (static_cast<int64_t>(repeats.size()) != source.getRank())
    return call.fail("expected one repetition count for each axis");
  // [r0, d0, r1, d1, …], read with stride 0 along the repetitions.
  HostTensor::Shape split, strides, shape, own = getStrides(source.getShape());
  for (auto [axis, count] : llvm::enumerate(repeats)) {
    int64_t dim = source.getShape()[axis];
    if (count < 0 || count > call.maxElements)
      return call.fail("expected repetition counts of at least 0");
    split.append({count, dim});
    strides.append({0, own[axis]});
    shape.push_back(count * dim);
  }
  if (!emitStrided(call, source, split, strides))
    return false;
  HostTensor tiled = call.results.pop_back_val();
  return call.emit(tiled.reshaped(shape));
}

//===----------------------------------------------------------------------===//
// Slice, Split, Concat
//===----------------------------------------------------------------------===//

static bool evalSlice(KernelCall &call) {
  const HostTensor &source = call.arg(0);
  SmallVector<int64_t> starts, ends, axes, steps;
  if (!readList(call, 1, starts) || !readList(call, 2, ends))
    return false;
  if (call.has(3) && !readList(call, 3, axes))
    return false;
  if (call.has(4) && !readList(call, 4, steps))
    return false;
  if (!call.has(3))
    axes = llvm::to_vector(llvm::seq<int64_t>(0, starts.size()));
  if (!call.has(4))
    steps.assign(starts.size(), 1);
  if (ends.size() != starts.size() || axes.size() != starts.size() ||
      steps.size() != starts.size())
    return call.fail("expected starts, ends, axes and steps of one length");

  HostTensor::Shape shape(source.getShape());
  HostTensor::Shape strides = getStrides(shape);
  int64_t offset = 0;
  for (auto [start, end, axis, step] : llvm::zip(starts, ends, axes, steps)) {
    if (!call.normalizeAxis(axis, source.getRank()))
      return false;
    int64_t dim = source.getShape()[axis];
    std::optional<SliceRange> range = normalizeSlice(dim, start, end, step);
    if (!range)
      return call.fail("expected a step other than 0");
    shape[axis] = range->length;
    if (range->length) {
      offset += range->start * strides[axis];
      strides[axis] *= step;
    }
  }
  if (llvm::is_contained(shape, 0))
    offset = 0;
  return emitStrided(call, source, shape, strides, offset);
}

/// Emits `length` elements from `start` along `axis`.
static bool emitPiece(KernelCall &call, const HostTensor &source, int64_t axis,
                      int64_t start, int64_t length) {
  HostTensor::Shape shape(source.getShape());
  HostTensor::Shape strides = getStrides(shape);
  shape[axis] = length;
  return emitStrided(call, source, shape, strides, start * strides[axis]);
}

static bool evalSplit(KernelCall &call) {
  const HostTensor &source = call.arg(0);
  int64_t axis = call.getInt("axis", 0);
  if (!call.normalizeAxis(axis, source.getRank()))
    return false;
  int64_t dim = source.getShape()[axis];
  SmallVector<int64_t> lengths;
  if (call.has(1)) {
    if (!readList(call, 1, lengths))
      return false;
  } else {
    int64_t count = call.op->getNumResults();
    int64_t chunk = (dim + count - 1) / count;
    for (int64_t start = 0; count-- > 0; start += chunk)
      lengths.push_back(std::clamp<int64_t>(dim - start, 0, chunk));
  }
  int64_t start = 0;
  for (int64_t length : lengths) {
    if (length < 0 || length > dim - start)
      return call.fail("expected parts of " + Twine(dim) + " elements in all");
    if (!emitPiece(call, source, axis, start, length))
      return false;
    start += length;
  }
  if (start != dim)
    return call.fail("expected parts of " + Twine(dim) + " elements in all");
  return true;
}

template <typename T>
static bool concatValues(KernelCall &call, int64_t axis,
                         ArrayRef<int64_t> shape) {
  int64_t outer = 1;
  for (int64_t dim : shape.take_front(axis))
    outer *= dim;
  std::vector<T> values;
  values.reserve(*countElements(shape));
  for (int64_t row = 0; row < outer; ++row)
    for (const HostTensor *arg : call.args()) {
      int64_t length = arg->getNumElements() / outer;
      const T *from = arg->values<T>().data() + row * length;
      values.insert(values.end(), from, from + length);
    }
  return call.emitValues<T>(call.arg(0).getElementType(), shape,
                            std::move(values));
}

static bool evalConcat(KernelCall &call) {
  if (call.args().empty() || llvm::is_contained(call.args(), nullptr))
    return call.fail("expected operands");
  const HostTensor &first = call.arg(0);
  int64_t axis = call.getInt("axis", 0);
  if (!call.normalizeAxis(axis, first.getRank()))
    return false;
  HostTensor::Shape shape(first.getShape());
  shape[axis] = 0;
  for (const HostTensor *arg : call.args()) {
    HostTensor::Shape other(arg->getShape());
    if (other.size() != shape.size() ||
        arg->getElementType() != first.getElementType())
      return call.fail("expected operands of one rank and element type");
    int64_t length = std::exchange(other[axis], shape[axis]);
    if (other != shape)
      return call.fail("expected operands that differ along the axis only");
    shape[axis] += length;
  }
  if (!call.checkSize(shape))
    return false;
  if (*countElements(shape) == 0)
    return call.emit(HostTensor(*call.args().back()).reshaped(shape));
  return first.isFloat() ? concatValues<double>(call, axis, shape)
                         : concatValues<int64_t>(call, axis, shape);
}

//===----------------------------------------------------------------------===//
// Makers
//===----------------------------------------------------------------------===//

static bool evalConstantOfShape(KernelCall &call) {
  SmallVector<int64_t> shape;
  if (!readList(call, 0, shape) || !call.checkSize(shape))
    return false;
  auto attr = call.op->getAttrOfType<ElementsAttr>("value");
  std::optional<HostTensor> value =
      attr ? HostTensor::get(attr)
           : HostTensor::getFloats(Float32Type::get(call.op->getContext()), {},
                                   {0.0});
  if (!value || value->getNumElements() != 1)
    return call.fail("expected a value of one element");
  int64_t count = *countElements(shape);
  if (value->isFloat())
    return call.emitFloats(value->getElementType(), shape,
                           std::vector<double>(count, value->floats()[0]));
  return call.emitInts(value->getElementType(), shape,
                       std::vector<int64_t>(count, value->ints()[0]));
}

template <typename T> static bool makeRange(KernelCall &call) {
  T start = call.arg(0).values<T>()[0], limit = call.arg(1).values<T>()[0],
    delta = call.arg(2).values<T>()[0];
  if (delta == 0)
    return call.fail("expected a step other than 0");
  double length = std::ceil((double(limit) - double(start)) / double(delta));
  if (!(length <= double(call.maxElements)))
    return call.fail("expected a range of at most " + Twine(call.maxElements) +
                     " elements");
  int64_t count = length > 0 ? int64_t(length) : 0;
  std::vector<T> values(count);
  for (int64_t i = 0; i < count; ++i)
    values[i] = start + T(i) * delta;
  return call.emitValues<T>(call.arg(0).getElementType(), {count},
                            std::move(values));
}

static bool evalRange(KernelCall &call) {
  for (unsigned index : {0u, 1u, 2u})
    if (call.arg(index).getNumElements() != 1 ||
        call.arg(index).getElementType() != call.arg(0).getElementType())
      return call.fail("expected three scalars of one type");
  return call.arg(0).isFloat() ? makeRange<double>(call)
                               : makeRange<int64_t>(call);
}

template <typename T>
static bool keepTriangle(KernelCall &call, int64_t diagonal) {
  const HostTensor &source = call.arg(0);
  bool upper = call.getInt("upper", 1);
  int64_t rows = source.getShape()[source.getRank() - 2];
  int64_t columns = source.getShape()[source.getRank() - 1];
  std::vector<T> values(source.values<T>().vec());
  for (int64_t at = 0, count = values.size(); at < count; ++at) {
    int64_t column = at % columns, row = at / columns % rows;
    if (upper ? column - row < diagonal : column - row > diagonal)
      values[at] = 0;
  }
  return call.emitValues<T>(source.getElementType(), source.getShape(),
                            std::move(values));
}

static bool evalTrilu(KernelCall &call) {
  if (call.arg(0).getRank() < 2)
    return call.fail("expected a matrix");
  int64_t diagonal = 0;
  if (call.has(1)) {
    if (call.arg(1).isFloat() || call.arg(1).getNumElements() != 1)
      return call.fail("expected one integer for the diagonal");
    diagonal = call.arg(1).ints()[0];
  }
  return call.arg(0).isFloat() ? keepTriangle<double>(call, diagonal)
                               : keepTriangle<int64_t>(call, diagonal);
}

std::optional<SliceRange> gg::onnx::normalizeSlice(int64_t dim, int64_t start,
                                                   int64_t end, int64_t step) {
  if (step == 0 || step == INT64_MIN)
    return std::nullopt;
  auto wrap = [&](int64_t index) { return index < 0 ? index + dim : index; };
  // A backward slice may end before element 0, a forward one may not.
  int64_t low = step > 0 ? 0 : -1, high = step > 0 ? dim : dim - 1;
  start = std::clamp(wrap(start), int64_t(0), std::max<int64_t>(high, 0));
  end = std::clamp(wrap(end), low, high);
  int64_t distance = step > 0 ? end - start : start - end;
  int64_t stride = step > 0 ? step : -step;
  int64_t length = dim == 0 || distance <= 0 ? 0 : 1 + (distance - 1) / stride;
  return SliceRange{start, length};
}

void gg::onnx::addLayoutKernels(KernelTable &table) {
  table.add("onnx.Reshape", 2, evalReshape);
  table.add("onnx.Flatten", 1, evalFlatten);
  table.add("onnx.Squeeze", 1, evalSqueeze);
  table.add("onnx.Unsqueeze", 2, evalUnsqueeze);
  table.add("onnx.Transpose", 1, evalTranspose);
  table.add("onnx.Expand", 2, evalExpand);
  table.add("onnx.Tile", 2, evalTile);
  table.add("onnx.Slice", 3, evalSlice);
  table.add("onnx.Split", 1, evalSplit);
  table.add("onnx.Concat", 1, evalConcat);
  table.add("onnx.ConstantOfShape", 1, evalConstantOfShape);
  table.add("onnx.Range", 3, evalRange);
  table.add("onnx.Trilu", 1, evalTrilu);
}
