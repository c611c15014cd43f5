//===- RF8Dialect.cpp - The rf8 dialect -----------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../IndexMath.h"
#include "gg/Dialect/RF8/IR/RF8.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace gg::rf8;

#include "gg/Dialect/RF8/IR/RF8Dialect.cpp.inc"
#include "gg/Dialect/RF8/IR/RF8Enums.cpp.inc"

#define GET_ATTRDEF_CLASSES
#include "gg/Dialect/RF8/IR/RF8Attributes.cpp.inc"

#define GET_TYPEDEF_CLASSES
#include "gg/Dialect/RF8/IR/RF8Types.cpp.inc"

void RF8Dialect::initialize() {
  addTypes<
#define GET_TYPEDEF_LIST
#include "gg/Dialect/RF8/IR/RF8Types.cpp.inc"
      >();
  addAttributes<
#define GET_ATTRDEF_LIST
#include "gg/Dialect/RF8/IR/RF8Attributes.cpp.inc"
      >();
  addOperations<
#define GET_OP_LIST
#include "gg/Dialect/RF8/IR/RF8Ops.cpp.inc"
      >();
}

Operation *RF8Dialect::materializeConstant(OpBuilder &builder, Attribute value,
                                           Type type, Location loc) {
  return arith::ConstantOp::materialize(builder, value, type, loc);
}

//===----------------------------------------------------------------------===//
// Types
//===----------------------------------------------------------------------===//

// An element is a byte, wherever it is.
llvm::TypeSize E4R3Type::getTypeSizeInBits(const DataLayout &,
                                           DataLayoutEntryListRef) const {
  return llvm::TypeSize::getFixed(8);
}

uint64_t E4R3Type::getABIAlignment(const DataLayout &,
                                   DataLayoutEntryListRef) const {
  return 1;
}

llvm::TypeSize E4R3DType::getTypeSizeInBits(const DataLayout &,
                                            DataLayoutEntryListRef) const {
  return llvm::TypeSize::getFixed(8);
}

uint64_t E4R3DType::getABIAlignment(const DataLayout &,
                                    DataLayoutEntryListRef) const {
  return 1;
}

Format gg::rf8::getFormat(Type type) {
  return isa<E4R3DType>(type) ? Format::E4R3D : Format::E4R3;
}

Type gg::rf8::getFormatType(MLIRContext *context, Format format) {
  if (format == Format::E4R3D)
    return E4R3DType::get(context);
  return E4R3Type::get(context);
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

Attribute GranularityAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef keyword;
  if (parser.parseLess() || parser.parseKeyword(&keyword))
    return {};
  std::optional<GranularityKind> kind = symbolizeGranularityKind(keyword);
  if (!kind) {
    parser.emitError(loc, "expected tensor_pow2, channel or group but got ")
        << keyword;
    return {};
  }
  int64_t axis = 0, size = 0;
  if (*kind != GranularityKind::TensorPow2) {
    if (parser.parseLParen() || parser.parseInteger(axis))
      return {};
    if (*kind == GranularityKind::Group &&
        (parser.parseComma() || parser.parseInteger(size)))
      return {};
    if (parser.parseRParen())
      return {};
  }
  if (parser.parseGreater())
    return {};
  return parser.getChecked<GranularityAttr>(loc, parser.getContext(), *kind,
                                            axis, size);
}

void GranularityAttr::print(AsmPrinter &printer) const {
  printer << '<' << stringifyGranularityKind(getKind());
  if (getKind() == GranularityKind::Channel)
    printer << '(' << getAxis() << ')';
  else if (getKind() == GranularityKind::Group)
    printer << '(' << getAxis() << ", " << getSize() << ')';
  printer << '>';
}

LogicalResult
GranularityAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                        GranularityKind kind, int64_t axis, int64_t size) {
  if (axis != 0 && axis != 1)
    return emitError() << "expected axis 0 or 1 but got " << axis;
  if (kind == GranularityKind::Group && size < 1)
    return emitError() << "expected a positive group size but got " << size;
  return success();
}

SmallVector<int64_t> GranularityAttr::getScaleShape(ArrayRef<int64_t> shape) {
  switch (getKind()) {
  case GranularityKind::TensorPow2:
    return {};
  case GranularityKind::Channel:
    return {shape[getAxis()]};
  case GranularityKind::Group:
    break;
  }
  SmallVector<int64_t> scales(shape);
  int64_t &extent = scales[getAxis()];
  if (!ShapedType::isDynamic(extent))
    extent = llvm::divideCeil(extent, getSize());
  return scales;
}

