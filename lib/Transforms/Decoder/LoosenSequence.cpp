//===- LoosenSequence.cpp - Any number of tokens for a fixed one ----------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoosenSequence.h"

#include "../Signature.h"
#include "gg/Analysis/Evaluator.h"
#include "gg/Analysis/ShapeFunctions.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace gg::onnx;

namespace {

/// The dims of values over one symbol, the number of tokens, which the graph
/// has as `length`. What is computed of tokens is loose; all else keeps its
/// length, and is cut off where the two meet.
class SequenceLoosener final : public ShapeSource {
public:
  SequenceLoosener(func::FuncOp function, BlockArgument ids)
      : function(function), ids(ids), builder(function.getContext()),
        location(function.getLoc()),
        length(cast<RankedTensorType>(ids.getType()).getDimSize(1)),
        symbol(getAffineSymbolExpr(0, function.getContext())) {}

  bool run();
  const std::string &getError() const { return error; }

  std::optional<SymbolicShape> getShape(Value value) override;
  std::optional<SymbolicShape> getElements(Value value) override;
  AffineExpr makeUnknown() override {
    return getAffineSymbolExpr(1, function.getContext());
  }

private:
  bool isLoose(Value value) const { return shapes.contains(value); }
  void setShape(Value value, const SymbolicShape &shape);
  SmallVector<int64_t> getLooseAxes(Value value) const;

  // Ops.
  bool visit(Operation *op);
  bool adapt(Operation *op);
  bool adaptBroadcast(Operation *op, std::optional<int64_t> joined);
  bool adaptReshape(ReshapeOp op);
  bool adaptExpand(ExpandOp op);
  bool adaptSlice(SliceOp op);
  bool adaptAttention(AttentionOp op);
  bool adaptRotary(RotaryEmbeddingOp op);
  bool inferTypes(Operation *op);

  // Values.
  AffineExpr number(int64_t value) {
    return getAffineConstantExpr(value, function.getContext());
  }
  Value ints(ArrayRef<int64_t> values);
  void createSequence();
  void cut(OpOperand &operand, ArrayRef<int64_t> axes);
  bool fail(Operation *op, const Twine &why);

  func::FuncOp function;
  BlockArgument ids;
  OpBuilder builder;
  Location location;
  int64_t length;
  AffineExpr symbol;
  Value sequence, none;
  DenseMap<Value, SymbolicShape> shapes;
  /// How many places in a row of its axis a token takes, where not one.
  DenseMap<Value, int64_t> places;
  DenseMap<std::pair<Value, ArrayAttr>, Value> cuts;
  std::string error;
};

} // namespace

bool SequenceLoosener::fail(Operation *op, const Twine &why) {
  error = ("node '" + getNodeName(op) + "' (" + op->getName().getStringRef() +
           "): " + why)
              .str();
  return false;
}

//===----------------------------------------------------------------------===//
// Shapes
//===----------------------------------------------------------------------===//

std::optional<SymbolicShape> SequenceLoosener::getShape(Value value) {
  if (auto it = shapes.find(value); it != shapes.end())
    return it->second;
  std::optional<ArrayRef<int64_t>> shape = gg::onnx::getShape(value);
  if (!shape || llvm::is_contained(*shape, ShapedType::kDynamic))
    return std::nullopt;
  return SymbolicShape(
      llvm::map_range(*shape, [&](int64_t size) { return number(size); }));
}

std::optional<SymbolicShape> SequenceLoosener::getElements(Value value) {
  std::optional<SmallVector<int64_t>> list = getConstantInts(value);
  if (!list)
    return std::nullopt;
  return SymbolicShape(
      llvm::map_range(*list, [&](int64_t element) { return number(element); }));
}

void SequenceLoosener::setShape(Value value, const SymbolicShape &shape) {
  SmallVector<int64_t> sizes;
  bool isStatic = true;
  for (AffineExpr dim : shape) {
    std::optional<int64_t> size = getNumber(dim);
    isStatic &= size.has_value();
    sizes.push_back(size.value_or(ShapedType::kDynamic));
  }
  if (isStatic)
    return;
  value.setType(RankedTensorType::get(sizes, gg::onnx::getElementType(value)));
  shapes[value] = shape;
}

