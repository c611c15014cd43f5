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
#include "mlir/Interfaces/DataLayoutInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace gg::ir;

#include "gg/Dialect/GG/IR/GGDialect.cpp.inc"

#define GET_OP_CLASSES
#include "gg/Dialect/GG/IR/GGOps.cpp.inc"

// The members of gg_math, in order.
static constexpr llvm::StringLiteral kMathTable[] = {
    "exp",   "log",   "sin",   "cos",   "tan",  "tanh", "erf",
    "pow",   "asin",  "acos",  "atan",  "sinh", "cosh", "asinh",
    "acosh", "atanh", "expm1", "log1p", "fmod"};

std::optional<unsigned> gg::ir::getMathTableIndex(StringRef function) {
  const auto *it = llvm::find(kMathTable, function);
  if (it == std::end(kMathTable))
    return std::nullopt;
  return it - std::begin(kMathTable);
}

std::optional<int64_t> gg::ir::getElementBytes(Type type) {
  if (isa<IndexType>(type))
    return 8;
  if (type.isIntOrFloat())
    return llvm::divideCeil(type.getIntOrFloatBitWidth(), 8);
  if (auto vector = dyn_cast<VectorType>(type))
    if (std::optional<int64_t> bytes = getElementBytes(vector.getElementType()))
      return *bytes * vector.getNumElements();
  // A dialect's own element type, such as RF8, knows its size.
  if (auto sized = dyn_cast<DataLayoutTypeInterface>(type)) {
    llvm::TypeSize bits = sized.getTypeSizeInBits(DataLayout(), {});
    if (!bits.isScalable())
      return llvm::divideCeil(bits.getFixedValue(), 8);
  }
  return std::nullopt;
}

LogicalResult OutputOp::verify() {
  auto type = dyn_cast<MemRefType>(getBuffer().getType());
  if (!type || !type.getLayout().isIdentity())
    return emitOpError("expected a buffer of identity layout but got ")
           << getBuffer().getType();
  if (type.getRank() > 8)
    return emitOpError("expected a rank of at most 8 but got ")
           << type.getRank();
  return success();
}

LogicalResult
GetWeightOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  auto weight =
      symbolTable.lookupNearestSymbolFrom<WeightOp>(*this, getNameAttr());
  if (!weight)
    return emitOpError("expected a gg.weight named ") << getNameAttr();
  ShapedType stored = weight.getValue().getShapedType();
  MemRefType type = getType();
  // The way to machine code may rename the element type: RF8 codes end as i8.
  if (stored.getShape() != type.getShape() ||
      getElementBytes(stored.getElementType()) !=
          getElementBytes(type.getElementType()))
    return emitOpError("expected the shape and element size of ")
           << stored << " but got " << type;
  return success();
}

LogicalResult CallMathOp::verify() {
  if (!getMathTableIndex(getFunction()))
    return emitOpError("expected a member of gg_math but got ")
           << getFunctionAttr();
  size_t wanted = getFunction() == "pow" || getFunction() == "fmod" ? 2 : 1;
  if (getArgs().size() != wanted)
    return emitOpError("expected ")
           << wanted << " operands but got " << getArgs().size();
  return success();
}

void GGDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "gg/Dialect/GG/IR/GGOps.cpp.inc"
      >();
}
