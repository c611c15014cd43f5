//===- Checksum.h - XXH64 ---------------------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// XXH64 with seed 0, from its published specification: several GB/s, so that a
// weights file is verified at the speed of the disk. It finds damage; it is no
// protection against forgery.
//
//===----------------------------------------------------------------------===//

#ifndef GG_WEIGHTS_CHECKSUM_H
#define GG_WEIGHTS_CHECKSUM_H

#include <cstddef>
#include <cstdint>

namespace gg::weights {

/// Bytes may arrive in pieces; the sum is that of their concatenation.
class Checksum {
public:
  Checksum();
  void update(const void *data, size_t bytes);
  uint64_t finish() const;

private:
  uint64_t lanes[4];
  uint64_t total = 0;
  uint8_t pending[32];
  size_t pendingBytes = 0;
};

inline uint64_t checksum(const void *data, size_t bytes) {
  Checksum sum;
  sum.update(data, bytes);
  return sum.finish();
}

} // namespace gg::weights

#endif // GG_WEIGHTS_CHECKSUM_H
