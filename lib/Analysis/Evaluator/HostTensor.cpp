//===- HostTensor.cpp - A concrete tensor of the compiler -----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/HostTensor.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/STLExtras.h"
#include <cmath>
#include <cstring>

using namespace mlir;
using namespace gg::onnx;

std::optional<int64_t> gg::onnx::countElements(ArrayRef<int64_t> shape) {
  int64_t count = 1;
  if (llvm::is_contained(shape, 0))
    return 0;
  for (int64_t dim : shape) {
    if (dim < 0 || dim > (int64_t(1) << 40) / count)
      return std::nullopt;
    count *= dim;
  }
  return count;
}

double gg::onnx::roundTo(FloatType type, double value) {
  if (type.isF64() || !std::isfinite(value) || value == 0)
    return value;
  if (type.isF32())
    return static_cast<float>(value);
  // The spacing of the type's numbers around `value`; below the smallest
  // normal number it stays that of the smallest normal one.
  const llvm::fltSemantics &semantics = type.getFloatSemantics();
  int precision = llvm::APFloat::semanticsPrecision(semantics);
  int minExponent = llvm::APFloat::semanticsMinExponent(semantics);
  int exponent = std::max(std::ilogb(value), minExponent);
  double rounded =
      std::ldexp(std::nearbyint(std::ldexp(value, precision - 1 - exponent)),
                 exponent - (precision - 1));
  double largest = llvm::APFloat::getLargest(semantics).convertToDouble();
  if (std::fabs(rounded) > largest)
    return std::copysign(HUGE_VAL, value);
  return rounded;
}

int64_t gg::onnx::wrapTo(IntegerType type, int64_t value) {
  unsigned width = type.getWidth();
  if (width >= 64)
    return value;
  if (width == 1)
    return value != 0;
  uint64_t low = static_cast<uint64_t>(value) << (64 - width);
  if (type.isUnsigned())
    return low >> (64 - width);
  return static_cast<int64_t>(low) >> (64 - width);
}

bool HostTensor::isSupported(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type))
    return llvm::is_contained({1u, 8u, 16u, 32u, 64u}, integer.getWidth());
  return type.isF64() || type.isF32() || type.isF16() || type.isBF16();
}

HostTensor HostTensor::getInts(Type type, ArrayRef<int64_t> shape,
                               std::vector<int64_t> values) {
  HostTensor tensor(type, shape);
  if (!type.isInteger(64))
    for (int64_t &value : values)
      value = wrapTo(cast<IntegerType>(type), value);
  tensor.store->ints = std::move(values);
  return tensor;
}

HostTensor HostTensor::getFloats(Type type, ArrayRef<int64_t> shape,
                                 std::vector<double> values) {
  HostTensor tensor(type, shape);
  if (type.isF32())
    for (double &value : values)
      value = static_cast<float>(value);
  else if (!type.isF64())
    for (double &value : values)
      value = roundTo(cast<FloatType>(type), value);
  tensor.store->floats = std::move(values);
  return tensor;
}

HostTensor HostTensor::getVector(MLIRContext *context,
                                 ArrayRef<int64_t> values) {
  return getInts(IntegerType::get(context, 64),
                 static_cast<int64_t>(values.size()), values.vec());
}

HostTensor HostTensor::getScalar(MLIRContext *context, int64_t value) {
  return getInts(IntegerType::get(context, 64), {}, {value});
}

std::optional<HostTensor> HostTensor::get(ElementsAttr attr) {
  auto shapedType = dyn_cast<RankedTensorType>(attr.getType());
  if (!shapedType || !isSupported(shapedType.getElementType()))
    return std::nullopt;
  HostTensor tensor(shapedType.getElementType(), shapedType.getShape());
  tensor.store->isDecoded = false;
  std::optional<int64_t> count = countElements(tensor.shape);
  if (!count)
    return std::nullopt;

  if (auto dense = dyn_cast<DenseElementsAttr>(attr)) {
    // How dense booleans are packed is the attribute's own business.
    if (tensor.type.isInteger(1)) {
      auto values = dense.getValues<bool>();
      return getInts(tensor.type, tensor.shape,
                     std::vector<int64_t>(values.begin(), values.end()));
    }
    tensor.store->raw = dense.getRawData();
    tensor.store->isSplat = dense.isSplat();
    return tensor;
  }
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    unsigned bits = tensor.type.getIntOrFloatBitWidth();
    uint64_t bytes = *count * std::max(1u, bits / 8);
    if (!blob || blob->getData().size() != bytes)
      return std::nullopt;
    tensor.store->raw = blob->getData();
    return tensor;
  }
  return std::nullopt;
}

int64_t HostTensor::getNumElements() const {
  int64_t count = 1;
  for (int64_t dim : shape)
    count *= dim;
  return count;
}

template <typename T> static T readBytes(const char *bytes) {
  T value;
  std::memcpy(&value, bytes, sizeof(T));
  return value;
}

static int64_t readInt(IntegerType type, const char *bytes) {
  switch (type.getWidth()) {
  case 64:
    return readBytes<int64_t>(bytes);
  case 32:
    return wrapTo(type, readBytes<int32_t>(bytes));
  case 16:
    return wrapTo(type, readBytes<int16_t>(bytes));
  default:
    return wrapTo(type, readBytes<int8_t>(bytes));
  }
}

