//===- GGDialect.cpp - The gg dialect -------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/DestinationStyle.h"
#include "gg/Dialect/GG/IR/GG.h"

#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace gg::ir;

#include "gg/Dialect/GG/IR/GGDialect.cpp.inc"
#include "gg/Dialect/GG/IR/GGEnums.cpp.inc"

/// The parts of a weight, without the brackets of an array.
static ParseResult parseParts(OpAsmParser &parser, ArrayAttr &parts) {
  SmallVector<Attribute> values;
  auto parsePart = [&] { return parser.parseAttribute(values.emplace_back()); };
  if (parser.parseCommaSeparatedList(parsePart))
    return failure();
  parts = parser.getBuilder().getArrayAttr(values);
  return success();
}

static void printParts(OpAsmPrinter &printer, Operation *, ArrayAttr parts) {
  llvm::interleaveComma(parts, printer);
}

static ParseResult parseReal(AsmParser &parser,
                             FailureOr<llvm::APFloat> &value) {
  double parsed;
  if (parser.parseFloat(parsed))
    return failure();
  value = llvm::APFloat(parsed);
  return success();
}

static void printReal(AsmPrinter &printer, const llvm::APFloat &value) {
  printer.printFloat(value);
}

#define GET_ATTRDEF_CLASSES
#include "gg/Dialect/GG/IR/GGAttributes.cpp.inc"

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

//===----------------------------------------------------------------------===//
// Priors
//===----------------------------------------------------------------------===//

LogicalResult GGDAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                              llvm::APFloat shape, llvm::APFloat scale,
                              llvm::APFloat mean) {
  if (!shape.isFinite() || shape.isZero() || shape.isNegative())
    return emitError() << "expected a finite shape above 0 but got "
                       << shape.convertToDouble();
  if (!scale.isFinite() || scale.isZero() || scale.isNegative())
    return emitError() << "expected a finite scale above 0 but got "
                       << scale.convertToDouble();
  if (!mean.isFinite())
    return emitError() << "expected a finite mean but got "
                       << mean.convertToDouble();
  return success();
}

LogicalResult
GGDChannelsAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                        int64_t axis, ArrayRef<GGDAttr> channels) {
  if (axis < 0)
    return emitError() << "expected an axis of 0 or more but got " << axis;
  return success();
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

LogicalResult AttentionOp::verify() {
  ArrayRef<int64_t> query = shaped(getQuery()).getShape();
  ArrayRef<int64_t> key = shaped(getKey()).getShape();
  ArrayRef<int64_t> value = shaped(getValue()).getShape();
  // Kernels keep vectors of these in registers.
  if (ShapedType::isDynamicShape({query[2], query[4], value[3]}))
    return emitOpError("expected the group and head sizes to be known but got ")
           << getQuery().getType() << " and " << getValue().getType();
  auto check = [&](StringRef what, Value operand,
                   ArrayRef<int64_t> wanted) -> LogicalResult {
    if (!operand ||
        succeeded(verifyCompatibleShape(wanted, shaped(operand).getShape())))
      return success();
    InFlightDiagnostic error = emitOpError("expected ")
                               << what << " of shape [";
    llvm::interleaveComma(wanted, error, [&](int64_t size) {
      ShapedType::isDynamic(size) ? error << "?" : error << size;
    });
    return error << "] but got " << operand.getType();
  };
  if (failed(check("keys", getKey(), {query[0], query[1], key[2], query[4]})) ||
      failed(check("values", getValue(), {key[0], key[1], key[2], value[3]})) ||
      failed(check("a destination", getInit(),
                   {query[0], query[1], query[2], query[3], value[3]})) ||
      failed(check("begins", getBegin(), {query[0], query[3]})) ||
      failed(check("ends", getEnd(), {query[0], query[3]})))
    return failure();
  if (getMask()) {
    SmallVector<int64_t> wanted = {query[0], query[1], query[2], query[3],
                                   key[2]};
    for (auto [size, given] : llvm::zip(MutableArrayRef(wanted).drop_back(),
                                        shaped(getMask()).getShape()))
      if (given == 1)
        size = 1;
    if (failed(check("a mask", getMask(), wanted)))
      return failure();
  }
  if (!getBegin() != !getEnd())
    return emitOpError("expected begins and ends of keys but got one of them");
  bool isTensor = isa<TensorType>(getInit().getType());
  if (isTensor != bool(getResult()))
    return emitOpError("expected a result if, and only if, the operands are "
                       "tensors");
  for (Value operand : getOperands())
    if (isa<TensorType>(operand.getType()) != isTensor)
      return emitOpError("expected operands that are all tensors or all "
                         "memrefs but got ")
             << operand.getType() << " with " << getInit().getType();
  if (isTensor && getResult().getType() != getInit().getType())
    return emitOpError("expected a result of type ")
           << getInit().getType() << " but got " << getResult().getType();
  return success();
}

LogicalResult
AttentionOp::reifyResultShapes(OpBuilder &builder,
                               ReifiedRankedShapedTypeDims &shapes) {
  shapes.push_back(tensor::getMixedSizes(builder, getLoc(), getInit()));
  return success();
}

void AttentionOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  gg::getDestinationStyleEffects(*this, effects);
}

//===----------------------------------------------------------------------===//
// Entries
//===----------------------------------------------------------------------===//

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

static RankedTensorType getPartType(Attribute part) {
  return dyn_cast<RankedTensorType>(cast<ElementsAttr>(part).getShapedType());
}

RankedTensorType WeightOp::getType() {
  RankedTensorType type = getPartType(getParts()[0]);
  if (getParts().size() == 1)
    return type;
  SmallVector<int64_t> shape(type.getShape());
  for (Attribute part : getParts().getValue().drop_front())
    shape.front() += getPartType(part).getDimSize(0);
  return RankedTensorType::get(shape, type.getElementType());
}

LogicalResult WeightOp::verify() {
  if (getParts().empty())
    return emitOpError("expected a value but got none");
  RankedTensorType first = getPartType(getParts()[0]);
  for (Attribute part : getParts()) {
    RankedTensorType type = getPartType(part);
    if (!type)
      return emitOpError("expected tensors but got ")
             << cast<ElementsAttr>(part).getShapedType();
    if (getParts().size() == 1)
      break;
    if (type.getRank() == 0 || type.getRank() != first.getRank() ||
        type.getElementType() != first.getElementType() ||
        type.getShape().drop_front() != first.getShape().drop_front())
      return emitOpError("expected parts that differ from ")
             << first << " in the first dimension but got " << type;
  }
  return success();
}

LogicalResult
GetWeightOp::verifySymbolUses(SymbolTableCollection &symbolTable) {
  auto weight =
      symbolTable.lookupNearestSymbolFrom<WeightOp>(*this, getNameAttr());
  if (!weight)
    return emitOpError("expected a gg.weight named ") << getNameAttr();
  RankedTensorType stored = weight.getType();
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
  addAttributes<
#define GET_ATTRDEF_LIST
#include "gg/Dialect/GG/IR/GGAttributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "gg/Dialect/GG/IR/GGOps.cpp.inc"
      >();
}
