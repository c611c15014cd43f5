//===- ShapeFunctions.cpp - Result shapes of onnx ops ---------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/ShapeFunctions.h"
#include "ShapeCall.h"

using namespace mlir;
using namespace gg::onnx;

//===----------------------------------------------------------------------===//
// Dimensions
//===----------------------------------------------------------------------===//

/// One more than the largest symbol of the expression.
static unsigned countSymbols(AffineExpr expr) {
  unsigned count = 0;
  expr.walk([&](AffineExpr part) {
    if (auto symbol = dyn_cast<AffineSymbolExpr>(part))
      count = std::max(count, symbol.getPosition() + 1);
  });
  return count;
}

static AffineExpr simplify(AffineExpr expr) {
  if (isa<AffineConstantExpr, AffineSymbolExpr>(expr))
    return expr;
  return simplifyAffineExpr(expr, /*numDims=*/0, countSymbols(expr));
}

std::optional<int64_t> gg::onnx::getNumber(AffineExpr expr) {
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return constant.getValue();
  return std::nullopt;
}

std::optional<SmallVector<int64_t>>
gg::onnx::getNumbers(ArrayRef<AffineExpr> exprs) {
  SmallVector<int64_t> numbers;
  for (AffineExpr expr : exprs) {
    std::optional<int64_t> number = getNumber(expr);
    if (!number)
      return std::nullopt;
    numbers.push_back(*number);
  }
  return numbers;
}

/// Expressions of hostile graphs could grow without bound, and their numbers
/// overflow; beyond these limits a dimension counts as not simplified.
static bool isHuge(AffineExpr expr) {
  std::optional<int64_t> number = getNumber(expr);
  return number &&
         (*number > (int64_t(1) << 40) || *number < -(int64_t(1) << 40));
}

AffineExpr gg::onnx::addDims(AffineExpr a, AffineExpr b) {
  return isHuge(a) || isHuge(b) ? a : simplify(a + b);
}
AffineExpr gg::onnx::subDims(AffineExpr a, AffineExpr b) {
  return isHuge(a) || isHuge(b) ? a : simplify(a - b);
}
AffineExpr gg::onnx::mulDims(AffineExpr a, AffineExpr b) {
  std::optional<int64_t> x = getNumber(a), y = getNumber(b);
  int64_t product;
  if (x && y)
    return llvm::MulOverflow(*x, *y, product)
               ? getAffineConstantExpr(INT64_MAX, a.getContext())
               : getAffineConstantExpr(product, a.getContext());
  return simplify(a * b);
}

bool gg::onnx::areEqualDims(AffineExpr a, AffineExpr b) {
  return a == b || getNumber(subDims(a, b)) == 0;
}

bool gg::onnx::isNonNegative(AffineExpr expr) {
  // Symbols are dimensions; sums, products and quotients of what is not
  // negative are not either.
  bool result = true;
  expr.walk([&](AffineExpr part) {
    std::optional<int64_t> number = getNumber(part);
    result &= !number || *number >= 0;
  });
  return result;
}

/// The factors of a product, numbers joined to one.
static SmallVector<AffineExpr> getFactors(AffineExpr expr) {
  auto product = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!product || product.getKind() != AffineExprKind::Mul)
    return {expr};
  SmallVector<AffineExpr> factors = getFactors(product.getLHS());
  llvm::append_range(factors, getFactors(product.getRHS()));
  return factors;
}

/// Takes the factors that a and b share out of both.
static void cancelFactors(AffineExpr &a, AffineExpr &b) {
  SmallVector<AffineExpr> above = getFactors(a), below;
  for (AffineExpr factor : getFactors(b)) {
    auto *it = llvm::find(above, factor);
    if (it != above.end())
      above.erase(it);
    else
      below.push_back(factor);
  }
  MLIRContext *context = a.getContext();
  a = multiplyDims(above, context);
  b = multiplyDims(below, context);
}

