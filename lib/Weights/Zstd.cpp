//===- Zstd.cpp - Zstandard's decoder -------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Zstd.h"

#include <atomic>
#include <dlfcn.h>

using namespace gg::weights;

ZstdDecompress gg::weights::findZstdDecompress() {
  static std::atomic<ZstdDecompress> found{nullptr};
  if (ZstdDecompress known = found.load(std::memory_order_acquire))
    return known;
  // Threads that come here at once find the same function.
  void *library = dlopen(zstdLibrary, RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return nullptr;
  auto decompress =
      reinterpret_cast<ZstdDecompress>(dlsym(library, "ZSTD_decompress"));
  found.store(decompress, std::memory_order_release);
  return decompress;
}
