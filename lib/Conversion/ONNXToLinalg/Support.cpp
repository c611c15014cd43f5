//===- Support.cpp - Which forms of onnx ops are converted ----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The patterns convert every form of their ops but these. They are refused
// before, so that a graph's are listed at once, each with its reason.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "Scalar.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "gg/Dialect/ONNX/IR/ONNXHelpers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace gg::onnx;

static std::string print(Type type) {
  std::string text;
  llvm::raw_string_ostream(text) << "'" << type << "'";
  return text;
}

static std::string checkCast(Type from, Type to) {
  if (from == to || canCast(from, to))
    return "";
  return "from " + print(from) + " to " + print(to);
}

static std::string check(CastOp op) {
  return checkCast(getElementType(op.getInput()), op.getTo());
}

static std::string check(CastLikeOp op) {
  return checkCast(getElementType(op.getInput()),
                   getElementType(op.getOutput()));
}

static std::string checkElements(Value operand, bool isKnown) {
  Type type = getElementType(operand);
  return isKnown && canCast(type, type) ? "" : "elements of " + print(type);
}

static std::string check(EqualOp op) {
  return checkElements(op.getA(), /*isKnown=*/true);
}

template <typename OpTy> static std::string checkFloats(OpTy op) {
  return checkElements(op.getX(), isa<FloatType>(getElementType(op.getX())));
}
static std::string check(IsNaNOp op) { return checkFloats(op); }
static std::string check(IsInfOp op) { return checkFloats(op); }

static std::string check(ConstantOp op) {
  if (isa<DenseElementsAttr, DenseResourceElementsAttr>(op.getValue()))
    return "";
  return "elements that are neither dense nor a resource";
}

static std::string check(ConstantOfShapeOp op) {
  if (!op.getValue() || isa<DenseElementsAttr>(*op.getValue()))
    return "";
  return "a value that is not dense";
}

static std::string check(DropoutOp op) {
  if (isPresent(op.getTrainingMode()) &&
      getConstantInt(op.getTrainingMode()) != 0)
    return "training mode";
  return "";
}

static std::string check(GemmOp op) {
  bool scales = !op.getAlpha().isExactlyValue(1.0) ||
                (isPresent(op.getC()) && !op.getBeta().isExactlyValue(1.0));
  if (scales && !isa<FloatType>(getElementType(op.getY())))
    return "integers scaled by alpha or beta";
  return "";
}

static std::string check(RangeOp op) {
  if (getElementType(op.getOutput()).isUnsignedInteger())
    return "unsigned integers";
  return "";
}

static std::string check(ReduceLogSumExpOp op) {
  if (!isa<FloatType>(getElementType(op.getData())))
    return "exponentials of integers";
  return "";
}

/// Without axes, the dims of size 1 go: which they are must be known.
static std::string check(SqueezeOp op) {
  if (isPresent(op.getAxes()))
    return "";
  ArrayRef<int64_t> shape = *getShape(op.getData());
  int64_t kept = shape.size() - llvm::count(shape, 1);
  if (kept != *getRank(op.getSqueezed()))
    return "dims of which only the run knows whether they are 1";
  return "";
}

/// Tuples of indices lie in the last dim.
static std::string checkTuples(Value indices) {
  std::optional<ArrayRef<int64_t>> shape = getShape(indices);
  if (shape && !shape->empty() && ShapedType::isDynamic(shape->back()))
    return "tuples of unknown length";
  return "";
}

static std::string check(GatherNDOp op) { return checkTuples(op.getIndices()); }

/// Reductions compute; the rest only moves elements, of whatever type.
template <typename OpTy> static std::string checkReduction(OpTy op) {
  Type type = getElementType(op.getData());
  if (op.getReduction() == "none" || canCast(type, type))
    return "";
  return "a reduction of " + print(type);
}

static std::string check(ScatterElementsOp op) { return checkReduction(op); }

static std::string check(ScatterNDOp op) {
  std::string reason = checkTuples(op.getIndices());
  return reason.empty() ? checkReduction(op) : reason;
}

static bool isUnranked(Value value) {
  return isa<UnrankedTensorType>(value.getType());
}

std::string gg::onnx::getHindrance(Operation *op) {
  // Where the rank gets lost, not at each op that follows.
  if (llvm::any_of(op->getOperands(), isUnranked))
    return llvm::any_of(op->getOperands(),
                        [](Value operand) {
                          return isUnranked(operand) &&
                                 isa<BlockArgument>(operand);
                        })
               ? "an operand of unknown rank"
               : "";
  if (llvm::any_of(op->getResults(), isUnranked))
    return "a result of unknown rank";
  return llvm::TypeSwitch<Operation *, std::string>(op)
      .Case<CastOp, CastLikeOp, ConstantOp, ConstantOfShapeOp, DropoutOp,
            EqualOp, GatherNDOp, GemmOp, IsInfOp, IsNaNOp, RangeOp,
            ReduceLogSumExpOp, ScatterElementsOp, ScatterNDOp, SqueezeOp>(
          [](auto op) { return check(op); })
      .Default([](Operation *) { return ""; });
}
