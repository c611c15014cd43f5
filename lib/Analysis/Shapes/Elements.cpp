//===- Elements.cpp - Small integer tensors as expressions ----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "../Evaluator/Kernel.h"
#include "ShapeCall.h"
#include "gg/Analysis/SymbolicShapes.h"

using namespace mlir;
using namespace gg::onnx;

using Elements = std::optional<SymbolicShape>;

static StringRef getOpName(Operation *op) {
  return op->getName().getStringRef();
}

static SymbolicShape toExprs(const HostTensor &tensor, MLIRContext *context) {
  SymbolicShape result;
  for (int64_t value : tensor.ints())
    result.push_back(getAffineConstantExpr(value, context));
  return result;
}

static bool isSmallInteger(const HostTensor &tensor) {
  return !tensor.isFloat() &&
         tensor.getNumElements() <= SymbolicShapes::maxElements;
}

/// The shape of a result in numbers, and small.
static std::optional<HostTensor::Shape> getSmallShape(Value value,
                                                      ShapeSource &source) {
  Elements shape = source.getShape(value);
  if (!shape)
    return std::nullopt;
  std::optional<SmallVector<int64_t>> dims = getNumbers(*shape);
  std::optional<int64_t> count = dims ? countElements(*dims) : std::nullopt;
  if (!count || *count > SymbolicShapes::maxElements)
    return std::nullopt;
  return HostTensor::Shape(*dims);
}

/// Runs the op's kernel on positions instead of values: where an op only
/// moves elements, each result element tells which one it came from.
static Elements moveElements(Operation *op, ShapeSource &source) {
  MLIRContext *context = op->getContext();
  bool isConcat = getOpName(op) == "onnx.Concat";
  SymbolicShape all;
  Evaluator evaluator;
  for (auto [index, operand] : llvm::enumerate(op->getOperands())) {
    if (isa<NoneType>(operand.getType()))
      continue;
    Elements elements = source.getElements(operand);
    std::optional<HostTensor::Shape> shape = getSmallShape(operand, source);
    if (!elements || !shape)
      return std::nullopt;
    std::vector<int64_t> values;
    for (AffineExpr element : *elements) {
      std::optional<int64_t> number = getNumber(element);
      if (index == 0 || isConcat)
        values.push_back(all.size()), all.push_back(element);
      else if (number)
        values.push_back(*number);
      else
        return std::nullopt;
    }
    evaluator.bind(operand, HostTensor::getInts(IntegerType::get(context, 64),
                                                *shape, std::move(values)));
  }
  const HostTensor *moved = evaluator.evaluate(op->getResult(0));
  if (!moved || !isSmallInteger(*moved))
    return std::nullopt;
  SymbolicShape result;
  for (int64_t position : moved->ints())
    result.push_back(all[position]);
  return result;
}

/// Combines two lists of equal length, or a list and a scalar.
template <typename Fn>
static Elements combine(Operation *op, ShapeSource &source, Fn fn) {
  Elements a = source.getElements(op->getOperand(0)),
           b = source.getElements(op->getOperand(1));
  Elements shapeA = source.getShape(op->getOperand(0)),
           shapeB = source.getShape(op->getOperand(1));
  if (!a || !b || !shapeA || !shapeB || shapeA->size() > 1 ||
      shapeB->size() > 1)
    return std::nullopt;
  size_t length = a->size() == 1 ? b->size() : a->size();
  if ((a->size() != length && a->size() != 1) ||
      (b->size() != length && b->size() != 1))
    return std::nullopt;
  SymbolicShape result;
  for (size_t i = 0; i < length; ++i) {
    AffineExpr value =
        fn((*a)[a->size() == 1 ? 0 : i], (*b)[b->size() == 1 ? 0 : i]);
    if (!value)
      return std::nullopt;
    result.push_back(value);
  }
  return result;
}

/// x == y where that is decided: by the difference, or since a dimension is
/// not negative.
static AffineExpr compareEqual(AffineExpr x, AffineExpr y) {
  MLIRContext *context = x.getContext();
  if (areEqualDims(x, y))
    return getAffineConstantExpr(1, context);
  std::optional<int64_t> left = getNumber(x), right = getNumber(y);
  bool differ = getNumber(subDims(x, y)).has_value() ||
                (right && *right < 0 && isNonNegative(x)) ||
                (left && *left < 0 && isNonNegative(y));
  return differ ? getAffineConstantExpr(0, context) : AffineExpr();
}

