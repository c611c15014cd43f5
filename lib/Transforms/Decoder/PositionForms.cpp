//===- PositionForms.cpp - How values depend on the position --------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PositionForms.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::decoder;

/// The most tokens that are looked at in one run.
static constexpr int64_t kLongestRun = 256;

/// A value under study: its axes, then one row of elements a position.
struct PositionForms::Pending {
  Value value;
  int64_t sequenceAxis = -1, batchAxis = -1;
  HostTensor::Shape rest;
  Type type;
  std::vector<int64_t> ints;
  std::vector<double> floats;
  int64_t rows = 0;

  int64_t rowSize() const { return countElements(rest).value_or(0); }
  void append(const HostTensor &tensor) {
    type = tensor.getElementType();
    if (tensor.isFloat())
      llvm::append_range(floats, tensor.floats());
    else
      llvm::append_range(ints, tensor.ints());
    rows += rowSize() ? tensor.getNumElements() / rowSize() : 1;
  }
};

bool PositionForms::fail(Value value, const Twine &why) {
  Operation *op = value.getDefiningOp();
  error =
      ((op ? "node '" + getNodeName(op) + "': " : Twine("an input: ")) + why)
          .str();
  return false;
}

bool PositionForms::isShapeOperand(OpOperand &operand) {
  unsigned index = operand.getOperandNumber();
  if (isa<ReshapeOp, ExpandOp, TileOp, SplitOp, SqueezeOp, UnsqueezeOp,
          ReduceSumOp, ReduceMeanOp, ReduceMaxOp, ReduceMinOp>(
          operand.getOwner()))
    return index == 1;
  return isa<SliceOp>(operand.getOwner()) && index >= 1;
}

void PositionForms::setContext(int64_t positions) {
  context = positions;
  chunk = std::min(chunk, positions);
}

/// Sorts what the live ops take into values, shapes, masks and counts.
void PositionForms::collect() {
  if (!values.empty() || !shapeValues.empty())
    return;
  for (Operation *op : model.live) {
    if (const AttentionSite *site = model.getSite(op)) {
      AttentionOp attention = site->op;
      if (isPresent(attention.getAttnMask())) {
        auto [it, isNew] =
            maskValues.try_emplace(attention.getAttnMask(), true);
        it->second &= attention.getIsCausal() != 0;
      }
      for (Value index : site->writeIndices)
        if (isPresent(index))
          pastCounts.insert(index);
      if (site->validCount)
        totalCounts.insert(site->validCount);
      continue;
    }
    for (OpOperand &operand : op->getOpOperands())
      if (model.getKind(operand.get()) == Kind::Frontier)
        (isShapeOperand(operand) ? shapeValues : values).insert(operand.get());
  }
}

int64_t PositionForms::findContext(int64_t limit) {
  collect();
  if (model.capacity)
    limit = std::min(limit, *model.capacity);
  for (Operation *op : model.live)
    if (auto rotary = dyn_cast<RotaryEmbeddingOp>(op);
        rotary && isPresent(rotary.getPositionIds()))
      if (std::optional<ArrayRef<int64_t>> shape =
              onnx::getShape(rotary.getCosCache());
          shape && shape->size() == 2 && !ShapedType::isDynamic((*shape)[0]))
        limit = std::min(limit, (*shape)[0]);

  auto holds = [&](int64_t position) {
    evaluator.moveTo(model.hasPast ? Point{1, 1, position}
                                   : Point{1, position + 1, 0});
    for (const auto *list : {&values, &shapeValues, &pastCounts, &totalCounts})
      for (Value value : *list)
        if (!evaluator.evaluate(value))
          return false;
    for (const auto &[mask, isCausal] : maskValues) {
      if (model.getKind(mask) == Kind::Data) // SequenceCheck refuses it
        continue;
      std::optional<HostTensor> tensor = evaluator.evaluate(mask);
      int64_t keys =
          tensor && tensor->getRank() ? tensor->getShape().back() : 0;
      if (keys <= position && keys != 1)
        return false;
    }
    return true;
  };
  int64_t low = 0, high = limit;
  if (limit > 0 && holds(limit - 1))
    return limit;
  while (low + 1 < high) {
    int64_t middle = (low + high) / 2;
    (holds(middle - 1) ? low : high) = middle;
  }
  return low;
}

//===----------------------------------------------------------------------===//
// Rows
//===----------------------------------------------------------------------===//

