//===- Emitter.cpp - Building linalg for one onnx op ----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace gg::onnx;

//===----------------------------------------------------------------------===//
// Scalars and tensors
//===----------------------------------------------------------------------===//

Value Emitter::number(Type type, double number) {
  if (auto floatType = dyn_cast<FloatType>(type))
    return arith::ConstantOp::create(b, loc, b.getFloatAttr(floatType, number));
  return integer(type, static_cast<int64_t>(number));
}

Value Emitter::integer(Type type, int64_t number) {
  if (isa<FloatType>(type))
    return this->number(type, static_cast<double>(number));
  return arith::ConstantOp::create(b, loc, b.getIntegerAttr(type, number));
}

RankedTensorType Emitter::type(ArrayRef<OpFoldResult> sizes, Type element) {
  SmallVector<int64_t> shape;
  SmallVector<Value> dynamic;
  dispatchIndexOpFoldResults(sizes, dynamic, shape);
  return RankedTensorType::get(shape, element);
}

Value Emitter::empty(ArrayRef<OpFoldResult> sizes, Type element) {
  return tensor::EmptyOp::create(b, loc, sizes, element);
}

Value Emitter::filled(ArrayRef<OpFoldResult> sizes, Value scalar) {
  return linalg::FillOp::create(b, loc, scalar, empty(sizes, scalar.getType()))
      .getResult(0);
}

Value Emitter::scalar(Value tensor) {
  Sizes own = sizes(tensor);
  for (OpFoldResult size : own)
    checkEqual(size, index(1), "expected one element");
  SmallVector<Value> zeros(own.size(), own.empty() ? Value() : value(index(0)));
  return tensor::ExtractOp::create(b, loc, tensor, zeros);
}

Value Emitter::mapInto(Value init, ValueRange operands,
                       ArrayRef<AffineMap> maps, Body body) {
  int64_t rank = cast<RankedTensorType>(init.getType()).getRank();
  SmallVector<AffineMap> allMaps(maps);
  allMaps.push_back(b.getMultiDimIdentityMap(rank));
  SmallVector<utils::IteratorType> iterators(rank,
                                             utils::IteratorType::parallel);
  return linalg::GenericOp::create(
             b, loc, init.getType(), operands, init, allMaps, iterators,
             [&](OpBuilder &nested, Location loc, ValueRange args) {
               Value result = body(nested, loc, args.drop_back());
               linalg::YieldOp::create(nested, loc, result);
             })
      .getResult(0);
}

Value Emitter::map(ArrayRef<OpFoldResult> sizes, Type element,
                   ValueRange operands, ArrayRef<AffineMap> maps, Body body) {
  return mapInto(empty(sizes, element), operands, maps, body);
}

Value Emitter::map(ArrayRef<OpFoldResult> sizes, Type element,
                   ValueRange operands, Body body) {
  SmallVector<AffineMap> maps(operands.size(),
                              b.getMultiDimIdentityMap(sizes.size()));
  return map(sizes, element, operands, maps, body);
}

Value Emitter::reduce(Value operand, ArrayRef<int64_t> axes, Value initial,
                      Body body) {
  Sizes from = sizes(operand), to;
  SmallVector<AffineExpr> kept;
  SmallVector<utils::IteratorType> iterators;
  for (auto [dim, size] : llvm::enumerate(from)) {
    bool reduced = llvm::is_contained(axes, static_cast<int64_t>(dim));
    iterators.push_back(reduced ? utils::IteratorType::reduction
                                : utils::IteratorType::parallel);
    if (reduced)
      continue;
    kept.push_back(b.getAffineDimExpr(dim));
    to.push_back(size);
  }
  Value init = filled(to, initial);
  AffineMap maps[] = {b.getMultiDimIdentityMap(from.size()),
                      AffineMap::get(from.size(), 0, kept, b.getContext())};
  return linalg::GenericOp::create(
             b, loc, init.getType(), operand, init, maps, iterators,
             [&](OpBuilder &nested, Location loc, ValueRange args) {
               linalg::YieldOp::create(nested, loc, body(nested, loc, args));
             })
      .getResult(0);
}

Value Emitter::castFloats(Value tensor, Type element) {
  auto from = cast<FloatType>(getElementType(tensor));
  auto to = cast<FloatType>(element);
  if (from == to)
    return tensor;
  return map(sizes(tensor), to, tensor,
             [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
               if (from.getWidth() < to.getWidth())
                 return arith::ExtFOp::create(b, loc, to, args[0]);
               return arith::TruncFOp::create(b, loc, to, args[0]);
             });
}

Value Emitter::widen(Value tensor) {
  Type element = getElementType(tensor);
  if (!isa<Float16Type, BFloat16Type>(element))
    return tensor;
  return castFloats(tensor, b.getF32Type());
}

//===----------------------------------------------------------------------===//
// Broadcasting
//===----------------------------------------------------------------------===//

