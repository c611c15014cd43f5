//===- Npy.cpp - NumPy's array files --------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Run/Npy.h"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

using namespace gg::run;

static constexpr uint8_t npyMagic[6] = {0x93, 'N', 'U', 'M', 'P', 'Y'};

const char *gg::run::npyDescr(gg_type type) {
  switch (type) {
  case GG_F32:
    return "<f4";
  case GG_F16:
    return "<f2";
  case GG_F64:
    return "<f8";
  case GG_BOOL:
    return "|b1";
  case GG_I8:
  case GG_I4:
  case GG_I2:
    return "|i1";
  case GG_I16:
    return "<i2";
  case GG_I32:
    return "<i4";
  case GG_I64:
    return "<i8";
  case GG_U32:
    return "<u4";
  case GG_U64:
    return "<u8";
  case GG_BF16:
  case GG_U16:
    return "<u2";
  case GG_U8:
  case GG_U4:
  case GG_U2:
  case GG_F8E4M3FN:
  case GG_F8E4M3FNUZ:
  case GG_F8E5M2:
  case GG_F8E5M2FNUZ:
    return "|u1";
  case GG_TYPE_LIMIT:
    break;
  }
  return "";
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {

/// The header's Python dictionary.
class HeaderParser {
public:
  explicit HeaderParser(const std::string &text) : text(text) {}

  bool take(char c) {
    skipSpace();
    if (at == text.size() || text[at] != c)
      return false;
    ++at;
    return true;
  }
  bool string(std::string &value) {
    skipSpace();
    if (at == text.size() || (text[at] != '\'' && text[at] != '"'))
      return false;
    size_t end = text.find(text[at], at + 1);
    if (end == std::string::npos)
      return false;
    value = text.substr(at + 1, end - at - 1);
    at = end + 1;
    return true;
  }
  bool boolean(bool &value) {
    skipSpace();
    value = text.compare(at, 4, "True") == 0;
    if (!value && text.compare(at, 5, "False") != 0)
      return false;
    at += value ? 4 : 5;
    return true;
  }
  bool shape(std::vector<int64_t> &dims) {
    if (!take('('))
      return false;
    while (!take(')')) {
      skipSpace();
      char *end;
      errno = 0;
      long long dim = std::strtoll(text.c_str() + at, &end, 10);
      if (end == text.c_str() + at || errno || dim < 0 || dims.size() == 64)
        return false;
      dims.push_back(dim);
      at = static_cast<size_t>(end - text.c_str());
      if (!take(',') && (at == text.size() || text[at] != ')'))
        return false;
    }
    return true;
  }

private:
  void skipSpace() {
    while (at < text.size() && (text[at] == ' ' || text[at] == '\n'))
      ++at;
  }

  const std::string &text;
  size_t at = 0;
};

} // namespace

bool NpyArray::parseHeader(const std::string &header, std::string &error) {
  error = "expected a NumPy header with 'descr', 'fortran_order' and 'shape' "
          "of a plain type";
  HeaderParser parser(header);
  bool haveDescr = false, haveOrder = false, haveShape = false;
  if (!parser.take('{'))
    return false;
  while (!parser.take('}')) {
    std::string key;
    if (!parser.string(key) || !parser.take(':'))
      return false;
    bool &have = key == "descr"           ? haveDescr
                 : key == "fortran_order" ? haveOrder
                                          : haveShape;
    if (have)
      return false;
    have = key == "descr"           ? parser.string(theDescr)
           : key == "fortran_order" ? parser.boolean(fortranOrder)
           : key == "shape"         ? parser.shape(theShape)
                                    : false;
    if (!have)
      return false;
    (void)parser.take(',');
  }
  return haveDescr && haveOrder && haveShape;
}

/// Elements in C order, from elements in Fortran order.
void NpyArray::toCOrder(uint64_t itemBytes) {
  uint64_t count = 1;
  for (int64_t dim : theShape)
    count *= static_cast<uint64_t>(dim);
  std::vector<uint64_t> strides;
  uint64_t stride = itemBytes;
  for (int64_t dim : theShape) {
    strides.push_back(stride);
    stride *= static_cast<uint64_t>(dim);
  }
  moved.resize(count * itemBytes);
  std::vector<int64_t> index(theShape.size());
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t from = 0;
    for (size_t d = 0; d < index.size(); ++d)
      from += static_cast<uint64_t>(index[d]) * strides[d];
    std::memcpy(moved.data() + i * itemBytes, first + from, itemBytes);
    for (size_t d = index.size(); d-- > 0;) {
      if (++index[d] < theShape[d])
        break;
      index[d] = 0;
    }
  }
  first = moved.data();
}