static double readFloat(FloatType type, const char *bytes) {
  if (type.isF64())
    return readBytes<double>(bytes);
  if (type.isF32())
    return readBytes<float>(bytes);
  llvm::APFloat value(type.getFloatSemantics(),
                      llvm::APInt(16, readBytes<uint16_t>(bytes)));
  return value.convertToDouble();
}

/// Reads `count` elements; element i lies at byte `offsetOf(i)`.
template <typename OffsetFn>
static HostTensor readElements(Type type, ArrayRef<int64_t> shape,
                               int64_t count, ArrayRef<char> raw,
                               OffsetFn offsetOf) {
  if (auto floatType = dyn_cast<FloatType>(type)) {
    std::vector<double> values(count);
    for (int64_t i = 0; i < count; ++i)
      values[i] = readFloat(floatType, raw.data() + offsetOf(i));
    return HostTensor::getFloats(type, shape, std::move(values));
  }
  std::vector<int64_t> values(count);
  for (int64_t i = 0; i < count; ++i)
    values[i] = readInt(cast<IntegerType>(type), raw.data() + offsetOf(i));
  return HostTensor::getInts(type, shape, std::move(values));
}

static int64_t getByteWidth(Type type) {
  return std::max(1u, type.getIntOrFloatBitWidth() / 8);
}

void HostTensor::decode() const {
  int64_t step = store->isSplat ? 0 : getByteWidth(type);
  HostTensor decoded = readElements(type, shape, getNumElements(), store->raw,
                                    [&](int64_t i) { return i * step; });
  store->ints = std::move(decoded.store->ints);
  store->floats = std::move(decoded.store->floats);
  store->isDecoded = true;
}

ArrayRef<int64_t> HostTensor::ints() const {
  if (!store->isDecoded)
    decode();
  return store->ints;
}

ArrayRef<double> HostTensor::floats() const {
  if (!store->isDecoded)
    decode();
  return store->floats;
}

HostTensor HostTensor::reshaped(ArrayRef<int64_t> newShape) const {
  HostTensor result = *this;
  result.shape.assign(newShape.begin(), newShape.end());
  return result;
}

HostTensor HostTensor::takeRows(ArrayRef<int64_t> rows) const {
  Shape newShape = shape;
  newShape[0] = rows.size();
  int64_t row = shape[0] ? getNumElements() / shape[0] : 0;
  int64_t count = row * rows.size();
  if (!store->isDecoded) {
    int64_t step = store->isSplat ? 0 : getByteWidth(type);
    return readElements(type, newShape, count, store->raw, [&](int64_t i) {
      return (rows[i / row] * row + i % row) * step;
    });
  }
  HostTensor result(type, newShape);
  auto take = [&](const auto &source, auto &target) {
    target.reserve(count);
    for (int64_t index : rows)
      target.insert(target.end(), source.begin() + index * row,
                    source.begin() + (index + 1) * row);
  };
  if (isFloat())
    take(store->floats, result.store->floats);
  else
    take(store->ints, result.store->ints);
  return result;
}

bool HostTensor::equals(const HostTensor &other) const {
  if (type != other.type || shape != other.shape)
    return false;
  if (!isFloat())
    return ints() == other.ints();
  return llvm::equal(floats(), other.floats(), [](double a, double b) {
    return a == b || (std::isnan(a) && std::isnan(b));
  });
}

/// The little-endian bytes of the elements, one byte for a boolean.
static std::vector<char> toBytes(const HostTensor &tensor) {
  int64_t width = getByteWidth(tensor.getElementType());
  std::vector<char> bytes(tensor.getNumElements() * width);
  char *target = bytes.data();
  if (auto type = dyn_cast<FloatType>(tensor.getElementType())) {
    for (double value : tensor.floats()) {
      llvm::APFloat converted(value);
      bool losesInfo;
      converted.convert(type.getFloatSemantics(),
                        llvm::APFloat::rmNearestTiesToEven, &losesInfo);
      uint64_t bits = converted.bitcastToAPInt().getZExtValue();
      std::memcpy(target, &bits, width);
      target += width;
    }
    return bytes;
  }
  for (int64_t value : tensor.ints()) {
    std::memcpy(target, &value, width);
    target += width;
  }
  return bytes;
}

ElementsAttr HostTensor::toAttr(int64_t denseLimit) const {
  auto tensorType = RankedTensorType::get(shape, type);
  if (type.isInteger(1)) {
    SmallVector<bool> values(
        llvm::map_range(ints(), [](int64_t value) { return value != 0; }));
    if (static_cast<int64_t>(values.size()) <= denseLimit)
      return DenseElementsAttr::get(tensorType, ArrayRef<bool>(values));
  }
  std::vector<char> bytes = toBytes(*this);
  if (static_cast<int64_t>(bytes.size()) <= denseLimit)
    return DenseElementsAttr::getFromRawBuffer(tensorType, bytes);
  AsmResourceBlob blob = HeapAsmResourceBlob::allocateAndCopyWithAlign(
      bytes, /*align=*/64, /*dataIsMutable=*/false);
  return DenseResourceElementsAttr::get(tensorType, "table", std::move(blob));
}
