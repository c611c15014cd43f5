//===- Pipelines.h - Named pass pipelines -----------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_PIPELINES_PIPELINES_H
#define GG_PIPELINES_PIPELINES_H

namespace gg {

/// Registers the named pipelines with the pass registry.
void registerPipelines();

} // namespace gg

#endif // GG_PIPELINES_PIPELINES_H
