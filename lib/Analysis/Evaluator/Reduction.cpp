//===- Reduction.cpp - Kernels that combine elements ----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Kernel.h"
#include <cmath>
#include <limits>

using namespace mlir;
using namespace gg::onnx;

//===----------------------------------------------------------------------===//
// Reduce*
//===----------------------------------------------------------------------===//

namespace {
/// How the axes of a reduction split: the shape with reduced axes as 1, and
/// for every source axis the stride of the result (0 where reduced).
struct ReducedAxes {
  SmallVector<bool> reduced;
  HostTensor::Shape kept;
  HostTensor::Shape emitted;
  int64_t count = 1;
};
} // namespace

static bool readAxes(KernelCall &call, ReducedAxes &axes) {
  const HostTensor &source = call.arg(0);
  axes.reduced.assign(source.getRank(), false);
  bool given = call.has(1) && call.arg(1).getNumElements() > 0;
  if (given) {
    if (call.arg(1).isFloat())
      return call.fail("expected integer axes");
    for (int64_t axis : call.arg(1).ints()) {
      if (!call.normalizeAxis(axis, source.getRank()))
        return false;
      axes.reduced[axis] = true;
    }
  } else if (!call.getInt("noop_with_empty_axes", 0)) {
    axes.reduced.assign(source.getRank(), true);
  }
  bool keep = call.getInt("keepdims", 1);
  for (auto [dim, isReduced] : llvm::zip(source.getShape(), axes.reduced)) {
    axes.kept.push_back(isReduced ? 1 : dim);
    if (isReduced)
      axes.count *= dim;
    if (!isReduced || keep)
      axes.emitted.push_back(isReduced ? 1 : dim);
  }
  return true;
}

/// Folds the elements of each group, from `initial`, by `fn`; then `last`
/// turns (sum, number of elements) into the result.
template <typename T, typename Fn, typename Last>
static bool reduce(KernelCall &call, const ReducedAxes &axes, T initial, Fn fn,
                   Last last) {
  const HostTensor &source = call.arg(0);
  int64_t count = *countElements(axes.kept);
  std::vector<T> values(count, initial);
  const T *from = source.values<T>().data();
  forEachRow<1>(source.getShape(),
                {getBroadcastStrides(axes.kept, source.getShape())},
                [&](int64_t at, auto to, auto step, int64_t length) {
                  for (int64_t i = 0; i < length; ++i) {
                    T &value = values[to[0] + i * step[0]];
                    value = fn(value, from[at + i]);
                  }
                });
  for (T &value : values)
    value = last(value, axes.count);
  return call.emitValues<T>(source.getElementType(), axes.emitted,
                            std::move(values));
}

template <typename T>
static bool reduceByName(KernelCall &call, const ReducedAxes &axes) {
  StringRef name = call.op->getName().getStringRef();
  auto same = [](T value, int64_t) { return value; };
  auto sum = [](T a, T b) { return T(a + b); };
  if (name == "onnx.ReduceSum")
    return reduce<T>(call, axes, 0, sum, same);
  if (name == "onnx.ReduceMean")
    return reduce<T>(call, axes, 0, sum, [](T value, int64_t count) {
      return count ? T(value / T(count)) : T(0);
    });
  if (name == "onnx.ReduceProd")
    return reduce<T>(call, axes, 1, [](T a, T b) { return T(a * b); }, same);
  if (name == "onnx.ReduceSumSquare")
    return reduce<T>(
        call, axes, 0, [](T a, T b) { return T(a + b * b); }, same);
  if (name == "onnx.ReduceL1")
    return reduce<T>(
        call, axes, 0, [](T a, T b) { return T(a + (b < 0 ? -b : b)); }, same);
  if (name == "onnx.ReduceMax")
    return reduce<T>(
        call, axes,
        std::is_floating_point_v<T> ? T(-HUGE_VAL)
                                    : std::numeric_limits<T>::lowest(),
        [](T a, T b) { return a < b || b != b ? b : a; }, same);
  return reduce<T>(
      call, axes,
      std::is_floating_point_v<T> ? T(HUGE_VAL) : std::numeric_limits<T>::max(),
      [](T a, T b) { return b < a || b != b ? b : a; }, same);
}

