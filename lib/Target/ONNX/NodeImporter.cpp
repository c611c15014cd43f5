//===- NodeImporter.cpp - Import of one node ------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "NodeImporter.h"

#include "GraphImporter.h"
#include "mlir/IR/Verifier.h"

using namespace llvm;
using namespace mlir;
using namespace gg;
using namespace gg::proto;

InFlightDiagnostic NodeImporter::emitError() const {
  return graph.emitError() << "node '"
                           << cast<NameLoc>(loc).getName().getValue() << "' ("
                           << node.opType << "): ";
}

LogicalResult NodeImporter::emitError(Error error) const {
  return emitError() << toString(std::move(error));
}

OpBuilder &NodeImporter::getBuilder() const { return graph.builder; }

//===----------------------------------------------------------------------===//
// Inputs and attributes
//===----------------------------------------------------------------------===//

LogicalResult NodeImporter::loadAttribute(const AttributeProto &attribute) {
  Expected<const AttributeProto *> resolved =
      graph.resolveReference(attribute, scope);
  if (!resolved)
    return emitError(resolved.takeError());
  // Graphs are read by the ops that have regions.
  if (!*resolved || (*resolved)->is(AttributeType::Graph))
    return success();
  if (attribute.name.empty())
    return emitError() << "an attribute has no name";
  std::string resource =
      (cast<NameLoc>(loc).getName().getValue() + "." + attribute.name).str();
  Expected<Attribute> converted = graph.convertAttribute(**resolved, resource);
  if (!converted)
    return emitError(converted.takeError());
  if (attributes.set(attribute.name, *converted))
    return emitError() << "attribute '" << attribute.name << "' is given twice";
  return success();
}

LogicalResult NodeImporter::load() {
  for (auto [index, name] : llvm::enumerate(node.inputs)) {
    if (name.empty()) {
      operands.push_back(Value());
      continue;
    }
    Expected<std::optional<Value>> value = graph.lookup(scope, name);
    if (!value)
      return emitError(value.takeError());
    if (!*value)
      return emitError() << "input " << index << " '" << name
                         << "' is not defined";
    operands.push_back(**value);
  }
  for (const AttributeProto &attribute : node.attributes)
    if (failed(loadAttribute(attribute)))
      return failure();
  return success();
}

void NodeImporter::setOperand(unsigned index, Value value) {
  if (operands.size() <= index)
    operands.resize(index + 1);
  operands[index] = value;
}

//===----------------------------------------------------------------------===//
// Ops in front of the node
//===----------------------------------------------------------------------===//

Value NodeImporter::createConstant(ElementsAttr value) {
  return onnx::ConstantOp::create(getBuilder(), loc, value.getType(), value);
}

Value NodeImporter::createInts(ArrayRef<int64_t> values) {
  auto type = RankedTensorType::get(values.size(), getBuilder().getI64Type());
  return createConstant(DenseElementsAttr::get(type, values));
}

Value NodeImporter::createBefore(StringRef name, Type elementType,
                                 ValueRange inputs,
                                 ArrayRef<NamedAttribute> attrs) {
  Operation *op =
      getBuilder().create(loc, getBuilder().getStringAttr(name), inputs,
                          UnrankedTensorType::get(elementType), attrs);
  return succeeded(verify(op)) ? op->getResult(0) : Value();
}

//===----------------------------------------------------------------------===//
// The op
//===----------------------------------------------------------------------===//

LogicalResult NodeImporter::checkArity(Arity arity) {
  if (arity.operands >= 0 && operands.size() > size_t(arity.operands))
    return emitError() << "expected at most " << arity.operands
                       << " inputs but got " << operands.size();
  if (arity.results >= 0 && node.outputs.size() > size_t(arity.results))
    return emitError() << "expected at most " << arity.results
                       << " outputs but got " << node.outputs.size();
  return success();
}

