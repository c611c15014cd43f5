//===- ConstantMatrix.cpp - Reads a constant matrix -----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/RF8/IR/ConstantMatrix.h"

#include "gg/RF8/Float.h"

#include <cstring>

using namespace mlir;
using namespace gg::rf8;

int64_t gg::rf8::getElementBytes(Type element) {
  return isRF8(element) ? 1 : element.getIntOrFloatBitWidth() / 8;
}

FailureOr<std::optional<ConstantMatrix>>
ConstantMatrix::get(Location loc, ElementsAttr value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || type.getRank() != 2 || type.getNumElements() == 0)
    return std::optional<ConstantMatrix>();
  Type element = type.getElementType();
  if (!isRF8(element) && !element.isF32() && !element.isF16() &&
      !element.isBF16())
    return std::optional<ConstantMatrix>();
  ConstantMatrix matrix;
  matrix.type = type;
  matrix.elementBytes = getElementBytes(element);
  auto dense = dyn_cast<DenseElementsAttr>(value);
  matrix.splat = dense && dense.isSplat();
  std::optional<ArrayRef<char>> bytes =
      matrix.splat ? dense.getRawData() : getRawBytes(value);
  if (!bytes)
    return emitError(loc, "expected ")
           << type.getNumElements() * matrix.elementBytes
           << " bytes for a constant of type " << type;
  matrix.bytes = *bytes;
  return std::optional<ConstantMatrix>(matrix);
}

const char *ConstantMatrix::rawRow(int64_t row,
                                   SmallVectorImpl<char> &scratch) const {
  int64_t rowBytes = columns() * elementBytes;
  if (!splat)
    return bytes.data() + row * rowBytes;
  scratch.resize(rowBytes);
  for (int64_t i = 0; i < rowBytes; i += elementBytes)
    std::memcpy(scratch.data() + i, bytes.data(), elementBytes);
  return scratch.data();
}

void ConstantMatrix::floatRow(int64_t row, MutableArrayRef<float> values,
                              int64_t firstColumn) const {
  SmallVector<char> scratch;
  const char *raw = rawRow(row, scratch) + firstColumn * elementBytes;
  if (element().isF32()) {
    std::memcpy(values.data(), raw, values.size() * sizeof(float));
    return;
  }
  bool isBF16 = element().isBF16();
  for (auto [i, value] : llvm::enumerate(values)) {
    uint16_t bits;
    std::memcpy(&bits, raw + i * 2, 2);
    value = isBF16 ? bf16ToFloat(bits) : halfToFloat(bits);
  }
}

void ConstantMatrix::floatOutputs(int64_t outputAxis, int64_t first,
                                  int64_t count, float *values,
                                  int64_t stride) const {
  if (outputAxis == 1) {
    for (int64_t step = 0; step < rows(); ++step)
      floatRow(step, {values + step * stride, size_t(count)}, first);
    return;
  }
  SmallVector<float> row(columns());
  for (int64_t output = 0; output < count; ++output) {
    floatRow(first + output, row);
    for (auto [step, value] : llvm::enumerate(row))
      values[step * stride + output] = value;
  }
}
