//===- MatMul.cpp - Matrix products to linalg contractions ----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Contraction.h"
#include "Patterns.h"
#include "Scalar.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace gg::onnx;

Type gg::onnx::getSumType(Type element) {
  if (isa<Float16Type, BFloat16Type>(element))
    return Float32Type::get(element.getContext());
  return toStored(element);
}

Value gg::onnx::contract(Emitter &e, Value init, Value a, Value b,
                         ArrayRef<AffineMap> maps,
                         ArrayRef<utils::IteratorType> iterators) {
  Type sum = getElementType(init);
  Value zero = arith::ConstantOp::create(e.b, e.loc, e.b.getZeroAttr(sum));
  init = linalg::FillOp::create(e.b, e.loc, zero, init).getResult(0);
  return linalg::GenericOp::create(
             e.b, e.loc, init.getType(), ValueRange{a, b}, init, maps,
             iterators,
             [&](OpBuilder &builder, Location loc, ValueRange args) {
               auto widen = [&](Value x) -> Value {
                 if (x.getType() == sum)
                   return x;
                 return arith::ExtFOp::create(builder, loc, sum, x);
               };
               Scalar s(builder, loc, sum);
               Value product = s.mul(widen(args[0]), widen(args[1]));
               linalg::YieldOp::create(builder, loc, s.add(args[2], product));
             })
      .getResult(0);
}

namespace {

/// A right-hand operand without the Transposes and widening Casts that made it:
/// dim `i` of the operand is dim `dims[i]` of the stored tensor. Large
/// constants are thus used as they are stored.
struct Stored {
  Value tensor;
  SmallVector<int64_t> dims;

  Stored(Emitter &e, Value onnxTensor, Value converted) {
    SmallVector<int64_t> order =
        llvm::to_vector(llvm::seq<int64_t>(0, *getRank(onnxTensor)));
    tensor = converted;
    dims = order;
    bool onlyTransposes = true;
    for (Value at = onnxTensor;;) {
      if (auto transpose = at.getDefiningOp<TransposeOp>()) {
        SmallVector<int64_t> perm =
            getPermutation(transpose.getPerm(), order.size());
        for (int64_t &dim : order)
          dim = perm[dim];
        at = transpose.getData();
      } else if (auto cast = at.getDefiningOp<CastOp>()) {
        auto from = dyn_cast<FloatType>(getElementType(cast.getInput()));
        auto to = dyn_cast<FloatType>(cast.getTo());
        if (!isa_and_present<Float16Type, BFloat16Type>(from) || !to ||
            from.getWidth() >= to.getWidth())
          return;
        onlyTransposes = false;
        at = cast.getInput();
      } else {
        return;
      }
      if (onlyTransposes || at.getDefiningOp<ConstantOp>()) {
        tensor = e.b.getRemappedValue(at);
        dims = order;
      }
    }
  }

  int64_t rank() const { return dims.size(); }
  OpFoldResult size(Emitter &e, int64_t dim) const {
    return e.size(tensor, dims[dim]);
  }
  /// Whether rows (the last but one dim) are what is contiguous.
  bool isTransposed() const {
    return rank() >= 2 && dims[rank() - 2] == rank() - 1;
  }
  /// The map that reads the stored tensor where `exprs` point in the operand.
  AffineMap map(int64_t loops, ArrayRef<AffineExpr> exprs) const {
    SmallVector<AffineExpr> stored(rank());
    for (auto [dim, expr] : llvm::enumerate(exprs))
      stored[dims[dim]] = expr;
    return AffineMap::get(loops, 0, stored, exprs.front().getContext());
  }
};

//===----------------------------------------------------------------------===//
// MatMul
//===----------------------------------------------------------------------===//

/// The loops of a product: batch dims, m, then n and k in the order in which
/// the right-hand operand lies in memory.
struct ProductLoops {
  int64_t batch;
  bool transposed;
  AffineExpr m, n, k;

  ProductLoops(Builder &b, int64_t batch, bool transposed)
      : batch(batch), transposed(transposed), m(b.getAffineDimExpr(batch)),
        n(b.getAffineDimExpr(batch + (transposed ? 1 : 2))),
        k(b.getAffineDimExpr(batch + (transposed ? 2 : 1))) {}

