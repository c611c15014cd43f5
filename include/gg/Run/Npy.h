//===- Npy.h - NumPy's array files ------------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_RUN_NPY_H
#define GG_RUN_NPY_H

#include "gg-runtime/gg.h"
#include "gg/Weights/ArtifactReader.h"

#include <memory>
#include <string>
#include <vector>

namespace gg::run {

/// NumPy's name for an element type, "<f4" for example. Types that NumPy has
/// not travel as unsigned integers of their size: bf16 as "<u2".
const char *npyDescr(gg_type type);

/// An array read from a .npy file, in C order.
class NpyArray {
public:
  /// False and an error that names the file where it is no array of numbers.
  bool read(const std::string &path, std::string &error);

  /// "<i8" for example; little-endian.
  const std::string &descr() const { return theDescr; }
  const std::vector<int64_t> &shape() const { return theShape; }
  const uint8_t *data() const { return first; }

private:
  bool parse(std::string &error);
  bool parseHeader(const std::string &header, std::string &error);
  void toCOrder(uint64_t itemBytes);

  std::string theDescr;
  std::vector<int64_t> theShape;
  bool fortranOrder = false;
  const uint8_t *first = nullptr;
  std::unique_ptr<weights::MappedFile> file;
  /// The elements, where they cannot stay in the mapped file.
  std::vector<uint8_t> moved;
};

/// A .npy file being written, mapped; it appears under its name by `commit`.
class NpyWriter {
public:
  NpyWriter() = default;
  NpyWriter(const NpyWriter &) = delete;
  ~NpyWriter();

  bool create(const std::string &path, const char *descr,
              const std::vector<int64_t> &shape, uint64_t itemBytes,
              std::string &error);
  uint8_t *data() { return base + headerBytes; }
  bool commit(std::string &error);

private:
  std::string path, aside;
  uint8_t *base = nullptr;
  uint64_t bytes = 0, headerBytes = 0;
};

} // namespace gg::run

#endif // GG_RUN_NPY_H
