//===- TilingInterfaceImpl.cpp - rf8.linear in tiles ----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// The iteration space is rows by panels: a tile holds whole panels, so that a
// slice of the packed weight is one contiguous piece of it.
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/RF8/IR/RF8.h"
#include "gg/Dialect/RF8/Transforms/InterfaceImpls.h"

#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectRegistry.h"
#include "mlir/Interfaces/TilingInterface.h"

using namespace mlir;
using namespace gg::rf8;

namespace {

struct LinearTiling : TilingInterface::ExternalModel<LinearTiling, LinearOp> {
  SmallVector<utils::IteratorType> getLoopIteratorTypes(Operation *) const {
    return {utils::IteratorType::parallel, utils::IteratorType::parallel};
  }

  SmallVector<Range> getIterationDomain(Operation *op,
                                        OpBuilder &builder) const {
    auto linear = cast<LinearOp>(op);
    OpFoldResult zero = builder.getIndexAttr(0), one = builder.getIndexAttr(1);
    OpFoldResult rows =
        tensor::getMixedSize(builder, op->getLoc(), linear.getInput(), 0);
    OpFoldResult panels =
        builder.getIndexAttr(linear.getWeightsType().getDimSize(0));
    return {Range{zero, rows, one}, Range{zero, panels, one}};
  }

  FailureOr<TilingResult>
  getTiledImplementation(Operation *op, OpBuilder &builder,
                         ArrayRef<OpFoldResult> offsets,
                         ArrayRef<OpFoldResult> sizes) const {
    auto linear = cast<LinearOp>(op);
    Location loc = op->getLoc();
    SmallVector<OpFoldResult> initOffsets, initSizes;
    if (failed(getResultTilePosition(op, builder, 0, offsets, sizes,
                                     initOffsets, initSizes)))
      return failure();

    SmallVector<Operation *> slices;
    auto slice = [&](Value value, ArrayRef<OpFoldResult> offsets,
                     ArrayRef<OpFoldResult> sizes) -> Value {
      SmallVector<OpFoldResult> strides(offsets.size(),
                                        builder.getIndexAttr(1));
      auto op = tensor::ExtractSliceOp::create(builder, loc, value, offsets,
                                               sizes, strides);
      slices.push_back(op);
      return op;
    };
    // A slice of a value along one of its dimensions.
    auto sliceOf = [&](Value value, unsigned dim, OpFoldResult offset,
                       OpFoldResult size) -> Value {
      auto type = cast<RankedTensorType>(value.getType());
      SmallVector<OpFoldResult> offsets(type.getRank(),
                                        builder.getIndexAttr(0));
      SmallVector<OpFoldResult> sizes =
          tensor::getMixedSizes(builder, loc, value);
      offsets[dim] = offset;
      sizes[dim] = size;
      return slice(value, offsets, sizes);
    };

    Value input = sliceOf(linear.getInput(), 0, offsets[0], sizes[0]);
    Value weights = sliceOf(linear.getWeights(), 0, offsets[1], sizes[1]);
    Value scales = linear.getScales();
    if (scales) {
      int64_t width = linear.getPacking().panelOutputs();
      scales = sliceOf(scales, linear.getGroupSize() ? 1 : 0,
                       times(builder, loc, offsets[1], width),
                       times(builder, loc, sizes[1], width));
    }
    Value init = slice(linear.getInit(), initOffsets, initSizes);
    // A tile computes all of its rows.
    auto tile =
        LinearOp::create(builder, loc, init.getType(), input, weights, scales,
                         /*counts=*/Value(), init, linear.getGroupSizeAttr());
    return TilingResult{{tile}, {tile.getResult()}, slices};
  }

  LogicalResult
  getResultTilePosition(Operation *op, OpBuilder &builder, unsigned,
                        ArrayRef<OpFoldResult> offsets,
                        ArrayRef<OpFoldResult> sizes,
                        SmallVector<OpFoldResult> &resultOffsets,
                        SmallVector<OpFoldResult> &resultSizes) const {
    auto linear = cast<LinearOp>(op);
    int64_t width = linear.getPacking().panelOutputs();
    int64_t panels = linear.getWeightsType().getDimSize(0);
    // The number of outputs of a tile has to be static: the packed weight's
    // type is checked against it.
    std::optional<int64_t> tile = getConstantIntValue(sizes[1]);
    if (!tile)
      return failure();
    int64_t outputs = *tile * width;
    if (linear.getOutputs() != panels * width) {
      // The last panel is shorter than the others.
      std::optional<int64_t> first = getConstantIntValue(offsets[1]);
      if (!first)
        return failure();
      outputs = std::min(outputs, linear.getOutputs() - *first * width);
    }
    resultOffsets = {offsets[0],
                     times(builder, op->getLoc(), offsets[1], width)};
    resultSizes = {sizes[0], builder.getIndexAttr(outputs)};
    return success();
  }

  LogicalResult getIterationDomainTileFromResultTile(
      Operation *op, OpBuilder &builder, unsigned,
      ArrayRef<OpFoldResult> offsets, ArrayRef<OpFoldResult> sizes,
      SmallVectorImpl<OpFoldResult> &domainOffsets,
      SmallVectorImpl<OpFoldResult> &domainSizes) const {
    auto linear = cast<LinearOp>(op);
    int64_t width = linear.getPacking().panelOutputs();
    // Only tiles that are known to start and end with a panel.
    std::optional<int64_t> first = getConstantIntValue(offsets[1]);
    std::optional<int64_t> size = getConstantIntValue(sizes[1]);
    if (!first || !size || *first % width != 0 ||
        (*size % width != 0 && *first + *size != linear.getOutputs()))
      return failure();
    domainOffsets.assign({offsets[0], builder.getIndexAttr(*first / width)});
    domainSizes.assign(
        {sizes[0], builder.getIndexAttr(llvm::divideCeil(*size, width))});
    return success();
  }

  FailureOr<TilingResult>
  generateResultTileValue(Operation *op, OpBuilder &builder, unsigned number,
                          ArrayRef<OpFoldResult> offsets,
                          ArrayRef<OpFoldResult> sizes) const {
    SmallVector<OpFoldResult> domainOffsets, domainSizes;
    if (failed(getIterationDomainTileFromResultTile(
            op, builder, number, offsets, sizes, domainOffsets, domainSizes)))
      return failure();
    return getTiledImplementation(op, builder, domainOffsets, domainSizes);
  }

private:
  static OpFoldResult times(OpBuilder &builder, Location loc,
                            OpFoldResult value, int64_t factor) {
    AffineExpr dim = builder.getAffineDimExpr(0);
    return affine::makeComposedFoldedAffineApply(builder, loc, dim * factor,
                                                 {value});
  }
};

} // namespace

void gg::rf8::registerTilingInterfaceExternalModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, RF8Dialect *) {
    LinearOp::attachInterface<LinearTiling>(*context);
    context->loadDialect<affine::AffineDialect>();
  });
}