static Elements select(Operation *op, ShapeSource &source) {
  Elements condition = source.getElements(op->getOperand(0)),
           a = source.getElements(op->getOperand(1)),
           b = source.getElements(op->getOperand(2));
  if (!condition || !a || !b || a->size() != condition->size() ||
      b->size() != condition->size())
    return std::nullopt;
  SymbolicShape result;
  for (auto [choice, x, y] : llvm::zip(*condition, *a, *b)) {
    std::optional<int64_t> number = getNumber(choice);
    if (!number && x != y)
      return std::nullopt;
    result.push_back(!number || *number ? x : y);
  }
  return result;
}

static Elements getShapeElements(Operation *op, ShapeSource &source) {
  Elements shape = source.getShape(op->getOperand(0));
  if (!shape)
    return std::nullopt;
  if (getOpName(op) == "onnx.Size")
    return SymbolicShape{multiplyDims(*shape, op->getContext())};
  ShapeCall call(op, source);
  int64_t rank = shape->size();
  auto clamp = [&](int64_t index) {
    return std::clamp(index < 0 ? index + rank : index, int64_t(0), rank);
  };
  int64_t start = clamp(call.getInt("start", 0));
  int64_t end = clamp(call.getInt("end", rank));
  if (start >= end)
    return SymbolicShape();
  return SymbolicShape(shape->begin() + start, shape->begin() + end);
}

/// The result where all operands are numbers.
static Elements computeElements(Operation *op, ShapeSource &source) {
  if (!Evaluator::isSupported(op) || op->getNumRegions())
    return std::nullopt;
  Evaluator evaluator;
  for (Value operand : op->getOperands()) {
    if (isa<NoneType>(operand.getType()))
      continue;
    auto type = dyn_cast<TensorType>(operand.getType());
    Elements elements = source.getElements(operand);
    std::optional<HostTensor::Shape> shape = getSmallShape(operand, source);
    if (!type || !elements || !shape)
      return std::nullopt;
    std::vector<int64_t> values;
    for (AffineExpr element : *elements) {
      std::optional<int64_t> number = getNumber(element);
      if (!number)
        return std::nullopt;
      values.push_back(*number);
    }
    evaluator.bind(operand, HostTensor::getInts(type.getElementType(), *shape,
                                                std::move(values)));
  }
  const HostTensor *result = evaluator.evaluate(op->getResult(0));
  if (!result || !isSmallInteger(*result))
    return std::nullopt;
  return toExprs(*result, op->getContext());
}

Elements gg::onnx::inferElements(Operation *op, ShapeSource &source) {
  auto type = op->getNumResults() == 1
                  ? dyn_cast<TensorType>(op->getResult(0).getType())
                  : TensorType();
  if (!type || !isa<IntegerType>(type.getElementType()))
    return std::nullopt;
  StringRef name = getOpName(op);
  if (name == "onnx.Shape" || name == "onnx.Size")
    return getShapeElements(op, source);
  if (name == "onnx.ConstantOfShape" &&
      !getSmallShape(op->getResult(0), source))
    return std::nullopt;
  if (Elements numbers = computeElements(op, source))
    return numbers;
  // Wrapping is no matter for dimensions, but truth values are no numbers.
  if (name == "onnx.Cast" || name == "onnx.Identity") {
    auto from = dyn_cast<TensorType>(op->getOperand(0).getType());
    unsigned width = type.getElementType().getIntOrFloatBitWidth();
    if (from && isa<IntegerType>(from.getElementType()) && width >= 32)
      return source.getElements(op->getOperand(0));
    return std::nullopt;
  }
  if (llvm::is_contained({"onnx.Reshape", "onnx.Squeeze", "onnx.Unsqueeze",
                          "onnx.Concat", "onnx.Gather", "onnx.Slice",
                          "onnx.Expand", "onnx.Flatten", "onnx.Transpose"},
                         name))
    return moveElements(op, source);
  if (name == "onnx.Add")
    return combine(op, source, addDims);
  if (name == "onnx.Sub")
    return combine(op, source, subDims);
  if (name == "onnx.Mul")
    return combine(op, source, mulDims);
  if (name == "onnx.Div")
    return combine(op, source, divideDims);
  if (name == "onnx.Equal")
    return combine(op, source, compareEqual);
  if (name == "onnx.Where")
    return select(op, source);
  return std::nullopt;
}