Broadcast Emitter::broadcast(ValueRange operands) {
  size_t rank = 0;
  SmallVector<Sizes> all;
  for (Value operand : operands) {
    all.push_back(sizes(operand));
    rank = std::max(rank, all.back().size());
  }

  Broadcast result;
  result.sizes.assign(rank, index(1));
  for (size_t dim = 0; dim < rank; ++dim) {
    OpFoldResult &common = result.sizes[dim];
    for (Sizes &own : all) {
      if (rank - dim > own.size())
        continue;
      OpFoldResult size = own[dim - (rank - own.size())];
      if (isOne(size) || same(size, common))
        continue;
      if (isOne(common) || (isa<Value>(common) && isa<Attribute>(size)))
        common = size;
      else if (isa<Value>(common))
        common = select(compare(arith::CmpIPredicate::eq, common, index(1)),
                        size, common);
    }
  }

  for (auto [operand, own] : llvm::zip(operands, all)) {
    size_t lead = rank - own.size();
    SmallVector<AffineExpr> exprs;
    Sizes wanted = own;
    bool unsure = false;
    for (auto [dim, size] : llvm::enumerate(own)) {
      OpFoldResult common = result.sizes[lead + dim];
      bool one = isOne(size) && !isOne(common);
      exprs.push_back(one ? b.getAffineConstantExpr(0)
                          : b.getAffineDimExpr(lead + dim));
      if (one || same(size, common))
        continue;
      wanted[dim] = common;
      unsure = true;
    }
    result.operands.push_back(unsure ? expand(operand, wanted) : operand);
    result.maps.push_back(AffineMap::get(rank, 0, exprs, b.getContext()));
  }
  return result;
}

Value Emitter::expand(Value operand, ArrayRef<OpFoldResult> sizes) {
  Sizes own = this->sizes(operand);
  SmallVector<Value> repeated(own.size());
  for (auto [dim, pair] : llvm::enumerate(llvm::zip(own, sizes))) {
    auto [from, to] = pair;
    if (same(from, to))
      continue;
    if (isOne(from)) {
      repeated[dim] = integer(b.getI1Type(), 1);
      continue;
    }
    repeated[dim] = compare(arith::CmpIPredicate::eq, from, index(1));
    Value equal = compare(arith::CmpIPredicate::eq, from, to);
    check(arith::OrIOp::create(b, loc, repeated[dim], equal),
          "dim " + Twine(dim) + " does not broadcast");
  }
  Value zero = value(index(0));
  return map(sizes, getElementType(operand), {}, ArrayRef<AffineMap>(),
             [&](OpBuilder &b, Location loc, ValueRange) -> Value {
               SmallVector<Value> position;
               for (auto [dim, isRepeated] : llvm::enumerate(repeated)) {
                 Value i = linalg::IndexOp::create(b, loc, dim);
                 if (isRepeated)
                   i = arith::SelectOp::create(b, loc, isRepeated, zero, i);
                 position.push_back(i);
               }
               return tensor::ExtractOp::create(b, loc, operand, position);
             });
}

//===----------------------------------------------------------------------===//
// Checks and results
//===----------------------------------------------------------------------===//

/// The node's name in the file; the op's own where it has none.
static StringRef getNodeName(Operation *op) {
  StringRef name = op->getName().getStringRef();
  op->getLoc()->walk([&](Location loc) {
    auto named = dyn_cast<NameLoc>(loc);
    if (!named)
      return WalkResult::advance();
    name = named.getName();
    return WalkResult::interrupt();
  });
  return name;
}

void Emitter::check(Value condition, const Twine &message) {
  if (std::optional<int64_t> known = getConstantIntValue(condition))
    if (*known != 0)
      return;
  cf::AssertOp::create(b, loc, condition,
                       (getNodeName(op) + ": " + message).str());
}

void Emitter::checkEqual(OpFoldResult x, OpFoldResult y, const Twine &message) {
  if (!same(x, y))
    check(compare(arith::CmpIPredicate::eq, x, y), message);
}

void Emitter::checkRange(Value indices, OpFoldResult low, OpFoldResult high,
                         const Twine &message) {
  Type element = getElementType(indices);
  Value from = arith::IndexCastOp::create(b, loc, element, value(low));
  Value to = arith::IndexCastOp::create(b, loc, element, value(high));
  int64_t rank = cast<RankedTensorType>(indices.getType()).getRank();
  Value inside =
      reduce(indices, llvm::to_vector(llvm::seq<int64_t>(0, rank)),
             integer(b.getI1Type(), 1),
             [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
               Value above = arith::CmpIOp::create(
                   b, loc, arith::CmpIPredicate::sge, args[0], from);
               Value below = arith::CmpIOp::create(
                   b, loc, arith::CmpIPredicate::slt, args[0], to);
               Value both = arith::AndIOp::create(b, loc, above, below);
               return arith::AndIOp::create(b, loc, both, args[1]);
             });
  check(scalar(inside), message);
}

void Emitter::replace(ValueRange values) {
  SmallVector<Value> results;
  for (auto [value, result] : llvm::zip(values, op->getResults())) {
    if (!isPresent(result)) {
      results.push_back(NoneOp::create(b, loc, result.getType()));
      continue;
    }
    auto wanted = dyn_cast<RankedTensorType>(result.getType());
    auto actual = cast<RankedTensorType>(value.getType());
    if (!wanted || wanted.getShape() == actual.getShape()) {
      results.push_back(value);
      continue;
    }
    for (int64_t dim = 0; dim < wanted.getRank(); ++dim)
      if (!wanted.isDynamicDim(dim))
        checkEqual(size(value, dim), index(wanted.getDimSize(dim)),
                   "expected result dim " + Twine(dim) + " of size " +
                       Twine(wanted.getDimSize(dim)));
    results.push_back(
        tensor::CastOp::create(b, loc, actual.clone(wanted.getShape()), value));
  }
  b.replaceOp(op, results);
}

SmallVector<Value> gg::onnx::getPosition(OpBuilder &b, Location loc,
                                         int64_t rank) {
  SmallVector<Value> position;
  for (int64_t dim = 0; dim < rank; ++dim)
    position.push_back(linalg::IndexOp::create(b, loc, dim));
  return position;
}
