//===- InjectBackslash.cpp - The BackSlash penalty in train steps ---------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TrainStep.h"

#include "gg/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

#include <cmath>

namespace gg {
#define GEN_PASS_DEF_GGINJECTBACKSLASHPASS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg;

//===----------------------------------------------------------------------===//
// Numbers
//===----------------------------------------------------------------------===//

static Value emitConstant(ImplicitLocOpBuilder &b, Type type, double value) {
  return arith::ConstantOp::create(b, b.getFloatAttr(type, value));
}

/// A sum to add to: a rank-0 tensor of f64.
static Value emitZero(ImplicitLocOpBuilder &b) {
  auto type = RankedTensorType::get({}, b.getF64Type());
  return arith::ConstantOp::create(b, DenseElementsAttr::get(type, 0.0));
}

static Value emitCast(ImplicitLocOpBuilder &b, Value value, Type type) {
  unsigned from = value.getType().getIntOrFloatBitWidth();
  if (value.getType() == type)
    return value;
  if (from < type.getIntOrFloatBitWidth())
    return arith::ExtFOp::create(b, type, value);
  return arith::TruncFOp::create(b, type, value);
}

static Value emitScalar(ImplicitLocOpBuilder &b, Value tensor) {
  return tensor::ExtractOp::create(b, tensor, ValueRange());
}

/// How many elements tensors have, an index.
static Value emitCount(ImplicitLocOpBuilder &b, ValueRange tensors) {
  Value sum = arith::ConstantIndexOp::create(b, 0);
  for (Value tensor : tensors) {
    Value product = arith::ConstantIndexOp::create(b, 1);
    for (OpFoldResult size : tensor::getMixedSizes(b, b.getLoc(), tensor))
      product = b.createOrFold<arith::MulIOp>(
          product, getValueOrCreateConstantIndexOp(b, b.getLoc(), size));
    sum = b.createOrFold<arith::AddIOp>(sum, product);
  }
  return sum;
}

static Value emitFloat(ImplicitLocOpBuilder &b, Value index, Type type) {
  Value integer = b.createOrFold<arith::IndexCastOp>(b.getI64Type(), index);
  return b.createOrFold<arith::UIToFPOp>(type, integer);
}

//===----------------------------------------------------------------------===//
// One train step
//===----------------------------------------------------------------------===//

namespace {

struct Options {
  BackslashMode mode;
  ir::StepKind step;
  double shape, epsilon;
  int64_t estimateEvery;
  bool global, rate;
};

class Injector {
public:
  Injector(TrainStep &step, const Options &options)
      : step(step), options(options),
        b(step.function.getLoc(), step.function.getContext()) {}

  LogicalResult run();

private:
  LogicalResult check();
  LogicalResult findLoss();
  LogicalResult findUpdates();
  void addArguments();
  Value addArgument(Type type, StringRef attribute);
  void addResult(Value value, StringRef attribute);

  void penalizeLoss();
  void stepUpdates();

  SmallVector<Value> getFixedShapes();
  SmallVector<Value> extractShapes(Value tensor);
  Value emitEstimate(ValueRange params);
  Value emitShape(ValueRange params, Value previous);
  Value emitRate(ValueRange params, ValueRange shapes);
  void addRate(Value rate);
  void addState(Value newShapes);

  /// The types of the tensors that are added: rank 0, and one of each shape.
  RankedTensorType scalarOf(Type type) {
    return RankedTensorType::get({}, type);
  }
  RankedTensorType getShapesType() {
    return RankedTensorType::get({shapeCount()}, number);
  }
  int64_t shapeCount() {
    return options.global ? 1 : int64_t(step.parameters.size());
  }

