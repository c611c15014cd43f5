//===- Canonicalize.cpp - Folders and canonicalizations of onnx ops -------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Ops that hand on their operand, and pairs of ops that one op can say. A
// folder gives the operand only where the types are equal: dims that differ in
// how much is known of them are left to shape inference. What an op checks of
// dims that only the run knows is not folded away.
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "gg/Dialect/ONNX/IR/ONNXHelpers.h"
#include "mlir/IR/PatternMatch.h"
#include "llvm/ADT/Sequence.h"

using namespace mlir;
using namespace gg::onnx;

/// The operand in place of a result of the same type.
static OpFoldResult forward(Value operand, Value result) {
  return operand.getType() == result.getType() ? OpFoldResult(operand)
                                               : OpFoldResult();
}

static bool hasStaticShape(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && type.hasStaticShape();
}

/// Whether the types are equal, and so tell that no dim changes.
static bool haveSameStaticShape(Value a, Value b) {
  return a.getType() == b.getType() && hasStaticShape(a);
}

/// Whether `isKept` holds at each dim that two equal types leave open.
static bool keepsDynamicDims(Value a, Value b,
                             function_ref<bool(int64_t)> isKept) {
  auto type = dyn_cast<RankedTensorType>(a.getType());
  if (!type || type != b.getType())
    return false;
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (type.isDynamicDim(dim) && !isKept(dim))
      return false;
  return true;
}

//===----------------------------------------------------------------------===//
// The same elements in another shape
//===----------------------------------------------------------------------===//

static bool isView(Operation *op) {
  return isa_and_present<ReshapeOp, FlattenOp, SqueezeOp, UnsqueezeOp>(op);
}

/// What a row of views was made of, if that has the shape of its end. All of
/// them are static: nothing is left to be checked.
static Value findSameView(Value source, Value result) {
  while (hasStaticShape(result) && hasStaticShape(source)) {
    if (source.getType() == result.getType())
      return source;
    Operation *view = source.getDefiningOp();
    if (!isView(view))
      break;
    source = view->getOperand(0);
  }
  return {};
}

/// Whether two lists name the same axes of a tensor.
static bool haveSameAxes(Value a, Value b, Value tensor) {
  std::optional<SmallVector<int64_t>> x = getConstantInts(a),
                                      y = getConstantInts(b);
  std::optional<int64_t> rank = getRank(tensor);
  return x && y && rank && normalizeAxes(*x, *rank) == normalizeAxes(*y, *rank);
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (Value same = findSameView(getData(), getReshaped()))
    return same;
  std::optional<SmallVector<int64_t>> dims = getConstantInts(getShape());
  if (!dims)
    return {};
  // With all the others equal, an inferred dim (-1) is equal too.
  if (keepsDynamicDims(getData(), getReshaped(), [&](int64_t dim) {
        return (*dims)[dim] == -1 || ((*dims)[dim] == 0 && !getAllowzero());
      }))
    return getData();
  return {};
}

OpFoldResult FlattenOp::fold(FoldAdaptor) {
  if (Value same = findSameView(getInput(), getOutput()))
    return same;
  if (normalizeAxis(getAxis(), /*rank=*/2) == 1)
    return forward(getInput(), getOutput());
  return {};
}

OpFoldResult SqueezeOp::fold(FoldAdaptor) {
  if (Value same = findSameView(getData(), getSqueezed()))
    return same;
  auto inner = getData().getDefiningOp<UnsqueezeOp>();
  if (inner && haveSameAxes(getAxes(), inner.getAxes(), getData()))
    return forward(inner.getData(), getSqueezed());
  return {};
}

OpFoldResult UnsqueezeOp::fold(FoldAdaptor) {
  if (Value same = findSameView(getData(), getExpanded()))
    return same;
  auto inner = getData().getDefiningOp<SqueezeOp>();
  if (inner && haveSameAxes(getAxes(), inner.getAxes(), getExpanded()))
    return forward(inner.getData(), getExpanded());
  return {};
}

