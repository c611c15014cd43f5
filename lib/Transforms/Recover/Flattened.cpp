//===- Flattened.cpp - Softmax over a flattened tensor --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Before opset 13, Softmax works on the rows of a matrix; the importer writes
// that out as Flatten, Softmax, Reshape. Where the row is the last dim, which
// shows once ranks are known, Softmax of today does the same.
//
//===----------------------------------------------------------------------===//

#include "Patterns.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::recover;

namespace {

/// Whether reshaping something of the size of `x` to `shape` gives its shape.
bool isShapeOf(Value shape, Value x) {
  if (auto op = shape.getDefiningOp<ShapeOp>())
    return op.getData() == x && op.getStart() == 0 && !op.getEnd();
  auto sizes = getConstantInts(shape);
  auto type = cast<ShapedType>(x.getType());
  return sizes && type.hasStaticShape() &&
         ArrayRef<int64_t>(*sizes) == type.getShape();
}

template <typename OpTy> struct UnflattenSoftmax : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    auto softmax = op.getData().getDefiningOp<OpTy>();
    auto flatten = softmax
                       ? softmax.getInput().template getDefiningOp<FlattenOp>()
                       : FlattenOp();
    if (!flatten || normalizeAxis(softmax.getAxis(), 2) != 1)
      return failure();
    Value x = flatten.getInput();
    std::optional<int64_t> rank = getRank(x);
    if (!rank || normalizeAxis(flatten.getAxis(), *rank) != *rank - 1 ||
        !isShapeOf(op.getShape(), x))
      return failure();
    rewriter.replaceOpWithNewOp<OpTy>(op, op.getType(), x, /*axis=*/-1);
    return success();
  }
};

} // namespace

void gg::recover::populateFlattenedPatterns(RewritePatternSet &patterns) {
  patterns.add<UnflattenSoftmax<SoftmaxOp>, UnflattenSoftmax<LogSoftmaxOp>>(
      patterns.getContext());
}
