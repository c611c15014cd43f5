//===- Training.cpp - What the gg dialect has for train steps -------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/GG/IR/GG.h"

#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace gg::ir;

//===----------------------------------------------------------------------===//
// Attributes of train steps
//===----------------------------------------------------------------------===//

LogicalResult ParamAttr::verify(function_ref<InFlightDiagnostic()> emitError,
                                StringRef name, FloatAttr shape,
                                Activation activation, FloatAttr slope) {
  if (name.empty())
    return emitError() << "expected the name of a parameter but got \"\"";
  if (shape &&
      !(shape.getValueAsDouble() >= 0.1 && shape.getValueAsDouble() <= 10))
    return emitError() << "expected a shape from 0.1 to 10 but got "
                       << shape.getValueAsDouble();
  if (bool(slope) != (activation == Activation::LeakyReLU))
    return emitError() << "expected a slope if, and only if, the activation is "
                          "leaky_relu but got "
                       << stringifyActivation(activation)
                       << (slope ? " with a slope" : " without one");
  return success();
}

ParamAttr ParamAttr::withoutOptions() const {
  return get(getContext(), getName(), {}, Activation::None, {});
}

/// What the value of the attribute `gg.param` must be.
static FailureOr<ParamAttr> getParam(Operation *op, Attribute value) {
  if (auto param = dyn_cast<ParamAttr>(value))
    return param;
  return op->emitOpError("expected #gg.param as gg.param but got ") << value;
}

static LogicalResult checkParamType(func::FuncOp function, Type type) {
  // Buffers are what bufferization leaves.
  auto shaped = dyn_cast<ShapedType>(type);
  if (isa<RankedTensorType, MemRefType>(type) &&
      isa<FloatType>(shaped.getElementType()))
    return success();
  return function.emitOpError(
             "expected a ranked tensor of floats as gg.param but got ")
         << type;
}

/// The number of the tensor among `types` that has the parameter's name.
static std::optional<unsigned>
findParam(ArrayRef<Type> types, StringRef name,
          function_ref<Attribute(unsigned)> getAttribute) {
  for (auto [i, type] : llvm::enumerate(types))
    if (auto other = dyn_cast_or_null<ParamAttr>(getAttribute(i)))
      if (isa<TensorType>(type) && other.getName() == name)
        return i;
  return std::nullopt;
}

LogicalResult GGDialect::verifyRegionArgAttribute(Operation *op, unsigned,
                                                  unsigned argument,
                                                  NamedAttribute attribute) {
  auto function = dyn_cast<func::FuncOp>(op);
  if (!function || attribute.getName() != kParamAttr)
    return success();
  FailureOr<ParamAttr> param = getParam(op, attribute.getValue());
  if (failed(param))
    return failure();
  ArrayRef<Type> types = function.getArgumentTypes();
  if (failed(checkParamType(function, types[argument])))
    return failure();
  auto getAttribute = [&](unsigned i) {
    return function.getArgAttr(i, kParamAttr);
  };
  std::optional<unsigned> first =
      findParam(types, param->getName(), getAttribute);
  if (first && *first < argument)
    return op->emitOpError("expected one argument for a parameter but got ")
           << "two for \"" << param->getName() << '"';
  return success();
}

LogicalResult GGDialect::verifyRegionResultAttribute(Operation *op, unsigned,
                                                     unsigned result,
                                                     NamedAttribute attribute) {
  auto function = dyn_cast<func::FuncOp>(op);
  if (!function)
    return success();
  ArrayRef<Type> types = function.getResultTypes();
  Type type = types[result];
  if (attribute.getName() == kLossAttr) {
    auto shaped = dyn_cast<ShapedType>(type);
    if (shaped && shaped.hasRank() && shaped.getRank() == 0)
      type = shaped.getElementType();
    if (isa<FloatType>(type))
      return success();
    return op->emitOpError("expected a float or a tensor of one as gg.loss "
                           "but got ")
           << types[result];
  }
  if (attribute.getName() != kParamAttr)
    return success();
  FailureOr<ParamAttr> param = getParam(op, attribute.getValue());
  if (failed(param))
    return failure();
  if (failed(checkParamType(function, type)))
    return failure();
  auto getResultAttribute = [&](unsigned i) {
    return function.getResultAttr(i, kParamAttr);
  };
  std::optional<unsigned> first =
      findParam(types, param->getName(), getResultAttribute);
  if (first && *first < result)
    return op->emitOpError("expected one result for a parameter but got ")
           << "two for \"" << param->getName() << '"';
  // A function that makes parameters has no argument for any.
  auto getArgument = [&](unsigned i) {
    return function.getArgAttr(i, kParamAttr);
  };
  std::optional<unsigned> argument =
      findParam(function.getArgumentTypes(), param->getName(), getArgument);
  if (argument && isa<TensorType>(type) &&
      function.getArgumentTypes()[*argument] != type)
    return op->emitOpError("expected a new value of type ")
           << function.getArgumentTypes()[*argument] << " for \""
           << param->getName() << "\" but got " << type;
  return success();
}

//===----------------------------------------------------------------------===//
// Operations
//===----------------------------------------------------------------------===//

static bool isPositive(FloatAttr number) {
  return number.getValueAsDouble() > 0 && number.getValue().isFinite();
}

/// Operands of a type narrower than the parameters' would lose what they hold.
static LogicalResult checkComputation(Operation *op, Type type,
                                      RankedTensorType params,
                                      FloatAttr epsilon) {
  Type element = params.getElementType();
  if (type.getIntOrFloatBitWidth() < element.getIntOrFloatBitWidth())
    return op->emitOpError("expected a shape at least as wide as ")
           << element << " but got " << type;
  if (!isPositive(epsilon))
    return op->emitOpError("expected a positive epsilon but got ") << epsilon;
  return success();
}

LogicalResult RateOp::verify() {
  return checkComputation(*this, getShape().getType(), getParams().getType(),
                          getEpsilonAttr());
}

LogicalResult BackslashStepOp::verify() {
  return checkComputation(*this, getShape().getType(), getInit().getType(),
                          getEpsilonAttr());
}

LogicalResult SampleOp::verify() {
  if (!isPositive(getShapeAttr()))
    return emitOpError("expected a positive shape but got ") << getShapeAttr();
  if (!isPositive(getScaleAttr()))
    return emitOpError("expected a positive scale but got ") << getScaleAttr();
  return success();
}