  int64_t count() const { return batch + 3; }
  SmallVector<utils::IteratorType> iterators() const {
    SmallVector<utils::IteratorType> types(count(),
                                           utils::IteratorType::parallel);
    types[batch + (transposed ? 2 : 1)] = utils::IteratorType::reduction;
    return types;
  }
};
} // namespace

/// [..., M, K] times a matrix: one contraction of two matrices, the form that
/// passes over constant weights know.
static Value multiplyByMatrix(Emitter &e, Value a, const Stored &b, Type sum) {
  Sizes sizes = e.sizes(a);
  ArrayRef<OpFoldResult> lead = ArrayRef<OpFoldResult>(sizes).drop_back();
  OpFoldResult rows = e.product(lead), columns = b.size(e, 1);
  Value matrix = e.reshape(a, {rows, sizes.back()});
  ProductLoops loops(e.b, 0, b.isTransposed());
  AffineMap maps[] = {
      AffineMap::get(3, 0, {loops.m, loops.k}, e.b.getContext()),
      b.map(3, {loops.k, loops.n}),
      AffineMap::get(3, 0, {loops.m, loops.n}, e.b.getContext())};
  Value product = contract(e, e.empty({rows, columns}, sum), matrix, b.tensor,
                           maps, loops.iterators());
  Sizes to(lead);
  to.push_back(columns);
  return e.reshape(product, to);
}

/// The common batch size; `unsure` where only the run can tell that they agree.
static OpFoldResult joinBatch(Emitter &e, OpFoldResult a, OpFoldResult b,
                              bool &unsure) {
  if (Emitter::isOne(a) || Emitter::same(a, b))
    return b;
  if (Emitter::isOne(b))
    return a;
  unsure = true;
  if (isa<Attribute>(a))
    return a;
  if (isa<Attribute>(b))
    return b;
  return e.select(e.compare(arith::CmpIPredicate::eq, a, e.index(1)), b, a);
}

static Value multiplyBatches(Emitter &e, Value a, Stored b, Type sum) {
  Sizes own = e.sizes(a);
  int64_t batchA = own.size() - 2, batchB = b.rank() - 2;
  int64_t batch = std::max(batchA, batchB);
  ProductLoops loops(e.b, batch, b.isTransposed());

  Sizes sizes, wantedA = own, wantedB = e.sizes(b.tensor);
  SmallVector<AffineExpr> exprsA, exprsB, exprsC;
  bool unsure = false;
  for (int64_t dim = 0; dim < batch; ++dim) {
    int64_t dimA = dim - (batch - batchA), dimB = dim - (batch - batchB);
    OpFoldResult sizeA = dimA < 0 ? e.index(1) : own[dimA];
    OpFoldResult sizeB = dimB < 0 ? e.index(1) : b.size(e, dimB);
    sizes.push_back(joinBatch(e, sizeA, sizeB, unsure));
    AffineExpr loop = e.b.getAffineDimExpr(dim);
    AffineExpr zero = e.b.getAffineConstantExpr(0);
    exprsC.push_back(loop);
    auto read = [&](OpFoldResult size, SmallVector<AffineExpr> &exprs,
                    OpFoldResult &wanted) {
      bool repeats = Emitter::isOne(size) && !Emitter::isOne(sizes.back());
      exprs.push_back(repeats ? zero : loop);
      if (!repeats)
        wanted = sizes.back();
    };
    if (dimA >= 0)
      read(sizeA, exprsA, wantedA[dimA]);
    if (dimB >= 0)
      read(sizeB, exprsB, wantedB[b.dims[dimB]]);
  }
  if (unsure) {
    a = e.expand(a, wantedA);
    b.tensor = e.expand(b.tensor, wantedB);
  }
  exprsA.append({loops.m, loops.k});
  exprsB.append({loops.k, loops.n});
  exprsC.append({loops.m, loops.n});
  sizes.push_back(own[batchA]);
  sizes.push_back(b.size(e, batchB + 1));
  AffineMap maps[] = {
      AffineMap::get(loops.count(), 0, exprsA, e.b.getContext()),
      b.map(loops.count(), exprsB),
      AffineMap::get(loops.count(), 0, exprsC, e.b.getContext())};
  return contract(e, e.empty(sizes, sum), a, b.tensor, maps, loops.iterators());
}