static bool evalReduce(KernelCall &call) {
  ReducedAxes axes;
  if (!readAxes(call, axes))
    return false;
  if (call.arg(0).isFloat())
    return reduceByName<double>(call, axes);
  if (call.arg(0).getElementType().isUnsignedInteger(64))
    return call.fail("the evaluator does not reduce ui64");
  return reduceByName<int64_t>(call, axes);
}

//===----------------------------------------------------------------------===//
// CumSum
//===----------------------------------------------------------------------===//

template <typename T> static bool cumulate(KernelCall &call, int64_t axis) {
  const HostTensor &source = call.arg(0);
  bool exclusive = call.getInt("exclusive", 0);
  bool reverse = call.getInt("reverse", 0);
  int64_t dim = source.getShape()[axis];
  int64_t inner = 1;
  for (int64_t size : source.getShape().drop_front(axis + 1))
    inner *= size;
  std::vector<T> values(source.values<T>().vec());
  int64_t lines = dim ? int64_t(values.size()) / dim : 0;
  for (int64_t line = 0; line < lines; ++line) {
    T *at = values.data() + line / inner * dim * inner + line % inner;
    T sum = 0;
    for (int64_t i = 0; i < dim; ++i) {
      T &value = at[(reverse ? dim - 1 - i : i) * inner];
      T next = sum + value;
      value = exclusive ? sum : next;
      sum = next;
    }
  }
  return call.emitValues<T>(source.getElementType(), source.getShape(),
                            std::move(values));
}

static bool evalCumSum(KernelCall &call) {
  if (call.arg(1).isFloat() || call.arg(1).getNumElements() != 1)
    return call.fail("expected one integer for the axis");
  int64_t axis = call.arg(1).ints()[0];
  if (!call.normalizeAxis(axis, call.arg(0).getRank()))
    return false;
  return call.arg(0).isFloat() ? cumulate<double>(call, axis)
                               : cumulate<int64_t>(call, axis);
}

//===----------------------------------------------------------------------===//
// ArgMax, ArgMin
//===----------------------------------------------------------------------===//

template <typename T, bool isMax>
static bool findExtremes(KernelCall &call, int64_t axis) {
  const HostTensor &source = call.arg(0);
  bool last = call.getInt("select_last_index", 0);
  int64_t dim = source.getShape()[axis];
  int64_t inner = 1;
  for (int64_t size : source.getShape().drop_front(axis + 1))
    inner *= size;
  int64_t lines = source.getNumElements() / dim;
  std::vector<int64_t> values(lines);
  for (int64_t line = 0; line < lines; ++line) {
    const T *at =
        source.values<T>().data() + line / inner * dim * inner + line % inner;
    int64_t best = 0;
    for (int64_t i = 1; i < dim; ++i) {
      T value = at[i * inner], chosen = at[best * inner];
      if (value == chosen ? last : (chosen < value) == isMax)
        best = i;
    }
    values[line] = best;
  }
  HostTensor::Shape shape(source.getShape());
  shape[axis] = 1;
  if (!call.getInt("keepdims", 1))
    shape.erase(shape.begin() + axis);
  return call.emitInts(IntegerType::get(call.op->getContext(), 64), shape,
                       std::move(values));
}

template <bool isMax> static bool evalArg(KernelCall &call) {
  int64_t axis = call.getInt("axis", 0);
  if (!call.normalizeAxis(axis, call.arg(0).getRank()))
    return false;
  if (call.arg(0).getShape()[axis] == 0)
    return call.fail("expected elements along the axis");
  if (call.arg(0).getElementType().isUnsignedInteger(64))
    return call.fail("the evaluator does not order ui64 here");
  return call.arg(0).isFloat() ? findExtremes<double, isMax>(call, axis)
                               : findExtremes<int64_t, isMax>(call, axis);
}