AffineExpr gg::onnx::divideDims(AffineExpr a, AffineExpr b) {
  if (areEqualDims(a, b))
    return getAffineConstantExpr(1, a.getContext());
  cancelFactors(a, b);
  std::optional<int64_t> divisor = getNumber(b);
  if (divisor == 1)
    return a;
  if (!divisor || *divisor <= 0 || a.getLargestKnownDivisor() % *divisor)
    return {};
  return simplify(a.floorDiv(*divisor));
}

AffineExpr gg::onnx::multiplyDims(ArrayRef<AffineExpr> dims,
                                  MLIRContext *context) {
  AffineExpr product = getAffineConstantExpr(1, context);
  for (AffineExpr dim : dims)
    product = mulDims(product, dim);
  return product;
}

//===----------------------------------------------------------------------===//
// ShapeCall
//===----------------------------------------------------------------------===//

std::optional<int64_t> ShapeCall::length(unsigned index) const {
  std::optional<SymbolicShape> list = shape(index);
  if (!list || list->size() != 1)
    return std::nullopt;
  std::optional<int64_t> count = getNumber(list->front());
  return count && *count >= 0 && *count < 64 ? count : std::nullopt;
}

std::optional<SmallVector<int64_t>> ShapeCall::numbers(unsigned index) const {
  std::optional<SymbolicShape> list = elements(index);
  if (!list)
    return std::nullopt;
  return getNumbers(*list);
}

SymbolicShape ShapeCall::unknowns(size_t rank) const {
  SymbolicShape shape;
  while (shape.size() < rank)
    shape.push_back(unknown());
  return shape;
}

static std::string print(AffineExpr expr) {
  std::string text;
  llvm::raw_string_ostream(text) << expr;
  return text;
}

AffineExpr ShapeCall::unify(AffineExpr a, AffineExpr b, const Twine &what) {
  if (areEqualDims(a, b))
    return a;
  std::optional<int64_t> difference = getNumber(subDims(a, b));
  if (difference) {
    fail("expected " + what + " to agree but got " + print(a) + " and " +
         print(b));
    return {};
  }
  return getNumber(b) ? b : a;
}

bool ShapeCall::broadcast(ArrayRef<SymbolicShape> shapes,
                          SymbolicShape &result) {
  size_t rank = 0;
  for (const SymbolicShape &shape : shapes)
    rank = std::max(rank, shape.size());
  result.assign(rank, number(1));
  for (const SymbolicShape &shape : shapes)
    for (auto [axis, dim] : llvm::enumerate(shape)) {
      AffineExpr &joined = result[axis + rank - shape.size()];
      std::optional<int64_t> own = getNumber(dim), other = getNumber(joined);
      if (own == 1 || areEqualDims(dim, joined))
        continue;
      if (other == 1)
        joined = dim;
      else if (own && other)
        return fail("expected dimensions that broadcast but got " +
                    Twine(*other) + " and " + Twine(*own));
      else if (own)
        joined = dim; // The other is this, or 1.
      else if (!other)
        // Either of the two may be 1.
        joined = unknown();
    }
  return true;
}

//===----------------------------------------------------------------------===//
// Dispatch
//===----------------------------------------------------------------------===//

static const ShapeFunctionTable &getFunctions() {
  static const ShapeFunctionTable table = [] {
    ShapeFunctionTable functions;
    addLayoutShapes(functions);
    addIndexShapes(functions);
    addNetworkShapes(functions);
    addVendorShapes(functions);
    return functions;
  }();
  return table;
}

LogicalResult gg::onnx::inferResultShapes(
    Operation *op, ShapeSource &source,
    SmallVectorImpl<std::optional<SymbolicShape>> &shapes, std::string &error) {
  ShapeFunction function = getFunctions().lookup(op->getName().getStringRef());
  if (!function)
    return success();
  ShapeCall call(op, source);
  if (!function(call)) {
    error = call.error;
    return success(error.empty());
  }
  shapes.assign(call.results.begin(), call.results.end());
  return success();
}