namespace {
/// Reshape of another view: of that view's operand.
struct ReshapeOfView : OpRewritePattern<ReshapeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    Value between = op.getData();
    Operation *view = between.getDefiningOp();
    if (!isView(view))
      return rewriter.notifyMatchFailure(op, "not of a view");
    std::optional<SmallVector<int64_t>> dims = getConstantInts(op.getShape());
    if (!dims)
      return rewriter.notifyMatchFailure(op, "a computed shape");
    bool isComplete = !llvm::is_contained(*dims, -1);
    bool isChecked =
        hasStaticShape(between) && hasStaticShape(view->getOperand(0));
    // A complete shape asks for the number of elements itself, which is all
    // that views other than Squeeze check.
    if (!isChecked && (!isComplete || isa<SqueezeOp>(view)))
      return rewriter.notifyMatchFailure(op, "the view checks its dims");
    Value shape = op.getShape();
    if (!op.getAllowzero() && llvm::is_contained(*dims, 0)) {
      if (!resolveCopies(*dims, between))
        return rewriter.notifyMatchFailure(op, "copies dims of the view");
      auto type = cast<RankedTensorType>(shape.getType());
      shape = ConstantOp::create(
          rewriter, op.getLoc(), type,
          DenseElementsAttr::get(type, ArrayRef<int64_t>(*dims)));
    }
    rewriter.modifyOpInPlace(op, [&] {
      op.getDataMutable().assign(view->getOperand(0));
      op.getShapeMutable().assign(shape);
    });
    return success();
  }

private:
  /// Puts the dims of `source` where the shape copies them.
  static bool resolveCopies(MutableArrayRef<int64_t> dims, Value source) {
    std::optional<ArrayRef<int64_t>> shape = getShape(source);
    if (!shape)
      return false;
    for (auto [index, dim] : llvm::enumerate(dims)) {
      if (dim != 0)
        continue;
      if (index >= shape->size() || (*shape)[index] <= 0)
        return false;
      dim = (*shape)[index];
    }
    return true;
  }
};
} // namespace

void ReshapeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                            MLIRContext *context) {
  patterns.add<ReshapeOfView>(context);
}

//===----------------------------------------------------------------------===//
// Moved and repeated elements
//===----------------------------------------------------------------------===//

OpFoldResult TransposeOp::fold(FoldAdaptor) {
  std::optional<int64_t> rank = getRank(getData());
  if (!rank)
    return {};
  SmallVector<int64_t> perm = getPermutation(getPerm(), *rank);
  if (llvm::equal(perm, llvm::seq<int64_t>(0, *rank)))
    return forward(getData(), getTransposed());
  return {};
}

namespace {
/// Two transpositions are one.
struct TransposeOfTranspose : OpRewritePattern<TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(TransposeOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getData().getDefiningOp<TransposeOp>();
    std::optional<int64_t> rank = getRank(op.getData());
    if (!inner || !rank)
      return rewriter.notifyMatchFailure(op, "not of a Transpose");
    SmallVector<int64_t> from = getPermutation(inner.getPerm(), *rank);
    SmallVector<int64_t> perm =
        llvm::map_to_vector(getPermutation(op.getPerm(), *rank),
                            [&](int64_t dim) { return from[dim]; });
    rewriter.modifyOpInPlace(op, [&] {
      op.getDataMutable().assign(inner.getData());
      op.setPerm(perm);
    });
    return success();
  }
};
} // namespace

void TransposeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                              MLIRContext *context) {
  patterns.add<TransposeOfTranspose>(context);
}

OpFoldResult ExpandOp::fold(FoldAdaptor) {
  if (haveSameStaticShape(getInput(), getOutput()))
    return getInput();
  std::optional<SmallVector<int64_t>> dims = getConstantInts(getShape());
  std::optional<int64_t> rank = getRank(getInput());
  if (!dims || !rank)
    return {};
  int64_t lead = *rank - static_cast<int64_t>(dims->size());
  if (keepsDynamicDims(getInput(), getOutput(), [&](int64_t dim) {
        return dim < lead || (*dims)[dim - lead] == 1;
      }))
    return getInput();
  return {};
}

