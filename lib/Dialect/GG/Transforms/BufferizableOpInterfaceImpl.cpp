//===- BufferizableOpInterfaceImpl.cpp - gg.attention on memrefs ----------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/DestinationStyleBufferization.h"
#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Dialect/GG/Transforms/InterfaceImpls.h"

#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace gg::ir;

void gg::ir::registerBufferizableOpInterfaceExternalModels(
    DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, GGDialect *) {
    AttentionOp::attachInterface<DestinationStyleBufferization<AttentionOp>>(
        *context);
  });
}
