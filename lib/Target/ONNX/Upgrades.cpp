//===- Upgrades.cpp - From older operators to the newest ------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Upgrades.h"

#include "gg/Target/ONNX/ElementType.h"
#include "llvm/ADT/StringSwitch.h"

#include <cfloat>

using namespace llvm;
using namespace mlir;
using namespace gg;

//===----------------------------------------------------------------------===//
// Attributes that became operands
//===----------------------------------------------------------------------===//

static LogicalResult listToOperand(NodeImporter &node, StringRef name,
                                   unsigned index) {
  FailureOr<DenseI64ArrayAttr> list = node.take<DenseI64ArrayAttr>(name);
  if (failed(list))
    return failure();
  if (*list)
    node.setOperand(index, node.createInts((*list).asArrayRef()));
  return success();
}

LogicalResult gg::axesToOperand(NodeImporter &node) {
  return listToOperand(node, "axes", 1);
}

LogicalResult gg::splitToOperand(NodeImporter &node) {
  return listToOperand(node, "split", 1);
}

LogicalResult gg::shapeToOperand(NodeImporter &node) {
  return listToOperand(node, "shape", 1);
}

LogicalResult gg::sliceToOperands(NodeImporter &node) {
  if (failed(listToOperand(node, "starts", 1)) ||
      failed(listToOperand(node, "ends", 2)))
    return failure();
  return listToOperand(node, "axes", 3);
}

LogicalResult gg::kToOperand(NodeImporter &node) {
  FailureOr<IntegerAttr> k = node.take<IntegerAttr>("k");
  if (failed(k))
    return failure();
  if (*k)
    node.setOperand(1, node.createInts((*k).getInt()));
  return success();
}

/// A float attribute as a scalar operand of `type`.
static LogicalResult floatToOperand(NodeImporter &node, StringRef name,
                                    unsigned index, Type type) {
  FailureOr<FloatAttr> number = node.take<FloatAttr>(name);
  if (failed(number))
    return failure();
  if (!*number)
    return success();
  APFloat value = (*number).getValue();
  bool losesInfo;
  value.convert(cast<FloatType>(type).getFloatSemantics(),
                APFloat::rmNearestTiesToEven, &losesInfo);
  auto scalar = RankedTensorType::get({}, type);
  node.setOperand(index,
                  node.createConstant(DenseElementsAttr::get(scalar, value)));
  return success();
}

LogicalResult gg::ratioToOperand(NodeImporter &node) {
  return floatToOperand(node, "ratio", 1, node.getBuilder().getF32Type());
}

/// The element type of the first operand, if it is a float; else an error.
static FloatType getFloatType(NodeImporter &node) {
  Value operand = node.getOperand(0);
  auto type = operand ? dyn_cast<FloatType>(onnx::getElementType(operand))
                      : FloatType();
  if (!type)
    node.emitError() << "expected a tensor of floats as input 0";
  return type;
}

LogicalResult gg::clipToOperands(NodeImporter &node) {
  FloatType type = getFloatType(node);
  if (!type || failed(floatToOperand(node, "min", 1, type)))
    return failure();
  return floatToOperand(node, "max", 2, type);
}

LogicalResult gg::limitClip(NodeImporter &node) {
  OpBuilder &builder = node.getBuilder();
  if (!node.attributes.get("min"))
    node.attributes.set("min", builder.getF32FloatAttr(-FLT_MAX));
  if (!node.attributes.get("max"))
    node.attributes.set("max", builder.getF32FloatAttr(FLT_MAX));
  return success();
}

//===----------------------------------------------------------------------===//
// Attributes
//===----------------------------------------------------------------------===//

LogicalResult gg::countOutputs(NodeImporter &node) {
  if (!node.getOperand(1) && !node.attributes.get("num_outputs"))
    node.attributes.set("num_outputs", node.getBuilder().getI64IntegerAttr(
                                           node.getNumResults()));
  return success();
}

LogicalResult gg::defaultConcatAxis(NodeImporter &node) {
  if (!node.attributes.get("axis"))
    node.attributes.set("axis", node.getBuilder().getI64IntegerAttr(1));
  return success();
}

static LogicalResult setCastType(NodeImporter &node, int64_t dataType) {
  Type type = onnx::getTypeForDataType(node.loc->getContext(), dataType);
  if (!type)
    return node.emitError() << "element type " << getElementTypeName(dataType)
                            << " is not supported";
  node.attributes.set("to", TypeAttr::get(type));
  return success();
}

LogicalResult gg::castToType(NodeImporter &node) {
  FailureOr<IntegerAttr> to = node.take<IntegerAttr>("to");
  if (failed(to))
    return failure();
  return *to ? setCastType(node, (*to).getInt()) : success();
}

LogicalResult gg::castNameToType(NodeImporter &node) {
  FailureOr<StringAttr> to = node.take<StringAttr>("to");
  if (failed(to) || !*to)
    return failure(failed(to));
  return setCastType(node, llvm::StringSwitch<int64_t>((*to).getValue())
                               .Case("FLOAT", 1)
                               .Case("UINT8", 2)
                               .Case("INT8", 3)
                               .Case("UINT16", 4)
                               .Case("INT16", 5)
                               .Case("INT32", 6)
                               .Case("INT64", 7)
                               .Case("BOOL", 9)
                               .Case("FLOAT16", 10)
                               .Case("DOUBLE", 11)
                               .Case("UINT32", 12)
                               .Case("UINT64", 13)
                               .Default(0));
}

