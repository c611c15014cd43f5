//===- SequenceCheck.cpp - Which ops keep tokens apart --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SequenceCheck.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::decoder;

/// The number of tokens at which `shapes` are taken.
static constexpr int64_t kTokens = 3;

bool SequenceCheck::fail(Operation *op, const Twine &why) {
  error = ("node '" + getNodeName(op) + "' (" + op->getName().getStringRef() +
           "): " + why)
              .str();
  return false;
}

int64_t SequenceCheck::getRank(Value value) const {
  return shapes.find(value)->second.size();
}

/// Finds the one axis of every live value that grows with the sequence, by
/// comparing its shapes at several points.
bool SequenceCheck::measure() {
  const InputMeaning &ids = model.inputs.find(model.ids)->second;
  int64_t rows = ids.dims[0].of == DimMeaning::Batch ? 2 : 1;
  // Some graphs take either a prompt or one token behind a past.
  SmallVector<Point> points = {{rows, kTokens, 0}, {rows, kTokens + 1, 0}};
  if (model.hasPast) {
    points.push_back({rows, 1, 2});
    points.push_back({rows, 1, 3});
  }
  SmallVector<Value> values = {model.ids};
  for (Operation *op : model.live)
    values.push_back(op->getResult(0));
  for (Operation *op : model.live)
    for (Value result : op->getResults().drop_front())
      if (isPresent(result) && !result.use_empty() && !isa<AttentionOp>(op))
        values.push_back(result);

  DenseMap<Value, HostTensor::Shape> behindPast;
  for (auto [index, point] : llvm::enumerate(points)) {
    evaluator.moveTo(point);
    for (Value value : values) {
      std::optional<HostTensor::Shape> shape = evaluator.getShapeAt(value);
      if (!shape) {
        error = evaluator.getError().str();
        return false;
      }
      if (index == 0) {
        shapes[value] = *shape;
        axes[value] = -1;
        continue;
      }
      if (index == 2) {
        behindPast[value] = *shape;
        continue;
      }
      const HostTensor::Shape &base =
          index == 1 ? shapes[value] : behindPast[value];
      Operation *op = value.getDefiningOp();
      if (base.size() != shape->size())
        return fail(op, "its rank is not constant");
      for (size_t axis = 0; axis < base.size(); ++axis) {
        if (base[axis] == (*shape)[axis])
          continue;
        if (index == 3)
          return fail(op, "its shape grows with the past");
        if (axes[value] >= 0)
          return fail(op, "more than one axis grows with the sequence");
        axes[value] = axis;
      }
    }
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

/// Operands are aligned at their last axes.
bool SequenceCheck::visitBroadcast(Operation *op) {
  Value result = op->getResult(0);
  int64_t fromEnd = getRank(result) - axes[result];
  for (Value operand : model.getDataOperands(op)) {
    if (axes[operand] < 0) {
      if (axes[result] >= 0)
        return fail(op, "one token's values meet those of all tokens");
      continue;
    }
    if (axes[result] < 0 || getRank(operand) - axes[operand] != fromEnd)
      return fail(op, "the tokens of its operands are not aligned");
  }
  return true;
}

/// The elements keep their order, so the distance from a token to the next
/// must stay what it is. A token may take several places of its axis, as where
/// heads are flattened with the tokens.
bool SequenceCheck::visitReshape(Operation *op) {
  Value operand = op->getOperand(0), result = op->getResult(0);
  if (axes[operand] < 0) // then the result's elements do not grow either
    return true;
  auto distance = [&](Value value) {
    return countElements(ArrayRef<int64_t>(shapes.find(value)->second)
                             .drop_front(axes[value] + 1));
  };
  int64_t apart = distance(operand).value_or(0) * getPlaces(operand);
  int64_t size = distance(result).value_or(0);
  if (size == 0 || apart % size != 0 ||
      shapes[result][axes[result]] % (kTokens * apart / size) != 0)
    return fail(op, "tokens are mixed with other axes");
  places[result] = apart / size;
  return true;
}

/// Hands on how many places a token takes; false where operands differ or the
/// op works on places.
bool SequenceCheck::visitPlaces(Operation *op) {
  int64_t count = 0;
  for (Value operand : model.getDataOperands(op)) {
    if (axes[operand] < 0)
      continue;
    if (count && count != getPlaces(operand))
      return fail(op, "the tokens of its operands are not aligned");
    count = getPlaces(operand);
  }
  if (count <= 1)
    return true;
  if (!op->hasTrait<onnx::OpTrait::Broadcasts>() &&
      !isa<CastOp, IdentityOp, RMSNormalizationOp, LayerNormalizationOp, PowOp,
           SqrtOp, ReciprocalOp, ReduceMeanOp, ReduceSumOp, ReshapeOp,
           FlattenOp, SqueezeOp, UnsqueezeOp>(op))
    return fail(op, "tokens are mixed with other axes");
  for (Value result : op->getResults())
    places[result] = count;
  return true;
}

bool SequenceCheck::visitAlongAxis(Operation *op, int64_t axis) {
  for (Value operand : model.getDataOperands(op)) {
    if (axes[operand] < 0)
      continue;
    if (onnx::normalizeAxis(axis, getRank(operand)) == axes[operand])
      return fail(op, "it works along the sequence");
  }
  return true;
}

/// Over `axis` and all behind it.
bool SequenceCheck::visitNormalization(Operation *op, int64_t axis) {
  Value operand = op->getOperand(0);
  if (model.getDataOperands(op).size() != 1 ||
      model.getKind(operand) != Kind::Data)
    return fail(op, "its scale depends on the tokens");
  if (axes[operand] >= onnx::normalizeAxis(axis, getRank(operand)))
    return fail(op, "it works along the sequence");
  return true;
}

bool SequenceCheck::visitReduction(Operation *op) {
  Value operand = op->getOperand(0);
  if (axes[operand] < 0)
    return true;
  std::optional<SmallVector<int64_t>> reduced =
      getConstantInts(op->getOperand(1));
  if (!reduced || reduced->empty())
    return fail(op, "it works along the sequence");
  for (int64_t axis : *reduced)
    if (onnx::normalizeAxis(axis, getRank(operand)) == axes[operand])
      return fail(op, "it works along the sequence");
  return true;
}

bool SequenceCheck::visitMatMul(Operation *op) {
  Value a = op->getOperand(0), result = op->getResult(0);
  if (model.getDataOperands(op).size() != 1 || model.getKind(a) != Kind::Data)
    return fail(op, "it multiplies values of tokens with each other");
  if (axes[a] < 0)
    return true;
  if (axes[a] == getRank(a) - 1 || getRank(a) < 2 ||
      getRank(result) - axes[result] != getRank(a) - axes[a])
    return fail(op, "it sums over the sequence");
  return true;
}

/// True if `index` (a Gather's, or a Slice's start) is the last position at
/// every point.
bool SequenceCheck::takesLast(Operation *op, Value index) {
  for (int64_t sequence : {int64_t(1), int64_t(3), int64_t(4)}) {
    evaluator.moveTo({1, sequence, 0});
    std::optional<HostTensor> at = evaluator.evaluate(index);
    if (!at || at->isFloat() || at->getNumElements() != 1 ||
        (at->ints()[0] != -1 && at->ints()[0] != sequence - 1))
      return false;
  }
  if (lastTokenOp && lastTokenOp != op)
    return false;
  lastTokenOp = op;
  return true;
}

bool SequenceCheck::visitGather(GatherOp op) {
  Value data = op.getData(), indices = op.getIndices();
  int64_t axis = op.getAxis();
  if (model.getKind(data) != Kind::Data) // a look-up by token
    return true;
  if (model.getKind(indices) == Kind::Data)
    return fail(op, "it selects by values of tokens");
  if (axes[data] < 0)
    return true;
  if (onnx::normalizeAxis(axis, getRank(data)) == axes[data])
    return takesLast(op, indices) ||
           fail(op, "it selects tokens other than the last");
  return true;
}

/// Selects along the leading axes, as many as an index tuple has entries.
bool SequenceCheck::visitGatherND(GatherNDOp op) {
  Value data = op.getData(), indices = op.getIndices();
  if (model.getKind(indices) == Kind::Data ||
      model.getKind(data) != Kind::Data || op.getBatchDims() != 0)
    return fail(op, "it selects by values of tokens");
  if (axes[data] < 0)
    return true;
  std::optional<HostTensor::Shape> tuples = evaluator.getShapeAt(indices);
  if (!tuples || tuples->empty() || axes[data] < tuples->back() ||
      axes[op.getOutput()] != axes[data] - tuples->back() +
                                  static_cast<int64_t>(tuples->size()) - 1)
    return fail(op, "it works along the sequence");
  return true;
}

bool SequenceCheck::visitSlice(SliceOp op) {
  Value data = op.getData(), result = op.getOutput();
  if (axes[data] < 0)
    return true;
  if (axes[result] == axes[data] &&
      shapes[data][axes[data]] == shapes[result][axes[data]]) {
    // All tokens; in their order, unless the step says otherwise.
    std::optional<SmallVector<int64_t>> steps =
        isPresent(op.getSteps()) ? getConstantInts(op.getSteps())
                                 : SmallVector<int64_t>{1};
    if (steps && llvm::all_of(*steps, [](int64_t step) { return step > 0; }))
      return true;
  }
  if (axes[result] < 0 && shapes[result][axes[data]] == 1 &&
      takesLast(op, op.getStarts()))
    return true;
  return fail(op, "it selects tokens other than the last");
}

bool SequenceCheck::visitAttention(const AttentionSite &site) {
  AttentionOp op = site.op;
  for (Value value : {Value(op.getQ()), site.newKeys, site.newValues})
    if (axes[value] != (getRank(value) == 4 ? 2 : 1))
      return fail(op, "its operands do not lie along the sequence");
  if (!isPresent(op.getAttnMask()) && !op.getIsCausal())
    return fail(op, "tokens see later ones");
  return checkMask(op);
}

bool SequenceCheck::checkMask(AttentionOp op) {
  if (isPresent(op.getAttnMask()) &&
      model.getKind(op.getAttnMask()) == Kind::Data)
    return fail(op, "its mask depends on the tokens");
  return true;
}

bool SequenceCheck::visit(Operation *op) {
  if (!visitPlaces(op))
    return false;
  if (const AttentionSite *site = model.getSite(op))
    return visitAttention(*site);
  if (op->getNumRegions())
    return fail(op, "it has branches that depend on the tokens");
  if (isa<ReshapeOp, FlattenOp, SqueezeOp, UnsqueezeOp>(op))
    return visitReshape(op);
  if (isa<TransposeOp>(op)) // measure() follows the axis
    return true;
  if (auto norm = dyn_cast<RMSNormalizationOp>(op))
    return visitNormalization(op, norm.getAxis());
  if (auto norm = dyn_cast<LayerNormalizationOp>(op))
    return visitNormalization(op, norm.getAxis());
  if (auto softmax = dyn_cast<SoftmaxOp>(op))
    return visitAlongAxis(op, softmax.getAxis());
  if (auto concat = dyn_cast<ConcatOp>(op))
    return visitAlongAxis(op, concat.getAxis());
  if (auto split = dyn_cast<SplitOp>(op))
    return visitAlongAxis(op, split.getAxis());
  if (isa<ReduceSumOp, ReduceMeanOp, ReduceMaxOp, ReduceMinOp>(op))
    return visitReduction(op);
  if (isa<MatMulOp>(op))
    return visitMatMul(op);
  if (auto gemm = dyn_cast<GemmOp>(op)) {
    if (gemm.getTransA())
      return fail(op, "it sums over the sequence");
    return visitMatMul(op);
  }
  if (auto gather = dyn_cast<GatherOp>(op))
    return visitGather(gather);
  if (auto gather = dyn_cast<GatherNDOp>(op))
    return visitGatherND(gather);
  if (auto slice = dyn_cast<SliceOp>(op))
    return visitSlice(slice);
  if (auto rotary = dyn_cast<RotaryEmbeddingOp>(op))
    return model.getDataOperands(op).size() == 1 &&
                   axes[rotary.getX()] == (getRank(rotary.getX()) == 4 ? 2 : 1)
               ? true
               : fail(op, "its operand does not lie along the sequence");
  if (op->hasTrait<onnx::OpTrait::Broadcasts>() ||
      isa<ModOp, PowOp, MaxOp, MinOp, WhereOp, ExpandOp, CastOp, CastLikeOp,
          IdentityOp, ClipOp, GeluOp, SwishOp, IsNaNOp, IsInfOp, SqrtOp,
          ReciprocalOp, NegOp, AbsOp, SignOp, FloorOp, CeilOp, RoundOp, ExpOp,
          LogOp, SinOp, CosOp, TanhOp, ErfOp, SigmoidOp, SoftplusOp, ReluOp,
          NotOp>(op))
    return visitBroadcast(op);
  return fail(op, "it is not known to keep tokens apart");
}

/// A graph of one token mixes it with nothing but caches, which only
/// attentions read; they must have nowhere else to grow.
bool SequenceCheck::runSingle() {
  const InputMeaning &ids = model.inputs.find(model.ids)->second;
  int64_t rows = ids.dims[0].of == DimMeaning::Batch ? 2 : 1;
  DenseMap<Operation *, HostTensor::Shape> first;
  for (int64_t past : {2, 3}) {
    evaluator.moveTo({rows, 1, past});
    for (Operation *op : model.live) {
      std::optional<HostTensor::Shape> shape =
          evaluator.getShapeAt(op->getResult(0));
      if (!shape) {
        error = evaluator.getError().str();
        return false;
      }
      if (first.try_emplace(op, *shape).first->second != *shape)
        return fail(op, "its shape grows with the past");
    }
  }
  for (const AttentionSite &site : model.sites)
    for (Value value : {Value(AttentionOp(site.op).getQ()), site.newKeys}) {
      std::optional<HostTensor::Shape> shape = evaluator.getShapeAt(value);
      if (!shape || (*shape)[shape->size() == 4 ? 2 : 1] != 1)
        return fail(site.op, "it takes more than one token");
    }
  return llvm::all_of(model.sites, [&](const AttentionSite &site) {
    return checkMask(site.op);
  });
}

bool SequenceCheck::run() {
  if (model.isSingle)
    return runSingle();
  if (!measure())
    return false;
  for (Operation *op : model.live)
    if (!visit(op))
      return false;
  return true;
}
