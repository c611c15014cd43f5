//===- TensorData.cpp - The elements of a TensorProto ---------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Target/ONNX/TensorData.h"

#include "gg/Target/ONNX/ElementType.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/MathExtras.h"

#include <limits>

using namespace llvm;
using namespace gg;
using proto::TensorProto;
using proto::WireReader;

// Elements are handed on as they lie in the file.
static_assert(endianness::native == endianness::little,
              "ONNX tensors are little-endian, and so must be the host");

/// The number of bytes of the elements, packed as in the standard.
static Expected<uint64_t> getByteCount(const TensorProto &tensor,
                                       unsigned bits) {
  if (tensor.dims.size() > maxONNXRank)
    return createStringError("expected at most " + Twine(maxONNXRank) +
                             " dimensions but got " +
                             Twine(tensor.dims.size()));
  // Zeros are left out of the bound, so that no partial product overflows
  // wherever the shape is multiplied later on.
  int64_t bound = bits;
  bool isEmpty = false;
  for (int64_t dim : tensor.dims) {
    if (dim < 0)
      return createStringError("expected a dimension of at least 0 but got " +
                               Twine(dim));
    isEmpty |= dim == 0;
    if (MulOverflow(bound, std::max<int64_t>(dim, 1), bound))
      return createStringError("the shape has more elements than 64 bits hold");
  }
  return isEmpty ? 0 : divideCeil(uint64_t(bound), 8);
}

static Error checkSize(uint64_t expected, uint64_t got) {
  if (expected == got)
    return Error::success();
  return createStringError("expected " + Twine(expected) +
                           " bytes of elements but got " + Twine(got));
}

//===----------------------------------------------------------------------===//
// External data
//===----------------------------------------------------------------------===//

static Expected<uint64_t> parseNumber(StringRef key, StringRef text) {
  uint64_t value;
  if (text.getAsInteger(10, value))
    return createStringError("expected a number as external " + key +
                             " but got '" + text + "'");
  return value;
}

