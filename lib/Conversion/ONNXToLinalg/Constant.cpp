//===- Constant.cpp - Constants to arith and linalg -----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "Patterns.h"
#include "Scalar.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace gg::onnx;

/// The number or code in `bits` as a byte holds it.
static APInt toByte(const APInt &bits, Type type) {
  return type.isSignlessInteger() ? bits.sext(8) : bits.zext(8);
}

/// Elements of fewer than 8 bits, a byte each. They lie packed in a resource,
/// the first in the lowest bits.
static TypedAttr unpack(ElementsAttr attr) {
  Type type = attr.getElementType(), byte = toStored(type);
  if (auto dense = dyn_cast<DenseIntElementsAttr>(attr))
    return dense.mapValues(
        byte, [&](const APInt &value) { return toByte(value, type); });
  if (auto dense = dyn_cast<DenseFPElementsAttr>(attr))
    return dense.mapValues(byte, [&](const APFloat &value) {
      return toByte(value.bitcastToAPInt(), type);
    });
  auto resource = dyn_cast<DenseResourceElementsAttr>(attr);
  AsmResourceBlob *packed =
      resource ? resource.getRawHandle().getBlob() : nullptr;
  uint64_t width = type.getIntOrFloatBitWidth(), count = attr.getNumElements();
  if (!packed || packed->getData().size() != llvm::divideCeil(count * width, 8))
    return {};
  AsmResourceBlob blob = HeapAsmResourceBlob::allocate(count, /*align=*/64,
                                                       /*dataIsMutable=*/true);
  for (auto [index, target] : llvm::enumerate(blob.getMutableData())) {
    uint64_t at = index * width;
    APInt bits(8, static_cast<uint8_t>(packed->getData()[at / 8]));
    target = toByte(bits.extractBits(width, at % 8), type).getZExtValue();
  }
  return DenseResourceElementsAttr::get(attr.getShapedType().clone(byte),
                                        resource.getRawHandle().getKey(),
                                        std::move(blob));
}

/// The attribute with elements as they are stored; no data is copied but small
/// and packed ones. None if the elements cannot be read.
static TypedAttr toStored(ElementsAttr attr) {
  Type from = attr.getElementType(), to = toStored(from);
  if (from == to)
    return attr;
  if (from.getIntOrFloatBitWidth() < 8)
    return unpack(attr);
  if (auto dense = dyn_cast<DenseElementsAttr>(attr))
    return dense.bitcast(to);
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr))
    return DenseResourceElementsAttr::get(attr.getShapedType().clone(to),
                                          resource.getRawHandle());
  return {};
}

namespace {
struct ConstantPattern : OpConversionPattern<ConstantOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(ConstantOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    TypedAttr value = toStored(op.getValue());
    if (!value)
      return rewriter.notifyMatchFailure(op, "elements that cannot be read");
    // Tables of angles are no weights, though they are looked up like them.
    bool keep = op->hasAttr("rf8.keep") ||
                llvm::any_of(op->getUsers(), [](Operation *user) {
                  return isa<RotaryEmbeddingOp>(user);
                });
    auto constant = rewriter.replaceOpWithNewOp<arith::ConstantOp>(op, value);
    if (keep)
      constant->setAttr("rf8.keep", rewriter.getUnitAttr());
    return success();
  }
};

struct ConstantOfShapePattern : OpConversionPattern<ConstantOfShapeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(ConstantOfShapeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    int64_t rank = *getRank(op.getOutput());
    e.checkEqual(e.size(adaptor.getInput(), 0), e.index(rank),
                 "expected a shape of " + Twine(rank) + " dims");
    Sizes sizes;
    for (int64_t i = 0; i < rank; ++i) {
      OpFoldResult size = e.element(op.getInput(), i);
      e.check(e.compare(arith::CmpIPredicate::sge, size, e.index(0)),
              "a negative dim");
      sizes.push_back(size);
    }
    Type element = toStored(getElementType(op.getOutput()));
    TypedAttr fill = rewriter.getZeroAttr(element);
    if (std::optional<ElementsAttr> given = op.getValue()) {
      fill = cast<TypedAttr>(
          *cast<DenseElementsAttr>(toStored(*given)).value_begin<Attribute>());
    }
    e.replace(
        e.filled(sizes, arith::ConstantOp::create(rewriter, e.loc, fill)));
    return success();
  }
};

struct RangePattern : OpConversionPattern<RangeOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(RangeOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Type type = getElementType(op.getOutput());
    OpFoldResult count = isa<FloatType>(type) ? countFloats(e, adaptor, type)
                                              : countIntegers(e, op);
    Value start = e.scalar(adaptor.getStart());
    Value delta = e.scalar(adaptor.getDelta());
    e.replace(e.map(
        {count}, type, {}, ArrayRef<AffineMap>(),
        [&](OpBuilder &b, Location loc, ValueRange) {
          Scalar s(b, loc, type);
          Value i = linalg::IndexOp::create(b, loc, 0);
          Value steps = arith::IndexCastOp::create(b, loc, b.getI64Type(), i);
          steps = castElement(s.b, steps, b.getI64Type(), s.computeType());
          return s.store(s.add(s.load(start), s.mul(steps, s.load(delta))));
        }));
    return success();
  }

private:
  /// ceil((limit - start) / delta), without rounding.
  static OpFoldResult countIntegers(Emitter &e, RangeOp op) {
    OpFoldResult start = e.element(op.getStart(), 0);
    OpFoldResult limit = e.element(op.getLimit(), 0);
    OpFoldResult delta = e.element(op.getDelta(), 0);
    OpFoldResult zero = e.index(0), one = e.index(1);
    e.check(e.compare(arith::CmpIPredicate::ne, delta, zero), "a step of 0");
    Value down = e.compare(arith::CmpIPredicate::slt, delta, zero);
    OpFoldResult way = e.select(down, e.sub(start, limit), e.sub(limit, start));
    OpFoldResult step = e.select(down, e.sub(zero, delta), delta);
    OpFoldResult whole = e.div(e.add(way, e.sub(step, one)), step);
    return e.max(
        e.select(e.compare(arith::CmpIPredicate::sle, way, zero), zero, whole),
        zero);
  }

  static OpFoldResult countFloats(Emitter &e, OpAdaptor adaptor, Type type) {
    Scalar s(e.b, e.loc, type);
    Value start = s.load(e.scalar(adaptor.getStart()));
    Value limit = s.load(e.scalar(adaptor.getLimit()));
    Value delta = s.load(e.scalar(adaptor.getDelta()));
    Value count =
        math::CeilOp::create(e.b, e.loc, s.div(s.sub(limit, start), delta));
    // Also false for NaN, which a step of 0 may give.
    Value sane = arith::CmpFOp::create(e.b, e.loc, arith::CmpFPredicate::OLT,
                                       count, s.constant(0x1p40));
    e.check(sane, "a range without end");
    count = arith::SelectOp::create(e.b, e.loc, sane,
                                    s.max(count, s.constant(0)), s.constant(0));
    Value whole = arith::FPToSIOp::create(e.b, e.loc, e.b.getI64Type(), count);
    return e.fold(
        e.b.createOrFold<arith::IndexCastOp>(e.loc, e.b.getIndexType(), whole));
  }
};
} // namespace

void gg::onnx::populateConstantPatterns(const TypeConverter &types,
                                        RewritePatternSet &patterns) {
  patterns.add<ConstantPattern, ConstantOfShapePattern, RangePattern>(
      types, patterns.getContext());
}
