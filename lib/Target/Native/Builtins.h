//===- Builtins.h - The C functions that LLVM may call ----------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TARGET_NATIVE_BUILTINS_H
#define GG_LIB_TARGET_NATIVE_BUILTINS_H

#include "llvm/IR/Module.h"

namespace gg::native {

/// Defines memset, memcpy and memmove, hidden, in `module`: LLVM turns loops
/// into calls of them.
void defineBuiltins(llvm::Module &module);

} // namespace gg::native

#endif // GG_LIB_TARGET_NATIVE_BUILTINS_H