template <typename T>
static std::vector<T> moveFirst(ArrayRef<T> from, int64_t outer, int64_t count,
                                int64_t inner, int64_t start, int64_t taken) {
  std::vector<T> result;
  result.reserve(outer * taken * inner);
  for (int64_t i = start; i < start + taken; ++i)
    for (int64_t o = 0; o < outer; ++o) {
      const T *piece = from.data() + (o * count + i) * inner;
      result.insert(result.end(), piece, piece + inner);
    }
  return result;
}

/// The `taken` slices from `start` along `axis`, one after the other.
static HostTensor slicesFirst(const HostTensor &tensor, int64_t axis,
                              int64_t start, int64_t taken) {
  HostTensor::Shape shape(tensor.getShape());
  int64_t count = shape[axis], outer = 1, inner = 1;
  for (int64_t i = 0; i < tensor.getRank(); ++i)
    (i < axis ? outer : inner) *= i == axis ? 1 : shape[i];
  shape.erase(shape.begin() + axis);
  shape.insert(shape.begin(), taken);
  if (tensor.isFloat())
    return HostTensor::getFloats(
        tensor.getElementType(), shape,
        moveFirst<double>(tensor.floats(), outer, count, inner, start, taken));
  return HostTensor::getInts(
      tensor.getElementType(), shape,
      moveFirst<int64_t>(tensor.ints(), outer, count, inner, start, taken));
}

/// `sequence` rows of the value from position `past` on, for one batch row. A
/// graph without a past computes the earlier ones along with them.
std::optional<HostTensor> PositionForms::evaluateRows(const Pending &pending,
                                                      int64_t past,
                                                      int64_t sequence) {
  Point point =
      model.hasPast ? Point{1, sequence, past} : Point{1, past + sequence, 0};
  evaluator.moveTo(point);
  std::optional<HostTensor> tensor = evaluator.evaluate(pending.value);
  if (!tensor) {
    error = evaluator.getError().str();
    return std::nullopt;
  }
  int64_t axis = pending.sequenceAxis;
  if (axis < 0)
    return tensor;
  if (axis >= tensor->getRank() || tensor->getShape()[axis] != point.sequence) {
    fail(pending.value, "its shape is no regular function of the sequence");
    return std::nullopt;
  }
  HostTensor rows =
      slicesFirst(*tensor, axis, point.sequence - sequence, sequence);
  if (pending.batchAxis < 0)
    return rows;
  // A batch that the graph fixes; the sequence has come in front of it.
  int64_t batchAxis = pending.batchAxis + (pending.batchAxis < axis);
  HostTensor first = slicesFirst(rows, batchAxis, 0, 1);
  for (int64_t row = 1; row < rows.getShape()[batchAxis]; ++row)
    if (!slicesFirst(rows, batchAxis, row, 1).equals(first)) {
      fail(pending.value, "it differs between batch rows");
      return std::nullopt;
    }
  return first;
}

/// Finds the axes that grow with the batch and the sequence.
bool PositionForms::findAxes(Pending &pending) {
  auto shapeAt = [&](Point point) -> std::optional<HostTensor::Shape> {
    evaluator.moveTo(point);
    std::optional<HostTensor> tensor = evaluator.evaluate(pending.value);
    if (!tensor) {
      error = evaluator.getError().str();
      return std::nullopt;
    }
    return HostTensor::Shape(tensor->getShape());
  };
  const InputMeaning &ids = model.inputs.find(model.ids)->second;
  bool batchVaries = ids.dims[0].of == DimMeaning::Batch;
  int64_t rows = batchVaries ? 2 : 1;
  // Some graphs take either a prompt or one token behind a past.
  int64_t past = model.hasPast ? 2 : 0, first = model.isSingle ? 1 : 3;
  auto base = shapeAt({rows, first, 0}),
       longer = shapeAt({rows, model.isSingle ? 1 : first + 1, 0}),
       wider = shapeAt({batchVaries ? 3 : 1, first, 0}),
       early = shapeAt({rows, 1, past}),
       later = shapeAt({rows, 1, model.hasPast ? past + 1 : 0});
  if (!base || !longer || !wider || !early || !later)
    return false;
  if (*early != *later)
    return fail(pending.value, "its shape grows with the past");
  for (const auto *other : {&*longer, &*wider}) {
    if (other->size() != base->size())
      return fail(pending.value, "its rank is not constant");
    int64_t &axis =
        other == &*longer ? pending.sequenceAxis : pending.batchAxis;
    for (size_t i = 0; i < base->size(); ++i) {
      if ((*base)[i] == (*other)[i])
        continue;
      if (axis >= 0)
        return fail(pending.value, "it mixes positions or batch rows");
      axis = i;
    }
  }
  if (!batchVaries && ids.dims[0].size > 1 && pending.sequenceAxis > 0 &&
      base->front() == ids.dims[0].size)
    pending.batchAxis = 0;
  // One token may lie along any axis of one.
  for (size_t i = 0; model.isSingle && i < base->size(); ++i)
    if ((*base)[i] == 1 && static_cast<int64_t>(i) != pending.batchAxis)
      pending.sequenceAxis = i;
  if (pending.sequenceAxis >= 0 && pending.sequenceAxis == pending.batchAxis)
    return fail(pending.value, "it merges batch and sequence");
  for (size_t i = 0; i < base->size(); ++i)
    if (static_cast<int64_t>(i) != pending.sequenceAxis &&
        static_cast<int64_t>(i) != pending.batchAxis)
      pending.rest.push_back((*base)[i]);
  return true;
}

