//===- InterfaceImpls.h - Interfaces of gg ops ---------------- -*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_GG_TRANSFORMS_INTERFACEIMPLS_H
#define GG_DIALECT_GG_TRANSFORMS_INTERFACEIMPLS_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace gg::ir {

/// Makes gg.attention bufferizable.
void registerBufferizableOpInterfaceExternalModels(
    mlir::DialectRegistry &registry);

} // namespace gg::ir

#endif // GG_DIALECT_GG_TRANSFORMS_INTERFACEIMPLS_H