bool NpyArray::parse(std::string &error) {
  uint64_t size = file->size();
  error = "is no .npy file";
  if (size < 10 || std::memcmp(file->data(), npyMagic, sizeof(npyMagic)) != 0)
    return false;
  int version = file->data()[6];
  if (version < 1 || version > 3) {
    error = "is of .npy version " + std::to_string(version) +
            ": expected 1, 2 or 3";
    return false;
  }
  uint32_t headerBytes = 0;
  uint64_t start = version == 1 ? 10 : 12;
  error = "is truncated";
  if (size < start)
    return false;
  std::memcpy(&headerBytes, file->data() + 8, version == 1 ? 2 : 4);
  if (headerBytes > size - start)
    return false;
  std::string header(reinterpret_cast<const char *>(file->data() + start),
                     headerBytes);
  if (!parseHeader(header, error))
    return false;
  start += headerBytes;

  // Byte order, kind, size.
  if (theDescr.size() == 3 && theDescr[0] == '=')
    theDescr[0] = '<';
  if (theDescr.size() == 3 && theDescr[0] == '>') {
    error = "is big-endian: expected little-endian";
    return false;
  }
  if (theDescr.size() != 3 || !std::strchr("<|", theDescr[0]) ||
      !std::strchr("fiub", theDescr[1]) || !std::strchr("1248", theDescr[2])) {
    error = "has elements of type '" + theDescr +
            "': expected integers, floats or booleans";
    return false;
  }
  if (theDescr[2] == '1')
    theDescr[0] = '|';
  auto itemBytes = static_cast<uint64_t>(theDescr[2] - '0');
  uint64_t bytes = itemBytes;
  for (int64_t dim : theShape)
    if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(dim), &bytes)) {
      error = "has an impossible shape";
      return false;
    }
  if (size - start != bytes) {
    error = "expected " + std::to_string(bytes) +
            " bytes of elements but got " + std::to_string(size - start);
    return false;
  }
  first = file->data() + start;
  if (fortranOrder && theShape.size() > 1) {
    toCOrder(itemBytes);
  } else if (reinterpret_cast<uintptr_t>(first) % itemBytes) {
    moved.assign(first, first + bytes);
    first = moved.data();
  }
  error.clear();
  return true;
}

bool NpyArray::read(const std::string &path, std::string &error) {
  *this = NpyArray();
  file = weights::MappedFile::open(path, error);
  if (!file)
    return false;
  std::string why;
  if (parse(why))
    return true;
  error = path + ": " + why;
  return false;
}

//===----------------------------------------------------------------------===//
// Writing
//===----------------------------------------------------------------------===//

NpyWriter::~NpyWriter() {
  if (base)
    munmap(base, bytes);
  if (!aside.empty())
    unlink(aside.c_str());
}

bool NpyWriter::create(const std::string &name, const char *descr,
                       const std::vector<int64_t> &shape, uint64_t itemBytes,
                       std::string &error) {
  std::string dims;
  bytes = itemBytes;
  for (int64_t dim : shape) {
    dims += std::to_string(dim) + (shape.size() == 1 ? "," : ", ");
    bytes *= static_cast<uint64_t>(dim);
  }
  if (shape.size() > 1)
    dims.resize(dims.size() - 2);
  std::string header = std::string("{'descr': '") + descr +
                       "', 'fortran_order': False, 'shape': (" + dims + "), }";
  // The elements start at a multiple of 64, after a line feed.
  constexpr uint64_t prefix = 10, alignment = 64;
  headerBytes =
      (prefix + header.size() + 1 + alignment - 1) / alignment * alignment;
  header.resize(headerBytes - prefix - 1, ' ');
  header += '\n';
  bytes += headerBytes;

  auto fail = [&](int code) {
    error = name + ": " + std::strerror(code);
    return false;
  };
  path = name;
  std::string temporary = path + "." + std::to_string(getpid()) + ".tmp";
  int descriptor =
      open(temporary.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (descriptor < 0)
    return fail(errno);
  aside = temporary;
  // Blocks are allocated here: a full disk is an error, and no signal later.
  int code = posix_fallocate(descriptor, 0, static_cast<off_t>(bytes));
  void *mapping = MAP_FAILED;
  if (code == 0) {
    mapping =
        mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
    code = errno;
  }
  close(descriptor);
  if (mapping == MAP_FAILED)
    return fail(code);
  base = static_cast<uint8_t *>(mapping);
  std::memcpy(base, npyMagic, sizeof(npyMagic));
  base[6] = 1;
  base[7] = 0;
  auto length = static_cast<uint16_t>(header.size());
  std::memcpy(base + 8, &length, sizeof(length));
  std::memcpy(base + prefix, header.data(), header.size());
  return true;
}

bool NpyWriter::commit(std::string &error) {
  if (munmap(base, bytes) == 0 && rename(aside.c_str(), path.c_str()) == 0) {
    base = nullptr;
    aside.clear();
    return true;
  }
  base = nullptr;
  error = path + ": " + std::strerror(errno);
  return false;
}