/// The numbers of tokens at which runs are compared: the chunk, a few, and
/// all at once where a graph takes no chunk behind a past.
SmallVector<int64_t> PositionForms::getLengths() const {
  if (model.isSingle)
    return {1};
  SmallVector<int64_t> result = {std::min<int64_t>(chunk, 3)};
  if (chunk > 3)
    result.push_back(chunk);
  int64_t all = std::min(context, kLongestRun);
  if (all > chunk)
    result.push_back(all);
  return result;
}

SmallVector<int64_t> PositionForms::getSamples(int64_t sequence) const {
  SmallVector<int64_t> result;
  int64_t last = context - sequence;
  for (int64_t past : {int64_t(0), int64_t(1), int64_t(3), last / 2, last})
    if (past <= last && !llvm::is_contained(result, past))
      result.push_back(past);
  return result;
}

/// The row of every position, from a run of one token each.
bool PositionForms::computeRows(MutableArrayRef<Pending> pendings) {
  int64_t step = model.hasPast ? 1 : context;
  for (int64_t past = 0; past < context; past += step) {
    for (Pending &pending : pendings) {
      // What has no sequence axis is the same at every call, or refused.
      std::optional<HostTensor> rows = evaluateRows(pending, past, step);
      if (!rows)
        return false;
      if (rows->getNumElements() !=
          pending.rowSize() * (pending.sequenceAxis < 0 ? 1 : step))
        return fail(pending.value, "its shape is not regular");
      pending.append(*rows);
    }
  }
  return true;
}

/// Runs of several tokens, and of several batch rows, give the same rows.
bool PositionForms::checkChunks(ArrayRef<Pending> pendings) {
  auto agrees = [&](const Pending &pending, const HostTensor &rows,
                    int64_t first) {
    int64_t at = pending.sequenceAxis < 0 ? 0 : first * pending.rowSize();
    auto isPart = [&](auto part, const auto &all) {
      return at + part.size() <= all.size() &&
             std::equal(
                 part.begin(), part.end(), all.begin() + at,
                 [](auto a, auto b) { return a == b || (a != a && b != b); });
    };
    return rows.isFloat() ? isPart(rows.floats(), pending.floats)
                          : isPart(rows.ints(), pending.ints);
  };
  for (int64_t sequence : getLengths())
    for (int64_t past : getSamples(sequence))
      for (const Pending &pending : pendings) {
        std::optional<HostTensor> rows = evaluateRows(pending, past, sequence);
        if (!rows && isOptional(past, sequence))
          continue;
        if (!rows)
          return false;
        if (!agrees(pending, *rows, past))
          return fail(pending.value, "it is no function of the position alone");
      }
  for (const Pending &pending : pendings) {
    if (pending.batchAxis < 0 || pending.sequenceAxis < 0)
      continue;
    for (int64_t past : getSamples(1)) {
      evaluator.moveTo(model.hasPast ? Point{2, 1, past}
                                     : Point{2, past + 1, 0});
      std::optional<HostTensor> both = evaluator.evaluate(pending.value);
      if (!both)
        return fail(pending.value, evaluator.getError());
      // The slice has the batch in front, where it shifts the other axes.
      int64_t axis =
          pending.sequenceAxis + (pending.batchAxis > pending.sequenceAxis);
      for (int64_t row : {0, 1}) {
        HostTensor one = slicesFirst(*both, pending.batchAxis, row, 1);
        HostTensor rows = slicesFirst(one, axis, one.getShape()[axis] - 1, 1);
        if (!agrees(pending, rows, past))
          return fail(pending.value, "it differs between batch rows");
      }
    }
  }
  return true;
}