LogicalResult NodeImporter::checkAttributes(OperationName name) {
  // A hint about memory that operator set 6 took away.
  if (version < 6)
    attributes.erase("consumed_inputs");
  for (NamedAttribute attribute : attributes)
    if (!is_contained(name.getAttributeNames(), attribute.getName()))
      return emitError() << "attribute '" << attribute.getName().getValue()
                         << "' is not supported";
  for (const AttributeProto &attribute : node.attributes)
    if (attribute.is(AttributeType::Graph))
      return emitError() << "attribute '" << attribute.name
                         << "': expected no graph";
  return graph.reword(
      [&] {
        return name.verifyInherentAttrs(attributes,
                                        [&] { return mlir::emitError(loc); });
      },
      [&] { return emitError(); });
}

/// What the letters of OperatorRow::types mean. Null if the node lacks what
/// the type depends on.
Type NodeImporter::getResultType(unsigned index) {
  MLIRContext *context = loc->getContext();
  auto fromNumber = [&](StringRef name) {
    auto number = dyn_cast_or_null<IntegerAttr>(attributes.get(name));
    return onnx::getTypeForDataType(context, number ? number.getInt() : 1);
  };
  char letter = types[std::min<size_t>(index, types.size() - 1)];
  switch (letter) {
  case 'b':
    return IntegerType::get(context, 1);
  case 'f':
    return Float32Type::get(context);
  case 'i':
    return IntegerType::get(context, 64);
  case 'w':
    return IntegerType::get(context, 32);
  case 'u':
    return IntegerType::get(context, 8, IntegerType::Unsigned);
  case 's':
    return fromNumber("stash_type");
  case 't':
    if (auto to = dyn_cast_or_null<TypeAttr>(attributes.get("to")))
      return to.getValue();
    return Type();
  case 'v':
    if (auto value = dyn_cast_or_null<ElementsAttr>(attributes.get("value")))
      return value.getElementType();
    return Float32Type::get(context);
  default:
    break;
  }
  for (unsigned from : {unsigned(letter - '0'), 0u}) {
    Value operand = getOperand(from);
    if (operand && onnx::isPresent(operand))
      return onnx::getElementType(operand);
  }
  return Type();
}

LogicalResult NodeImporter::create(StringRef opName, Arity arity) {
  if (failed(checkArity(arity)))
    return failure();
  OperationName name(opName, loc->getContext());
  if (failed(checkAttributes(name)))
    return failure();

  OpBuilder &builder = getBuilder();
  if (arity.operands >= 0)
    operands.resize(arity.operands);
  Value none;
  for (Value &operand : operands) {
    if (operand)
      continue;
    if (!none)
      none = onnx::NoneOp::create(builder, loc, builder.getNoneType());
    operand = none;
  }

  unsigned numResults = arity.results >= 0 ? arity.results : getNumResults();
  SmallVector<Type> resultTypes;
  for (unsigned i = 0; i < numResults; ++i) {
    if (i > 0 && arity.results >= 0 && !hasResult(i)) {
      resultTypes.push_back(builder.getNoneType());
      continue;
    }
    Type element = getResultType(i);
    if (!element)
      return emitError() << "expected an input or attribute that gives result "
                         << i << " its element type";
    resultTypes.push_back(UnrankedTensorType::get(element));
  }
  Operation *op = builder.create(loc, name.getIdentifier(), operands,
                                 resultTypes, attributes);
  return finish(op);
}

LogicalResult NodeImporter::verify(Operation *op) {
  return graph.reword([&] { return mlir::verify(op); },
                      [&] { return emitError(); });
}

LogicalResult NodeImporter::finish(Operation *op) {
  if (failed(verify(op)))
    return failure();
  return define(op->getResults());
}

LogicalResult NodeImporter::define(ValueRange results) {
  for (auto [name, result] : llvm::zip(node.outputs, results))
    if (!name.empty())
      if (Error error = graph.define(scope, name, result))
        return emitError(std::move(error));
  return success();
}
