//===- Match.cpp - What recover patterns look for -------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Match.h"

#include "llvm/ADT/SmallSet.h"

#include <cmath>

using namespace mlir;
using namespace gg::onnx;

namespace gg::recover {

int64_t rankOf(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type ? type.getRank() : -1;
}

int64_t dimOf(Value value, int64_t axis) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return ShapedType::kDynamic;
  if (axis < 0)
    axis += type.getRank();
  return axis >= 0 && axis < type.getRank() ? type.getDimSize(axis)
                                            : ShapedType::kDynamic;
}

//===----------------------------------------------------------------------===//
// Copies and casts
//===----------------------------------------------------------------------===//

/// True if `training_mode` is absent or known to be false.
static bool isInference(DropoutOp op) {
  return !isPresent(op.getTrainingMode()) || isScalar(op.getTrainingMode(), 0);
}

/// The operand that the op hands on unchanged, or null.
static Value getCopied(Operation *op, Value result) {
  if (!op)
    return {};
  if (auto identity = dyn_cast<IdentityOp>(op))
    return identity.getInput();
  if (auto transpose = dyn_cast<TransposeOp>(op))
    return transpose.getPerm() && llvm::is_sorted(*transpose.getPerm())
               ? transpose.getData()
               : Value();
  if (auto cast = dyn_cast<CastOp>(op))
    return cast.getTo() == getElementType(cast.getInput()) ? cast.getInput()
                                                           : Value();
  if (auto like = dyn_cast<CastLikeOp>(op))
    return getElementType(like.getTargetType()) ==
                   getElementType(like.getInput())
               ? like.getInput()
               : Value();
  if (auto dropout = dyn_cast<DropoutOp>(op))
    return result == dropout.getOutput() && isInference(dropout)
               ? dropout.getData()
               : Value();
  return {};
}

Value skipCopies(Value value) {
  while (Value source = getCopied(value.getDefiningOp(), value))
    value = source;
  return value;
}

Value skipFloatCasts(Value value) {
  for (;;) {
    value = skipCopies(value);
    auto cast = value.getDefiningOp<CastOp>();
    if (!cast || !isa<FloatType>(getElementType(cast.getInput())) ||
        !isa<FloatType>(cast.getTo()))
      return value;
    value = cast.getInput();
  }
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

std::optional<double> getScalar(Value value) {
  value = skipCopies(value);
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || !type.hasStaticShape() || type.getNumElements() != 1)
    return std::nullopt;
  if (std::optional<int64_t> number = getConstantInt(value))
    return static_cast<double>(*number);
  return getConstantFloat(value);
}

bool isClose(double value, double expected, Type type) {
  if (value == expected)
    return true;
  // A few units in the last place: exporters write constants with as few as
  // seven digits, and products of rounded constants.
  double tolerance = type.isF16() ? 2e-3 : type.isBF16() ? 1e-2 : 2e-6;
  return std::abs(value - expected) <= tolerance * std::abs(expected);
}

bool isScalar(Value value, double expected) {
  std::optional<double> scalar = getScalar(value);
  return scalar && isClose(*scalar, expected, getElementType(value));
}

bool isSplat(Value value, double expected) {
  auto attr =
      dyn_cast_or_null<DenseFPElementsAttr>(getConstant(skipCopies(value)));
  return attr && attr.isSplat() &&
         attr.getSplatValue<FloatAttr>().getValueAsDouble() == expected;
}

std::optional<SmallVector<int64_t>> getInts(Value value) {
  return rankOf(value) > 1 ? std::nullopt : getConstantInts(skipCopies(value));
}

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Value getOther(Operation *op, Value one) {
  return op->getOperand(0) == one ? op->getOperand(1) : op->getOperand(0);
}

bool areTrailing(ArrayRef<int64_t> axes, Value value, int64_t &count) {
  int64_t rank = rankOf(value);
  llvm::SmallSet<int64_t, 4> seen;
  for (int64_t axis : axes) {
    // Counted from the end; without a rank only negative axes can be.
    int64_t fromEnd = axis < 0 ? axis : rank < 0 ? 0 : axis - rank;
    if (fromEnd >= 0 || (rank >= 0 && fromEnd < -rank))
      return false;
    seen.insert(fromEnd);
  }
  count = seen.size();
  for (int64_t i = 1; i <= count; ++i)
    if (!seen.contains(-i))
      return false;
  return count > 0;
}

constexpr unsigned kMaxDegree = 3;

static std::optional<Polynomial> multiply(const Polynomial &a,
                                          const Polynomial &b) {
  if (a.size() + b.size() - 1 > kMaxDegree + 1)
    return std::nullopt;
  Polynomial product(a.size() + b.size() - 1, 0.0);
  for (size_t i = 0; i < a.size(); ++i)
    for (size_t j = 0; j < b.size(); ++j)
      product[i + j] += a[i] * b[j];
  return product;
}

static Polynomial addScaled(const Polynomial &a, const Polynomial &b,
                            double factor) {
  Polynomial sum(std::max(a.size(), b.size()), 0.0);
  for (size_t i = 0; i < sum.size(); ++i)
    sum[i] = (i < a.size() ? a[i] : 0.0) + factor * (i < b.size() ? b[i] : 0.0);
  return sum;
}

