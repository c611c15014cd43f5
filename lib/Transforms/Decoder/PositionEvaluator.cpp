//===- PositionEvaluator.cpp - A decoder's graph at chosen sizes ----------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PositionEvaluator.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::decoder;

PositionEvaluator::PositionEvaluator(const DecoderModel &model) : model(model) {
  moveTo(Point());
}

void PositionEvaluator::moveTo(const Point &newPoint) {
  if (evaluator && point == newPoint)
    return;
  point = newPoint;
  evaluator = std::make_unique<Evaluator>();
  evaluator->setShapeOracle([this](Value value) { return getShapeAt(value); });
  shapes.clear();
  bindInputs();
  for (Value value : kept)
    if (const HostTensor *tensor = statics.lookup(value))
      evaluator->bind(value, *tensor);
}

/// A mask by which tokens see themselves and what is before them.
HostTensor PositionEvaluator::makeCausal(Type elementType,
                                         HostTensor::Shape shape) const {
  int64_t keys = shape.back(), queries = shape[shape.size() - 2];
  int64_t count = countElements(shape).value_or(0);
  std::vector<int64_t> seen(count);
  for (int64_t i = 0; i < count; ++i)
    seen[i] = i % keys <= point.past + i / keys % queries;
  if (!isa<FloatType>(elementType))
    return HostTensor::getInts(elementType, shape, std::move(seen));
  std::vector<double> added(count);
  for (int64_t i = 0; i < count; ++i)
    added[i] = seen[i] ? 0 : -65504; // the least that f16 can say
  return HostTensor::getFloats(elementType, shape, std::move(added));
}

/// The elements of an input, as its meaning has them at this point.
HostTensor PositionEvaluator::makeInput(Type elementType,
                                        const InputMeaning &input) const {
  HostTensor::Shape shape;
  for (const DimMeaning &dim : input.dims)
    shape.push_back(dim.at(point));
  int64_t count = countElements(shape).value_or(0);
  if (input.meaning == Meaning::Causal)
    return makeCausal(elementType, shape);
  std::vector<int64_t> values(count);
  for (int64_t i = 0; i < count; ++i)
    switch (input.meaning) {
    case Meaning::Positions:
      values[i] = point.past + i % shape.back();
      break;
    case Meaning::Past:
      values[i] = point.past;
      break;
    case Meaning::Total:
      values[i] = point.total();
      break;
    case Meaning::Last:
      values[i] = point.total() - 1;
      break;
    case Meaning::Mask:
    case Meaning::One:
      values[i] = 1;
      break;
    case Meaning::Zero:
    case Meaning::Causal:
    case Meaning::Tokens:
    case Meaning::Cache:
      break;
    }
  if (isa<FloatType>(elementType))
    return HostTensor::getFloats(
        elementType, shape, std::vector<double>(values.begin(), values.end()));
  return HostTensor::getInts(elementType, shape, std::move(values));
}

void PositionEvaluator::bindInputs() {
  for (const auto &[value, input] : model.inputs)
    if (model.getKind(value) != Kind::Data)
      evaluator->bind(value,
                      makeInput(getElementTypeOrSelf(value.getType()), input));
}

/// Computes the constants that `value` rests on, to be kept.
void PositionEvaluator::keepStatics(Value root) {
  SmallVector<Value> stack = {root};
  while (!stack.empty()) {
    Value value = stack.pop_back_val();
    if (!isPresent(value) || !visited.insert(value).second ||
        model.getKind(value) == Kind::Data)
      continue;
    Operation *op = value.getDefiningOp();
    if (!op)
      continue;
    if (model.getKind(value) == Kind::Static) {
      if (const HostTensor *tensor = statics.evaluate(value)) {
        kept.push_back(value);
        evaluator->bind(value, *tensor);
      }
      continue;
    }
    llvm::append_range(stack, op->getOperands());
    for (Region &region : op->getRegions())
      region.walk([&](Operation *inner) {
        llvm::append_range(stack, inner->getOperands());
      });
  }
}

