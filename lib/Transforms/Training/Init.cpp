//===- Init.cpp - Parameters from a generalized Gaussian ------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TrainStep.h"

#include "gg/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <cmath>

namespace gg {
#define GEN_PASS_DEF_GGINITPASS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg;

/// ξ: how much the activation needs to keep a signal's variance.
static double getGain(ir::ParamAttr param) {
  switch (param.getActivation()) {
  case ir::Activation::None:
  case ir::Activation::Sigmoid:
    return 1;
  case ir::Activation::ReLU:
    return 2;
  case ir::Activation::LeakyReLU: {
    double slope = param.getSlope().getValueAsDouble();
    return 2 / (1 + slope * slope);
  }
  }
  llvm_unreachable("an activation without a gain");
}

namespace {
struct GGInitPass : gg::impl::GGInitPassBase<GGInitPass> {
  using GGInitPassBase::GGInitPassBase;

  void runOnOperation() override {
    if (failed(run(getOperation())))
      signalPassFailure();
  }

private:
  LogicalResult run(ModuleOp module);
  FailureOr<Value> emitParameter(ImplicitLocOpBuilder &b,
                                 const Parameter &parameter, Value seed,
                                 int32_t stream);
  Value emitSample(ImplicitLocOpBuilder &b, const Parameter &parameter,
                   Value seed, int32_t stream);
};
} // namespace

LogicalResult GGInitPass::run(ModuleOp module) {
  if (failed(checkShapeOption(module, shape)))
    return failure();
  if (inputAxis != 0 && inputAxis != 1)
    return module.emitError("expected 0 or 1 as the input axis but got ")
           << inputAxis.getValue();
  FailureOr<SmallVector<TrainStep>> steps = findTrainSteps(module);
  if (failed(steps))
    return failure();
  if (steps->size() > 1)
    return (*steps)[1].function.emitOpError(
               "expected one function with gg.param on arguments but got ")
           << steps->size();
  if (Operation *other = SymbolTable::lookupSymbolIn(module, function))
    return other->emitError("expected no symbol @")
           << function.getValue() << " but got one";

  TrainStep &step = steps->front();
  OpBuilder builder(&getContext());
  builder.setInsertionPointAfter(step.function);
  ImplicitLocOpBuilder b(step.function.getLoc(), builder);
  auto seedType = RankedTensorType::get({}, b.getI64Type());
  SmallVector<Type> types;
  for (const Parameter &parameter : step.parameters)
    types.push_back(parameter.getType());
  auto init =
      func::FuncOp::create(b, function, b.getFunctionType(seedType, types));
  b.setInsertionPointToStart(init.addEntryBlock());
  Value seed = tensor::ExtractOp::create(b, init.getArgument(0), ValueRange());
  SmallVector<Value> values;
  for (auto [i, parameter] : llvm::enumerate(step.parameters)) {
    FailureOr<Value> value = emitParameter(b, parameter, seed, i);
    if (failed(value))
      return failure();
    values.push_back(*value);
    init.setResultAttr(i, ir::kParamAttr, parameter.attr.withoutOptions());
  }
  func::ReturnOp::create(b, values);
  return success();
}

FailureOr<Value> GGInitPass::emitParameter(ImplicitLocOpBuilder &b,
                                           const Parameter &parameter,
                                           Value seed, int32_t stream) {
  RankedTensorType type = parameter.getType();
  StringRef name = parameter.attr.getName();
  Operation *step = parameter.argument.getOwner()->getParentOp();
  auto error = [&](const Twine &wanted) {
    return step->emitOpError("expected ")
           << wanted << " but got " << type << " for \"" << name << '"';
  };
  if (!type.hasStaticShape() || type.getNumElements() == 0)
    return error("parameters of known size");
  if (type.getRank() > 2)
    return error("parameters of at most two dimensions");
  if (type.getRank() == 2)
    return emitSample(b, parameter, seed, stream);
  bool isWeight = name.contains("weight"), isBias = name.contains("bias");
  if (isWeight == isBias)
    return error("a name with either weight or bias");
  return arith::ConstantOp::create(
             b, DenseElementsAttr::get(
                    type, b.getFloatAttr(type.getElementType(), isWeight)))
      .getResult();
}

Value GGInitPass::emitSample(ImplicitLocOpBuilder &b,
                             const Parameter &parameter, Value seed,
                             int32_t stream) {
  RankedTensorType type = parameter.getType();
  FloatAttr own = parameter.attr.getShape();
  double nu = own ? own.getValueAsDouble() : double(shape);
  int64_t axis = fan == Fan::In ? inputAxis : 1 - inputAxis;
  double variance = getGain(parameter.attr) / type.getDimSize(axis);
  double alpha =
      std::sqrt(variance * std::tgamma(1 / nu) / std::tgamma(3 / nu));
  Value empty =
      tensor::EmptyOp::create(b, type.getShape(), type.getElementType());
  return ir::SampleOp::create(b, seed, stream, empty, APFloat(nu),
                              APFloat(alpha));
}
