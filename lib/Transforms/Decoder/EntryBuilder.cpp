//===- EntryBuilder.cpp - Writes the entries of a decoder -----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EntryBuilder.h"

#include "gg/Dialect/GG/IR/GG.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::decoder;

EntryBuilder::EntryBuilder(const DecoderModel &model,
                           PositionEvaluator &evaluator, PositionForms &forms,
                           const SequenceCheck &check,
                           const EntryOptions &options, EntryKind kind)
    : model(model), evaluator(evaluator), forms(forms), check(check),
      options(options), kind(kind),
      sequence(kind == EntryKind::Step ? 1 : options.chunk),
      builder(model.function->getContext()),
      location(func::FuncOp(model.function).getLoc()) {}

bool EntryBuilder::fail(const Twine &why) {
  error = why.str();
  return false;
}

Type EntryBuilder::widen(Type elementType) const {
  bool isNarrow = elementType.isF16() || elementType.isBF16();
  return isNarrow ? Float32Type::get(elementType.getContext()) : elementType;
}

/// The type that a value of the graph has in this entry.
RankedTensorType EntryBuilder::getType(Value original) {
  Operation *op = original.getDefiningOp();
  evaluator.moveTo({options.batch, op ? getSequence(op) : sequence, 0});
  std::optional<HostTensor::Shape> shape = evaluator.getShapeAt(original);
  if (!shape) {
    fail(evaluator.getError());
    return {};
  }
  return RankedTensorType::get(*shape,
                               widen(getElementTypeOrSelf(original.getType())));
}

//===----------------------------------------------------------------------===//
// Signature
//===----------------------------------------------------------------------===//

/// [batch, heads, entries, head size]; a chunk may run over the context by the
/// tokens that do not count.
RankedTensorType EntryBuilder::getCacheType(Value entries, bool isKeys) {
  RankedTensorType type = getType(entries);
  if (!type)
    return {};
  SmallVector<int64_t> shape(type.getShape());
  int64_t length = options.context + options.chunk;
  if (shape.size() == 4) {
    shape[2] = length;
  } else {
    AttentionSite const *site = nullptr;
    for (const AttentionSite &candidate : model.sites)
      if ((isKeys ? candidate.newKeys : candidate.newValues) == entries)
        site = &candidate;
    int64_t heads = AttentionOp(site->op).getKvNumHeads().value_or(1);
    shape = {shape[0], heads, length, shape[2] / heads};
  }
  return RankedTensorType::get(shape, options.cacheType);
}

void EntryBuilder::createFunction() {
  Type i64 = builder.getI64Type();
  SmallVector<Type> types = {
      RankedTensorType::get({options.batch, sequence}, i64),
      RankedTensorType::get(options.batch, i64)};
  SmallVector<std::pair<std::string, StringRef>> names = {
      {"ids", "ids"}, {"positions", "positions"}};
  if (kind != EntryKind::Step) {
    types.push_back(types[1]);
    names.push_back({"counts", "counts"});
  }
  size_t firstCache = types.size();
  for (auto [layer, site] : llvm::enumerate(model.sites)) {
    types.push_back(getCacheType(site.newKeys, /*isKeys=*/true));
    types.push_back(getCacheType(site.newValues, /*isKeys=*/false));
    names.push_back({"cache." + std::to_string(layer) + ".key", "cache"});
    names.push_back({"cache." + std::to_string(layer) + ".value", "cache"});
  }
  if (llvm::is_contained(types, Type()))
    return;
  StringRef name = kind == EntryKind::Step      ? "step"
                   : kind == EntryKind::Prefill ? "prefill"
                                                : "score";
  builder.setInsertionPointAfter(model.function);
  function = func::FuncOp::create(builder, location, name,
                                  builder.getFunctionType(types, {}));
  function->setAttr("gg.entry", builder.getStringAttr(name));
  function->setAttr("gg.context", builder.getI64IntegerAttr(options.context));
  Block *body = function.addEntryBlock();
  builder.setInsertionPointToStart(body);
  for (auto [number, argument] : llvm::enumerate(body->getArguments())) {
    function.setArgAttr(number, gg::ir::kRoleAttr,
                        builder.getStringAttr(names[number].second));
    function.setArgAttr(number, "onnx.name",
                        builder.getStringAttr(names[number].first));
  }
  ids = body->getArgument(0);
  positions = body->getArgument(1);
  if (kind != EntryKind::Step)
    counts = body->getArgument(2);
  for (Value cache : body->getArguments().drop_front(firstCache))
    caches.push_back(cache);
}