SmallVector<int64_t> SequenceLoosener::getLooseAxes(Value value) const {
  SmallVector<int64_t> axes;
  if (auto it = shapes.find(value); it != shapes.end())
    for (auto [axis, dim] : llvm::enumerate(it->second))
      if (!getNumber(dim))
        axes.push_back(axis);
  return axes;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Value SequenceLoosener::ints(ArrayRef<int64_t> values) {
  ElementsAttr list =
      HostTensor::getVector(builder.getContext(), values).toAttr();
  return ConstantOp::create(builder, location, list.getType(), list);
}

/// The number of tokens as a list of one element.
void SequenceLoosener::createSequence() {
  builder.setInsertionPointToStart(&function.getBody().front());
  sequence = ShapeOp::create(
      builder, location, RankedTensorType::get(1, builder.getI64Type()), ids,
      builder.getI64IntegerAttr(1), builder.getI64IntegerAttr(2));
  none = NoneOp::create(builder, location, builder.getNoneType());
}

/// Takes the first part of an operand, as long along `axes` as there are
/// tokens.
void SequenceLoosener::cut(OpOperand &operand, ArrayRef<int64_t> axes) {
  Value value = operand.get();
  Value &known = cuts[{value, builder.getI64ArrayAttr(axes)}];
  if (!known) {
    Value end = sequence;
    if (axes.size() > 1) {
      auto type = RankedTensorType::get(axes.size(), builder.getI64Type());
      end = ConcatOp::create(builder, location, type,
                             SmallVector<Value>(axes.size(), sequence),
                             /*axis=*/0);
    }
    Value start = ints(SmallVector<int64_t>(axes.size(), 0));
    known = SliceOp::create(builder, location, value.getType(), value, start,
                            end, ints(axes), none);
    SymbolicShape shape = *getShape(value);
    for (int64_t axis : axes)
      shape[axis] = symbol;
    setShape(known, shape);
  }
  operand.set(known);
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

/// Operands are aligned at their last axes; nothing is done along `joined`,
/// which is counted from the end.
bool SequenceLoosener::adaptBroadcast(Operation *op,
                                      std::optional<int64_t> joined) {
  DenseSet<int64_t> loose; // from the end
  for (Value operand : op->getOperands())
    for (int64_t axis : getLooseAxes(operand)) {
      int64_t rank = gg::onnx::getRank(operand).value_or(0);
      if (rank - axis != joined)
        loose.insert(rank - axis);
    }
  for (OpOperand &operand : op->getOpOperands()) {
    std::optional<SymbolicShape> shape = getShape(operand.get());
    if (!shape)
      continue;
    SmallVector<int64_t> axes;
    for (auto [axis, dim] : llvm::enumerate(*shape))
      if (loose.contains(shape->size() - axis) && getNumber(dim) == length)
        axes.push_back(axis);
    if (!axes.empty() && isLoose(operand.get()))
      return fail(op, "its operands do not lie along the sequence");
    if (!axes.empty())
      cut(operand, axes);
  }
  return true;
}

/// The axis of the result along which the tokens lie stays where it is in
/// memory: its size is left open.
bool SequenceLoosener::adaptReshape(ReshapeOp op) {
  Value data = op.getData(), result = op.getReshaped();
  SmallVector<int64_t> axes = getLooseAxes(data);
  std::optional<SymbolicShape> from = getShape(data);
  std::optional<ArrayRef<int64_t>> to = gg::onnx::getShape(result);
  if (axes.size() != 1)
    return fail(op, "it reshapes more than one axis of tokens");
  if (!to || countElements(*to).value_or(0) == 0)
    return fail(op, "its shape is not known");
  // How far apart two tokens lie.
  int64_t apart = places.lookup_or(data, 1);
  for (AffineExpr dim : ArrayRef<AffineExpr>(*from).drop_front(axes[0] + 1))
    apart *= *getNumber(dim);
  SmallVector<int64_t> shape(*to);
  std::optional<int64_t> open;
  int64_t behind = 1;
  for (int64_t axis = shape.size(); axis-- > 0 && !open;) {
    bool isOpen = shape[axis] > 1 && apart % behind == 0 &&
                  behind * shape[axis] % (apart * length) == 0;
    if (isOpen)
      open = axis;
    else
      behind *= shape[axis];
  }
  if (!open)
    return fail(op, "tokens are mixed with other axes");
  shape[*open] = -1;
  op.getShapeMutable().assign(ints(shape));
  places[result] = apart / behind;
  return true;
}

/// Dims of 1 leave what is there.
bool SequenceLoosener::adaptExpand(ExpandOp op) {
  std::optional<SymbolicShape> from = getShape(op.getInput());
  std::optional<ArrayRef<int64_t>> to = gg::onnx::getShape(op.getOutput());
  if (!from || !to)
    return fail(op, "its shape is not known");
  SmallVector<int64_t> shape(*to);
  int64_t added = to->size() - from->size();
  for (int64_t axis : getLooseAxes(op.getInput()))
    shape[axis + added] = 1;
  op.getShapeMutable().assign(ints(shape));
  return true;
}

/// A slice of all tokens has an open end.
bool SequenceLoosener::adaptSlice(SliceOp op) {
  std::optional<SmallVector<int64_t>> starts = getConstantInts(op.getStarts()),
                                      ends = getConstantInts(op.getEnds());
  std::optional<ArrayRef<int64_t>> to = gg::onnx::getShape(op.getOutput());
  SmallVector<int64_t> loose = getLooseAxes(op.getData());
  if (!starts || !ends || !to || gg::onnx::getRank(op.getData()) != to->size())
    return fail(op, "its bounds are not known");
  SmallVector<int64_t> axes =
      llvm::to_vector(llvm::seq<int64_t>(0, starts->size()));
  if (isPresent(op.getAxes()))
    axes = getConstantInts(op.getAxes()).value_or(SmallVector<int64_t>());
  if (axes.size() != ends->size())
    return fail(op, "its bounds are not known");
  for (auto [index, axis] : llvm::enumerate(axes)) {
    axis = normalizeAxis(axis, to->size());
    if (llvm::is_contained(loose, axis) && (*starts)[index] == 0 &&
        (*to)[axis] == length)
      (*ends)[index] = std::numeric_limits<int64_t>::max();
  }
  op.getEndsMutable().assign(ints(*ends));
  return true;
}

bool SequenceLoosener::adaptAttention(AttentionOp op) {
  std::optional<SymbolicShape> shape = getShape(op.getAttnMask());
  if (!shape || isLoose(op.getAttnMask()))
    return true;
  SmallVector<int64_t> axes;
  for (int64_t axis = std::max<int64_t>(0, shape->size() - 2),
               rank = shape->size();
       axis < rank; ++axis)
    if (getNumber((*shape)[axis]) == length)
      axes.push_back(axis);
  if (!axes.empty())
    cut(op.getAttnMaskMutable(), axes);
  return true;
}

/// The positions, or the tables that have a row for each.
bool SequenceLoosener::adaptRotary(RotaryEmbeddingOp op) {
  for (unsigned number : {1u, 2u, 3u}) {
    OpOperand &operand = op->getOpOperand(number);
    std::optional<SymbolicShape> shape = getShape(operand.get());
    bool isTable = number < 3;
    if (!shape || shape->size() != (isTable ? 3u : 2u) ||
        getNumber((*shape)[1]) != length)
      continue;
    cut(operand, 1);
  }
  return true;
}

bool SequenceLoosener::adapt(Operation *op) {
  if (op->getNumRegions())
    return fail(op, "it has branches that depend on the tokens");
  if (auto reshape = dyn_cast<ReshapeOp>(op))
    return adaptReshape(reshape);
  if (auto expand = dyn_cast<ExpandOp>(op))
    return adaptExpand(expand);
  if (auto slice = dyn_cast<SliceOp>(op))
    return adaptSlice(slice);
  if (auto attention = dyn_cast<AttentionOp>(op))
    return adaptAttention(attention);
  if (auto rotary = dyn_cast<RotaryEmbeddingOp>(op))
    return adaptRotary(rotary);
  if (auto concat = dyn_cast<ConcatOp>(op)) {
    int64_t rank = gg::onnx::getRank(concat.getConcatResult()).value_or(0);
    return adaptBroadcast(op, rank - normalizeAxis(concat.getAxis(), rank));
  }
  if (op->hasTrait<gg::onnx::OpTrait::Broadcasts>() ||
      isa<ModOp, PowOp, MaxOp, MinOp, WhereOp>(op))
    return adaptBroadcast(op, /*joined=*/std::nullopt);
  return true;
}

/// Gives the results their new types, which must be the old ones at `length`.
bool SequenceLoosener::inferTypes(Operation *op) {
  SmallVector<std::optional<SymbolicShape>> results;
  std::string why = "its shape is not known";
  if (failed(inferResultShapes(op, *this, results, why)))
    return fail(op, why);
  for (auto [index, result] : llvm::enumerate(op->getResults())) {
    if (!isPresent(result))
      continue;
    std::optional<ArrayRef<int64_t>> before = gg::onnx::getShape(result);
    if (!before || index >= results.size() || !results[index] ||
        results[index]->size() != before->size())
      return fail(op, "its shape is not known");
    for (auto [dim, size] : llvm::zip(*results[index], *before)) {
      AffineExpr atLength = dim.replaceSymbols(number(length));
      if (getNumber(atLength) != size)
        return fail(op, "its shape is no function of the number of tokens");
    }
    setShape(result, *results[index]);
  }
  return true;
}

bool SequenceLoosener::visit(Operation *op) {
  bool isTouched = false;
  int64_t count = 1;
  op->walk([&](Operation *inner) {
    for (Value operand : inner->getOperands())
      if (isLoose(operand)) {
        isTouched = true;
        count = std::max(count, places.lookup_or(operand, 1));
      }
  });
  if (!isTouched)
    return true;
  builder.setInsertionPoint(op);
  location = op->getLoc();
  for (Value result : op->getResults())
    places[result] = count;
  return adapt(op) && inferTypes(op);
}

bool SequenceLoosener::run() {
  int64_t batch = cast<RankedTensorType>(ids.getType()).getDimSize(0);
  setShape(ids, {number(batch), symbol});
  createSequence();
  Block &body = function.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(body.without_terminator()))
    if (!visit(&op))
      return false;
  function.setType(builder.getFunctionType(
      body.getArgumentTypes(), body.getTerminator()->getOperandTypes()));
  return true;
}

bool gg::decoder::loosenSequence(func::FuncOp function, BlockArgument ids,
                                 std::string &reason) {
  SequenceLoosener loosener(function, ids);
  if (loosener.run())
    return true;
  reason = loosener.getError();
  return false;
}
