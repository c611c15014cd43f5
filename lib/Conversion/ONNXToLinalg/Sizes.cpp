//===- Sizes.cpp - Sizes of tensors, folded and traced --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"

#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

using namespace mlir;
using namespace gg::onnx;

/// How far to look through the arithmetic that makes a size.
static constexpr int maxDepth = 16;

//===----------------------------------------------------------------------===//
// Equality
//===----------------------------------------------------------------------===//

/// Whether two values are computed alike from the same values.
static bool isSameValue(Value a, Value b, int depth = 4) {
  if (a == b)
    return true;
  Operation *x = a.getDefiningOp(), *y = b.getDefiningOp();
  if (!x || !y || depth == 0 || x->getName() != y->getName() || !isPure(x) ||
      x->getNumRegions() != 0 ||
      cast<OpResult>(a).getResultNumber() !=
          cast<OpResult>(b).getResultNumber() ||
      x->getNumOperands() != y->getNumOperands() ||
      x->getAttrDictionary() != y->getAttrDictionary())
    return false;
  return llvm::all_of(
      llvm::zip(x->getOperands(), y->getOperands()), [&](auto pair) {
        return isSameValue(std::get<0>(pair), std::get<1>(pair), depth - 1);
      });
}

bool Emitter::same(OpFoldResult a, OpFoldResult b) {
  if (isEqualConstantIntOrValue(a, b))
    return true;
  auto x = dyn_cast<Value>(a), y = dyn_cast<Value>(b);
  return x && y && isSameValue(x, y);
}

bool Emitter::isOne(OpFoldResult size) { return isConstantIntValue(size, 1); }

//===----------------------------------------------------------------------===//
// Arithmetic
//===----------------------------------------------------------------------===//

Value Emitter::value(OpFoldResult size) {
  return getValueOrCreateConstantIndexOp(b, loc, size);
}

OpFoldResult Emitter::fold(Value index) {
  if (std::optional<int64_t> known = getConstantIntValue(index))
    return this->index(*known);
  return index;
}

/// Numbers of a graph may be as large as they like: they wrap around as those
/// of arith's operations do.
static uint64_t bits(int64_t value) { return static_cast<uint64_t>(value); }
static int64_t wrap(uint64_t value) { return static_cast<int64_t>(value); }

template <typename OpTy>
static OpFoldResult combine(Emitter &e, OpFoldResult x, OpFoldResult y,
                            int64_t (*known)(int64_t, int64_t)) {
  std::optional<int64_t> a = getConstantIntValue(x), b = getConstantIntValue(y);
  if (a && b)
    return e.index(known(*a, *b));
  return e.fold(e.b.createOrFold<OpTy>(e.loc, e.value(x), e.value(y)));
}

OpFoldResult Emitter::add(OpFoldResult x, OpFoldResult y) {
  return combine<arith::AddIOp>(*this, x, y, [](int64_t a, int64_t b) {
    return wrap(bits(a) + bits(b));
  });
}

OpFoldResult Emitter::sub(OpFoldResult x, OpFoldResult y) {
  return combine<arith::SubIOp>(*this, x, y, [](int64_t a, int64_t b) {
    return wrap(bits(a) - bits(b));
  });
}

OpFoldResult Emitter::mul(OpFoldResult x, OpFoldResult y) {
  return combine<arith::MulIOp>(*this, x, y, [](int64_t a, int64_t b) {
    return wrap(bits(a) * bits(b));
  });
}

/// Toward zero; a zero divisor, which the callers check, must not trap before
/// the check is reached.
OpFoldResult Emitter::div(OpFoldResult x, OpFoldResult y) {
  if (isOne(y))
    return x;
  if (isConstantIntValue(y, 0))
    return index(0);
  if (isa<Value>(y))
    y = max(y, index(1));
  return combine<arith::DivSIOp>(*this, x, y, [](int64_t a, int64_t b) {
    return b == -1 ? wrap(-bits(a)) : a / b;
  });
}

OpFoldResult Emitter::min(OpFoldResult x, OpFoldResult y) {
  return combine<arith::MinSIOp>(
      *this, x, y, [](int64_t a, int64_t b) { return std::min(a, b); });
}

OpFoldResult Emitter::max(OpFoldResult x, OpFoldResult y) {
  return combine<arith::MaxSIOp>(
      *this, x, y, [](int64_t a, int64_t b) { return std::max(a, b); });
}

OpFoldResult Emitter::select(Value condition, OpFoldResult x, OpFoldResult y) {
  if (std::optional<int64_t> known = getConstantIntValue(condition))
    return *known ? x : y;
  if (same(x, y))
    return x;
  return fold(
      b.createOrFold<arith::SelectOp>(loc, condition, value(x), value(y)));
}

