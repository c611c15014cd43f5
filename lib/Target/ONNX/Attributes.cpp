//===- Attributes.cpp - Tensors and attributes of a model -----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphImporter.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "gg/Target/ONNX/ElementType.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace llvm;
using namespace mlir;
using namespace gg;
using namespace gg::proto;

/// Constants above this size refer to the file instead of being copied.
static constexpr size_t maxCopiedBytes = 1024;

/// Gives every element of fewer than 8 bits a byte of its own, as dense
/// attributes hold them.
static std::vector<char> unpack(ArrayRef<char> packed, unsigned bits,
                                int64_t count) {
  std::vector<char> bytes(count);
  unsigned perByte = 8 / bits;
  for (int64_t i = 0; i < count; ++i) {
    uint8_t byte = packed[i / perByte];
    bytes[i] = (byte >> (i % perByte * bits)) & ((1u << bits) - 1);
  }
  return bytes;
}

static ElementsAttr copyElements(RankedTensorType type, const TensorData &data,
                                 unsigned bits) {
  if (type.getElementType().isInteger(1)) {
    SmallVector<bool> values(
        llvm::map_range(data.bytes, [](char byte) { return byte != 0; }));
    return DenseElementsAttr::get(type, values);
  }
  if (bits < 8)
    return DenseElementsAttr::getFromRawBuffer(
        type, unpack(data.bytes, bits, type.getNumElements()));
  return DenseElementsAttr::getFromRawBuffer(type, data.bytes);
}

Expected<ElementsAttr> GraphImporter::convertTensor(const TensorProto &tensor,
                                                    StringRef name) {
  ElementsAttr &known = tensors[tensor.body.bytes.data()];
  if (known)
    return known;
  Expected<TensorData> data = readTensor(tensor, owner, files);
  if (!data)
    return data.takeError();
  unsigned bits = lookupElementType(data->elementType)->bits;
  auto type = RankedTensorType::get(
      data->dims,
      onnx::getTypeForDataType(builder.getContext(), data->elementType));
  if (data->bytes.size() <= maxCopiedBytes)
    return known = copyElements(type, *data, bits);

  // What the bytes are aligned to is said as it is: nothing in a file puts
  // raw_data on a multiple of its element's size.
  size_t align = std::max(bits / 8, 1u);
  if (reinterpret_cast<uintptr_t>(data->bytes.data()) % align != 0)
    align = 1;
  AsmResourceBlob blob = UnmanagedAsmResourceBlob::allocateWithAlign(
      data->bytes, align, [owner = data->owner](void *, size_t, size_t) {});
  return known = DenseResourceElementsAttr::get(type, name, std::move(blob));
}

/// Applies `convert` to a value that was read, or hands its error on.
template <typename T, typename Convert>
static Expected<Attribute> mapValue(Expected<T> value, Convert convert) {
  if (!value)
    return value.takeError();
  return Attribute(convert(*value));
}

Expected<Attribute>
GraphImporter::convertAttribute(const AttributeProto &attribute,
                                StringRef resourceName) {
  switch (attribute.type) {
  case int64_t(AttributeType::Float):
    return mapValue(attribute.getFloat(), [&](float value) {
      return builder.getF32FloatAttr(value);
    });
  case int64_t(AttributeType::Int):
    return mapValue(attribute.getInt(), [&](int64_t value) {
      return builder.getI64IntegerAttr(value);
    });
  case int64_t(AttributeType::String):
    return mapValue(attribute.getString(), [&](StringRef value) {
      return builder.getStringAttr(value);
    });
  case int64_t(AttributeType::Floats):
    return mapValue(attribute.getFloats(), [&](ArrayRef<float> values) {
      return builder.getDenseF32ArrayAttr(values);
    });
  case int64_t(AttributeType::Ints):
    return mapValue(attribute.getInts(), [&](ArrayRef<int64_t> values) {
      return builder.getDenseI64ArrayAttr(values);
    });
  case int64_t(AttributeType::Strings):
    return mapValue(attribute.getStrings(), [&](ArrayRef<StringRef> values) {
      return builder.getStrArrayAttr(values);
    });
  case int64_t(AttributeType::Tensor): {
    Expected<TensorProto> tensor = attribute.getTensor();
    if (!tensor)
      return tensor.takeError();
    return mapValue(convertTensor(*tensor, resourceName),
                    [](ElementsAttr elements) { return elements; });
  }
  default:
    return createStringError("attribute '" + attribute.name +
                             "': attribute type " + Twine(attribute.type) +
                             " is not supported");
  }
}
