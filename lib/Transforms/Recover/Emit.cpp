//===- Emit.cpp - Builds typed onnx ops -----------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emit.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace gg::onnx;

namespace gg::recover {

//===----------------------------------------------------------------------===//
// Attributes, constants, types
//===----------------------------------------------------------------------===//

NamedAttribute Emit::attr(StringRef name, int64_t value) {
  return builder.getNamedAttr(name, builder.getI64IntegerAttr(value));
}
NamedAttribute Emit::attr(StringRef name, double value) {
  return builder.getNamedAttr(name, builder.getF32FloatAttr(value));
}
NamedAttribute Emit::attr(StringRef name, StringRef value) {
  return builder.getNamedAttr(name, builder.getStringAttr(value));
}

Value Emit::none() {
  return make<NoneOp>(TypeRange(builder.getNoneType()), {}).getResult();
}

Value Emit::constant(ElementsAttr value) {
  return make<ConstantOp>(TypeRange(value.getType()), {},
                          builder.getNamedAttr("value", value))
      .getResult();
}

Value Emit::constant(RankedTensorType type, ArrayRef<char> bytes) {
  // Uniqued attributes live as long as the context.
  constexpr size_t kLargestDense = 1024;
  if (bytes.size() <= kLargestDense)
    return constant(DenseElementsAttr::getFromRawBuffer(type, bytes));
  return constant(DenseResourceElementsAttr::get(
      type, "half_width",
      HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, /*align=*/64)));
}

Value Emit::ints(ArrayRef<int64_t> values) {
  return constant(builder.getI64TensorAttr(values));
}

static Attribute numberAttr(double value, Type type) {
  if (isa<FloatType>(type))
    return FloatAttr::get(type, value);
  return IntegerAttr::get(type, static_cast<int64_t>(value));
}

Value Emit::scalar(double value, Type elementType) {
  return constant(
      DenseElementsAttr::get(llvm::cast<ShapedType>(typeOf({}, elementType)),
                             numberAttr(value, elementType)));
}

Value Emit::onesOf(ArrayRef<int64_t> shape, Type elementType) {
  return constant(
      DenseElementsAttr::get(llvm::cast<ShapedType>(typeOf(shape, elementType)),
                             numberAttr(1.0, elementType)));
}

Type Emit::broadcastType(ValueRange values, Type elementType) {
  SmallVector<ArrayRef<int64_t>> shapes;
  for (Value value : values) {
    std::optional<ArrayRef<int64_t>> shape = getShape(value);
    if (!shape)
      return UnrankedTensorType::get(elementType);
    shapes.push_back(*shape);
  }
  auto shape = broadcastShapes(shapes);
  return shape ? typeOf(*shape, elementType)
               : Type(UnrankedTensorType::get(elementType));
}

//===----------------------------------------------------------------------===//
// Elementwise
//===----------------------------------------------------------------------===//

Value Emit::add(Value a, Value b) { return binary<AddOp>(a, b); }
Value Emit::sub(Value a, Value b) { return binary<SubOp>(a, b); }
Value Emit::mul(Value a, Value b) { return binary<MulOp>(a, b); }
Value Emit::max(Value a, Value b) { return binary<MaxOp>(a, b); }

Value Emit::where(Value condition, Value a, Value b) {
  Type type = broadcastType({condition, a, b}, getElementType(a));
  return make<WhereOp>(TypeRange(type), {condition, a, b}).getResult();
}

Value Emit::cast(Value x, Type elementType) {
  if (getElementType(x) == elementType)
    return x;
  auto type = llvm::cast<ShapedType>(x.getType()).clone(elementType);
  return make<CastOp>(TypeRange(type), x,
                      builder.getNamedAttr("to", TypeAttr::get(elementType)))
      .getResult();
}

//===----------------------------------------------------------------------===//
// Data movement
//===----------------------------------------------------------------------===//

