//===- Error.h - How the runtime fails --------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_RUNTIME_CPU_ERROR_H
#define GG_LIB_RUNTIME_CPU_ERROR_H

#include "gg-runtime/gg.h"

namespace gg::runtime {

/// Records the message for gg_last_error() on this thread, and returns the
/// status.
[[gnu::format(printf, 2, 3)]] gg_status fail(gg_status status,
                                             const char *format, ...);

const char *lastError();

} // namespace gg::runtime

#endif // GG_LIB_RUNTIME_CPU_ERROR_H
