//===- DestinationStyle.h - Operations with a destination ----- -*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_DESTINATIONSTYLE_H
#define GG_DIALECT_DESTINATIONSTYLE_H

#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

namespace gg {

/// What an operation on memrefs does to memory that only writes its
/// destinations; nothing, on tensors.
inline void getDestinationStyleEffects(
    mlir::DestinationStyleOpInterface op,
    llvm::SmallVectorImpl<
        mlir::SideEffects::EffectInstance<mlir::MemoryEffects::Effect>>
        &effects) {
  if (op.hasPureTensorSemantics())
    return;
  for (mlir::OpOperand &operand : op->getOpOperands())
    if (op.isDpsInit(&operand))
      effects.emplace_back(mlir::MemoryEffects::Write::get(), &operand,
                           mlir::SideEffects::DefaultResource::get());
    else
      effects.emplace_back(mlir::MemoryEffects::Read::get(), &operand,
                           mlir::SideEffects::DefaultResource::get());
}

} // namespace gg

#endif // GG_DIALECT_DESTINATIONSTYLE_H