Value Emit::transpose(Value x, ArrayRef<int64_t> perm) {
  SmallVector<int64_t> shape;
  for (int64_t axis : perm)
    shape.push_back(dimOf(x, axis));
  return make<TransposeOp>(
             TypeRange(typeOf(shape, getElementType(x))), x,
             builder.getNamedAttr("perm", builder.getDenseI64ArrayAttr(perm)))
      .getResult();
}

Value Emit::reshape(Value x, ArrayRef<int64_t> dims) {
  SmallVector<int64_t> shape;
  for (auto [axis, dim] : llvm::enumerate(dims))
    shape.push_back(dim == 0  ? dimOf(x, axis)
                    : dim < 0 ? ShapedType::kDynamic
                              : dim);
  auto type = dyn_cast<RankedTensorType>(x.getType());
  const int64_t *rest = llvm::find(dims, -1);
  if (rest != dims.end() && type && type.hasStaticShape()) {
    int64_t left = type.getNumElements();
    for (int64_t dim : shape)
      if (!ShapedType::isDynamic(dim) && dim > 0)
        left /= dim;
    shape[rest - dims.begin()] = left;
  }
  return make<ReshapeOp>(TypeRange(typeOf(shape, getElementType(x))),
                         {x, ints(dims)})
      .getResult();
}

Value Emit::unsqueeze(Value x, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> shape(rankOf(x) + axes.size(), 0);
  for (int64_t axis : axes)
    shape[axis] = 1;
  int64_t next = 0;
  for (int64_t &dim : shape)
    if (dim == 0)
      dim = dimOf(x, next++);
  return make<UnsqueezeOp>(TypeRange(typeOf(shape, getElementType(x))),
                           {x, ints(axes)})
      .getResult();
}

Value Emit::squeeze(Value x, int64_t axis) {
  if (auto unsqueeze = x.getDefiningOp<UnsqueezeOp>())
    if (std::optional<int64_t> added = getConstantInt(unsqueeze.getAxes());
        added && normalizeAxis(*added, rankOf(x)) == axis)
      return unsqueeze.getData();
  SmallVector<int64_t> shape;
  for (int64_t i = 0, rank = rankOf(x); i < rank; ++i)
    if (i != axis)
      shape.push_back(dimOf(x, i));
  return make<SqueezeOp>(TypeRange(typeOf(shape, getElementType(x))),
                         {x, ints(axis)})
      .getResult();
}

Value Emit::concat(ArrayRef<Value> parts, int64_t axis) {
  int64_t rank = rankOf(parts.front());
  SmallVector<int64_t> shape;
  for (int64_t i = 0; i < rank; ++i) {
    int64_t dim = i == axis ? 0 : ShapedType::kDynamic;
    for (Value part : parts) {
      int64_t size = dimOf(part, i);
      if (i != axis)
        dim = ShapedType::isDynamic(dim) ? size : dim;
      else
        dim = ShapedType::isDynamic(dim) || ShapedType::isDynamic(size)
                  ? ShapedType::kDynamic
                  : dim + size;
    }
    shape.push_back(dim);
  }
  return make<ConcatOp>(TypeRange(typeOf(shape, getElementType(parts.front()))),
                        parts, attr("axis", axis))
      .getResult();
}

SmallVector<Value> Emit::splitLast(Value x, ArrayRef<int64_t> sizes) {
  SmallVector<Type> types;
  SmallVector<int64_t> shape;
  for (int64_t i = 0, rank = rankOf(x); i < rank; ++i)
    shape.push_back(dimOf(x, i));
  for (int64_t size : sizes) {
    shape.back() = size;
    types.push_back(typeOf(shape, getElementType(x)));
  }
  auto op = make<SplitOp>(types, {x, ints(sizes)}, attr("axis", int64_t(-1)));
  return SmallVector<Value>(op->getResults());
}

