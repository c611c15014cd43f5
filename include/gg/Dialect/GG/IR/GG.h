//===- GG.h - The gg dialect ------------------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_GG_IR_GG_H
#define GG_DIALECT_GG_IR_GG_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "gg/Dialect/GG/IR/GGDialect.h.inc"

#define GET_OP_CLASSES
#include "gg/Dialect/GG/IR/GGOps.h.inc"

#endif // GG_DIALECT_GG_IR_GG_H