static Error readExternal(const TensorProto &tensor, uint64_t size,
                          ExternalFiles &files, TensorData &data) {
  if (!tensor.location)
    return createStringError("the external data has no location");
  auto file = files.open(*tensor.location);
  if (!file)
    return file.takeError();
  uint64_t offset = 0;
  if (tensor.offset) {
    auto value = parseNumber("offset", *tensor.offset);
    if (!value)
      return value.takeError();
    offset = *value;
  }
  if (tensor.length) {
    auto length = parseNumber("length", *tensor.length);
    if (!length)
      return length.takeError();
    if (Error error = checkSize(size, *length))
      return error;
  }
  StringRef bytes = (*file)->bytes();
  if (offset > bytes.size() || size > bytes.size() - offset)
    return createStringError("external data '" + *tensor.location +
                             "': expected " + Twine(size) +
                             " bytes at offset " + Twine(offset) +
                             " but the file has " + Twine(bytes.size()));
  data.bytes = ArrayRef<char>(bytes.data() + offset, size);
  data.owner = *file;
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Typed data
//===----------------------------------------------------------------------===//

/// Hands a buffer over to `data`.
template <typename T>
static void adopt(std::vector<T> buffer, TensorData &data) {
  auto owner = std::make_shared<const std::vector<T>>(std::move(buffer));
  data.bytes = ArrayRef<char>(reinterpret_cast<const char *>(owner->data()),
                              owner->size() * sizeof(T));
  data.owner = owner;
}

/// Calls `read` at each occurrence of the tensor's field.
template <typename Read>
static Error forEach(const TensorProto &tensor, unsigned field, Read read) {
  WireReader reader(tensor.body, "TensorProto");
  while (reader.next())
    if (reader.field() == field)
      read(reader);
  return reader.takeError();
}

/// float_data and double_data: the bytes themselves where they are one piece.
template <typename T>
static Error readReals(const TensorProto &tensor, unsigned field,
                       TensorData &data) {
  unsigned occurrences = 0;
  bool isPacked = false;
  StringRef piece;
  if (Error error = forEach(tensor, field, [&](WireReader &reader) {
        ++occurrences;
        isPacked = reader.isPacked();
        if (isPacked)
          piece = reader.bytes();
      }))
    return error;
  if (occurrences == 1 && isPacked) {
    data.bytes = ArrayRef<char>(piece.data(), piece.size());
    return Error::success();
  }
  SmallVector<T> values;
  if (Error error = forEach(tensor, field,
                            [&](WireReader &reader) { reader.append(values); }))
    return error;
  adopt(std::vector<T>(values.begin(), values.end()), data);
  return Error::success();
}

/// int32_data, int64_data and uint64_data: each value narrowed to T.
template <typename T>
static Error readIntegers(const TensorProto &tensor, unsigned field,
                          TensorData &data) {
  SmallVector<int64_t> values;
  if (Error error = forEach(tensor, field,
                            [&](WireReader &reader) { reader.append(values); }))
    return error;
  std::vector<T> narrow;
  narrow.reserve(values.size());
  for (int64_t value : values) {
    narrow.push_back(T(value));
    // 64-bit unsigned values travel as their two's complement.
    if (sizeof(T) < 8 && int64_t(narrow.back()) != value)
      return createStringError("element " + Twine(narrow.size() - 1) + ": " +
                               Twine(value) + " does not fit " +
                               getElementTypeName(data.elementType));
  }
  adopt(std::move(narrow), data);
  return Error::success();
}

static Error readTyped(const TensorProto &tensor, const ONNXElementType &type,
                       TensorData &data) {
  unsigned field = type.typedField;
  if (tensor.typedFields & ~(1u << field))
    return createStringError("expected the elements of " + type.name +
                             " in field " + Twine(field) +
                             " but another field holds some");
  switch (type.id) {
  case 1: // FLOAT
    return readReals<float>(tensor, field, data);
  case 11: // DOUBLE
    return readReals<double>(tensor, field, data);
  case 3: // INT8
    return readIntegers<int8_t>(tensor, field, data);
  case 5: // INT16
    return readIntegers<int16_t>(tensor, field, data);
  case 6: // INT32
    return readIntegers<int32_t>(tensor, field, data);
  case 7:  // INT64
  case 13: // UINT64
    return readIntegers<int64_t>(tensor, field, data);
  default:
    break;
  }
  // What is left travels as its bits: unsigned integers, small floats, and
  // one byte of packed elements where they are smaller.
  if (type.bits == 32)
    return readIntegers<uint32_t>(tensor, field, data);
  if (type.bits == 16)
    return readIntegers<uint16_t>(tensor, field, data);
  return readIntegers<uint8_t>(tensor, field, data);
}

/// Makes every boolean 0 or 1; the rare file that says true otherwise costs a
/// copy.
static void normaliseBooleans(TensorData &data) {
  auto isPlain = [](char byte) { return byte == 0 || byte == 1; };
  if (all_of(data.bytes, isPlain))
    return;
  std::vector<char> bytes(data.bytes.begin(), data.bytes.end());
  for (char &byte : bytes)
    byte = byte != 0;
  adopt(std::move(bytes), data);
}

Expected<TensorData> gg::readTensor(const TensorProto &tensor,
                                    std::shared_ptr<const void> owner,
                                    ExternalFiles &files) {
  auto inContext = [&](Error error) {
    return createStringError("tensor '" + tensor.name +
                             "': " + toString(std::move(error)));
  };
  const ONNXElementType *type = lookupElementType(tensor.dataType);
  if (!type || type->bits == 0)
    return inContext(createStringError("element type " +
                                       getElementTypeName(tensor.dataType) +
                                       " is not supported"));
  Expected<uint64_t> size = getByteCount(tensor, type->bits);
  if (!size)
    return inContext(size.takeError());
  if (unsigned(tensor.isExternal) + unsigned(tensor.raw.has_value()) +
          unsigned(tensor.typedFields != 0) >
      1)
    return inContext(createStringError(
        "expected one of raw, typed and external data but got several"));

  TensorData data;
  data.elementType = tensor.dataType;
  data.dims = tensor.dims;
  data.owner = std::move(owner);
  Error error = Error::success();
  if (tensor.isExternal)
    error = readExternal(tensor, *size, files, data);
  else if (tensor.raw)
    data.bytes = ArrayRef<char>(tensor.raw->data(), tensor.raw->size());
  else
    error = readTyped(tensor, *type, data);
  if (!error)
    error = checkSize(*size, data.bytes.size());
  if (error)
    return inContext(std::move(error));
  if (tensor.dataType == 9)
    normaliseBooleans(data);
  return std::move(data);
}

Expected<TensorData> gg::readTensorFile(StringRef path) {
  auto file = MappedFile::open(path);
  if (!file)
    return file.takeError();
  StringRef bytes = (*file)->bytes();
  auto tensor = proto::parseTensor({bytes, bytes.data()});
  if (!tensor)
    return tensor.takeError();
  ExternalFiles files(path);
  return readTensor(*tensor, *file, files);
}
