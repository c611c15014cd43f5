//===- Rotary.cpp - Rotary embedding to linalg ----------------------------===//
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

using namespace mlir;
using namespace gg::onnx;

namespace {

/// The two halves of each pair are two slices of X and of the result: the first
/// and the second half of the rotated part, or its even and odd elements.
struct RotaryEmbeddingPattern : OpConversionPattern<RotaryEmbeddingOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(RotaryEmbeddingOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Value x = adaptor.getX();
    Sizes shape = e.sizes(x);
    // [batch, heads, sequence, size], or [batch, sequence, heads, size].
    bool headsFirst = shape.size() == 4;
    if (!headsFirst) {
      OpFoldResult heads = e.index(op.getNumHeads());
      OpFoldResult size = e.div(shape[2], heads);
      e.checkEqual(e.mul(heads, size), shape[2],
                   "the heads do not divide the last dim");
      x = e.reshape(x, {shape[0], shape[1], heads, size});
    }
    Sizes sizes = e.sizes(x);
    OpFoldResult rotated = op.getRotaryEmbeddingDim()
                               ? e.index(op.getRotaryEmbeddingDim())
                               : sizes[3];
    OpFoldResult half = e.div(rotated, e.index(2));
    e.checkEqual(e.mul(half, e.index(2)), rotated, "an odd head size");
    e.check(e.compare(arith::CmpIPredicate::sle, rotated, sizes[3]),
            "more rotated elements than the head has");

    Pairs pairs(e, op, sizes, half);
    Angles angles(e, op, adaptor, sizes, half, headsFirst ? 2 : 1);
    Value even = pairs.read(e, x, 0), odd = pairs.read(e, x, 1);
    Value real = rotate(e, pairs, angles, even, odd, /*imaginary=*/false);
    Value imaginary = rotate(e, pairs, angles, even, odd, /*imaginary=*/true);

    Value y = e.empty(sizes, getElementType(x));
    y = pairs.write(e, y, real, 0);
    y = pairs.write(e, y, imaginary, 1);
    if (!Emitter::same(rotated, sizes[3])) {
      Sizes offsets(4, e.index(0)), rest = sizes, strides(4, e.index(1));
      offsets[3] = rotated;
      rest[3] = e.sub(sizes[3], rotated);
      Value kept = e.slice(x, offsets, rest);
      y = tensor::InsertSliceOp::create(rewriter, e.loc, kept, y, offsets, rest,
                                        strides);
    }
    e.replace(headsFirst ? y : e.reshape(y, shape));
    return success();
  }

private:
  /// Where the first (0) and second (1) elements of the pairs lie.
  struct Pairs {
    Sizes sizes;
    OpFoldResult half;
    bool interleaved;

    Pairs(Emitter &e, RotaryEmbeddingOp op, ArrayRef<OpFoldResult> whole,
          OpFoldResult half)
        : sizes(whole), half(half), interleaved(op.getInterleaved()) {
      sizes[3] = half;
    }
    std::pair<Sizes, Sizes> place(Emitter &e, int64_t part) const {
      Sizes offsets(4, e.index(0)), strides(4, e.index(1));
      strides[3] = e.index(interleaved ? 2 : 1);
      if (part == 1)
        offsets[3] = interleaved ? e.index(1) : half;
      return {offsets, strides};
    }
    Value read(Emitter &e, Value x, int64_t part) const {
      auto [offsets, strides] = place(e, part);
      return tensor::ExtractSliceOp::create(e.b, e.loc, x, offsets, sizes,
                                            strides);
    }
    Value write(Emitter &e, Value y, Value values, int64_t part) const {
      auto [offsets, strides] = place(e, part);
      return tensor::InsertSliceOp::create(e.b, e.loc, values, y, offsets,
                                           sizes, strides);
    }
  };

  /// Cosines and sines for loops over batch, heads and sequence (in either
  /// order) and pairs: tables read at positions, or tensors.
  struct Angles {
    Value cos, sin, positions;
    AffineMap map; // of the positions, or of the tensors
    Value tableSize;

    Angles(Emitter &e, RotaryEmbeddingOp op, OpAdaptor adaptor,
           ArrayRef<OpFoldResult> sizes, OpFoldResult half,
           unsigned sequenceDim)
        : cos(adaptor.getCosCache()), sin(adaptor.getSinCache()) {
      AffineExpr batch = e.b.getAffineDimExpr(0);
      AffineExpr sequence = e.b.getAffineDimExpr(sequenceDim);
      SmallVector<AffineExpr> exprs = {batch, sequence};
      Value perToken = cos;
      if (isPresent(op.getPositionIds())) {
        perToken = positions = adaptor.getPositionIds();
        // One row of positions serves all.
        if (Emitter::isOne(e.size(positions, 0)))
          exprs[0] = e.b.getAffineConstantExpr(0);
        else
          e.checkEqual(e.size(positions, 0), sizes[0], "batch sizes differ");
        OpFoldResult rows = e.size(cos, 0);
        e.checkEqual(rows, e.size(sin, 0), "the caches differ in length");
        e.checkRange(positions, e.index(0), rows,
                     "a position beyond the cache");
      } else {
        e.checkEqual(e.size(cos, 0), sizes[0], "batch sizes differ");
        e.checkEqual(e.size(sin, 0), sizes[0], "batch sizes differ");
        e.checkEqual(e.size(sin, 1), sizes[sequenceDim],
                     "sequence lengths differ");
        exprs.push_back(e.b.getAffineDimExpr(3));
      }
      e.checkEqual(e.size(perToken, 1), sizes[sequenceDim],
                   "sequence lengths differ");
      for (Value cache : {cos, sin})
        e.checkEqual(e.sizes(cache).back(), half,
                     "the caches do not have half as many columns as there are "
                     "rotated elements");
      map = AffineMap::get(4, 0, exprs, e.b.getContext());
    }
  };

  /// One half of the results: the even element times the cosine less the odd
  /// one times the sine, or the even one times the sine plus the odd one times
  /// the cosine.
  static Value rotate(Emitter &e, const Pairs &pairs, const Angles &angles,
                      Value even, Value odd, bool imaginary) {
    Type element = getElementType(even);
    AffineMap whole = e.b.getMultiDimIdentityMap(4);
    SmallVector<Value> operands = {even, odd};
    SmallVector<AffineMap> maps = {whole, whole, angles.map};
    if (angles.positions) {
      operands.push_back(angles.positions);
    } else {
      operands.append({angles.cos, angles.sin});
      maps.push_back(angles.map);
    }
    return e.map(
        pairs.sizes, element, operands, maps,
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          Scalar s(b, loc, element);
          Value cos, sin;
          if (angles.positions) {
            Value row =
                arith::IndexCastOp::create(b, loc, b.getIndexType(), args[2]);
            Value pair = linalg::IndexOp::create(b, loc, 3);
            cos = tensor::ExtractOp::create(b, loc, angles.cos, {row, pair});
            sin = tensor::ExtractOp::create(b, loc, angles.sin, {row, pair});
          } else {
            cos = args[2];
            sin = args[3];
          }
          cos = s.load(cos);
          sin = s.load(sin);
          Value x = s.load(args[0]), y = s.load(args[1]);
          return s.store(imaginary ? s.add(s.mul(x, sin), s.mul(y, cos))
                                   : s.sub(s.mul(x, cos), s.mul(y, sin)));
        });
  }
};
} // namespace

void gg::onnx::populateRotaryPatterns(const TypeConverter &types,
                                      RewritePatternSet &patterns) {
  patterns.add<RotaryEmbeddingPattern>(types, patterns.getContext());
}
