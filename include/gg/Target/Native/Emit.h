//===- Emit.h - From the LLVM dialect to a shared object --------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TARGET_NATIVE_EMIT_H
#define GG_TARGET_NATIVE_EMIT_H

#include "gg/Target/Native/CPU.h"
#include "mlir/IR/BuiltinOps.h"

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace gg::native {

using Bytes = llvm::SmallVector<char, 0>;

/// What the translation to LLVM IR needs of the dialects.
void registerTranslations(mlir::DialectRegistry &registry);

/// Optimized LLVM IR as text.
llvm::Expected<std::string> emitLLVM(mlir::ModuleOp module, const CPU &cpu);

/// A relocatable object. It defines the C functions that LLVM may call, such as
/// memset, so that it needs nothing from outside.
llvm::Expected<Bytes> emitObject(mlir::ModuleOp module, const CPU &cpu);

/// Links an object into a shared object without undefined symbols.
llvm::Expected<Bytes> linkShared(llvm::ArrayRef<char> object, const CPU &cpu);

} // namespace gg::native

#endif // GG_TARGET_NATIVE_EMIT_H