Value Emit::sliceLast(Value x, int64_t begin, int64_t end) {
  SmallVector<int64_t> shape;
  for (int64_t i = 0, rank = rankOf(x); i < rank; ++i)
    shape.push_back(dimOf(x, i));
  shape.back() = end - begin;
  return make<SliceOp>(TypeRange(typeOf(shape, getElementType(x))),
                       {x, ints(begin), ints(end), ints(-1), ints(1)})
      .getResult();
}

Value Emit::pick(Value x, int64_t index) {
  SmallVector<int64_t> shape;
  for (int64_t i = 1, rank = rankOf(x); i < rank; ++i)
    shape.push_back(dimOf(x, i));
  return make<GatherOp>(TypeRange(typeOf(shape, getElementType(x))),
                        {x, scalar(index, builder.getI64Type())},
                        attr("axis", int64_t(0)))
      .getResult();
}

Value Emit::gather(Value table, Value indices) {
  SmallVector<int64_t> shape;
  for (int64_t i = 0, rank = rankOf(indices); i < rank; ++i)
    shape.push_back(dimOf(indices, i));
  for (int64_t i = 1, rank = rankOf(table); i < rank; ++i)
    shape.push_back(dimOf(table, i));
  return make<GatherOp>(TypeRange(typeOf(shape, getElementType(table))),
                        {table, indices}, attr("axis", int64_t(0)))
      .getResult();
}

Value Emit::reduceSum(Value x, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> shape;
  for (int64_t i = 0, rank = rankOf(x); i < rank; ++i)
    if (!llvm::is_contained(axes, i))
      shape.push_back(dimOf(x, i));
  return make<ReduceSumOp>(TypeRange(typeOf(shape, getElementType(x))),
                           {x, ints(axes)}, attr("keepdims", int64_t(0)))
      .getResult();
}

//===----------------------------------------------------------------------===//
// Shapes at run time
//===----------------------------------------------------------------------===//

Value Emit::dim(Value x, int64_t axis) {
  int64_t size = dimOf(x, axis);
  if (!ShapedType::isDynamic(size))
    return ints(size);
  return make<ShapeOp>(TypeRange(typeOf({1}, builder.getI64Type())), x,
                       {attr("start", axis), attr("end", axis + 1)})
      .getResult();
}

Value Emit::asScalar(Value x) {
  return make<ReshapeOp>(
             TypeRange(typeOf({}, getElementType(x))),
             {x, constant(DenseElementsAttr::get(
                     llvm::cast<ShapedType>(typeOf({0}, builder.getI64Type())),
                     ArrayRef<int64_t>()))})
      .getResult();
}

SmallVector<int64_t> Emit::shapeOf(ArrayRef<Value> dims) {
  SmallVector<int64_t> shape;
  for (Value dim : dims) {
    auto known = getInts(dim);
    shape.push_back(known ? known->front() : ShapedType::kDynamic);
  }
  return shape;
}

Value Emit::expand(Value x, ArrayRef<Value> dims, Type type) {
  return make<ExpandOp>(TypeRange(type), {x, concat(dims, 0)}).getResult();
}

Value Emit::fill(ArrayRef<Value> dims, Type elementType, double value) {
  auto one = llvm::cast<ShapedType>(typeOf({1}, elementType));
  return make<ConstantOfShapeOp>(
             TypeRange(typeOf(shapeOf(dims), elementType)), concat(dims, 0),
             builder.getNamedAttr(
                 "value",
                 DenseElementsAttr::get(one, numberAttr(value, elementType))))
      .getResult();
}

Value Emit::iota(Value limit) {
  Type i64 = builder.getI64Type();
  auto known = getInts(limit);
  return make<RangeOp>(
             TypeRange(
                 typeOf({known ? known->front() : ShapedType::kDynamic}, i64)),
             {scalar(0, i64), asScalar(limit), scalar(1, i64)})
      .getResult();
}

} // namespace gg::recover
