//===- WireReader.cpp - Protobuf wire format ------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Target/ONNX/WireReader.h"

#include "llvm/ADT/bit.h"
#include "llvm/Support/Endian.h"

using namespace llvm;
using namespace gg::proto;

static StringRef getWireTypeName(unsigned type) {
  switch (type) {
  case 0:
    return "a varint";
  case 1:
    return "8 bytes";
  case 2:
    return "a length-delimited value";
  case 5:
    return "4 bytes";
  default:
    return "a group";
  }
}

bool WireReader::readVarint(const char *&from, const char *to,
                            uint64_t &value) {
  value = 0;
  for (unsigned shift = 0; from != to; shift += 7) {
    uint8_t byte = *from++;
    // The tenth byte holds the one bit that is left of 64.
    if (shift == 63 && byte > 1) {
      fail("expected a varint of at most 64 bits");
      return false;
    }
    value |= uint64_t(byte & 0x7f) << shift;
    if (byte < 0x80)
      return true;
  }
  fail("truncated varint");
  return false;
}

bool WireReader::next() {
  if (!error.empty() || pos == end)
    return false;
  start = pos;
  number = 0;
  uint64_t key;
  if (!readVarint(pos, end, key))
    return false;
  number = key >> 3;
  type = key & 7;
  if (key >> 32 || number == 0) {
    number = 0;
    fail("expected a field number from 1 to 536870911 but got " +
         Twine(key >> 3));
    return false;
  }
  uint64_t size = 0;
  switch (type) {
  case Varint:
    return readVarint(pos, end, scalar);
  case Fixed64:
    size = 8;
    break;
  case Length:
    if (!readVarint(pos, end, size))
      return false;
    break;
  case Fixed32:
    size = 4;
    break;
  default:
    fail("expected wire type 0, 1, 2 or 5 but got " + Twine(type));
    return false;
  }
  if (size > uint64_t(end - pos)) {
    fail("expected " + Twine(size) + " bytes but the message ends after " +
         Twine(end - pos));
    return false;
  }
  payload = StringRef(pos, size);
  pos += size;
  return true;
}

bool WireReader::expect(WireType expected) {
  if (type == expected && error.empty())
    return true;
  fail("expected " + getWireTypeName(expected) + " but got " +
       getWireTypeName(type));
  return false;
}

int64_t WireReader::integer() { return expect(Varint) ? int64_t(scalar) : 0; }

float WireReader::real() {
  return expect(Fixed32)
             ? bit_cast<float>(support::endian::read32le(payload.data()))
             : 0;
}

StringRef WireReader::bytes() { return expect(Length) ? payload : StringRef(); }

void WireReader::append(SmallVectorImpl<int64_t> &values) {
  if (type == Varint) {
    values.push_back(int64_t(scalar));
    return;
  }
  if (!expect(Length))
    return;
  const char *from = payload.begin();
  uint64_t value;
  while (from != payload.end() && readVarint(from, payload.end(), value))
    values.push_back(int64_t(value));
}

template <typename T, typename Word>
void WireReader::appendFixed(WireType unpacked, SmallVectorImpl<T> &values) {
  static_assert(sizeof(T) == sizeof(Word));
  if (type != unpacked && !expect(Length))
    return;
  if (payload.size() % sizeof(T) != 0) {
    fail("expected a multiple of " + Twine(sizeof(T)) + " bytes but got " +
         Twine(payload.size()));
    return;
  }
  for (size_t i = 0; i < payload.size(); i += sizeof(T))
    values.push_back(bit_cast<T>(
        support::endian::read<Word, endianness::little>(payload.data() + i)));
}

void WireReader::append(SmallVectorImpl<float> &values) {
  appendFixed<float, uint32_t>(Fixed32, values);
}

void WireReader::append(SmallVectorImpl<double> &values) {
  appendFixed<double, uint64_t>(Fixed64, values);
}

void WireReader::fail(const Twine &what) {
  if (!error.empty())
    return;
  raw_string_ostream os(error);
  os << "byte " << (start - file) << ": ";
  if (number != 0)
    os << "field " << number << " of ";
  os << name << ": " << what;
}

void WireReader::check(Error inner) {
  if (!inner)
    return;
  if (error.empty())
    error = toString(std::move(inner));
  else
    consumeError(std::move(inner));
}

Error WireReader::takeError() {
  if (error.empty())
    return Error::success();
  return createStringError(Twine(error));
}
