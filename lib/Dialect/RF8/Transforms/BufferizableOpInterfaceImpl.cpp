//===- BufferizableOpInterfaceImpl.cpp - rf8.linear on memrefs ------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/DestinationStyleBufferization.h"
#include "gg/Dialect/RF8/IR/RF8.h"
#include "gg/Dialect/RF8/Transforms/InterfaceImpls.h"

#include "mlir/IR/DialectRegistry.h"

using namespace mlir;
using namespace gg::rf8;

void gg::rf8::registerBufferizableOpInterfaceExternalModels(
    DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, RF8Dialect *) {
    LinearOp::attachInterface<DestinationStyleBufferization<LinearOp>>(
        *context);
  });
}