//===----------------------------------------------------------------------===//
// MatMul
//===----------------------------------------------------------------------===//

template <typename T>
static bool multiply(KernelCall &call, const HostTensor &a, const HostTensor &b,
                     ArrayRef<int64_t> batch) {
  int64_t m = a.getShape()[a.getRank() - 2], k = a.getShape().back();
  int64_t n = b.getShape().back();
  HostTensor::Shape shape(batch);
  shape.append({m, n});
  if (!call.checkSize(shape))
    return false;
  std::vector<T> values(*countElements(shape), 0);
  const T *x = a.values<T>().data(), *y = b.values<T>().data();
  forEachRow<2>(batch,
                {getBroadcastStrides(a.getShape().drop_back(2), batch),
                 getBroadcastStrides(b.getShape().drop_back(2), batch)},
                [&](int64_t at, auto from, auto step, int64_t length) {
                  for (int64_t i = 0; i < length; ++i) {
                    const T *left = x + (from[0] + i * step[0]) * m * k;
                    const T *right = y + (from[1] + i * step[1]) * k * n;
                    T *out = values.data() + (at + i) * m * n;
                    for (int64_t row = 0; row < m; ++row)
                      for (int64_t inner = 0; inner < k; ++inner)
                        for (int64_t column = 0; column < n; ++column)
                          out[row * n + column] +=
                              left[row * k + inner] * right[inner * n + column];
                  }
                });
  return call.emitValues<T>(a.getElementType(), shape, std::move(values));
}

static bool evalMatMul(KernelCall &call) {
  HostTensor a = call.arg(0), b = call.arg(1);
  if (a.getElementType() != b.getElementType() || a.getRank() < 1 ||
      b.getRank() < 1)
    return call.fail("expected operands of one element type and rank ≥ 1");
  bool vectorLeft = a.getRank() == 1, vectorRight = b.getRank() == 1;
  if (vectorLeft)
    a = a.reshaped({1, a.getShape()[0]});
  if (vectorRight)
    b = b.reshaped({b.getShape()[0], 1});
  if (a.getShape().back() != b.getShape()[b.getRank() - 2])
    return call.fail("expected inner dimensions that agree, got " +
                     Twine(a.getShape().back()) + " and " +
                     Twine(b.getShape()[b.getRank() - 2]));
  auto batch =
      broadcastConcrete({a.getShape().drop_back(2), b.getShape().drop_back(2)});
  if (!batch)
    return call.fail("expected batch dimensions that broadcast");
  bool done = a.isFloat() ? multiply<double>(call, a, b, *batch)
                          : multiply<int64_t>(call, a, b, *batch);
  if (!done)
    return false;
  HostTensor product = call.results.pop_back_val();
  HostTensor::Shape shape(product.getShape());
  if (vectorRight)
    shape.pop_back();
  if (vectorLeft)
    shape.erase(shape.end() - (vectorRight ? 1 : 2));
  return call.emit(product.reshaped(shape));
}

void gg::onnx::addReductionKernels(KernelTable &table) {
  for (StringRef name : {"onnx.ReduceSum", "onnx.ReduceMean", "onnx.ReduceProd",
                         "onnx.ReduceSumSquare", "onnx.ReduceL1",
                         "onnx.ReduceMax", "onnx.ReduceMin"})
    table.add(name, 1, evalReduce);
  table.add("onnx.CumSum", 2, evalCumSum);
  table.add("onnx.ArgMax", 1, evalArg<true>);
  table.add("onnx.ArgMin", 1, evalArg<false>);
  table.add("onnx.MatMul", 2, evalMatMul);
}
