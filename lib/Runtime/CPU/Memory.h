//===- Memory.h - Anonymous memory ------------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_RUNTIME_CPU_MEMORY_H
#define GG_LIB_RUNTIME_CPU_MEMORY_H

#include <cstddef>
#include <cstdint>

namespace gg::runtime {

/// Zeroed pages, straight from the system: they take memory once touched.
class Memory {
public:
  Memory() = default;
  ~Memory();
  Memory(const Memory &) = delete;

  /// Huge pages suit what is used as a whole; a long cache of which a few
  /// tokens are used would take all of its memory at once.
  enum class Pages { Huge, Normal };
  /// False where the system has no room.
  bool allocate(uint64_t bytes, Pages pages);
  /// Addresses for as much as the machine has memory, or for less where
  /// somebody set a limit; false where even 64 MiB are too much.
  bool reserve();
  /// Gives what lies after the first `bytes` back to the system; it is zero
  /// again.
  void release(uint64_t bytes);

  uint8_t *data() const { return base; }
  uint64_t size() const { return bytes; }

private:
  bool map(uint64_t bytes, int flags);

  uint8_t *base = nullptr;
  uint64_t bytes = 0;
};

} // namespace gg::runtime

#endif // GG_LIB_RUNTIME_CPU_MEMORY_H