ScaleGrid GranularityAttr::getScaleGrid(ArrayRef<int64_t> shape) {
  int64_t rows = std::max<int64_t>(shape[0], 1);
  int64_t columns = std::max<int64_t>(shape[1], 1);
  ScaleGrid grid{shape[0], shape[1], rows, columns};
  switch (getKind()) {
  case GranularityKind::TensorPow2:
    break;
  case GranularityKind::Channel:
    (getAxis() == 0 ? grid.rowBlock : grid.columnBlock) = 1;
    break;
  case GranularityKind::Group:
    (getAxis() == 0 ? grid.rowBlock : grid.columnBlock) = getSize();
    (getAxis() == 0 ? grid.columnBlock : grid.rowBlock) = 1;
    break;
  }
  return grid;
}

SmallVector<Value> GranularityAttr::getScaleIndices(OpBuilder &builder,
                                                    Location loc, Value row,
                                                    Value column) {
  SmallVector<Value> indices{row, column};
  switch (getKind()) {
  case GranularityKind::TensorPow2:
    return {};
  case GranularityKind::Channel:
    return {indices[getAxis()]};
  case GranularityKind::Group:
    break;
  }
  Value size = arith::ConstantIndexOp::create(builder, loc, getSize());
  Value &grouped = indices[getAxis()];
  grouped = arith::DivUIOp::create(builder, loc, grouped, size);
  return indices;
}

LogicalResult LayoutAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                 int64_t blocks) {
  if (blocks < 1 || blocks > 64)
    return emitError() << "expected 1 to 64 blocks a panel but got " << blocks;
  return success();
}

//===----------------------------------------------------------------------===//
// Packing and constants
//===----------------------------------------------------------------------===//

Packing gg::rf8::getPacking(Type element, int64_t blocks) {
  if (isRF8(element))
    return {blocks, 1, BlockOrder::Codes};
  if (element.isBF16())
    return {blocks, 2, BlockOrder::Pairs};
  return {blocks, element.isF16() ? 2 : 4, BlockOrder::Rows};
}

RankedTensorType gg::rf8::getPackedType(Type element, int64_t outputs,
                                        int64_t steps, int64_t blocks) {
  Packing packing = getPacking(element, blocks);
  return RankedTensorType::get({packing.panels(outputs),
                                packing.stepBlocks(steps), blocks,
                                packing.blockElements()},
                               element);
}

/// The place of output o, step k inside a block: Packing::inBlock in IR.
static Value inBlock(ImplicitLocOpBuilder &b, const Packing &packing, Value o,
                     Value k) {
  switch (packing.order) {
  case BlockOrder::Codes: {
    Value place = sum(b, modulo(b, o, 4), 2, modulo(b, k, 2));
    place = sum(b, divide(b, k, 2), 8, place);
    return sum(b, divide(b, o, 4), 16, place);
  }
  case BlockOrder::Pairs:
    return sum(b, o, 2, k);
  case BlockOrder::Rows:
    break;
  }
  return sum(b, k, Packing::kOutputs, o);
}

SmallVector<Value> gg::rf8::getPackedIndices(OpBuilder &builder, Location loc,
                                             const Packing &packing, Value n,
                                             Value k) {
  ImplicitLocOpBuilder b(loc, builder);
  Value panel = divide(b, n, packing.panelOutputs());
  Value block = modulo(b, divide(b, n, Packing::kOutputs), packing.blocks);
  Value place = inBlock(b, packing, modulo(b, n, Packing::kOutputs),
                        modulo(b, k, packing.steps()));
  return {panel, divide(b, k, packing.steps()), block, place};
}

std::optional<ArrayRef<char>> gg::rf8::getRawBytes(Attribute value) {
  if (auto dense = dyn_cast_or_null<DenseElementsAttr>(value)) {
    if (dense.isSplat() && dense.getNumElements() != 1)
      return std::nullopt;
    return dense.getRawData();
  }
  auto resource = dyn_cast_or_null<DenseResourceElementsAttr>(value);
  if (!resource)
    return std::nullopt;
  AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  auto type = dyn_cast<RankedTensorType>(resource.getType());
  if (!blob || !type)
    return std::nullopt;
  // The text of a resource may hold any number of bytes.
  int64_t bytes = isRF8(type.getElementType())
                      ? 1
                      : llvm::divideCeil(type.getElementTypeBitWidth(), 8);
  if (blob->getData().size() != uint64_t(type.getNumElements() * bytes))
    return std::nullopt;
  return blob->getData();
}

bool gg::rf8::hasValidCodes(Type element, ArrayRef<char> codes) {
  Format format = getFormat(element);
  return llvm::all_of(codes, [&](char code) {
    return isValid(static_cast<uint8_t>(code), format);
  });
}
