//===- GGDialect.cpp - The gg dialect -------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/GG/IR/GG.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace gg::ir;

#include "gg/Dialect/GG/IR/GGDialect.cpp.inc"

#define GET_OP_CLASSES
#include "gg/Dialect/GG/IR/GGOps.cpp.inc"

void GGDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "gg/Dialect/GG/IR/GGOps.cpp.inc"
      >();
}
