//===- State.cpp - Saves and restores a decoder ---------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decoder.h"
#include "Error.h"
#include "gg/Weights/Checksum.h"

#include <algorithm>
#include <cstring>

using namespace gg;
using namespace gg::runtime;

static constexpr uint8_t stateMagic[4] = {'G', 'G', 'S', 0};
static constexpr uint32_t stateVersion = 1;

namespace {

/// The start of a state; a RowHeader, logits and memory of each row follow.
struct StateHeader {
  uint8_t magic[4];
  uint32_t version;
  /// Of the artifact.
  uint64_t fingerprint;
  uint64_t bytes;
  /// Over everything after the header.
  uint64_t checksum;
};

struct RowHeader {
  int64_t position;
  /// Whether the row's logits follow.
  int64_t known;
};

} // namespace

size_t Decoder::stateBytes() const {
  size_t bytes = sizeof(StateHeader);
  for (int64_t row = 0; row < rows(); ++row) {
    bytes += sizeof(RowHeader) + memoryBytes(position(row));
    if (known[index(row)])
      bytes += index(vocabulary) * sizeof(float);
  }
  return bytes;
}

gg_status Decoder::save(uint8_t *state, size_t bytes) {
  if (bytes != stateBytes())
    return fail(GG_ERROR_ARGUMENT,
                "the state takes %zu bytes but got room for %zu", stateBytes(),
                bytes);
  uint8_t *next = state + sizeof(StateHeader);
  auto put = [&](const void *data, size_t size) {
    std::memcpy(next, data, size);
    next += size;
  };
  for (int64_t row = 0; row < rows(); ++row) {
    RowHeader header{position(row), known[index(row)]};
    put(&header, sizeof(header));
    if (header.known)
      put(rowLogits(row), index(vocabulary) * sizeof(float));
    visitMemory(row, put);
  }
  StateHeader header = {};
  std::copy(std::begin(stateMagic), std::end(stateMagic), header.magic);
  header.version = stateVersion;
  header.fingerprint = runner.model().artifact().fingerprint();
  header.bytes = bytes;
  header.checksum =
      weights::checksum(state + sizeof(header), bytes - sizeof(header));
  std::memcpy(state, &header, sizeof(header));
  return GG_OK;
}

/// Whether the rows of a state are as long as they should be.
bool Decoder::checkState(const uint8_t *state, size_t bytes) const {
  auto take = [&](uint64_t size) {
    if (size > bytes)
      return false;
    state += size;
    bytes -= size;
    return true;
  };
  constexpr int64_t limit = int64_t(1) << 40;
  for (int64_t row = 0; row < rows(); ++row) {
    RowHeader header;
    if (!take(sizeof(header)))
      return false;
    std::memcpy(&header, state - sizeof(header), sizeof(header));
    if (header.position < 0 || header.position > (capacity ? capacity : limit))
      return false;
    if (header.known && !take(index(vocabulary) * sizeof(float)))
      return false;
    if (!take(memoryBytes(header.position)))
      return false;
  }
  return bytes == 0;
}

gg_status Decoder::restore(const uint8_t *state, size_t bytes) {
  StateHeader header;
  if (bytes < sizeof(header) ||
      std::memcmp(state, stateMagic, sizeof(stateMagic)) != 0)
    return fail(GG_ERROR_FORMAT, "this is no saved state");
  std::memcpy(&header, state, sizeof(header));
  if (header.version != stateVersion)
    return fail(GG_ERROR_FORMAT,
                "the state is of version %u but this gg reads version %u",
                header.version, stateVersion);
  const uint8_t *next = state + sizeof(header);
  if (header.bytes != bytes ||
      header.checksum != weights::checksum(next, bytes - sizeof(header)))
    return fail(GG_ERROR_FORMAT, "the state is damaged");
  if (header.fingerprint != runner.model().artifact().fingerprint())
    return fail(GG_ERROR_ARGUMENT, "the state is of another artifact");
  if (!checkState(next, bytes - sizeof(header)))
    return fail(GG_ERROR_FORMAT, "the state is malformed");

  reset();
  auto get = [&](void *data, size_t size) {
    std::memcpy(data, next, size);
    next += size;
  };
  bool plausible = true;
  for (int64_t row = 0; row < rows(); ++row) {
    RowHeader rowHeader;
    get(&rowHeader, sizeof(rowHeader));
    positions[index(row)] = rowHeader.position;
    known[index(row)] = rowHeader.known != 0;
    if (rowHeader.known)
      get(rowLogits(row), index(vocabulary) * sizeof(float));
    visitMemory(row, get);
    plausible &= isPlausible(row);
  }
  if (plausible)
    return GG_OK;
  reset();
  return fail(GG_ERROR_FORMAT, "the state is malformed");
}
