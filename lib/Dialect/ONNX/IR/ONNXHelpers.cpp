//===- ONNXHelpers.cpp - Questions about onnx ops -------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/ONNX/IR/ONNXHelpers.h"

#include "mlir/IR/Matchers.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;

std::optional<ArrayRef<int64_t>> gg::onnx::getShape(Value value) {
  if (auto type = dyn_cast<RankedTensorType>(value.getType()))
    return type.getShape();
  return std::nullopt;
}

std::optional<int64_t> gg::onnx::getRank(Value value) {
  if (auto type = dyn_cast<RankedTensorType>(value.getType()))
    return type.getRank();
  return std::nullopt;
}

ElementsAttr gg::onnx::getConstant(Value value) {
  ElementsAttr attr;
  if (!value || !matchPattern(value, m_Constant(&attr)))
    return {};
  return attr;
}

std::optional<SmallVector<int64_t>> gg::onnx::getConstantInts(Value value) {
  auto attr = dyn_cast_if_present<DenseIntElementsAttr>(getConstant(value));
  if (!attr)
    return std::nullopt;
  Type type = attr.getElementType();
  bool zeroExtend = type.isUnsignedInteger() || type.isInteger(1);
  SmallVector<int64_t> values;
  values.reserve(attr.getNumElements());
  for (const APInt &number : attr.getValues<APInt>())
    values.push_back(zeroExtend ? static_cast<int64_t>(number.getZExtValue())
                                : number.getSExtValue());
  return values;
}

std::optional<int64_t> gg::onnx::getConstantInt(Value value) {
  std::optional<SmallVector<int64_t>> values = getConstantInts(value);
  if (!values || values->size() != 1)
    return std::nullopt;
  return values->front();
}

std::optional<double> gg::onnx::getConstantFloat(Value value) {
  auto attr = dyn_cast_if_present<DenseFPElementsAttr>(getConstant(value));
  if (!attr || attr.getNumElements() != 1)
    return std::nullopt;
  APFloat number = *attr.getValues<APFloat>().begin();
  bool losesInfo;
  number.convert(APFloat::IEEEdouble(), APFloat::rmNearestTiesToEven,
                 &losesInfo);
  return number.convertToDouble();
}

SmallVector<int64_t> gg::onnx::normalizeAxes(ArrayRef<int64_t> axes,
                                             int64_t rank) {
  SmallVector<int64_t> result = llvm::map_to_vector(
      axes, [&](int64_t axis) { return normalizeAxis(axis, rank); });
  llvm::sort(result);
  return result;
}

/// The common dim of two, or nothing if they contradict each other. A dynamic
/// dim may turn out to be 1, so a static one other than 1 decides.
static std::optional<int64_t> broadcastDims(int64_t a, int64_t b) {
  if (a == b || b == 1)
    return a;
  if (a == 1 || ShapedType::isDynamic(a))
    return b;
  if (ShapedType::isDynamic(b))
    return a;
  return std::nullopt;
}

std::optional<SmallVector<int64_t>>
gg::onnx::broadcastShapes(ArrayRef<ArrayRef<int64_t>> shapes) {
  size_t rank = 0;
  for (ArrayRef<int64_t> shape : shapes)
    rank = std::max(rank, shape.size());
  SmallVector<int64_t> result(rank, 1);
  for (ArrayRef<int64_t> shape : shapes)
    for (auto [dim, joined] :
         llvm::zip(llvm::reverse(shape), llvm::reverse(result))) {
      std::optional<int64_t> common = broadcastDims(joined, dim);
      if (!common)
        return std::nullopt;
      joined = *common;
    }
  return result;
}

SmallVector<int64_t>
gg::onnx::getPermutation(std::optional<ArrayRef<int64_t>> perm, int64_t rank) {
  if (perm)
    return SmallVector<int64_t>(*perm);
  auto order = llvm::reverse(llvm::seq<int64_t>(0, rank));
  return SmallVector<int64_t>(order.begin(), order.end());
}

Type gg::onnx::getTypeForDataType(MLIRContext *context, int64_t dataType) {
  auto integer = [&](unsigned width, bool isUnsigned = false) -> Type {
    return IntegerType::get(context, width,
                            isUnsigned ? IntegerType::Unsigned
                                       : IntegerType::Signless);
  };
  switch (dataType) {
  case 1:
    return Float32Type::get(context);
  case 2:
    return integer(8, true);
  case 3:
    return integer(8);
  case 4:
    return integer(16, true);
  case 5:
    return integer(16);
  case 6:
    return integer(32);
  case 7:
    return integer(64);
  case 9:
    return integer(1);
  case 10:
    return Float16Type::get(context);
  case 11:
    return Float64Type::get(context);
  case 12:
    return integer(32, true);
  case 13:
    return integer(64, true);
  case 16:
    return BFloat16Type::get(context);
  case 17:
    return Float8E4M3FNType::get(context);
  case 18:
    return Float8E4M3FNUZType::get(context);
  case 19:
    return Float8E5M2Type::get(context);
  case 20:
    return Float8E5M2FNUZType::get(context);
  case 21:
    return integer(4, true);
  case 22:
    return integer(4);
  case 23:
    return Float4E2M1FNType::get(context);
  case 24:
    return Float8E8M0FNUType::get(context);
  case 25:
    return integer(2, true);
  case 26:
    return integer(2);
  default:
    return {};
  }
}