/// Returns logits and caches.
void EntryBuilder::finish(Value logits) {
  logits = cast(logits, builder.getF32Type());
  SmallVector<int64_t> shape = {options.batch, model.vocabulary};
  if (kind == EntryKind::Score)
    shape.insert(shape.begin() + 1, sequence);
  SmallVector<Value> results = {reshape(logits, shape)};
  llvm::append_range(results, caches);
  func::ReturnOp::create(builder, location, results);
  function.setType(builder.getFunctionType(function.getArgumentTypes(),
                                           ValueRange(results).getTypes()));
  for (size_t number = 0; number < results.size(); ++number)
    function.setResultAttr(number, gg::ir::kRoleAttr,
                           builder.getStringAttr(number ? "cache" : "logits"));
  function.setResultAttr(0, "onnx.name", builder.getStringAttr("logits"));
}

func::FuncOp EntryBuilder::build() {
  if (kind == EntryKind::Prefill && sequence > 1)
    findTail();
  createFunction();
  if (!function)
    return {};
  data[model.ids] = cast(ids, getElementTypeOrSelf(model.ids.getType()));
  for (Operation *op : model.live) {
    location = op->getLoc();
    if (!emit(op)) {
      function.erase();
      return {};
    }
  }
  location = func::FuncOp(model.function).getLoc();
  Value logits = data.lookup(model.logits);
  // Where the graph's last op cannot do with one token, choose from its result.
  if (kind == EntryKind::Prefill && sequence > 1 && tail.empty() &&
      !check.getLastTokenOp()) {
    logits = pickLast(model.logits);
    if (!logits) {
      function.erase();
      return {};
    }
  }
  finish(logits);
  if (kind != EntryKind::Step && sequence > 1 && hasTokenRows())
    function.setArgAttr(2, gg::ir::kTokenRowsAttr,
                        builder.getI64IntegerAttr(options.batch * sequence));
  return function;
}

//===----------------------------------------------------------------------===//
// The last token
//===----------------------------------------------------------------------===//

/// The head of the model works on every token by itself, so the last token is
/// chosen before it. Goes back from the logits as long as ops have one operand
/// that depends on tokens, and none that depends on their positions.
void EntryBuilder::findTail() {
  if (Operation *last = check.getLastTokenOp()) {
    // The graph chooses by itself; what follows sees one token.
    DenseSet<Value> picked = {last->getResult(0)};
    for (Operation *op : model.live)
      if (llvm::any_of(model.getDataOperands(op),
                       [&](Value value) { return picked.contains(value); })) {
        tail.insert(op);
        picked.insert(op->result_begin(), op->result_end());
      }
    return;
  }
  DenseSet<Operation *> live(model.live.begin(), model.live.end());
  Value value = model.logits;
  while (Operation *op = value.getDefiningOp()) {
    if (!isa<MatMulOp, GemmOp, CastOp, RMSNormalizationOp, LayerNormalizationOp,
             AddOp, MulOp, DivOp, SubOp, TanhOp, IdentityOp, ReshapeOp>(op))
      return;
    SmallVector<Value> operands = model.getDataOperands(op);
    bool isFixed = llvm::all_of(op->getOpOperands(), [&](OpOperand &operand) {
      return model.getKind(operand.get()) != Kind::Frontier ||
             forms.getForm(operand.get()).of == PositionForm::Constant;
    });
    // The value must have no other use that wants all tokens.
    bool isOnly = llvm::none_of(value.getUsers(), [&](Operation *user) {
      return live.contains(user) && !tail.contains(user);
    });
    if (operands.size() != 1 || !isFixed || !isOnly ||
        check.getAxis(operands[0]) < 0)
      return;
    tail.insert(op);
    tailInput = value = operands[0];
  }
}