/// Rounds a sum back to the type of the elements.
static Value narrow(Emitter &e, Value sum, Type element) {
  if (!isa<FloatType>(element))
    return sum;
  return e.castFloats(sum, element);
}

namespace {
struct MatMulPattern : OpConversionPattern<MatMulOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(MatMulOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Emitter e(rewriter, op);
    Type element = getElementType(op.getY());
    Type sum = getSumType(element);
    Value a = adaptor.getA();
    Stored b(e, op.getB(), adaptor.getB());
    bool isRow = *getRank(a) == 1, isColumn = b.rank() == 1;
    if (isRow)
      a = e.unsqueeze(a, 0);
    if (isColumn) {
      b.tensor = e.unsqueeze(b.tensor, 1);
      b.dims = {0, 1};
    }
    e.checkEqual(e.sizes(a).back(), b.size(e, b.rank() - 2),
                 "the inner dims of the product differ");
    Value product = b.rank() == 2 ? multiplyByMatrix(e, a, b, sum)
                                  : multiplyBatches(e, a, b, sum);
    product = narrow(e, product, element);
    Sizes sizes = e.sizes(product);
    if (isColumn)
      sizes.pop_back();
    if (isRow)
      sizes.erase(sizes.end() - (isColumn ? 1 : 2));
    e.replace(e.reshape(product, sizes));
    return success();
  }
};

//===----------------------------------------------------------------------===//
// Gemm
//===----------------------------------------------------------------------===//

struct GemmPattern : OpConversionPattern<GemmOp> {
  using OpConversionPattern::OpConversionPattern;
  LogicalResult
  matchAndRewrite(GemmOp op, OpAdaptor adaptor,
                  ConversionPatternRewriter &rewriter) const override {
    Type element = getElementType(op.getY());
    bool hasC = isPresent(op.getC());
    bool scales = !op.getAlpha().isExactlyValue(1.0);
    bool scalesC = hasC && !op.getBeta().isExactlyValue(1.0);
    Emitter e(rewriter, op);
    Type sum = getSumType(element);
    Stored b(e, op.getB(), adaptor.getB());
    if (op.getTransB())
      std::swap(b.dims[0], b.dims[1]);
    Value a = adaptor.getA();
    bool transA = op.getTransA();
    OpFoldResult rows = e.size(a, transA ? 1 : 0), columns = b.size(e, 1);
    e.checkEqual(e.size(a, transA ? 0 : 1), b.size(e, 0),
                 "the inner dims of the product differ");
    ProductLoops loops(rewriter, 0, b.isTransposed());
    SmallVector<AffineExpr> exprsA = {loops.m, loops.k};
    if (transA)
      std::swap(exprsA[0], exprsA[1]);
    AffineMap maps[] = {
        AffineMap::get(3, 0, exprsA, rewriter.getContext()),
        b.map(3, {loops.k, loops.n}),
        AffineMap::get(3, 0, {loops.m, loops.n}, rewriter.getContext())};
    Value product = contract(e, e.empty({rows, columns}, sum), a, b.tensor,
                             maps, loops.iterators());
    if (!scales && !hasC) {
      e.replace(narrow(e, product, element));
      return success();
    }
    SmallVector<Value> operands = {product};
    if (hasC)
      operands.push_back(adaptor.getC());
    Broadcast in = e.broadcast(operands);
    e.replace(
        e.map(in.sizes, toStored(element), in.operands, in.maps,
              [&](OpBuilder &builder, Location loc, ValueRange args) {
                Scalar s(builder, loc, element);
                Value y = args[0];
                if (scales)
                  y = s.mul(y, s.constant(op.getAlpha().convertToFloat()));
                if (hasC) {
                  Value c = s.load(args[1]);
                  if (scalesC)
                    c = s.mul(c, s.constant(op.getBeta().convertToFloat()));
                  y = s.add(y, c);
                }
                return s.store(y);
              }));
    return success();
  }
};
} // namespace

void gg::onnx::populateMatMulPatterns(const TypeConverter &types,
                                      RewritePatternSet &patterns) {
  patterns.add<MatMulPattern, GemmPattern>(types, patterns.getContext());
}