  TrainStep &step;
  const Options &options;
  ImplicitLocOpBuilder b;
  func::ReturnOp ret;
  Type number;                   ///< of λ and the shapes
  SmallVector<unsigned> results; ///< the loss, or the new parameters
  Value lambda, shapes, counter; ///< what is added; the latter two may be null
};

} // namespace

LogicalResult Injector::check() {
  func::FuncOp function = step.function;
  auto module = function->getParentOfType<ModuleOp>();
  // A caller would not know of what the pass adds.
  if (!SymbolTable::symbolKnownUseEmpty(function, module))
    return function.emitOpError("expected a train step without uses but got "
                                "some of @")
           << function.getName();
  for (unsigned i = 0; i < function.getNumArguments(); ++i)
    if (function.getArgAttr(i, ir::kLambdaAttr))
      return function.emitOpError("expected a train step without a penalty but "
                                  "got gg.lambda on argument ")
             << i;
  SmallVector<func::ReturnOp> returns;
  function.walk([&](func::ReturnOp op) { returns.push_back(op); });
  if (returns.size() != 1)
    return function.emitOpError("expected one return but got ")
           << returns.size();
  ret = returns.front();
  return options.mode == BackslashMode::Loss ? findLoss() : findUpdates();
}

LogicalResult Injector::findLoss() {
  for (unsigned i = 0; i < step.function.getNumResults(); ++i)
    if (step.function.getResultAttr(i, ir::kLossAttr))
      results.push_back(i);
  if (results.size() == 1)
    return success();
  return step.function.emitOpError("expected one result with gg.loss but got ")
         << results.size();
}

LogicalResult Injector::findUpdates() {
  for (const Parameter &parameter : step.parameters) {
    unsigned i = 0, count = step.function.getNumResults();
    for (; i < count; ++i) {
      auto attr =
          step.function.getResultAttrOfType<ir::ParamAttr>(i, ir::kParamAttr);
      if (attr && attr.getName() == parameter.attr.getName())
        break;
    }
    if (i == count)
      return step.function.emitOpError("expected a result that is the new "
                                       "value of \"")
             << parameter.attr.getName() << "\" but got none";
    results.push_back(i);
  }
  return success();
}

Value Injector::addArgument(Type type, StringRef attribute) {
  func::FuncOp function = step.function;
  unsigned at = function.getNumArguments();
  auto attributes =
      b.getDictionaryAttr(b.getNamedAttr(attribute, b.getUnitAttr()));
  (void)function.insertArgument(at, type, attributes, b.getLoc());
  return function.getArgument(at);
}

void Injector::addResult(Value value, StringRef attribute) {
  auto attributes =
      b.getDictionaryAttr(b.getNamedAttr(attribute, b.getUnitAttr()));
  (void)step.function.insertResult(step.function.getNumResults(),
                                   value.getType(), attributes);
  ret.getOperandsMutable().append(value);
}

void Injector::addArguments() {
  // As wide as the parameters, so that it holds what they do.
  number = b.getF32Type();
  for (const Parameter &parameter : step.parameters)
    if (parameter.getType().getElementTypeBitWidth() > 32)
      number = parameter.getType().getElementType();
  lambda = emitScalar(b, addArgument(scalarOf(number), ir::kLambdaAttr));
  if (options.estimateEvery == 0)
    return;
  shapes = addArgument(getShapesType(), ir::kShapesAttr);
  counter = emitScalar(b, addArgument(scalarOf(b.getI64Type()), ir::kStepAttr));
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

SmallVector<Value> Injector::getFixedShapes() {
  return llvm::map_to_vector(step.parameters, [&](const Parameter &parameter) {
    FloatAttr own = parameter.attr.getShape();
    return emitConstant(b, number,
                        own ? own.getValueAsDouble() : options.shape);
  });
}

/// One shape a parameter.
SmallVector<Value> Injector::extractShapes(Value tensor) {
  SmallVector<Value> values;
  for (int64_t i = 0; i < shapeCount(); ++i) {
    Value index = arith::ConstantIndexOp::create(b, i);
    values.push_back(tensor::ExtractOp::create(b, tensor, index));
  }
  values.resize(step.parameters.size(), values.front());
  return values;
}

/// The shape of all of `params` together.
Value Injector::emitShape(ValueRange params, Value previous) {
  Value abs = emitZero(b), square = emitZero(b);
  for (Value param : params) {
    auto sums = ir::MomentsOp::create(b, param, abs, square);
    abs = sums.getAbs();
    square = sums.getSquare();
  }
  return ir::EstimateShapeOp::create(b, emitScalar(b, abs),
                                     emitScalar(b, square),
                                     emitCount(b, params), previous);
}

/// The shapes after this step: new ones where they are due.
Value Injector::emitEstimate(ValueRange params) {
  auto estimate = [&]() -> Value {
    SmallVector<Value> previous = extractShapes(shapes), values;
    if (options.global)
      values.push_back(emitShape(params, previous.front()));
    else
      for (auto [param, shape] : llvm::zip(params, previous))
        values.push_back(emitShape(param, shape));
    return tensor::FromElementsOp::create(b, getShapesType(), values);
  };
  if (options.estimateEvery == 1)
    return estimate();
  Type i64 = b.getI64Type();
  Value period = arith::ConstantIntOp::create(b, i64, options.estimateEvery);
  Value zero = arith::ConstantIntOp::create(b, i64, 0);
  Value phase = arith::RemUIOp::create(b, counter, period);
  Value isDue = arith::CmpIOp::create(b, arith::CmpIPredicate::eq, phase, zero);
  auto branch = scf::IfOp::create(b, getShapesType(), isDue,
                                  /*withElseRegion=*/true);
  OpBuilder::InsertionGuard guard(b);
  b.setInsertionPointToStart(branch.thenBlock());
  scf::YieldOp::create(b, estimate());
  b.setInsertionPointToStart(branch.elseBlock());
  scf::YieldOp::create(b, shapes);
  return branch.getResult(0);
}

void Injector::addState(Value newShapes) {
  addResult(newShapes, ir::kShapesAttr);
  Value one = arith::ConstantIntOp::create(b, b.getI64Type(), 1);
  Value next = arith::AddIOp::create(b, counter, one);
  addResult(tensor::FromElementsOp::create(b, scalarOf(b.getI64Type()), next),
            ir::kStepAttr);
}

//===----------------------------------------------------------------------===//
// The penalty
//===----------------------------------------------------------------------===//

/// R: the mean of (|θ| + ε)^ν over all parameters, an f64.
Value Injector::emitRate(ValueRange params, ValueRange shapes) {
  Value sum = emitZero(b);
  for (auto [param, shape] : llvm::zip(params, shapes))
    sum = ir::RateOp::create(b, param, shape, sum, APFloat(options.epsilon));
  Value count = emitFloat(b, emitCount(b, params), b.getF64Type());
  return arith::DivFOp::create(b, emitScalar(b, sum), count);
}

void Injector::addRate(Value rate) {
  rate = emitCast(b, rate, number);
  addResult(tensor::FromElementsOp::create(b, scalarOf(number), rate),
            ir::kRateAttr);
}

void Injector::penalizeLoss() {
  SmallVector<Value> params = llvm::map_to_vector(
      step.parameters, [](const Parameter &p) -> Value { return p.argument; });
  Value rate =
      emitRate(params, shapes ? extractShapes(shapes) : getFixedShapes());
  Value weighted =
      arith::MulFOp::create(b, emitCast(b, lambda, b.getF64Type()), rate);
  Value loss = ret.getOperand(results.front());
  auto tensor = dyn_cast<RankedTensorType>(loss.getType());
  if (tensor)
    loss = emitScalar(b, loss);
  loss = arith::AddFOp::create(b, loss, emitCast(b, weighted, loss.getType()));
  if (tensor)
    loss = tensor::FromElementsOp::create(b, tensor, loss);
  ret.setOperand(results.front(), loss);
  if (options.rate)
    addRate(rate);
  // For the next call: the derivative of this one's loss is not to go through
  // the estimate.
  if (shapes)
    addState(emitEstimate(params));
}

void Injector::stepUpdates() {
  SmallVector<Value> params = llvm::map_to_vector(
      results, [&](unsigned i) { return ret.getOperand(i); });
  Value newShapes = shapes ? emitEstimate(params) : Value();
  SmallVector<Value> each =
      newShapes ? extractShapes(newShapes) : getFixedShapes();
  Value count = emitFloat(b, emitCount(b, params), number);
  Value strength = arith::DivFOp::create(b, lambda, count);
  for (auto [i, param, shape] : llvm::zip(results, params, each)) {
    param = ir::BackslashStepOp::create(b, options.step, strength, shape, param,
                                        APFloat(options.epsilon));
    ret.setOperand(i, param);
  }
  if (options.rate)
    addRate(emitRate(params, each));
  if (newShapes)
    addState(newShapes);
}

LogicalResult Injector::run() {
  if (failed(check()))
    return failure();
  b.setInsertionPoint(ret);
  addArguments();
  if (options.mode == BackslashMode::Loss)
    penalizeLoss();
  else
    stepUpdates();
  return success();
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

namespace {
struct GGInjectBackslashPass
    : gg::impl::GGInjectBackslashPassBase<GGInjectBackslashPass> {
  using GGInjectBackslashPassBase::GGInjectBackslashPassBase;

  void runOnOperation() override {
    if (failed(run(getOperation())))
      signalPassFailure();
  }

private:
  LogicalResult run(ModuleOp module) {
    if (failed(checkShapeOption(module, shape)))
      return failure();
    if (!(epsilon > 0) || !std::isfinite(epsilon))
      return module.emitError("expected a positive epsilon but got ")
             << epsilon.getValue();
    if (estimateEvery < 0)
      return module.emitError("expected a number of steps from 0 on but got ")
             << estimateEvery.getValue();
    if (global && estimateEvery == 0)
      return module.emitError("expected estimate-every with global but got 0");
    FailureOr<SmallVector<TrainStep>> steps = findTrainSteps(module);
    if (failed(steps))
      return failure();
    Options options{mode,    this->step.getValue(), shape,
                    epsilon, estimateEvery,         global,
                    rate};
    for (TrainStep &step : *steps)
      if (failed(Injector(step, options).run()))
        return failure();
    return success();
  }
};
} // namespace
