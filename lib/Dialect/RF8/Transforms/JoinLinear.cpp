//===- JoinLinear.cpp - One rf8.linear for those that read one input ------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/RF8/Transforms/ConstantWeights.h"

#include "gg/Dialect/RF8/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace gg::rf8;

namespace gg::rf8 {
#define GEN_PASS_DEF_RF8JOINLINEARPASS
#include "gg/Dialect/RF8/Transforms/Passes.h.inc"
} // namespace gg::rf8

namespace {

using Group = SmallVector<LinearOp, 3>;

struct JoinLinearPass : gg::rf8::impl::RF8JoinLinearPassBase<JoinLinearPass> {
  using Base::Base;

  void runOnOperation() override;

private:
  LogicalResult join(ArrayRef<LinearOp> group);
  FailureOr<ElementsAttr> joinScales(ArrayRef<LinearOp> group);

  /// By the scales of the parts: the entries of a decoder share them.
  DenseMap<Attribute, ElementsAttr> joinedScales;
  ConstantMaker constants;
};

} // namespace

static ElementsAttr getConstant(Value value) {
  ElementsAttr constant;
  return value && matchPattern(value, m_Constant(&constant)) ? constant
                                                             : nullptr;
}

/// Linears with the same key can be joined; none where `op` cannot be.
static std::optional<ArrayAttr> getKey(LinearOp op, Builder &builder) {
  auto weights = dyn_cast<RankedTensorType>(op.getWeights().getType());
  if (!weights || op.getCounts() || !getRawBytes(getConstant(op.getWeights())))
    return std::nullopt;
  // All but the outputs, which are along the first dimension of the weights
  // and the last of the scales.
  SmallVector<Attribute> key{TypeAttr::get(weights.getElementType())};
  for (int64_t size : weights.getShape().drop_front())
    key.push_back(builder.getI64IntegerAttr(size));
  if (Value scales = op.getScales()) {
    if (!getRawBytes(getConstant(scales)))
      return std::nullopt;
    key.push_back(op.getGroupSizeAttr() ? Attribute(op.getGroupSizeAttr())
                                        : builder.getUnitAttr());
  }
  return builder.getArrayAttr(key);
}

/// The weights of a group, or of one linear.
static ArrayAttr getWeights(ArrayRef<LinearOp> group) {
  SmallVector<Attribute> weights;
  for (LinearOp op : group)
    weights.push_back(getConstant(op.getWeights()));
  return ArrayAttr::get(group.front()->getContext(), weights);
}

/// The linears of a block that read one input, two or more of a kind.
static SmallVector<Group> findGroups(Operation *root) {
  Builder builder(root->getContext());
  llvm::MapVector<std::tuple<Block *, Value, ArrayAttr>, Group> byKey;
  root->walk([&](LinearOp op) {
    if (std::optional<ArrayAttr> key = getKey(op, builder))
      byKey[{op->getBlock(), op.getInput(), *key}].push_back(op);
  });
  SmallVector<Group> groups;
  for (auto &[key, group] : byKey)
    if (group.size() > 1)
      groups.push_back(std::move(group));
  return groups;
}

/// Leaves the groups all of whose weights are used in equal groups only: a
/// weight is stored once.
static void dropSharedWeights(Operation *root, SmallVectorImpl<Group> &groups) {
  DenseMap<Attribute, int64_t> uses;
  root->walk([&](arith::ConstantOp op) {
    uses[op.getValue()] += std::distance(op->use_begin(), op->use_end());
  });
  DenseMap<Attribute, int64_t> equal;
  for (const Group &group : groups)
    ++equal[getWeights(group)];
  llvm::erase_if(groups, [&](const Group &group) {
    ArrayAttr weights = getWeights(group);
    return llvm::any_of(weights, [&](Attribute weight) {
      return uses[weight] != equal[weights];
    });
  });
}