OpFoldResult TileOp::fold(FoldAdaptor) {
  if (haveSameStaticShape(getInput(), getOutput()))
    return getInput();
  std::optional<SmallVector<int64_t>> repeats = getConstantInts(getRepeats());
  if (repeats && keepsDynamicDims(getInput(), getOutput(), [&](int64_t dim) {
        return (*repeats)[dim] == 1;
      }))
    return getInput();
  return {};
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

OpFoldResult ConcatOp::fold(FoldAdaptor) {
  if (getInputs().size() == 1)
    return forward(getInputs().front(), getConcatResult());
  return {};
}

LogicalResult SplitOp::fold(FoldAdaptor,
                            SmallVectorImpl<OpFoldResult> &results) {
  if (getOutputs().size() != 1)
    return failure();
  Value input = getInput(), output = getOutputs().front();
  // Given sizes are checked against the dim.
  if (isPresent(getSplit()) ? !haveSameStaticShape(input, output)
                            : input.getType() != output.getType())
    return failure();
  results.push_back(input);
  return success();
}

/// Whether every step of a Slice is known to be 1.
static bool hasUnitSteps(SliceOp op) {
  if (!isPresent(op.getSteps()))
    return true;
  std::optional<SmallVector<int64_t>> steps = getConstantInts(op.getSteps());
  return steps && llvm::all_of(*steps, [](int64_t step) { return step == 1; });
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  if (!hasUnitSteps(*this))
    return {};
  // As many elements one after the other as there are: all of them.
  if (haveSameStaticShape(getData(), getOutput()))
    return getData();
  std::optional<SmallVector<int64_t>> starts = getConstantInts(getStarts()),
                                      ends = getConstantInts(getEnds()),
                                      axes = getConstantInts(getAxes());
  std::optional<int64_t> rank = getRank(getData());
  if (!rank || !starts || !ends || starts->size() != ends->size() ||
      (isPresent(getAxes()) && !axes))
    return {};
  SmallVector<bool> isWhole(*rank, true);
  for (auto [index, start, end] : llvm::enumerate(*starts, *ends)) {
    int64_t axis = axes ? normalizeAxis((*axes)[index], *rank)
                        : static_cast<int64_t>(index);
    // The standard's word for the end of a dim is INT_MAX, of either width.
    isWhole[axis] = start == 0 && end >= std::numeric_limits<int32_t>::max();
  }
  if (keepsDynamicDims(getData(), getOutput(),
                       [&](int64_t dim) { return isWhole[dim]; }))
    return getData();
  return {};
}

//===----------------------------------------------------------------------===//
// Element types
//===----------------------------------------------------------------------===//

/// Whether a type has every number of another.
static bool holdsAll(Type wide, Type narrow) {
  if (wide == narrow)
    return true;
  auto isUnsigned = [](Type type) {
    return type.isUnsignedInteger() || type.isInteger(1);
  };
  auto wideFloat = dyn_cast<FloatType>(wide);
  // The small ones lack infinities, or a negative zero, or any zero.
  if (wideFloat && wideFloat.getWidth() < 16)
    return false;
  if (auto narrowFloat = dyn_cast<FloatType>(narrow))
    return wideFloat &&
           APFloat::isRepresentableBy(narrowFloat.getFloatSemantics(),
                                      wideFloat.getFloatSemantics());
  unsigned digits = narrow.getIntOrFloatBitWidth() - !isUnsigned(narrow);
  if (wideFloat)
    return digits <= APFloat::semanticsPrecision(wideFloat.getFloatSemantics());
  if (isUnsigned(wide) && !isUnsigned(narrow))
    return false;
  return digits <= wide.getIntOrFloatBitWidth() - !isUnsigned(wide);
}

OpFoldResult CastOp::fold(FoldAdaptor) {
  return forward(getInput(), getOutput());
}

OpFoldResult IdentityOp::fold(FoldAdaptor) {
  return forward(getInput(), getOutput());
}

namespace {
/// A cast of numbers that another cast only widened.
struct CastOfWidening : OpRewritePattern<CastOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CastOp op,
                                PatternRewriter &rewriter) const override {
    auto inner = op.getInput().getDefiningOp<CastOp>();
    if (!inner || !holdsAll(inner.getTo(), getElementType(inner.getInput())))
      return rewriter.notifyMatchFailure(op, "not of a widening cast");
    rewriter.modifyOpInPlace(
        op, [&] { op.getInputMutable().assign(inner.getInput()); });
    return success();
  }
};

/// Which type it is is known: the other operand need not be computed.
struct CastLikeToCast : OpRewritePattern<CastLikeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(CastLikeOp op,
                                PatternRewriter &rewriter) const override {
    rewriter.replaceOpWithNewOp<CastOp>(
        op, op.getOutput().getType(), op.getInput(),
        getElementType(op.getOutput()), op.getSaturate(), op.getRoundMode());
    return success();
  }
};
} // namespace

void CastOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                         MLIRContext *context) {
  patterns.add<CastOfWidening>(context);
}

void CastLikeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                             MLIRContext *context) {
  patterns.add<CastLikeToCast>(context);
}

//===----------------------------------------------------------------------===//
// Dropout
//===----------------------------------------------------------------------===//

/// In inference, where nobody asks for the mask.
LogicalResult DropoutOp::fold(FoldAdaptor,
                              SmallVectorImpl<OpFoldResult> &results) {
  if (isPresent(getMask()) || getData().getType() != getOutput().getType())
    return failure();
  if (isPresent(getTrainingMode()) && getConstantInt(getTrainingMode()) != 0)
    return failure();
  results.push_back(getData());
  results.push_back(UnitAttr::get(getContext()));
  return success();
}
