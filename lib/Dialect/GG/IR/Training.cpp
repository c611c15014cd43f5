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
  if (shape && !isShape(shape.getValueAsDouble()))
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

/// The number of the first tensor among `types` that is the parameter.
static std::optional<unsigned>
findParam(ArrayRef<Type> types, StringRef name,
          function_ref<Attribute(unsigned)> getAttribute) {
  for (auto [i, type] : llvm::enumerate(types))
    if (auto other = dyn_cast_or_null<ParamAttr>(getAttribute(i)))
      if (isa<TensorType>(type) && other.getName() == name)
        return i;
  return std::nullopt;
}

/// Checks gg.param on the `index`-th of a function's arguments or results,
/// whichever `what` says.
static LogicalResult verifyParam(func::FuncOp function, Attribute value,
                                 StringRef what, ArrayRef<Type> types,
                                 unsigned index,
                                 function_ref<Attribute(unsigned)> get) {
  auto param = dyn_cast<ParamAttr>(value);
  if (!param)
    return function.emitOpError("expected #gg.param as gg.param but got ")
           << value;
  // Buffers are what bufferization leaves.
  Type type = types[index];
  if (!isa<RankedTensorType, MemRefType>(type) ||
      !isa<FloatType>(cast<ShapedType>(type).getElementType()))
    return function.emitOpError(
               "expected a ranked tensor of floats as gg.param but got ")
           << type;
  if (findParam(types, param.getName(), get).value_or(index) < index)
    return function.emitOpError("expected one ")
           << what << " for a parameter but got two for \"" << param.getName()
           << '"';
  return success();
}

static LogicalResult verifyLoss(func::FuncOp function, Type type) {
  Type number = type;
  if (auto tensor = dyn_cast<ShapedType>(type))
    if (tensor.hasRank() && tensor.getRank() == 0)
      number = tensor.getElementType();
  if (isa<FloatType>(number))
    return success();
  return function.emitOpError(
             "expected a float or a tensor of one as gg.loss but got ")
         << type;
}

LogicalResult GGDialect::verifyRegionArgAttribute(Operation *op, unsigned,
                                                  unsigned argument,
                                                  NamedAttribute attribute) {
  auto function = dyn_cast<func::FuncOp>(op);
  if (!function || attribute.getName() != kParamAttr)
    return success();
  return verifyParam(
      function, attribute.getValue(), "argument", function.getArgumentTypes(),
      argument, [&](unsigned i) { return function.getArgAttr(i, kParamAttr); });
}

LogicalResult GGDialect::verifyRegionResultAttribute(Operation *op, unsigned,
                                                     unsigned result,
                                                     NamedAttribute attribute) {
  auto function = dyn_cast<func::FuncOp>(op);
  if (!function)
    return success();
  ArrayRef<Type> types = function.getResultTypes();
  if (attribute.getName() == kLossAttr)
    return verifyLoss(function, types[result]);
  if (attribute.getName() != kParamAttr)
    return success();
  if (failed(verifyParam(
          function, attribute.getValue(), "result", types, result,
          [&](unsigned i) { return function.getResultAttr(i, kParamAttr); })))
    return failure();
  // A function that makes parameters has no argument for any.
  StringRef name = cast<ParamAttr>(attribute.getValue()).getName();
  std::optional<unsigned> argument =
      findParam(function.getArgumentTypes(), name,
                [&](unsigned i) { return function.getArgAttr(i, kParamAttr); });
  if (!argument || !isa<TensorType>(types[result]))
    return success();
  Type wanted = function.getArgumentTypes()[*argument];
  if (types[result] == wanted)
    return success();
  return function.emitOpError("expected a new value of type ")
         << wanted << " for \"" << name << "\" but got " << types[result];
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