FailureOr<ElementsAttr> JoinLinearPass::joinScales(ArrayRef<LinearOp> group) {
  LinearOp first = group.front();
  SmallVector<Attribute> parts;
  int64_t outputs = 0;
  for (LinearOp op : group) {
    parts.push_back(getConstant(op.getScales()));
    outputs += cast<ShapedType>(op.getScales().getType()).getShape().back();
  }
  ElementsAttr &joined =
      joinedScales[ArrayAttr::get(first.getContext(), parts)];
  if (joined)
    return joined;
  // Groups of steps, if any, are the first dimension: join row by row.
  auto part = cast<RankedTensorType>(first.getScales().getType());
  SmallVector<int64_t> shape(part.getShape());
  shape.back() = outputs;
  auto type = RankedTensorType::get(shape, part.getElementType());
  FailureOr<MutableArrayRef<char>> bytes =
      constants.allocate(first.getLoc(), type);
  if (failed(bytes))
    return failure();
  int64_t rows = part.getRank() == 1 ? 1 : shape.front();
  char *to = bytes->data();
  for (int64_t row = 0; row < rows; ++row)
    for (Attribute scales : parts) {
      ArrayRef<char> from = *getRawBytes(scales);
      size_t rowBytes = from.size() / rows;
      to = llvm::copy(from.slice(row * rowBytes, rowBytes), to);
    }
  return joined = constants.get(type, "rf8_joined_scales", *bytes);
}

LogicalResult JoinLinearPass::join(ArrayRef<LinearOp> group) {
  LinearOp first = group.front(), last = group.back();
  OpBuilder builder(first);
  SmallVector<Location> locs;
  for (LinearOp op : group)
    locs.push_back(op.getLoc());
  Location loc = builder.getFusedLoc(locs);

  SmallVector<Value> parts;
  SmallVector<int64_t> offsets;
  int64_t outputs = 0;
  for (LinearOp op : group) {
    parts.push_back(arith::ConstantOp::create(
        builder, op.getWeights().getLoc(),
        cast<TypedAttr>(getConstant(op.getWeights()))));
    offsets.push_back(outputs);
    // Whole panels; what pads them is computed, and read by nobody.
    outputs +=
        op.getWeightsType().getDimSize(0) * op.getPacking().panelOutputs();
  }
  outputs = offsets.back() + last.getOutputs();
  Value weights = tensor::ConcatOp::create(builder, loc, /*dim=*/0, parts);
  Value scales;
  if (first.getScales()) {
    FailureOr<ElementsAttr> joined = joinScales(group);
    if (failed(joined))
      return failure();
    scales = arith::ConstantOp::create(builder, loc, cast<TypedAttr>(*joined));
  }
  OpFoldResult rows = tensor::getMixedSize(builder, loc, first.getInput(), 0);
  Value empty = tensor::EmptyOp::create(
      builder, loc, ArrayRef<OpFoldResult>{rows, builder.getIndexAttr(outputs)},
      builder.getF32Type());
  auto joined = LinearOp::create(
      builder, loc, empty.getType(), first.getInput(), weights, scales,
      /*counts=*/Value(), empty, first.getGroupSizeAttr());

  OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
  for (auto [linear, offset] : llvm::zip_equal(group, offsets)) {
    LinearOp op = linear;
    Value part = tensor::ExtractSliceOp::create(
        builder, op.getLoc(), joined.getResult(),
        ArrayRef<OpFoldResult>{zero, builder.getIndexAttr(offset)},
        ArrayRef<OpFoldResult>{rows, builder.getIndexAttr(op.getOutputs())},
        ArrayRef<OpFoldResult>{one, one});
    // The destination may know less or more about the rows than the input.
    Type type = op.getResult().getType();
    if (part.getType() != type)
      part = tensor::CastOp::create(builder, op.getLoc(), type, part);
    op.getResult().replaceAllUsesWith(part);
  }
  // The builder is at the first.
  for (LinearOp op : group) {
    Value constants[] = {op.getWeights(), op.getScales()};
    op.erase();
    for (Value constant : constants)
      if (constant && constant.use_empty())
        constant.getDefiningOp()->erase();
  }
  return success();
}

void JoinLinearPass::runOnOperation() {
  joinedScales.clear();
  SmallVector<Group> groups = findGroups(getOperation());
  dropSharedWeights(getOperation(), groups);
  for (const Group &group : groups)
    if (failed(join(group)))
      return signalPassFailure();
}
