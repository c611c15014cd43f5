//===- SymbolicShapes.cpp - Shapes over named sizes -----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Analysis/SymbolicShapes.h"

#include "gg/Analysis/Evaluator.h"
#include "mlir/IR/BuiltinTypes.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace gg::onnx;

SymbolicShapes::SymbolicShapes(FunctionOpInterface function)
    : function(function), context(function->getContext()) {
  for (BlockArgument argument : function.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type)
      continue;
    auto dims = function.getArgAttrOfType<ArrayAttr>(argument.getArgNumber(),
                                                     "onnx.dims");
    SymbolicShape shape;
    for (auto [axis, size] : llvm::enumerate(type.getShape())) {
      StringAttr name = dims && axis < dims.size()
                            ? dyn_cast<StringAttr>(dims[axis])
                            : StringAttr();
      if (!ShapedType::isDynamic(size))
        shape.push_back(getAffineConstantExpr(size, context));
      else
        shape.push_back(name ? parseDim(name.getValue()) : makeUnknown());
    }
    shapes[argument] = std::move(shape);
  }
}

AffineExpr SymbolicShapes::makeUnknown() {
  names.emplace_back();
  return getAffineSymbolExpr(names.size() - 1, context);
}

AffineExpr SymbolicShapes::getSymbol(StringRef name) {
  auto [it, isNew] = symbols.try_emplace(name, names.size());
  if (isNew)
    names.push_back(name.str());
  return getAffineSymbolExpr(it->second, context);
}

/// "a + b", "2*a" and the like; a text of any other form names a size.
AffineExpr SymbolicShapes::parseDim(StringRef text) {
  text = text.trim();
  if (text.empty())
    return makeUnknown();
  auto isWord = [](StringRef part) {
    return !part.empty() && llvm::all_of(part, [](char c) {
      return llvm::isAlnum(c) || c == '_' || c == '.' || c == '/' || c == ':';
    });
  };
  AffineExpr sum = getAffineConstantExpr(0, context);
  SmallVector<StringRef> terms, factors;
  text.split(terms, '+');
  for (StringRef term : terms) {
    AffineExpr product = getAffineConstantExpr(1, context);
    factors.clear();
    term.split(factors, '*');
    for (StringRef factor : factors) {
      factor = factor.trim();
      int64_t number;
      if (!isWord(factor))
        return getSymbol(text);
      product = mulDims(product, factor.getAsInteger(10, number)
                                     ? getSymbol(factor)
                                     : getAffineConstantExpr(number, context));
    }
    sum = addDims(sum, product);
  }
  return sum;
}

std::optional<SymbolicShape> SymbolicShapes::getShape(Value value) {
  auto it = shapes.find(value);
  if (it != shapes.end())
    return it->second;
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type)
    return std::nullopt;
  SymbolicShape shape;
  for (int64_t size : type.getShape())
    shape.push_back(ShapedType::isDynamic(size)
                        ? makeUnknown()
                        : getAffineConstantExpr(size, context));
  shapes[value] = shape;
  return shape;
}

std::optional<SymbolicShape> SymbolicShapes::getElements(Value value) {
  auto it = elements.find(value);
  if (it == elements.end())
    return std::nullopt;
  return it->second;
}

LogicalResult SymbolicShapes::run() {
  for (Operation &op : function.getFunctionBody().getOps())
    if (failed(visit(&op)))
      return failure();
  return success();
}

/// Joins what inference found with what the type says.
LogicalResult SymbolicShapes::merge(Operation *op, Value value,
                                    SymbolicShape shape) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (type && type.getRank() != static_cast<int64_t>(shape.size()))
    return op->emitError() << "node '" << getNodeName(op)
                           << "': expected a result of rank " << shape.size()
                           << " but got " << type;
  if (type)
    for (auto [dim, size] : llvm::zip(shape, type.getShape())) {
      if (ShapedType::isDynamic(size))
        continue;
      std::optional<int64_t> number = getNumber(dim);
      if (number && *number != size)
        return op->emitError()
               << "node '" << getNodeName(op) << "': expected a dimension of "
               << *number << " but got " << size << " in " << type;
      dim = getAffineConstantExpr(size, context);
    }
  shapes[value] = std::move(shape);
  return success();
}

LogicalResult SymbolicShapes::visit(Operation *op) {
  if (op->getName().getStringRef() == "onnx.If")
    return visitIf(op);
  SmallVector<std::optional<SymbolicShape>> results;
  std::string error;
  if (failed(inferResultShapes(op, *this, results, error)))
    return op->emitError() << "node '" << getNodeName(op) << "': " << error;
  for (auto [result, shape] : llvm::zip(op->getResults(), results))
    if (shape && isa<TensorType>(result.getType()) &&
        failed(merge(op, result, std::move(*shape))))
      return failure();
  if (op->getNumResults() == 1)
    if (auto known = inferElements(op, *this))
      elements[op->getResult(0)] = std::move(*known);
  return success();
}

/// An If has the shape on which its branches agree.
LogicalResult SymbolicShapes::visitIf(Operation *op) {
  SmallVector<Operation *> yields;
  for (Region &region : op->getRegions()) {
    for (Operation &inner : region.getOps())
      if (failed(visit(&inner)))
        return failure();
    if (!region.empty())
      yields.push_back(region.front().getTerminator());
  }
  for (OpResult result : op->getResults()) {
    std::optional<SymbolicShape> joined;
    for (Operation *yield : yields) {
      std::optional<SymbolicShape> shape =
          result.getResultNumber() < yield->getNumOperands()
              ? getShape(yield->getOperand(result.getResultNumber()))
              : std::nullopt;
      if (!shape || (joined && joined->size() != shape->size())) {
        joined = std::nullopt;
        break;
      }
      if (!joined) {
        joined = shape;
        continue;
      }
      for (auto [mine, other] : llvm::zip(*joined, *shape))
        if (!areEqualDims(mine, other))
          mine = makeUnknown();
    }
    if (joined && failed(merge(op, result, std::move(*joined))))
      return failure();
  }
  return success();
}

bool SymbolicShapes::areEqual(Value a, int64_t i, Value b, int64_t j) {
  std::optional<SymbolicShape> x = getShape(a), y = getShape(b);
  return x && y && i < static_cast<int64_t>(x->size()) &&
         j < static_cast<int64_t>(y->size()) && areEqualDims((*x)[i], (*y)[j]);
}

Type SymbolicShapes::getRefinedType(Value value) {
  auto type = dyn_cast<TensorType>(value.getType());
  auto it = shapes.find(value);
  if (!type || it == shapes.end())
    return value.getType();
  SmallVector<int64_t> dims;
  for (AffineExpr dim : it->second) {
    std::optional<int64_t> number = getNumber(dim);
    dims.push_back(number && *number >= 0 ? *number : ShapedType::kDynamic);
  }
  return RankedTensorType::get(dims, type.getElementType());
}