/// The last valid token of each row out of a value of the whole chunk. Null
/// where rows and tokens do not come first in the value.
Value EntryBuilder::pickLast(Value original) {
  Value value = data.lookup(original);
  auto type = mlir::cast<RankedTensorType>(value.getType());
  int64_t axis = check.getAxis(original), rows = options.batch * sequence;
  int64_t leading = 1;
  for (int64_t dim : type.getShape().take_front(axis + 1))
    leading *= dim;
  if (axis < 0 || leading != rows) {
    fail("the tokens of the logits do not lie behind the batch rows");
    return {};
  }
  SmallVector<int64_t> shape(type.getShape());
  shape[axis] /= sequence;
  Value flat = reshape(value, {rows, type.getNumElements() / rows});
  SmallVector<int64_t> offsets;
  for (int64_t row = 0; row < options.batch; ++row)
    offsets.push_back(row * sequence - 1);
  Value at = AddOp::create(builder, location, counts.getType(), counts,
                           ints(offsets, options.batch));
  auto pickedType = RankedTensorType::get(
      {options.batch, type.getNumElements() / rows}, type.getElementType());
  Value picked =
      GatherOp::create(builder, location, pickedType, flat, at, /*axis=*/0);
  return reshape(picked, shape);
}

/// Whether every matrix with as many rows as there are tokens has one for each,
/// in order.
bool EntryBuilder::hasTokenRows() {
  int64_t tokens = options.batch * sequence;
  return llvm::all_of(model.live, [&](Operation *op) {
    return tail.contains(op) ||
           llvm::all_of(op->getResults(), [&](Value original) {
             Value value = data.lookup(original);
             auto type = value ? dyn_cast<RankedTensorType>(value.getType())
                               : RankedTensorType();
             if (!type || type.getRank() == 0 ||
                 ShapedType::getNumElements(type.getShape().drop_back()) !=
                     tokens)
               return true;
             int64_t axis = check.getAxis(original);
             return axis >= 0 &&
                    ShapedType::getNumElements(
                        type.getShape().take_front(axis + 1)) == tokens;
           });
  });
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

bool EntryBuilder::emit(Operation *op) {
  if (const AttentionSite *site = model.getSite(op))
    return emitAttention(*site);
  if (kind == EntryKind::Prefill && op == check.getLastTokenOp()) {
    Value picked = pickLast(op->getOperand(0));
    RankedTensorType type = getType(op->getResult(0));
    if (!picked || !type)
      return false;
    data[op->getResult(0)] = reshape(picked, type.getShape());
    return true;
  }
  if (isa<CastOp, CastLikeOp, IdentityOp>(op))
    return emitCast(op);
  if (auto rotary = dyn_cast<RotaryEmbeddingOp>(op))
    return emitRotary(rotary);
  return emitGeneric(op);
}

bool EntryBuilder::emitCast(Operation *op) {
  Value value = getOperand(op->getOpOperand(0));
  if (!value)
    return false;
  data[op->getResult(0)] =
      cast(value, widen(getElementTypeOrSelf(op->getResult(0).getType())));
  return true;
}

bool EntryBuilder::emitGeneric(Operation *op) {
  SmallVector<Value> operands;
  for (OpOperand &operand : op->getOpOperands()) {
    Value value = getOperand(operand);
    if (!value)
      return false;
    operands.push_back(value);
  }
  SmallVector<Type> types;
  for (OpResult result : op->getResults()) {
    types.push_back(isPresent(result) ? Type(getType(result))
                                      : builder.getNoneType());
    if (!types.back())
      return false;
  }
  OperationState state(op->getLoc(), op->getName(), operands, types,
                       op->getAttrs());
  Operation *copy = builder.create(state);
  for (auto [from, to] : llvm::zip(op->getResults(), copy->getResults()))
    data[from] = to;
  return true;
}

/// Tables longer than the context are cut, and the position ids are bound to
/// the cached tokens of each row.
bool EntryBuilder::emitRotary(RotaryEmbeddingOp op) {
  Value ids = op.getPositionIds();
  if (!isPresent(ids) || model.getKind(ids) != Kind::Frontier ||
      forms.getForm(ids).of != PositionForm::Arithmetic ||
      model.getKind(op.getCosCache()) != Kind::Static ||
      model.getKind(op.getSinCache()) != Kind::Static)
    return emitGeneric(op);
  Value x = getOperand(op->getOpOperand(0));
  RankedTensorType type = getType(op.getY());
  if (!x || !type)
    return false;
  SmallVector<Value> operands = {x};
  int64_t offset = forms.getForm(ids).offset;
  for (unsigned number : {1u, 2u}) {
    Value cache = op->getOperand(number);
    Value &known = positional[{cache, offset}];
    if (!known) {
      std::optional<HostTensor> table = evaluator.evaluate(cache);
      if (!table || table->getRank() != 2 || offset < 0 ||
          table->getShape()[0] < offset + options.context)
        return fail("node '" + getNodeName(op) +
                    "': its tables do not cover the context");
      known = constant(table->takeRows(llvm::to_vector(
          llvm::seq<int64_t>(offset, offset + options.context))));
    }
    operands.push_back(known);
  }
  operands.push_back(getRowIndex());
  OperationState state(op.getLoc(), op->getName(), operands, TypeRange(type),
                       op->getAttrs());
  data[op.getY()] = builder.create(state)->getResult(0);
  return true;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

Value EntryBuilder::getOperand(OpOperand &operand) {
  Value value = operand.get();
  if (!isPresent(value))
    return none();
  switch (model.getKind(value)) {
  case Kind::Static:
    return getStatic(value);
  case Kind::Frontier:
    return getPositional(operand);
  case Kind::Data:
    break;
  }
  // The tail begins behind the value that it takes the last token of.
  if (value == tailInput && tail.contains(operand.getOwner())) {
    Value &picked = positional[{value, 0}];
    if (!picked)
      picked = pickLast(value);
    return picked;
  }
  return data.lookup(value);
}

/// Ops on constants are kept as they are, whatever the size of the weights;
/// narrow floats are widened where they are used.
Value EntryBuilder::getStatic(Value value) {
  Value copy = cloneStatic(value);
  return cast(copy, widen(getElementTypeOrSelf(copy.getType())));
}

Value EntryBuilder::cloneStatic(Value root) {
  SmallVector<Value> stack = {root};
  while (!stack.empty()) {
    Value value = stack.back();
    Operation *op = value.getDefiningOp();
    if (statics.contains(value)) {
      stack.pop_back();
      continue;
    }
    size_t pending = stack.size();
    for (Value operand : op->getOperands())
      if (!statics.contains(operand))
        stack.push_back(operand);
    if (stack.size() != pending)
      continue;
    IRMapping mapping;
    for (Value operand : op->getOperands())
      mapping.map(operand, statics.lookup(operand));
    Operation *copy = builder.clone(*op, mapping);
    for (auto [from, to] : llvm::zip(op->getResults(), copy->getResults()))
      statics[from] = to;
  }
  return statics.lookup(root);
}

/// positions[b] + i, for token i of row b.
Value EntryBuilder::getIndex() {
  if (index)
    return index;
  auto type =
      RankedTensorType::get({options.batch, sequence}, builder.getI64Type());
  Value base = reshape(positions, {options.batch, 1});
  Value steps =
      ints(llvm::to_vector(llvm::seq<int64_t>(0, sequence)), {1, sequence});
  return index = AddOp::create(builder, location, type, base, steps);
}

/// The same, for look-ups in tables of `context` rows: tokens that do not
/// count may stand behind the last of them.
Value EntryBuilder::getRowIndex() {
  if (rowIndex)
    return rowIndex;
  Value all = getIndex();
  if (sequence == 1)
    return rowIndex = all;
  return rowIndex =
             MinOp::create(builder, location, all.getType(),
                           ValueRange{all, ints(options.context - 1, {})});
}

Value EntryBuilder::getPositional(OpOperand &operand) {
  Value value = operand.get();
  const PositionForm &form = forms.getForm(value);
  int64_t tokens = getSequence(operand.getOwner());
  if (form.of == PositionForm::Constant) {
    Value &known = positional[{value, tokens}];
    if (!known) {
      std::optional<HostTensor> tensor = forms.getConstant(value, tokens);
      if (!tensor) {
        fail(evaluator.getError());
        return {};
      }
      known = constant(*tensor);
    }
    return known;
  }
  if (tokens != sequence) {
    fail("a position is used behind the choice of the last token");
    return {};
  }
  Value rows;
  if (form.of == PositionForm::Arithmetic) {
    rows = getIndex();
    if (form.offset)
      rows = AddOp::create(builder, location, rows.getType(), rows,
                           ints(form.offset, {}));
    rows = cast(rows, getElementTypeOrSelf(value.getType()));
  } else {
    Value &table = positional[{value, -1}];
    if (!table)
      table = constant(form.table);
    SmallVector<int64_t> shape = {options.batch, sequence};
    llvm::append_range(shape, form.table.getShape().drop_front());
    auto tableType = mlir::cast<RankedTensorType>(table.getType());
    rows = GatherOp::create(
        builder, location,
        RankedTensorType::get(shape, tableType.getElementType()), table,
        getRowIndex(), /*axis=*/0);
  }
  return placeRows(operand, form, rows);
}

/// Brings [batch, sequence, rest…] into the order that the graph's value has.
/// Where that has no batch axis, each row of the batch still needs its own
/// positions: the leading axis of 1 becomes the batch, or one is added.
Value EntryBuilder::placeRows(OpOperand &operand, const PositionForm &form,
                              Value rows) {
  RankedTensorType type = getType(operand.get());
  if (!type)
    return {};
  int64_t rank = type.getRank();
  bool hasBatch = form.batchAxis >= 0;
  if (form.of == PositionForm::Arithmetic) {
    SmallVector<int64_t> withRest(rank + (hasBatch ? 0 : 1), 1);
    withRest[0] = options.batch;
    withRest[1] = sequence;
    rows = reshape(rows, withRest);
  }
  SmallVector<int64_t> perm;
  if (!hasBatch)
    perm.push_back(0);
  for (int64_t axis = 0, rest = 2; axis < rank; ++axis)
    perm.push_back(axis == form.sequenceAxis ? 1
                   : axis == form.batchAxis  ? 0
                                             : rest++);
  if (!llvm::is_sorted(perm))
    rows = transpose(rows, perm);
  SmallVector<int64_t> shape(type.getShape());
  if (!hasBatch && options.batch > 1) {
    Operation *user = operand.getOwner();
    RankedTensorType result = getType(user->getResult(0));
    if (!result)
      return {};
    bool isBroadcast = !isa<RotaryEmbeddingOp, GatherOp>(user);
    if (rank > 0 && form.sequenceAxis > 0 && shape[0] == 1 &&
        (!isBroadcast || result.getRank() == rank)) {
      shape[0] = options.batch;
    } else if (isBroadcast && result.getRank() > rank) {
      shape.insert(shape.begin(), result.getRank() - rank, 1);
      shape[0] = options.batch;
    } else {
      fail("node '" + getNodeName(user) +
           "': its positions are shared by all batch rows");
      return {};
    }
  }
  return reshape(rows, shape);
}

//===----------------------------------------------------------------------===//
// Small ops
//===----------------------------------------------------------------------===//

Value EntryBuilder::constant(const HostTensor &tensor) {
  HostTensor wide = tensor;
  if (Type type = widen(tensor.getElementType());
      type != tensor.getElementType())
    wide =
        HostTensor::getFloats(type, tensor.getShape(), tensor.floats().vec());
  ElementsAttr value = wide.toAttr();
  auto op = ConstantOp::create(builder, location, value.getType(), value);
  // Evaluated tables are no weights, though they are looked up like them.
  op->setAttr("rf8.keep", builder.getUnitAttr());
  return op;
}

Value EntryBuilder::ints(ArrayRef<int64_t> values, ArrayRef<int64_t> shape) {
  return constant(
      HostTensor::getInts(builder.getI64Type(), shape, values.vec()));
}

Value EntryBuilder::none() {
  if (!noneValue)
    noneValue = NoneOp::create(builder, location, builder.getNoneType());
  return noneValue;
}

Value EntryBuilder::reshape(Value value, ArrayRef<int64_t> shape) {
  auto type = mlir::cast<RankedTensorType>(value.getType());
  if (type.getShape() == shape)
    return value;
  auto newType = RankedTensorType::get(shape, type.getElementType());
  return ReshapeOp::create(builder, location, newType, value,
                           ints(shape, static_cast<int64_t>(shape.size())));
}

Value EntryBuilder::transpose(Value value, ArrayRef<int64_t> perm) {
  auto type = mlir::cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape;
  for (int64_t axis : perm)
    shape.push_back(type.getDimSize(axis));
  auto newType = RankedTensorType::get(shape, type.getElementType());
  return TransposeOp::create(builder, location, newType, value,
                             builder.getDenseI64ArrayAttr(perm));
}

Value EntryBuilder::cast(Value value, Type elementType) {
  auto type = mlir::cast<TensorType>(value.getType());
  if (type.getElementType() == elementType)
    return value;
  return CastOp::create(builder, location, type.clone(elementType), value,
                        TypeAttr::get(elementType));
}