OpFoldResult Emitter::product(ArrayRef<OpFoldResult> sizes) {
  OpFoldResult result = index(1);
  for (OpFoldResult size : sizes)
    result = mul(result, size);
  return result;
}

Value Emitter::compare(arith::CmpIPredicate predicate, OpFoldResult x,
                       OpFoldResult y) {
  return b.createOrFold<arith::CmpIOp>(loc, predicate, value(x), value(y));
}

//===----------------------------------------------------------------------===//
// Sizes of tensors
//===----------------------------------------------------------------------===//

/// Two dims of a function's arguments with one name are one size (checked at
/// the function's entry): the first argument with the name stands for all.
OpFoldResult Emitter::argumentSize(BlockArgument arg, int64_t dim) {
  auto here = [&] {
    return fold(b.createOrFold<tensor::DimOp>(loc, arg, dim));
  };
  auto function = dyn_cast<FunctionOpInterface>(arg.getOwner()->getParentOp());
  if (!function || !arg.getOwner()->isEntryBlock())
    return here();
  auto nameOf = [&](BlockArgument arg, int64_t dim) -> StringRef {
    auto dims =
        function.getArgAttrOfType<ArrayAttr>(arg.getArgNumber(), "onnx.dims");
    if (!dims || dim >= static_cast<int64_t>(dims.size()))
      return "";
    auto name = dyn_cast<StringAttr>(dims[dim]);
    return name ? name.getValue() : StringRef();
  };
  StringRef name = nameOf(arg, dim);
  if (name.empty())
    return here();
  for (BlockArgument other : arg.getOwner()->getArguments()) {
    auto type = dyn_cast<RankedTensorType>(other.getType());
    for (int64_t i = 0, rank = type ? type.getRank() : 0; i < rank; ++i)
      if (type.isDynamicDim(i) && nameOf(other, i) == name)
        return fold(b.createOrFold<tensor::DimOp>(loc, other, i));
  }
  return here();
}

OpFoldResult Emitter::size(Value tensor, int64_t dim) {
  while (true) {
    auto type = cast<RankedTensorType>(tensor.getType());
    if (!type.isDynamicDim(dim))
      return index(type.getDimSize(dim));
    if (auto arg = dyn_cast<BlockArgument>(tensor))
      return argumentSize(arg, dim);
    Operation *def = tensor.getDefiningOp();
    if (auto cast = dyn_cast<tensor::CastOp>(def)) {
      tensor = cast.getSource();
      continue;
    }
    if (auto dest = dyn_cast<DestinationStyleOpInterface>(def)) {
      tensor = dest.getTiedOpOperand(llvm::cast<OpResult>(tensor))->get();
      continue;
    }
    if (auto empty = dyn_cast<tensor::EmptyOp>(def))
      return empty.getMixedSizes()[dim];
    if (auto expand = dyn_cast<tensor::ExpandShapeOp>(def))
      return expand.getMixedOutputShape()[dim];
    if (auto slice = dyn_cast<tensor::ExtractSliceOp>(def))
      if (slice.getSourceType().getRank() == type.getRank())
        return slice.getMixedSizes()[dim];
    if (auto collapse = dyn_cast<tensor::CollapseShapeOp>(def)) {
      Sizes joined;
      SmallVector<ReassociationIndices> groups =
          collapse.getReassociationIndices();
      for (int64_t from : groups[dim])
        joined.push_back(size(collapse.getSrc(), from));
      return product(joined);
    }
    return fold(b.createOrFold<tensor::DimOp>(loc, tensor, dim));
  }
}

Sizes Emitter::sizes(Value tensor) {
  Sizes result;
  int64_t rank = cast<RankedTensorType>(tensor.getType()).getRank();
  for (int64_t dim = 0; dim < rank; ++dim)
    result.push_back(size(tensor, dim));
  return result;
}

//===----------------------------------------------------------------------===//
// Elements of small integer tensors
//===----------------------------------------------------------------------===//

OpFoldResult Emitter::element(Value onnxTensor, int64_t i) {
  return elementOf(onnxTensor, i, maxDepth);
}

Sizes Emitter::elements(Value onnxTensor) {
  Sizes result;
  int64_t count = cast<ShapedType>(onnxTensor.getType()).getNumElements();
  for (int64_t i = 0; i < count; ++i)
    result.push_back(element(onnxTensor, i));
  return result;
}

