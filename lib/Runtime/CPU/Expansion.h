//===- Expansion.h - Expands a small payload --------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_RUNTIME_CPU_EXPANSION_H
#define GG_LIB_RUNTIME_CPU_EXPANSION_H

#include "gg/Weights/ArtifactReader.h"

namespace gg::runtime {

/// Expands the frames of `artifact` into `payload`, which is zero, on that many
/// threads. False and an error, the first damaged frame's, where one is.
bool expand(const weights::ArtifactReader &artifact, uint8_t *payload,
            int threads, std::string &error);

} // namespace gg::runtime

#endif // GG_LIB_RUNTIME_CPU_EXPANSION_H
