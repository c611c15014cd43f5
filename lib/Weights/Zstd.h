//===- Zstd.h - Zstandard's decoder -----------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_WEIGHTS_ZSTD_H
#define GG_LIB_WEIGHTS_ZSTD_H

#include <cstddef>

namespace gg::weights {

/// ZSTD_decompress: how many bytes it wrote, or an error, which is more than
/// `capacity`.
using ZstdDecompress = size_t (*)(void *data, size_t capacity,
                                  const void *frame, size_t frameBytes);

inline constexpr char zstdLibrary[] = "libzstd.so.1";

/// That of the machine's library, which is looked for only where a frame needs
/// it: whoever loads no small artifact needs none. Null where there is none.
ZstdDecompress findZstdDecompress();

} // namespace gg::weights

#endif // GG_LIB_WEIGHTS_ZSTD_H
