//===- InitAll.h - Registration of everything gg has ------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_INITALL_H
#define GG_INITALL_H

namespace mlir {
class DialectRegistry;
} // namespace mlir

namespace gg {

/// Every dialect a gg tool reads: ours, and the upstream ones with the
/// extensions that our pipelines rely on.
void registerAllDialects(mlir::DialectRegistry &registry);

/// Every pass and named pipeline of ours, and the upstream passes.
void registerAllPasses();

} // namespace gg

#endif // GG_INITALL_H
