//===- BatchedMatMul.cpp - Products over batch and heads joined -----------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Older attention code joins batch and heads to one dim for a batched product
// and parts them again behind it. The product over both dims is the same.
//
//===----------------------------------------------------------------------===//

#include "Dims.h"
#include "Emit.h"
#include "Patterns.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::recover;

namespace {

/// A tensor [batch, heads, rows, columns] behind one of [batch * heads, rows,
/// columns], which may be transposed and scaled.
struct Parted {
  Value value;
  bool isTransposed = false;
  double scale = 1.0;
};

struct PartMatMul : OpRewritePattern<ReshapeOp> {
  PartMatMul(MLIRContext *context, Dims &dims)
      : OpRewritePattern(context), dims(dims) {}

  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto product = defining<MatMulOp>(op.getData());
    if (!product || rankOf(op) != 4 || rankOf(product) != 3)
      return failure();
    auto a = getParted(product.getA()), b = getParted(product.getB());
    if (!a || !b)
      return failure();
    Value x = a->value, y = b->value;
    int64_t rows = a->isTransposed ? 3 : 2, columns = b->isTransposed ? 2 : 3;
    for (int64_t axis : {0, 1})
      if (!dims.areSame(x, axis, y, axis) || !dims.areSame(x, axis, op, axis))
        return failure();
    if (!dims.areSame(x, rows, op, 2) || !dims.areSame(y, columns, op, 3))
      return failure();
    Emit emit(rewriter, op.getLoc());
    x = build(emit, *a), y = build(emit, *b);
    rewriter.replaceOp(
        op, emit.make<MatMulOp>(TypeRange(op.getType()), {x, y}).getY());
    return success();
  }

private:
  std::optional<Parted> getParted(Value value) const {
    Parted parted;
    for (unsigned depth = 0; depth < 8; ++depth) {
      value = skipCopies(value);
      if (auto transpose = value.getDefiningOp<TransposeOp>()) {
        if (!hasPerm(transpose, {0, 2, 1}))
          return std::nullopt;
        parted.isTransposed = !parted.isTransposed;
        value = transpose.getData();
        continue;
      }
      if (auto mul = value.getDefiningOp<MulOp>()) {
        std::optional<double> factor = getScalar(mul.getB());
        if (!factor || mul.getA().getType() != mul.getType())
          return std::nullopt;
        parted.scale *= *factor;
        value = mul.getA();
        continue;
      }
      break;
    }
    auto join = value.getDefiningOp<ReshapeOp>();
    if (!join || rankOf(join) != 3 || rankOf(join.getData()) != 4 ||
        !dims.areSame(join.getData(), 2, join, 1) ||
        !dims.areSame(join.getData(), 3, join, 2))
      return std::nullopt;
    parted.value = join.getData();
    return parted;
  }

  static Value build(Emit &emit, const Parted &parted) {
    Value value = parted.value;
    if (parted.isTransposed)
      value = emit.transpose(value, {0, 1, 3, 2});
    if (parted.scale != 1.0)
      value = emit.mul(value, emit.scalar(parted.scale, getElementType(value)));
    return value;
  }

  Dims &dims;
};

} // namespace

void gg::recover::populateBatchedMatMulPatterns(RewritePatternSet &patterns,
                                                Dims &dims) {
  patterns.add<PartMatMul>(patterns.getContext(), dims);
}
