//===- Evaluator.cpp - Executes onnx ops on concrete values ---------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/Evaluator.h"
#include "Kernel.h"

using namespace mlir;
using namespace gg::onnx;

//===----------------------------------------------------------------------===//
// KernelCall
//===----------------------------------------------------------------------===//

bool KernelCall::checkSize(ArrayRef<int64_t> shape) {
  std::optional<int64_t> count = countElements(shape);
  if (count && *count <= maxElements)
    return true;
  return fail("expected a result of at most " + Twine(maxElements) +
              " elements");
}

//===----------------------------------------------------------------------===//
// Broadcasting
//===----------------------------------------------------------------------===//

HostTensor::Shape gg::onnx::getStrides(ArrayRef<int64_t> shape) {
  HostTensor::Shape strides(shape.size(), 1);
  for (int64_t axis = int64_t(shape.size()) - 2; axis >= 0; --axis)
    strides[axis] = strides[axis + 1] * shape[axis + 1];
  return strides;
}

std::optional<HostTensor::Shape>
gg::onnx::broadcastConcrete(ArrayRef<ArrayRef<int64_t>> shapes) {
  size_t rank = 0;
  for (ArrayRef<int64_t> shape : shapes)
    rank = std::max(rank, shape.size());
  HostTensor::Shape result(rank, 1);
  for (ArrayRef<int64_t> shape : shapes) {
    size_t shift = rank - shape.size();
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      int64_t &dim = result[axis + shift];
      if (shape[axis] == 1 || shape[axis] == dim)
        continue;
      if (dim != 1)
        return std::nullopt;
      dim = shape[axis];
    }
  }
  return result;
}

HostTensor::Shape gg::onnx::getBroadcastStrides(ArrayRef<int64_t> from,
                                                ArrayRef<int64_t> to) {
  HostTensor::Shape strides(to.size(), 0), own = getStrides(from);
  size_t shift = to.size() - from.size();
  for (size_t axis = 0; axis < from.size(); ++axis)
    if (from[axis] != 1)
      strides[axis + shift] = own[axis];
  return strides;
}

//===----------------------------------------------------------------------===//
// Evaluator
//===----------------------------------------------------------------------===//

static const KernelTable &getKernels() {
  static const KernelTable table = [] {
    KernelTable kernels;
    addElementwiseKernels(kernels);
    addLayoutKernels(kernels);
    addGatherKernels(kernels);
    addReductionKernels(kernels);
    return kernels;
  }();
  return table;
}

static StringRef getOpName(Operation *op) {
  return op->getName().getStringRef();
}

bool gg::onnx::isNone(Value value) { return isa<NoneType>(value.getType()); }

StringRef gg::onnx::getNodeName(Operation *op) {
  if (auto name = op->getLoc()->findInstanceOf<NameLoc>())
    return name.getName().getValue();
  return getOpName(op);
}

static bool isShapeQuery(Operation *op) {
  return getOpName(op) == "onnx.Shape" || getOpName(op) == "onnx.Size";
}

bool Evaluator::isSupported(Operation *op) {
  return getKernels().find(getOpName(op)) || isShapeQuery(op) ||
         getOpName(op) == "onnx.If" || getOpName(op) == "onnx.Constant";
}

bool Evaluator::fail(Operation *op, const Twine &message) {
  error = ("node '" + getNodeName(op) + "' (" + getOpName(op) + "): " + message)
              .str();
  return false;
}

const HostTensor *Evaluator::lookup(Value value) const {
  auto it = known.find(value);
  return it == known.end() ? nullptr : &it->second;
}

/// The branch of an If whose condition is known.
Region *Evaluator::getTakenBranch(Operation *op) const {
  const HostTensor *condition = lookup(op->getOperand(0));
  if (!condition || condition->getNumElements() != 1 || condition->isFloat() ||
      op->getNumRegions() != 2)
    return nullptr;
  Region &taken = op->getRegion(condition->ints()[0] ? 0 : 1);
  return taken.empty() ? nullptr : &taken;
}

