//===- Serialization.h - Sections of weights.ggw as bytes -------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Both directions share one list of fields per struct, so that writer and
// reader cannot drift apart. Reading holds every number to its bounds: the
// bytes may come from anyone.
//
//===----------------------------------------------------------------------===//

#ifndef GG_WEIGHTS_SERIALIZATION_H
#define GG_WEIGHTS_SERIALIZATION_H

#include "gg/Weights/Format.h"

#include <cstddef>

namespace gg::weights {

struct Bytes {
  const uint8_t *data = nullptr;
  size_t size = 0;
};

std::vector<uint8_t> serializeTable(const Table &table);
std::vector<uint8_t> serializeModel(const Model &model);

/// False and an error where the bytes are not what they should be. A file of a
/// newer minor version may hold more after what is read here.
bool parseTable(Bytes bytes, bool newerMinor, Table &table, std::string &error);
bool parseModel(Bytes bytes, bool newerMinor, Model &model, std::string &error);
/// The table of a file of major version 2: tensors only.
bool parseTensors(Bytes bytes, bool newerMinor, std::vector<Tensor> &tensors,
                  std::string &error);

/// What the header's own checksum must be.
uint64_t headerChecksum(const Header &header);

/// Everything that table and model promise to each other and to the runtime:
/// tensors lie in the payload, frames fill the bytes that the file stores of
/// it, a decoder's entries agree on their caches, …. The writer and the reader
/// both check it.
bool verifyTable(const Table &table, uint64_t storedInFile, std::string &error);
bool verifyModel(const Model &model, std::string &error);

/// The bytes of a contiguous tensor; false where they overflow or where a
/// dimension is negative.
bool contiguousBytes(ElementType type, const std::vector<int64_t> &dims,
                     uint64_t &bytes);

} // namespace gg::weights

#endif // GG_WEIGHTS_SERIALIZATION_H
