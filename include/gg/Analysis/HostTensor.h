//===- HostTensor.h - A concrete tensor of the compiler ---------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The value class of the evaluator. It lives outside the MLIRContext, which
// would keep every DenseElementsAttr for good.
//
//===----------------------------------------------------------------------===//

#ifndef GG_ANALYSIS_HOSTTENSOR_H
#define GG_ANALYSIS_HOSTTENSOR_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include <memory>
#include <optional>
#include <vector>

namespace gg::onnx {

/// A tensor with its elements at hand. Integers and booleans are held as
/// int64_t (ui64 as its bit pattern), floats as double, both already rounded
/// to the element type, so that two stores serve every type. Copies share the
/// store.
class HostTensor {
public:
  using Shape = llvm::SmallVector<int64_t, 6>;

  HostTensor() = default;
  static HostTensor getInts(mlir::Type type, llvm::ArrayRef<int64_t> shape,
                            std::vector<int64_t> values);
  static HostTensor getFloats(mlir::Type type, llvm::ArrayRef<int64_t> shape,
                              std::vector<double> values);
  /// A rank-1 (or, for `scalar`, rank-0) i64 tensor.
  static HostTensor getVector(mlir::MLIRContext *context,
                              llvm::ArrayRef<int64_t> values);
  static HostTensor getScalar(mlir::MLIRContext *context, int64_t value);
  /// The value of a constant; its bytes are decoded when they are first
  /// needed and must outlive the tensor. Fails on element types that the
  /// evaluator does not know.
  static std::optional<HostTensor> get(mlir::ElementsAttr attr);

  mlir::Type getElementType() const { return type; }
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  int64_t getRank() const { return shape.size(); }
  int64_t getNumElements() const;
  bool isFloat() const { return llvm::isa<mlir::FloatType>(type); }
  bool isUnsigned() const { return type.isUnsignedInteger(); }

  llvm::ArrayRef<int64_t> ints() const;
  llvm::ArrayRef<double> floats() const;
  template <typename T> llvm::ArrayRef<T> values() const {
    if constexpr (std::is_same_v<T, double>)
      return floats();
    else
      return ints();
  }

  /// The same elements under another shape of as many elements.
  HostTensor reshaped(llvm::ArrayRef<int64_t> newShape) const;
  /// The `rows` of axis 0, read without decoding the rest of a constant.
  HostTensor takeRows(llvm::ArrayRef<int64_t> rows) const;
  /// True if type, shape and all elements agree; NaN equals NaN.
  bool equals(const HostTensor &other) const;
  /// A dense attribute, or a resource where the bytes exceed `denseLimit`.
  mlir::ElementsAttr toAttr(int64_t denseLimit = 1024) const;

  /// True if tensors of this element type can be held.
  static bool isSupported(mlir::Type elementType);

private:
  /// The elements, or the bytes of a constant that nobody has read yet.
  struct Store {
    std::vector<int64_t> ints;
    std::vector<double> floats;
    llvm::ArrayRef<char> raw;
    bool isSplat = false;
    bool isDecoded = true;
  };

  HostTensor(mlir::Type type, llvm::ArrayRef<int64_t> shape)
      : type(type), shape(shape), store(std::make_shared<Store>()) {}
  void decode() const;

  mlir::Type type;
  Shape shape;
  std::shared_ptr<Store> store;
};

/// Rounds `value` to the floating-point type, ties to even.
double roundTo(mlir::FloatType type, double value);
/// Wraps `value` to the width and sign of the integer type.
int64_t wrapTo(mlir::IntegerType type, int64_t value);
/// The number of elements of a shape, or nullopt past 2^40.
std::optional<int64_t> countElements(llvm::ArrayRef<int64_t> shape);

} // namespace gg::onnx

#endif // GG_ANALYSIS_HOSTTENSOR_H
