//===- InterfaceImpls.h - External models of rf8 ops ---------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_RF8_TRANSFORMS_INTERFACEIMPLS_H
#define GG_DIALECT_RF8_TRANSFORMS_INTERFACEIMPLS_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace gg::rf8 {

/// Makes rf8.linear bufferizable.
void registerBufferizableOpInterfaceExternalModels(
    mlir::DialectRegistry &registry);

/// Makes rf8.linear tileable, by rows and by whole panels of outputs.
void registerTilingInterfaceExternalModels(mlir::DialectRegistry &registry);

} // namespace gg::rf8

#endif // GG_DIALECT_RF8_TRANSFORMS_INTERFACEIMPLS_H