/// The element by the op that made the tensor, where it is one of those that
/// shape arithmetic is made of.
std::optional<OpFoldResult> Emitter::follow(Value onnxTensor, int64_t i,
                                            int depth) {
  if (auto attr =
          dyn_cast_if_present<DenseIntElementsAttr>(getConstant(onnxTensor)))
    return index(attr.getValues<APInt>()[i].getSExtValue());
  Operation *def = onnxTensor.getDefiningOp();
  if (!def || depth == 0)
    return std::nullopt;
  auto rankOf = [](Value tensor) { return getRank(tensor).value_or(-1); };

  if (isa<IdentityOp, SqueezeOp, UnsqueezeOp, ReshapeOp, FlattenOp>(def))
    return elementOf(def->getOperand(0), i, depth - 1);
  if (auto cast = dyn_cast<CastOp>(def)) {
    if (getElementType(cast.getInput()).isSignlessInteger(64) ||
        (getElementType(cast.getInput()).isSignlessInteger(32) &&
         cast.getTo().isSignlessInteger(64)))
      return elementOf(cast.getInput(), i, depth - 1);
    return std::nullopt;
  }
  if (auto shape = dyn_cast<ShapeOp>(def)) {
    int64_t rank = rankOf(shape.getData());
    if (rank < 0)
      return std::nullopt;
    int64_t start = normalizeAxis(shape.getStart(), rank);
    return size(b.getRemappedValue(shape.getData()),
                std::clamp<int64_t>(start, 0, rank) + i);
  }
  if (auto gather = dyn_cast<GatherOp>(def)) {
    std::optional<SmallVector<int64_t>> indices =
        getConstantInts(gather.getIndices());
    std::optional<ArrayRef<int64_t>> shape = getShape(gather.getData());
    if (!indices || !shape || shape->size() != 1 ||
        ShapedType::isDynamic(shape->front()))
      return std::nullopt;
    int64_t at = normalizeAxis((*indices)[i], shape->front());
    if (at < 0 || at >= shape->front())
      return std::nullopt;
    return elementOf(gather.getData(), at, depth - 1);
  }
  if (auto concat = dyn_cast<ConcatOp>(def)) {
    if (rankOf(concat.getConcatResult()) != 1)
      return std::nullopt;
    for (Value input : concat.getInputs()) {
      std::optional<ArrayRef<int64_t>> shape = getShape(input);
      if (!shape || ShapedType::isDynamic(shape->front()))
        return std::nullopt;
      if (i < shape->front())
        return elementOf(input, i, depth - 1);
      i -= shape->front();
    }
    return std::nullopt;
  }
  if (auto slice = dyn_cast<SliceOp>(def)) {
    std::optional<int64_t> start = getConstantInt(slice.getStarts());
    std::optional<ArrayRef<int64_t>> shape = getShape(slice.getData());
    if (!start || !shape || shape->size() != 1 ||
        ShapedType::isDynamic(shape->front()) ||
        (isPresent(slice.getSteps()) && getConstantInt(slice.getSteps()) != 1))
      return std::nullopt;
    int64_t first = std::clamp<int64_t>(normalizeAxis(*start, shape->front()),
                                        0, shape->front());
    return elementOf(slice.getData(), first + i, depth - 1);
  }
  if (isa<AddOp, SubOp, MulOp>(def) &&
      getElementType(onnxTensor).isSignlessInteger(64)) {
    OpFoldResult sides[2];
    for (unsigned side : {0, 1}) {
      auto type = dyn_cast<RankedTensorType>(def->getOperand(side).getType());
      if (!type || !type.hasStaticShape() || type.getRank() > 1)
        return std::nullopt;
      sides[side] = elementOf(def->getOperand(side),
                              type.getNumElements() == 1 ? 0 : i, depth - 1);
    }
    if (isa<AddOp>(def))
      return add(sides[0], sides[1]);
    if (isa<SubOp>(def))
      return sub(sides[0], sides[1]);
    return mul(sides[0], sides[1]);
  }
  return std::nullopt;
}

OpFoldResult Emitter::elementOf(Value onnxTensor, int64_t i, int depth) {
  if (std::optional<OpFoldResult> known = follow(onnxTensor, i, depth))
    return *known;
  Value tensor = b.getRemappedValue(onnxTensor);
  auto type = cast<RankedTensorType>(tensor.getType());
  SmallVector<Value> position(type.getRank());
  for (int64_t dim = type.getRank() - 1; dim >= 0; --dim) {
    int64_t size = type.getDimSize(dim);
    if (type.isDynamicDim(dim)) {
      // A list as long as the run says; what is asked for must be there.
      check(
          compare(arith::CmpIPredicate::sgt, this->size(tensor, dim), index(i)),
          "a list of fewer numbers than needed");
      size = i + 1;
    }
    position[dim] = value(index(i % size));
    i /= size;
  }
  Value number = tensor::ExtractOp::create(b, loc, tensor, position);
  return fold(
      b.createOrFold<arith::IndexCastOp>(loc, b.getIndexType(), number));
}
