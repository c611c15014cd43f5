//===- EntryAttention.cpp - Attention over the caches of an entry ---------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "EntryBuilder.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::decoder;

/// The tensor with a longer last dim, as which the cache is longer than the
/// context.
static HostTensor padKeys(const HostTensor &tensor, HostTensor::Shape shape,
                          double padding) {
  int64_t keys = tensor.getShape().back(), length = shape.back();
  int64_t rows = tensor.getNumElements() / keys;
  std::vector<double> padded(rows * length, padding);
  for (int64_t row = 0; row < rows; ++row)
    llvm::copy(tensor.floats().slice(row * keys, keys),
               padded.begin() + row * length);
  return HostTensor::getFloats(tensor.getElementType(), shape,
                               std::move(padded));
}

/// [batch, sequence, heads * size] to [batch, heads, sequence, size].
Value EntryBuilder::splitHeads(Value value, int64_t heads) {
  auto type = mlir::cast<RankedTensorType>(value.getType());
  if (type.getRank() == 4)
    return value;
  ArrayRef<int64_t> shape = type.getShape();
  return transpose(
      reshape(value, {shape[0], shape[1], heads, shape[2] / heads}),
      {0, 2, 1, 3});
}

Value EntryBuilder::mergeHeads(Value value) {
  Value moved = transpose(value, {0, 2, 1, 3});
  ArrayRef<int64_t> shape =
      mlir::cast<RankedTensorType>(moved.getType()).getShape();
  return reshape(moved, {shape[0], shape[1], shape[2] * shape[3]});
}

/// Writes the new entries behind those of each row, and returns the cache in
/// the type that attention computes in.
Value EntryBuilder::writeCache(Value entries, Value original, int64_t heads,
                               unsigned number) {
  Type computed =
      mlir::cast<RankedTensorType>(entries.getType()).getElementType();
  Value update = cast(splitHeads(entries, heads), options.cacheType);
  Value &cache = caches[number];
  cache = TensorScatterOp::create(builder, location, cache.getType(), cache,
                                  update, positions, /*axis=*/2,
                                  builder.getStringAttr("linear"));
  return cast(cache, computed);
}

/// The rows of a mask's table at the positions at hand.
Value EntryBuilder::emitMaskTable(Value mask, const MaskForm &form) {
  Value &known = positional[{mask, -2}];
  if (known)
    return known;
  int64_t heads = form.table.getShape()[1];
  int64_t length = options.context + options.chunk;
  Value table = constant(padKeys(form.table, {options.context, heads, length},
                                 /*padding=*/-HUGE_VAL));
  auto type = RankedTensorType::get({options.batch, sequence, heads, length},
                                    builder.getF32Type());
  Value taken = GatherOp::create(builder, location, type, table, getRowIndex(),
                                 /*axis=*/0);
  return known = transpose(taken, {0, 2, 1, 3});
}

/// The same for every query; nothing is added behind the context.
Value EntryBuilder::emitKeyBias(Value mask, const HostTensor &bias) {
  Value &known = positional[{mask, -2}];
  if (!known)
    known = constant(padKeys(
        bias, {1, bias.getShape()[0], 1, options.context + options.chunk},
        /*padding=*/0));
  return known;
}

/// The mask as an operand (or none), or as attributes.
Value EntryBuilder::emitMask(const AttentionSite &site,
                             SmallVectorImpl<NamedAttribute> &attrs) {
  AttentionOp op = site.op;
  int64_t window = op.getLeftWindowSize();
  Value mask = none();
  if (isPresent(op.getAttnMask())) {
    const MaskForm &form = forms.getMask(op.getAttnMask());
    // The window counts the query's own position, the attribute does not.
    if (form.of == MaskForm::Window)
      window = window < 0 ? form.window - 1 : std::min(window, form.window - 1);
    if (form.of == MaskForm::Table)
      mask = emitMaskTable(op.getAttnMask(), form);
    else if (form.bias)
      mask = emitKeyBias(op.getAttnMask(), *form.bias);
  }
  if (window >= 0)
    attrs.push_back(builder.getNamedAttr("left_window_size",
                                         builder.getI64IntegerAttr(window)));
  return mask;
}

bool EntryBuilder::emitAttention(const AttentionSite &site) {
  AttentionOp op = site.op;
  unsigned number = 2 * (&site - model.sites.data());
  Value q = data.lookup(op.getQ());
  bool isSplit = mlir::cast<RankedTensorType>(q.getType()).getRank() == 4;
  q = splitHeads(q, op.getQNumHeads().value_or(1));
  int64_t heads = op.getKvNumHeads().value_or(1);
  Value keys =
      writeCache(data.lookup(site.newKeys), site.newKeys, heads, number);
  Value values = writeCache(data.lookup(site.newValues), site.newValues, heads,
                            number + 1);

  SmallVector<NamedAttribute> attrs = {
      builder.getNamedAttr("is_causal", builder.getI64IntegerAttr(1))};
  for (StringRef name : {"scale", "softcap", "softmax_precision"})
    if (Attribute attr = op->getAttr(name))
      attrs.push_back(builder.getNamedAttr(name, attr));
  Value mask = emitMask(site, attrs);
  Value valid = AddOp::create(builder, location, positions.getType(), positions,
                              ints(sequence, {}));
  auto queryType = mlir::cast<RankedTensorType>(q.getType());
  SmallVector<int64_t> shape(queryType.getShape());
  shape[3] = mlir::cast<RankedTensorType>(values.getType()).getDimSize(3);
  Type noneType = builder.getNoneType();
  OperationState state(
      op.getLoc(), op->getName(),
      {q, keys, values, mask, none(), none(), valid},
      {RankedTensorType::get(shape, queryType.getElementType()), noneType,
       noneType, noneType},
      attrs);
  Value y = builder.create(state)->getResult(0);
  data[op.getY()] = isSplit ? y : mergeHeads(y);
  return true;
}
