//===- Checksum.cpp - XXH64 -----------------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Weights/Checksum.h"

#include <algorithm>
#include <cstring>

using namespace gg::weights;

static constexpr uint64_t prime1 = 0x9E3779B185EBCA87;
static constexpr uint64_t prime2 = 0xC2B2AE3D27D4EB4F;
static constexpr uint64_t prime3 = 0x165667B19E3779F9;
static constexpr uint64_t prime4 = 0x85EBCA77C2B2AE63;
static constexpr uint64_t prime5 = 0x27D4EB2F165667C5;

static uint64_t rotateLeft(uint64_t value, int bits) {
  return value << bits | value >> (64 - bits);
}

template <typename T> static T load(const uint8_t *data) {
  T value;
  std::memcpy(&value, data, sizeof(T));
  return value;
}

static uint64_t mix(uint64_t lane, uint64_t input) {
  return rotateLeft(lane + input * prime2, 31) * prime1;
}

static void mixStripe(uint64_t (&lanes)[4], const uint8_t *data) {
  for (int i = 0; i < 4; ++i)
    lanes[i] = mix(lanes[i], load<uint64_t>(data + 8 * i));
}

Checksum::Checksum() : lanes{prime1 + prime2, prime2, 0, 0 - prime1} {}

void Checksum::update(const void *data, size_t bytes) {
  if (!bytes)
    return;
  const auto *next = static_cast<const uint8_t *>(data);
  total += bytes;
  if (pendingBytes) {
    size_t taken = std::min(bytes, sizeof(pending) - pendingBytes);
    std::memcpy(pending + pendingBytes, next, taken);
    pendingBytes += taken;
    next += taken;
    bytes -= taken;
    if (pendingBytes < sizeof(pending))
      return;
    mixStripe(lanes, pending);
    pendingBytes = 0;
  }
  for (; bytes >= 32; next += 32, bytes -= 32)
    mixStripe(lanes, next);
  std::memcpy(pending, next, bytes);
  pendingBytes = bytes;
}

uint64_t Checksum::finish() const {
  uint64_t sum = prime5;
  if (total >= 32) {
    sum = rotateLeft(lanes[0], 1) + rotateLeft(lanes[1], 7) +
          rotateLeft(lanes[2], 12) + rotateLeft(lanes[3], 18);
    for (uint64_t lane : lanes)
      sum = (sum ^ mix(0, lane)) * prime1 + prime4;
  }
  sum += total;
  const uint8_t *next = pending;
  size_t left = pendingBytes;
  for (; left >= 8; next += 8, left -= 8)
    sum = rotateLeft(sum ^ mix(0, load<uint64_t>(next)), 27) * prime1 + prime4;
  if (left >= 4) {
    sum = rotateLeft(sum ^ load<uint32_t>(next) * prime1, 23) * prime2 + prime3;
    next += 4;
    left -= 4;
  }
  for (; left; ++next, --left)
    sum = rotateLeft(sum ^ *next * prime5, 11) * prime1;
  sum = (sum ^ sum >> 33) * prime2;
  sum = (sum ^ sum >> 29) * prime3;
  return sum ^ sum >> 32;
}