/// Collects the values that must be computed before `op`.
bool Evaluator::findPending(Operation *op, SmallVectorImpl<Value> &pending) {
  auto require = [&](ValueRange values) {
    for (Value value : values)
      if (!isNone(value) && !known.contains(value))
        pending.push_back(value);
  };
  if (isShapeQuery(op)) {
    if (!shapeOracle || !shapeOracle(op->getOperand(0)))
      require(op->getOperands());
    return !pending.empty();
  }
  require(op->getOperands());
  // Only the branch that an If takes is computed.
  if (pending.empty() && getOpName(op) == "onnx.If")
    if (Region *taken = getTakenBranch(op))
      require(taken->front().getTerminator()->getOperands());
  return !pending.empty();
}

const HostTensor *Evaluator::evaluate(Value root) {
  SmallVector<Value> stack = {root};
  SmallVector<Value> pending;
  while (!stack.empty()) {
    Value value = stack.back();
    if (known.contains(value)) {
      stack.pop_back();
      continue;
    }
    Operation *op = value.getDefiningOp();
    if (!op) {
      error = "depends on an input whose value is not known";
      return nullptr;
    }
    if (!isSupported(op)) {
      fail(op, "the evaluator has no kernel for this op");
      return nullptr;
    }
    pending.clear();
    if (findPending(op, pending)) {
      stack.append(pending);
      continue;
    }
    if (!evaluateOp(op))
      return nullptr;
    if (!known.contains(value)) {
      fail(op, "the evaluator does not compute this result");
      return nullptr;
    }
  }
  return lookup(root);
}

bool Evaluator::evaluateOp(Operation *op) {
  StringRef name = getOpName(op);
  if (isShapeQuery(op))
    return evaluateShape(op);
  if (name == "onnx.If")
    return evaluateIf(op);
  if (name == "onnx.Constant") {
    auto attr = op->getAttrOfType<ElementsAttr>("value");
    std::optional<HostTensor> tensor =
        attr ? HostTensor::get(attr) : std::nullopt;
    if (!tensor)
      return fail(op, "the evaluator cannot read this constant");
    known[op->getResult(0)] = std::move(*tensor);
    return true;
  }

  const KernelTable::Entry *entry = getKernels().find(name);
  SmallVector<const HostTensor *> operands;
  for (Value operand : op->getOperands())
    operands.push_back(isNone(operand) ? nullptr : lookup(operand));
  for (unsigned index = 0; index < entry->required; ++index)
    if (index >= operands.size() || !operands[index])
      return fail(op, "expected operand " + Twine(index));
  KernelCall call(op, operands, maxElements);
  if (!entry->kernel(call))
    return fail(op, call.error);
  for (auto [result, tensor] : llvm::zip(op->getResults(), call.results))
    known[result] = std::move(tensor);
  return true;
}

bool Evaluator::evaluateShape(Operation *op) {
  Value operand = op->getOperand(0);
  std::optional<HostTensor::Shape> shape;
  if (const HostTensor *tensor = lookup(operand))
    shape = HostTensor::Shape(tensor->getShape());
  else if (shapeOracle)
    shape = shapeOracle(operand);
  if (!shape)
    return fail(op, "the operand's shape is not known");
  MLIRContext *context = op->getContext();
  if (getOpName(op) == "onnx.Size") {
    int64_t count = 1;
    for (int64_t dim : *shape)
      count *= dim;
    known[op->getResult(0)] = HostTensor::getScalar(context, count);
    return true;
  }
  KernelCall call(op, {}, maxElements);
  int64_t rank = shape->size();
  auto clamp = [&](int64_t index) {
    return std::clamp(index < 0 ? index + rank : index, int64_t(0), rank);
  };
  int64_t start = clamp(call.getInt("start", 0));
  int64_t end = clamp(call.getInt("end", rank));
  known[op->getResult(0)] = HostTensor::getVector(
      context, ArrayRef<int64_t>(*shape).slice(
                   start, std::max<int64_t>(end - start, 0)));
  return true;
}

bool Evaluator::evaluateIf(Operation *op) {
  Region *taken = getTakenBranch(op);
  if (!taken)
    return fail(op, "expected a condition of one boolean and two branches");
  Operation *yield = taken->front().getTerminator();
  if (yield->getNumOperands() != op->getNumResults())
    return fail(op, "expected a branch value for each result");
  for (auto [result, value] : llvm::zip(op->getResults(), yield->getOperands()))
    known[result] = HostTensor(*lookup(value));
  return true;
}
