//===- Kernel.h - What the kernels of the evaluator share -------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_ANALYSIS_EVALUATOR_KERNEL_H
#define GG_LIB_ANALYSIS_EVALUATOR_KERNEL_H

#include "../OpCall.h"
#include "gg/Analysis/Evaluator.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/StringMap.h"

namespace gg::onnx {

/// One op under evaluation: its concrete operands, its attributes, and where
/// its results go.
class KernelCall : public OpCall {
public:
  KernelCall(mlir::Operation *op, llvm::ArrayRef<const HostTensor *> operands,
             int64_t maxElements)
      : OpCall(op), maxElements(maxElements), operands(operands) {}

  /// False for an absent optional operand.
  bool has(unsigned index) const {
    return index < operands.size() && operands[index];
  }
  const HostTensor &arg(unsigned index) const { return *operands[index]; }
  llvm::ArrayRef<const HostTensor *> args() const { return operands; }

  /// Reports a shape with a negative or too large number of elements.
  bool checkSize(llvm::ArrayRef<int64_t> shape);

  bool emit(HostTensor tensor) {
    results.push_back(std::move(tensor));
    return true;
  }
  bool emitInts(mlir::Type type, llvm::ArrayRef<int64_t> shape,
                std::vector<int64_t> values) {
    return emit(HostTensor::getInts(type, shape, std::move(values)));
  }
  bool emitFloats(mlir::Type type, llvm::ArrayRef<int64_t> shape,
                  std::vector<double> values) {
    return emit(HostTensor::getFloats(type, shape, std::move(values)));
  }
  /// Emits values held in either store.
  template <typename T>
  bool emitValues(mlir::Type type, llvm::ArrayRef<int64_t> shape,
                  std::vector<T> values) {
    if constexpr (std::is_same_v<T, double>)
      return emitFloats(type, shape, std::move(values));
    else
      return emitInts(type, shape, std::move(values));
  }

  int64_t maxElements;
  llvm::SmallVector<HostTensor, 1> results;

private:
  llvm::ArrayRef<const HostTensor *> operands;
};

/// Computes an op's results; false after KernelCall::fail.
using Kernel = bool (*)(KernelCall &);

/// The kernels by op name, each with the number of operands that must be
/// there.
class KernelTable {
public:
  struct Entry {
    Kernel kernel;
    unsigned required;
  };
  void add(llvm::StringRef name, unsigned required, Kernel kernel) {
    entries[name] = {kernel, required};
  }
  const Entry *find(llvm::StringRef name) const {
    auto it = entries.find(name);
    return it == entries.end() ? nullptr : &it->second;
  }

private:
  llvm::StringMap<Entry> entries;
};

void addElementwiseKernels(KernelTable &table);
void addLayoutKernels(KernelTable &table);
void addGatherKernels(KernelTable &table);
void addReductionKernels(KernelTable &table);

/// Row-major strides in elements.
HostTensor::Shape getStrides(llvm::ArrayRef<int64_t> shape);
/// The shape that all of `shapes` broadcast to, if there is one.
std::optional<HostTensor::Shape>
broadcastConcrete(llvm::ArrayRef<llvm::ArrayRef<int64_t>> shapes);
/// The strides with which a tensor of `from` is read as one of `to`.
HostTensor::Shape getBroadcastStrides(llvm::ArrayRef<int64_t> from,
                                      llvm::ArrayRef<int64_t> to);

/// The elements that a slice takes of an axis of `dim` elements; nullopt if
/// the step is 0.
struct SliceRange {
  int64_t start;
  int64_t length;
};
std::optional<SliceRange> normalizeSlice(int64_t dim, int64_t start,
                                         int64_t end, int64_t step);

/// Calls fn(result index, source indices, inner strides, inner length) for
/// every innermost row of `shape`, where `strides` are those of N sources.
template <size_t N, typename Fn>
void forEachRow(llvm::ArrayRef<int64_t> shape,
                const std::array<HostTensor::Shape, N> &strides, Fn fn) {
  int64_t rank = shape.size();
  int64_t inner = rank ? shape[rank - 1] : 1;
  int64_t rows = 1;
  for (int64_t axis = 0; axis + 1 < rank; ++axis)
    rows *= shape[axis];
  if (inner == 0)
    return;
  std::array<int64_t, N> at{}, step{};
  for (size_t source = 0; source < N; ++source)
    step[source] = rank ? strides[source][rank - 1] : 0;
  HostTensor::Shape index(rank, 0);
  for (int64_t row = 0; row < rows; ++row) {
    fn(row * inner, at, step, inner);
    for (int64_t axis = rank - 2; axis >= 0; --axis) {
      for (size_t source = 0; source < N; ++source)
        at[source] += strides[source][axis];
      if (++index[axis] < shape[axis])
        break;
      for (size_t source = 0; source < N; ++source)
        at[source] -= strides[source][axis] * shape[axis];
      index[axis] = 0;
    }
  }
}

} // namespace gg::onnx

#endif // GG_LIB_ANALYSIS_EVALUATOR_KERNEL_H
