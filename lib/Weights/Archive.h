//===- Archive.h - Fields of a section, to and from bytes -------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a section's fields are is written once, as a function of an archive: a
// Writer appends them, a Reader takes them.
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_WEIGHTS_ARCHIVE_H
#define GG_LIB_WEIGHTS_ARCHIVE_H

#include "gg/Weights/Serialization.h"

#include <cstring>
#include <utility>

static_assert(
    __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
    "artifacts are little-endian, and so are the machines gg runs on");

namespace gg::weights {

/// Appends fields to a byte string.
class Writer {
public:
  template <typename T> void scalar(const T &value) {
    const auto *from = reinterpret_cast<const uint8_t *>(&value);
    bytes.insert(bytes.end(), from, from + sizeof(T));
  }
  void text(const std::string &value) {
    scalar(static_cast<uint32_t>(value.size()));
    bytes.insert(bytes.end(), value.begin(), value.end());
  }
  template <typename Enum> void enumerator(const Enum &value, uint32_t) {
    scalar(static_cast<uint32_t>(value));
  }
  template <typename T, typename Each>
  void list(const std::vector<T> &items, Each each) {
    scalar(static_cast<uint32_t>(items.size()));
    for (const T &item : items)
      each(*this, item);
  }

  std::vector<uint8_t> bytes;
};

/// Takes fields from a byte string; the first one that does not fit makes it
/// fail, and all later ones are left as they are.
class Reader {
public:
  explicit Reader(Bytes bytes) : next(bytes.data), left(bytes.size) {}

  template <typename T> void scalar(T &value) {
    if (!take(sizeof(T)))
      return;
    std::memcpy(&value, next - sizeof(T), sizeof(T));
  }
  void text(std::string &value) {
    uint32_t size = 0;
    scalar(size);
    if (size > maxNameBytes)
      return fail();
    if (take(size))
      value.assign(reinterpret_cast<const char *>(next - size), size);
  }
  template <typename Enum> void enumerator(Enum &value, uint32_t last) {
    uint32_t number = 0;
    scalar(number);
    if (number > last)
      return fail();
    value = static_cast<Enum>(number);
  }
  template <typename T, typename Each>
  void list(std::vector<T> &items, Each each) {
    uint32_t size = 0;
    scalar(size);
    // Every item takes 4 bytes at least: a size that cannot be true is found
    // before anything is allocated for it.
    if (size > left / 4)
      return fail();
    for (uint32_t i = 0; i < size && good; ++i) {
      items.emplace_back();
      each(*this, items.back());
    }
  }

  bool good = true;
  size_t remaining() const { return left; }

private:
  void fail() { good = false; }
  bool take(size_t size) {
    if (!good || size > left) {
      good = false;
      return false;
    }
    next += size;
    left -= size;
    return true;
  }

  const uint8_t *next;
  size_t left;
};

} // namespace gg::weights

#endif // GG_LIB_WEIGHTS_ARCHIVE_H