bool PositionForms::finish(Pending &pending) {
  PositionForm &form = forms[pending.value];
  form.sequenceAxis = pending.sequenceAxis;
  form.batchAxis = pending.batchAxis;
  int64_t size = pending.rowSize();
  auto isConstant = [&](const auto &all) {
    for (size_t i = size; i < all.size(); ++i)
      if (all[i] != all[i - size])
        return false;
    return true;
  };
  bool isFloat = isa<FloatType>(pending.type);
  if (isFloat ? isConstant(pending.floats) : isConstant(pending.ints)) {
    form.of = PositionForm::Constant;
    return true;
  }
  if (pending.sequenceAxis < 0)
    return fail(pending.value, "it depends on the number of tokens");
  if (!isFloat && size == 1 && !pending.type.isInteger(1)) {
    form.of = PositionForm::Arithmetic;
    form.offset = pending.ints[0];
    for (auto [position, value] : llvm::enumerate(pending.ints))
      if (value != static_cast<int64_t>(position) + form.offset)
        form.of = PositionForm::Table;
    if (form.of == PositionForm::Arithmetic)
      return true;
  }
  form.of = PositionForm::Table;
  HostTensor::Shape shape = pending.rest;
  shape.insert(shape.begin(), pending.rows);
  form.table = isFloat ? HostTensor::getFloats(pending.type, shape,
                                               std::move(pending.floats))
                       : HostTensor::getInts(pending.type, shape,
                                             std::move(pending.ints));
  return true;
}

//===----------------------------------------------------------------------===//
// Counts and shapes
//===----------------------------------------------------------------------===//

/// The graph's own caches are written behind what they hold, and read up to
/// there.
bool PositionForms::checkCounts() {
  bool isRefused = false;
  auto check = [&](const Point &point) {
    isRefused = false;
    evaluator.moveTo(point);
    for (const auto *list : {&pastCounts, &totalCounts})
      for (Value value : *list) {
        std::optional<HostTensor> tensor = evaluator.evaluate(value);
        if (!tensor) {
          isRefused = true;
          return fail(value, evaluator.getError());
        }
        int64_t expected = list == &pastCounts ? point.past : point.total();
        for (int64_t element : tensor->ints())
          if (element != expected)
            return fail(value, "expected a cache of " + Twine(expected) +
                                   " entries but got " + Twine(element));
      }
    return true;
  };
  if (pastCounts.empty() && totalCounts.empty())
    return true;
  if (model.hasPast)
    for (int64_t past = 0; past < context; ++past)
      if (!check({1, 1, past}))
        return false;
  for (int64_t past : getSamples(chunk))
    if (!check(model.hasPast ? Point{1, chunk, past}
                             : Point{1, past + chunk, 0}) &&
        !(isOptional(past, chunk) && isRefused))
      return false;
  return true;
}

std::optional<HostTensor> PositionForms::getConstant(Value value,
                                                     int64_t sequence) {
  evaluator.moveTo({batch, sequence, 0});
  return evaluator.evaluate(value);
}

/// Lengths may depend on how many tokens an entry takes, not on those before.
bool PositionForms::checkShapeOperands() {
  for (int64_t sequence : {int64_t(1), chunk}) {
    DenseMap<Value, HostTensor> first;
    for (int64_t past : getSamples(sequence)) {
      if (past && !model.hasPast)
        break;
      evaluator.moveTo({batch, sequence, past});
      for (Value value : shapeValues) {
        std::optional<HostTensor> tensor = evaluator.evaluate(value);
        if (!tensor && isOptional(past, sequence))
          continue;
        if (!tensor)
          return fail(value, evaluator.getError());
        auto [it, isNew] = first.try_emplace(value, *tensor);
        if (!isNew && !it->second.equals(*tensor))
          return fail(value, "a length depends on the past");
      }
    }
  }
  for (Value value : shapeValues)
    if (!values.contains(value))
      forms[value].of = PositionForm::Constant;
  return true;
}

bool PositionForms::run() {
  collect();
  std::vector<Pending> pendings;
  for (Value value : values) {
    Pending pending;
    pending.value = value;
    if (!findAxes(pending))
      return false;
    pendings.push_back(std::move(pending));
  }
  if (!computeRows(pendings) || !checkChunks(pendings) || !checkCounts() ||
      !checkShapeOperands())
    return false;
  for (Pending &pending : pendings)
    if (!finish(pending))
      return false;
  for (const auto &[mask, isCausal] : maskValues)
    if (!findMask(mask, isCausal))
      return false;
  return true;
}