std::optional<HostTensor> PositionEvaluator::evaluate(Value value) {
  if (const HostTensor *tensor = evaluator->lookup(value))
    return *tensor;
  keepStatics(value);
  if (const HostTensor *tensor = evaluator->evaluate(value))
    return *tensor;
  error = evaluator->getError().str();
  return std::nullopt;
}

std::optional<HostTensor::Shape> PositionEvaluator::getShapeAt(Value value) {
  std::optional<SymbolicShape> dims = getShape(value);
  if (!dims)
    return std::nullopt;
  std::optional<SmallVector<int64_t>> shape = getNumbers(*dims);
  if (!shape)
    return std::nullopt;
  return HostTensor::Shape(*shape);
}

std::optional<SymbolicShape> PositionEvaluator::getShape(Value value) {
  if (!isPresent(value))
    return std::nullopt;
  MLIRContext *context = value.getContext();
  auto toDims = [&](ArrayRef<int64_t> shape) {
    return SymbolicShape(llvm::map_range(shape, [&](int64_t dim) {
      return getAffineConstantExpr(dim, context);
    }));
  };
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (type && type.hasStaticShape())
    return toDims(type.getShape());
  if (const HostTensor *tensor = evaluator->lookup(value))
    return toDims(tensor->getShape());
  auto known = shapes.find(value);
  if (known != shapes.end())
    return known->second;

  if (auto it = model.inputs.find(value); it != model.inputs.end()) {
    SymbolicShape dims;
    for (const DimMeaning &dim : it->second.dims) {
      int64_t size = dim.at(point);
      dims.push_back(ShapedType::isDynamic(size)
                         ? makeUnknown()
                         : getAffineConstantExpr(size, context));
    }
    return dims;
  }
  Operation *op = value.getDefiningOp();
  if (!op)
    return std::nullopt;
  if (model.getKind(value) != Kind::Data) {
    std::optional<HostTensor> tensor = evaluate(value);
    if (!tensor)
      return std::nullopt;
    return toDims(tensor->getShape());
  }
  // Operands first, so that a deep graph does not take a deep stack.
  SmallVector<Operation *> stack = {op};
  DenseSet<Operation *> done;
  while (!stack.empty()) {
    Operation *next = stack.back();
    bool isReady = true;
    for (Value operand : next->getOperands()) {
      Operation *before = operand.getDefiningOp();
      auto operandType = dyn_cast<RankedTensorType>(operand.getType());
      if (before && model.getKind(operand) == Kind::Data &&
          !(operandType && operandType.hasStaticShape()) &&
          !shapes.contains(operand) && !done.contains(before)) {
        stack.push_back(before);
        isReady = false;
      }
    }
    if (!isReady)
      continue;
    stack.pop_back();
    if (!done.insert(next).second)
      continue;
    SmallVector<std::optional<SymbolicShape>> results;
    std::string why = "its shape is not known";
    if (failed(inferResultShapes(next, *this, results, why)) ||
        results.empty() || !results.front()) {
      error = ("node '" + getNodeName(next) + "': " + why).str();
      return std::nullopt;
    }
    for (auto [result, shape] : llvm::zip(next->getResults(), results))
      if (shape)
        shapes[result] = *shape;
  }
  known = shapes.find(value);
  if (known == shapes.end())
    return std::nullopt;
  return known->second;
}

std::optional<SymbolicShape> PositionEvaluator::getElements(Value value) {
  if (model.getKind(value) == Kind::Data)
    return std::nullopt;
  std::optional<HostTensor> tensor = evaluate(value);
  if (!tensor || tensor->isFloat() || tensor->getNumElements() > 64)
    return std::nullopt;
  SymbolicShape result;
  for (int64_t element : tensor->ints())
    result.push_back(getAffineConstantExpr(element, value.getContext()));
  return result;
}

AffineExpr PositionEvaluator::makeUnknown() {
  return getAffineSymbolExpr(0, model.function->getContext());
}