LogicalResult gg::requireTestMode(NodeImporter &node) {
  FailureOr<IntegerAttr> isTest = node.take<IntegerAttr>("is_test");
  if (failed(isTest))
    return failure();
  if (!*isTest || (*isTest).getInt() == 0)
    return node.emitError()
           << "expected is_test = 1; dropping at random is not supported";
  return success();
}

LogicalResult gg::refuseNumericMask(NodeImporter &node) {
  if (node.hasResult(1))
    return node.emitError() << "a mask is not supported before operator set 10";
  return success();
}

//===----------------------------------------------------------------------===//
// Broadcasting
//===----------------------------------------------------------------------===//

LogicalResult gg::dropBroadcast(NodeImporter &node) {
  node.attributes.erase("broadcast");
  return success();
}

LogicalResult gg::alignBroadcast(NodeImporter &node) {
  FailureOr<IntegerAttr> broadcast = node.take<IntegerAttr>("broadcast");
  FailureOr<IntegerAttr> axis = node.take<IntegerAttr>("axis");
  if (failed(broadcast) || failed(axis))
    return failure();
  if (!*axis || !*broadcast || (*broadcast).getInt() == 0)
    return success();
  Value a = node.getOperand(0), b = node.getOperand(1);
  std::optional<int64_t> rankA = a ? onnx::getRank(a) : std::nullopt;
  std::optional<int64_t> rankB = b ? onnx::getRank(b) : std::nullopt;
  if (!rankA || !rankB)
    return node.emitError() << "attribute 'axis' is not supported where the "
                               "inputs' ranks are unknown";
  int64_t start = onnx::normalizeAxis((*axis).getInt(), *rankA);
  if (start < 0 || start > *rankA - *rankB)
    return node.emitError()
           << "expected attribute 'axis' from 0 to " << *rankA - *rankB
           << " but got " << (*axis).getInt();
  SmallVector<int64_t> ones;
  for (int64_t dim = *rankB; dim < *rankA - start; ++dim)
    ones.push_back(dim);
  if (ones.empty())
    return success();
  Value aligned = node.createBefore<onnx::UnsqueezeOp>(
      onnx::getElementType(b), {b, node.createInts(ones)});
  node.setOperand(1, aligned);
  return success(aligned != nullptr);
}

//===----------------------------------------------------------------------===//
// Operators
//===----------------------------------------------------------------------===//

LogicalResult gg::importFlattened(NodeImporter &node, StringRef op) {
  if (node.operands.size() != 1)
    return node.emitError()
           << "expected 1 input but got " << node.operands.size();
  FailureOr<IntegerAttr> attribute = node.take<IntegerAttr>("axis");
  FloatType type = getFloatType(node);
  if (failed(attribute) || !type)
    return failure();
  Value x = node.getOperand(0);
  int64_t axis = *attribute ? (*attribute).getInt() : 1;
  OpBuilder &builder = node.getBuilder();
  std::optional<int64_t> rank = onnx::getRank(x);
  if (axis == -1 || (rank && axis == *rank - 1)) {
    // A row of the matrix is the last dim then, as it is in the newest form.
    node.attributes.set("axis", builder.getI64IntegerAttr(-1));
    return node.create(op, {1, 1});
  }
  Value matrix = node.createBefore<onnx::FlattenOp>(
      type, x, builder.getNamedAttr("axis", builder.getI64IntegerAttr(axis)));
  Value rows = matrix ? node.createBefore(op, type, matrix, {}) : Value();
  Value shape = rows ? node.createBefore<onnx::ShapeOp>(builder.getI64Type(), x)
                     : Value();
  if (!shape)
    return failure();
  node.operands = {rows, shape};
  // Dims of size 0 are sizes here, not references to the matrix.
  node.attributes.set("allowzero", builder.getI64IntegerAttr(1));
  return importAs<onnx::ReshapeOp>(node);
}

LogicalResult gg::importConstant(NodeImporter &node) {
  if (node.attributes.getAttrs().size() != 1 || !node.operands.empty())
    return node.emitError() << "expected one attribute and no inputs";
  NamedAttribute attribute = node.attributes.getAttrs().front();
  StringRef name = attribute.getName();
  Attribute value = attribute.getValue();
  OpBuilder &builder = node.getBuilder();
  auto getType = [](size_t size, Type element) {
    return RankedTensorType::get(int64_t(size), element);
  };
  ElementsAttr elements;
  if (name == "value") {
    elements = dyn_cast<ElementsAttr>(value);
  } else if (name == "value_int" || name == "value_float") {
    if (auto number = dyn_cast<TypedAttr>(value);
        isa<IntegerAttr, FloatAttr>(value))
      elements = DenseElementsAttr::get(
          RankedTensorType::get({}, number.getType()), value);
  } else if (name == "value_ints") {
    if (auto list = dyn_cast<DenseI64ArrayAttr>(value))
      elements = DenseElementsAttr::get(
          getType(list.size(), builder.getI64Type()), list.asArrayRef());
  } else if (name == "value_floats") {
    if (auto list = dyn_cast<DenseF32ArrayAttr>(value))
      elements = DenseElementsAttr::get(
          getType(list.size(), builder.getF32Type()), list.asArrayRef());
  }
  if (!elements)
    return node.emitError() << "attribute '" << name << "' is not supported";
  return node.define(node.createConstant(elements));
}