/// The depth is bounded, as a graph may share subterms without end.
static std::optional<Polynomial> getPolynomial(Value value, Value x,
                                               unsigned depth) {
  value = skipCopies(value);
  if (value == x)
    return Polynomial{0.0, 1.0};
  if (std::optional<double> scalar = getScalar(value))
    return Polynomial{*scalar};
  Operation *op = value.getDefiningOp();
  if (!op || depth == 0)
    return std::nullopt;
  auto operand = [&](unsigned i) {
    return getPolynomial(op->getOperand(i), x, depth - 1);
  };
  if (isa<NegOp>(op)) {
    auto a = operand(0);
    return a ? std::optional(addScaled({0.0}, *a, -1.0)) : std::nullopt;
  }
  if (!isa<AddOp, SubOp, MulOp, DivOp, PowOp>(op))
    return std::nullopt;
  auto a = operand(0), b = operand(1);
  if (!a || !b)
    return std::nullopt;
  if (isa<AddOp>(op))
    return addScaled(*a, *b, 1.0);
  if (isa<SubOp>(op))
    return addScaled(*a, *b, -1.0);
  if (isa<MulOp>(op))
    return multiply(*a, *b);
  if (b->size() != 1)
    return std::nullopt;
  if (isa<DivOp>(op))
    return b->front() == 0.0
               ? std::nullopt
               : std::optional(addScaled({0.0}, *a, 1.0 / b->front()));
  double exponent = b->front();
  if (exponent != 1.0 && exponent != 2.0 && exponent != 3.0)
    return std::nullopt;
  std::optional<Polynomial> power = *a;
  for (int i = 1; i < exponent && power; ++i)
    power = multiply(*power, *a);
  return power;
}

std::optional<Polynomial> getPolynomial(Value value, Value x) {
  return getPolynomial(value, skipCopies(x), /*depth=*/7);
}

static void collectFactors(Value value, Product &product, unsigned depth) {
  value = skipCopies(value);
  if (std::optional<double> scalar = getScalar(value)) {
    product.scale *= *scalar;
    return;
  }
  if (depth > 0)
    if (auto mul = value.getDefiningOp<MulOp>()) {
      collectFactors(mul.getA(), product,
                     mul.getA().hasOneUse() ? depth - 1 : 0);
      collectFactors(mul.getB(), product,
                     mul.getB().hasOneUse() ? depth - 1 : 0);
      return;
    }
  if (depth > 0)
    if (auto div = value.getDefiningOp<DivOp>())
      if (std::optional<double> divisor = getScalar(div.getB());
          divisor && *divisor != 0.0) {
        product.scale /= *divisor;
        collectFactors(div.getA(), product,
                       div.getA().hasOneUse() ? depth - 1 : 0);
        return;
      }
  product.factors.push_back(value);
}

Product getProduct(Value value) {
  Product product;
  collectFactors(value, product, /*depth=*/3);
  return product;
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

/// Where a Slice position falls in a dim of `size`, for a positive step.
static int64_t clampPosition(int64_t position, int64_t size) {
  if (position < 0)
    position = position < -size ? 0 : position + size;
  return std::min(position, size);
}

static std::optional<LastDimPart> getSlicePart(SliceOp op) {
  int64_t rank = rankOf(op.getData()), size = dimOf(op.getData(), -1);
  auto starts = getInts(op.getStarts()), ends = getInts(op.getEnds());
  if (rank < 1 || ShapedType::isDynamic(size) || !starts || !ends ||
      starts->size() != 1 || ends->size() != 1)
    return std::nullopt;
  SmallVector<int64_t> axes{0}, steps{1};
  if (isPresent(op.getAxes())) {
    auto given = getInts(op.getAxes());
    if (!given || given->size() != 1)
      return std::nullopt;
    axes = *given;
  }
  if (isPresent(op.getSteps())) {
    auto given = getInts(op.getSteps());
    if (!given || given->size() != 1)
      return std::nullopt;
    steps = *given;
  }
  if ((axes[0] != -1 && axes[0] != rank - 1) || steps[0] < 1)
    return std::nullopt;
  return LastDimPart{op.getData(), clampPosition(starts->front(), size),
                     clampPosition(ends->front(), size), steps[0]};
}

static std::optional<LastDimPart> getSplitPart(SplitOp op, Value value) {
  int64_t rank = rankOf(op.getInput());
  if (rank < 1 || (op.getAxis() != -1 && op.getAxis() != rank - 1))
    return std::nullopt;
  int64_t begin = 0;
  for (Value result : op.getOutputs()) {
    int64_t size = dimOf(result, -1);
    if (ShapedType::isDynamic(size))
      return std::nullopt;
    if (result == value)
      return LastDimPart{op.getInput(), begin, begin + size, 1};
    begin += size;
  }
  return std::nullopt;
}

std::optional<LastDimPart> getLastDimPart(Value value) {
  value = skipCopies(value);
  std::optional<LastDimPart> part;
  if (auto slice = value.getDefiningOp<SliceOp>())
    part = getSlicePart(slice);
  else if (auto split = value.getDefiningOp<SplitOp>())
    part = getSplitPart(split, value);
  if (part)
    part->source = skipCopies(part->source);
  return part;
}

bool hasPerm(TransposeOp op, ArrayRef<int64_t> perm) {
  int64_t rank = rankOf(op.getData());
  return rank >= 0 && ArrayRef(getPermutation(op.getPerm(), rank)) == perm;
}

} // namespace gg::recover
