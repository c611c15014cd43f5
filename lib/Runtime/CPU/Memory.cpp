//===- Memory.cpp - Anonymous memory --------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Memory.h"

#include <sys/mman.h>
#include <unistd.h>

using namespace gg::runtime;

static constexpr uint64_t hugePage = uint64_t(2) << 20;

Memory::~Memory() {
  if (base)
    munmap(base, bytes);
}

bool Memory::map(uint64_t size, int flags) {
  if (!size)
    return true;
  void *pages = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | flags, -1, 0);
  if (pages == MAP_FAILED)
    return false;
  base = static_cast<uint8_t *>(pages);
  bytes = size;
  return true;
}

bool Memory::allocate(uint64_t size, Pages pages) {
  bool huge = pages == Pages::Huge && size >= hugePage;
  if (huge)
    size = (size + hugePage - 1) / hugePage * hugePage;
  if (!map(size, 0))
    return false;
  if (huge)
    madvise(base, bytes, MADV_HUGEPAGE);
  return true;
}

bool Memory::reserve() {
  uint64_t size = static_cast<uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                  static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  for (; size >= uint64_t(64) << 20; size /= 2)
    if (map(size, MAP_NORESERVE))
      return true;
  return false;
}

void Memory::release(uint64_t kept) {
  if (kept < bytes)
    madvise(base + kept, bytes - kept, MADV_DONTNEED);
}
