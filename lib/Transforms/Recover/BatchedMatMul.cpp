//===- BatchedMatMul.cpp - Products over batch and heads joined -----------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// Older attention code joins batch and heads to one dim for a batched product
// and parts them again behind it, with scalings, biases and masks, or even the
// softmax, in between. All of it works on each entry of that dim by itself, so
// it can be done on both dims.
//
//===----------------------------------------------------------------------===//

#include "Dims.h"
#include "Emit.h"
#include "Patterns.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::recover;

namespace {

/// Values [batch * heads, rows, columns], rewritten as [batch, heads, rows,
/// columns] from the ones that were joined on.
class Parter {
public:
  /// True if two values of as many elements differ in whether their first two
  /// dims are joined. Of the three dims that are left, two tell the third.
  static bool isJoin(Dims &dims, Value parted, Value joined) {
    return dims.isProduct(joined, 0, parted, 0, 1) +
               dims.areSame(parted, 2, joined, 1) +
               dims.areSame(parted, 3, joined, 2) >=
           2;
  }

  /// `result` is the Reshape that parts the two dims.
  Parter(Dims &dims, ReshapeOp result) : dims(dims), result(result) {}

  /// True if `result` can be computed with both dims, and a product is on the
  /// way.
  bool study() {
    std::optional<bool> isPart = visit(result.getData(), /*depth=*/0);
    return isPart.value_or(false) && hasProduct && anchor;
  }

  Value build(Emit &emit) { return build(emit, result.getData()); }

private:
  enum How {
    Keep,   ///< broadcasts over the joined dim
    Widen,  ///< has 1 in its place
    Source, ///< was joined from four dims
    Leaf,   ///< is parted by a Reshape
    Inner   ///< the op is repeated on parted operands
  };

  /// Says how `value` is parted; true if this reaches what was joined.
  std::optional<bool> visit(Value original, unsigned depth) {
    Value value = skipCopies(original);
    auto known = plans.find(value);
    if (known != plans.end())
      return known->second != Keep && known->second != Widen &&
             known->second != Leaf;
    if (depth > 24 || rankOf(value) < 0 || rankOf(value) > 3)
      return std::nullopt;
    auto plan = [&](How how) {
      plans[value] = how;
      return how == Source || how == Inner;
    };
    if (getScalar(value) || rankOf(value) < 3)
      return plan(Keep);
    if (dimOf(value, 0) == 1)
      return plan(Widen);
    if (isJoined(value)) {
      anchor = skipCopies(value).getDefiningOp()->getOperand(0);
      return plan(Source);
    }
    Operation *op = value.getDefiningOp();
    if (op && isPartable(op)) {
      bool isInner = false, isKnown = true;
      for (Value operand : op->getOperands()) {
        std::optional<bool> part = visit(operand, depth + 1);
        isKnown &= part.has_value();
        isInner |= part.value_or(false);
      }
      if (isKnown && isInner) {
        hasProduct |= isa<MatMulOp>(op);
        return plan(Inner);
      }
    }
    if (!dims.areSame(value, 0, result.getData(), 0))
      return std::nullopt;
    return plan(Leaf);
  }

  /// Reshape of [batch, heads, rows, columns] that joins the first two.
  bool isJoined(Value value) {
    auto join = value.getDefiningOp<ReshapeOp>();
    if (!join || rankOf(join.getData()) != 4)
      return false;
    Value source = join.getData();
    return isJoin(dims, source, join) && dims.areSame(source, 0, result, 0) &&
           dims.areSame(source, 1, result, 1);
  }

  /// Ops that treat each entry of the first of three dims alike.
  static bool isPartable(Operation *op) {
    if (auto transpose = dyn_cast<TransposeOp>(op))
      return hasPerm(transpose, {0, 2, 1});
    if (auto softmax = dyn_cast<SoftmaxOp>(op))
      return softmax.getAxis() == -1 || softmax.getAxis() == 2;
    if (isa<MatMulOp>(op))
      return rankOf(op->getOperand(0)) == 3 && rankOf(op->getOperand(1)) == 3;
    return isa<AddOp, SubOp, MulOp, DivOp, MaxOp, MinOp, WhereOp, TanhOp,
               CastOp, IsNaNOp>(op);
  }

  Value build(Emit &emit, Value original) {
    Value value = skipCopies(original);
    Value &parted = built[value];
    if (parted)
      return parted;
    switch (plans.find(value)->second) {
    case Keep:
      return parted = value;
    case Widen:
      return parted = emit.unsqueeze(value, int64_t(0));
    case Source:
      return parted = value.getDefiningOp()->getOperand(0);
    case Leaf:
      return parted = partLeaf(emit, value);
    case Inner:
      break;
    }
    Operation *op = value.getDefiningOp();
    SmallVector<Value> operands;
    for (Value operand : op->getOperands())
      operands.push_back(build(emit, operand));
    // The map may have grown.
    return built[value] = repeat(emit, op, operands);
  }

  Value repeat(Emit &emit, Operation *op, ArrayRef<Value> operands) {
    if (isa<TransposeOp>(op))
      return emit.transpose(operands[0], {0, 1, 3, 2});
    SmallVector<int64_t> shape = {dimOf(result, 0), dimOf(result, 1),
                                  dimOf(op->getResult(0), 1),
                                  dimOf(op->getResult(0), 2)};
    Type type = RankedTensorType::get(shape, getElementType(op->getResult(0)));
    OperationState state(emit.loc, op->getName(), operands, TypeRange(type),
                         op->getAttrs());
    if (isa<SoftmaxOp>(op))
      state.attributes.set("axis", emit.builder.getI64IntegerAttr(-1));
    return emit.builder.create(state)->getResult(0);
  }

  Value partLeaf(Emit &emit, Value value) {
    Value shape = emit.concat({emit.dim(anchor, 0), emit.dim(anchor, 1),
                               emit.dim(value, 1), emit.dim(value, 2)},
                              /*axis=*/0);
    Type type = RankedTensorType::get(
        {dimOf(anchor, 0), dimOf(anchor, 1), dimOf(value, 1), dimOf(value, 2)},
        getElementType(value));
    return emit.make<ReshapeOp>(TypeRange(type), {value, shape}).getResult();
  }

  Dims &dims;
  ReshapeOp result;
  llvm::MapVector<Value, How> plans;
  DenseMap<Value, Value> built;
  Value anchor; // what is joined somewhere
  bool hasProduct = false;
};

struct PartMatMul : OpRewritePattern<ReshapeOp> {
  PartMatMul(MLIRContext *context, Dims &dims)
      : OpRewritePattern(context), dims(dims) {}

  LogicalResult matchAndRewrite(ReshapeOp op,
                                PatternRewriter &rewriter) const override {
    if (rankOf(op) != 4 || rankOf(op.getData()) != 3 ||
        !Parter::isJoin(dims, op, op.getData()))
      return failure();
    Parter parter(dims, op);
    if (!parter.study())
      return failure();
    Emit emit(rewriter, op.getLoc());
    rewriter.replaceOp(op, parter.build(emit));
    return success();
  }

private:
  Dims &dims;
};

} // namespace

void gg::recover::populateBatchedMatMulPatterns(RewritePatternSet &patterns,
                                                Dims &dims) {
  patterns.add<PartMatMul>(patterns.getContext(), dims);
}
