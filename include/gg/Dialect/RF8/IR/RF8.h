//===- RF8.h - The rf8 dialect ----------------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_RF8_IR_RF8_H
#define GG_DIALECT_RF8_IR_RF8_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "gg/Dialect/RF8/IR/RF8Dialect.h.inc"

#define GET_TYPEDEF_CLASSES
#include "gg/Dialect/RF8/IR/RF8Types.h.inc"

#define GET_OP_CLASSES
#include "gg/Dialect/RF8/IR/RF8Ops.h.inc"

#endif // GG_DIALECT_RF8_IR_RF8_H
