//===- RF8Dialect.cpp - The rf8 dialect -----------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/RF8/IR/RF8.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace gg::rf8;

#include "gg/Dialect/RF8/IR/RF8Dialect.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "gg/Dialect/RF8/IR/RF8Types.cpp.inc"

#define GET_OP_CLASSES
#include "gg/Dialect/RF8/IR/RF8Ops.cpp.inc"

void RF8Dialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "gg/Dialect/RF8/IR/RF8Types.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "gg/Dialect/RF8/IR/RF8Ops.cpp.inc"
      >();
}
