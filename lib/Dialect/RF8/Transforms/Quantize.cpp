//===- Quantize.cpp - Constant weights to RF8 -----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantWeights.h"

#include "gg/Dialect/RF8/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Threading.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace gg::rf8;

namespace gg::rf8 {
#define GEN_PASS_DEF_RF8QUANTIZEPASS
#include "gg/Dialect/RF8/Transforms/Passes.h.inc"
} // namespace gg::rf8

namespace {

/// All uses of a constant, in whatever functions; constants are the same where
/// their attribute is.
struct Weight {
  Location loc;
  SmallVector<WeightUse> uses;
  /// The axis of the output channels, or of the rows that are looked up, of the
  /// constant as it is stored.
  int64_t channelAxis;
};

/// A quantized constant.
struct Quantized {
  ElementsAttr codes, scales;
  GranularityAttr granularity;
};

struct QuantizePass : gg::rf8::impl::RF8QuantizePassBase<QuantizePass> {
  using Base::Base;

  void runOnOperation() override;

private:
  LogicalResult parseScale();
  void collect();
  FailureOr<Quantized> quantize(const Weight &weight,
                                const ConstantMatrix &matrix);
  void replace(const WeightUse &use, const Quantized &quantized);

  GranularityKind kind = GranularityKind::Channel;
  int64_t groupSize = 0;
  /// By constant and channel axis: a matrix that contractions use in both
  /// orientations is quantized for each.
  llvm::MapVector<std::pair<Attribute, int64_t>, Weight> weights;
  ConstantMaker constants;
};

} // namespace

LogicalResult QuantizePass::parseScale() {
  StringRef text = scale;
  if (text == "channel")
    kind = GranularityKind::Channel;
  else if (text == "tensor-pow2")
    kind = GranularityKind::TensorPow2;
  else if (text.consume_front("group:") && !text.getAsInteger(10, groupSize) &&
           groupSize > 0 && groupSize % 4 == 0)
    kind = GranularityKind::Group;
  else
    return emitError(getOperation().getLoc(),
                     "expected scale to be channel, tensor-pow2 or group:N "
                     "with N a positive multiple of 4, but got ")
           << scale;
  return success();
}

void QuantizePass::collect() {
  forEachWeightUse(getOperation(), [&](const WeightUse &use) {
    auto constant = use.source.root.getDefiningOp<arith::ConstantOp>();
    int64_t axis = use.channelAxis.value_or(0);
    if (use.source.transposed)
      axis = 1 - axis;
    // Look-ups join the contractions when all of them are known.
    auto [entry, isNew] =
        weights.insert({{constant.getValue(), use.channelAxis ? axis : -1},
                        Weight{constant.getLoc(), {}, axis}});
    entry->second.uses.push_back(use);
  });

  // A tied embedding: the look-ups share what the contractions have.
  for (auto &[key, lookups] : weights) {
    if (key.second != -1)
      continue;
    for (int64_t axis : {lookups.channelAxis, 1 - lookups.channelAxis}) {
      auto entry = weights.find({key.first, axis});
      if (entry == weights.end())
        continue;
      llvm::append_range(entry->second.uses, lookups.uses);
      lookups.uses.clear();
      break;
    }
  }
  weights.remove_if([](auto &entry) { return entry.second.uses.empty(); });
}

FailureOr<Quantized> QuantizePass::quantize(const Weight &weight,
                                            const ConstantMatrix &matrix) {
  MLIRContext *context = &getContext();
  int64_t channelAxis = weight.channelAxis;
  // Groups run along the reduction.
  auto granularity = GranularityAttr::get(
      context, kind,
      kind == GranularityKind::TensorPow2
          ? 0
          : (kind == GranularityKind::Group ? 1 - channelAxis : channelAxis),
      groupSize);
  auto codesType = RankedTensorType::get({matrix.rows(), matrix.columns()},
                                         getFormatType(context, format));
  auto scalesType =
      RankedTensorType::get(granularity.getScaleShape(codesType.getShape()),
                            Float32Type::get(context));
  FailureOr<MutableArrayRef<char>> codes =
      constants.allocate(weight.loc, codesType);
  FailureOr<MutableArrayRef<char>> scaleBytes =
      constants.allocate(weight.loc, scalesType);
  if (failed(codes) || failed(scaleBytes))
    return failure();
  auto *scales = reinterpret_cast<float *>(scaleBytes->data());
  ScaleGrid grid = granularity.getScaleGrid(codesType.getShape());

  // Bands of rows in parallel. Where bands share scales, each finds its own
  // maxima first; the largest of them does not depend on how rows are split.
  bool shared = grid.rowBlock > 1;
  int64_t bands = std::min<int64_t>(matrix.rows(), shared ? 4 : 16);
  auto forEachBand = [&](function_ref<void(int64_t, int64_t, int64_t)> body) {
    parallelFor(context, 0, bands, [&](size_t band) {
      int64_t first = matrix.rows() * band / bands;
      body(band, first, matrix.rows() * (band + 1) / bands);
    });
  };
  std::vector<float> maxima(shared ? bands * grid.count() : 0);
  forEachBand([&](int64_t band, int64_t first, int64_t end) {
    float *largest = shared ? maxima.data() + band * grid.count() : scales;
    std::vector<float> row(matrix.columns());
    for (int64_t r = first; r < end; ++r) {
      matrix.floatRow(r, row);
      absMaxRow(grid, r, row.data(), largest);
    }
  });
  // Of the bands' rows, the first stands for them: the rows of a scale are
  // consecutive, and every band has maxima for all scales.
  ScaleGrid whole{bands, grid.count(), bands, 1};
  for (int64_t band = 0; shared && band < bands; ++band)
    absMaxRow(whole, band, maxima.data() + band * grid.count(), scales);

  for (int64_t i = 0; i < grid.count(); ++i) {
    if (!std::isfinite(scales[i]))
      return emitError(weight.loc,
                       "expected finite weights but got NaN or infinity in a "
                       "matrix of ")
             << matrix.rows() << " x " << matrix.columns()
             << ", which has no RF8 code";
    scales[i] = kind == GranularityKind::TensorPow2 ? powerOfTwoScale(scales[i])
                                                    : absMaxScale(scales[i]);
  }

  forEachBand([&](int64_t, int64_t first, int64_t end) {
    std::vector<float> row(matrix.columns());
    for (int64_t r = first; r < end; ++r) {
      matrix.floatRow(r, row);
      encodeRow(grid, r, row.data(), scales, format, rounding,
                reinterpret_cast<uint8_t *>(codes->data()) +
                    r * matrix.columns());
    }
  });
  return Quantized{constants.get(codesType, "rf8_codes", *codes),
                   constants.get(scalesType, "rf8_scales", *scaleBytes),
                   granularity};
}

/// The widening casts that are all that uses a narrow element; none where
/// something else does.
static SmallVector<arith::ExtFOp> getWidenings(Value element) {
  SmallVector<arith::ExtFOp> casts;
  for (Operation *user : element.getUsers()) {
    auto cast = dyn_cast<arith::ExtFOp>(user);
    if (!cast || !cast.getType().isF32())
      return {};
    casts.push_back(cast);
  }
  return casts;
}

/// The element of the matrix that a use computes with; null where the use
/// works on the whole of it.
static Value getElement(OpOperand &operand) {
  if (auto extract = dyn_cast<tensor::ExtractOp>(operand.getOwner()))
    return extract.getResult();
  if (auto generic = dyn_cast<linalg::GenericOp>(operand.getOwner()))
    return generic.getMatchingBlockArgument(&operand);
  return {};
}

/// What a use reads instead: the dequantized matrix in the use's orientation,
/// in f32 where elements are widened to it anyway, else in the use's element
/// type. Look-ups read it from outside their loop.
void QuantizePass::replace(const WeightUse &use, const Quantized &quantized) {
  OpBuilder builder(use.operand->getOwner());
  auto type = cast<RankedTensorType>(use.operand->get().getType());
  if (Operation *source = use.operand->get().getDefiningOp())
    builder.setInsertionPoint(source);
  Location loc = use.source.root.getLoc();

  Type elementType = type.getElementType();
  Value element = getElement(*use.operand);
  SmallVector<arith::ExtFOp> widenings;
  if (element && !elementType.isF32())
    widenings = getWidenings(element);
  if (!widenings.empty())
    elementType = builder.getF32Type();

  auto codesType = cast<RankedTensorType>(quantized.codes.getType());
  Value codes = arith::ConstantOp::create(builder, loc, quantized.codes);
  Value scales = arith::ConstantOp::create(builder, loc, quantized.scales);
  Value matrix = DequantizeOp::create(
      builder, loc, RankedTensorType::get(codesType.getShape(), elementType),
      codes, scales, quantized.granularity);
  auto extract = dyn_cast<tensor::ExtractOp>(use.operand->getOwner());
  if (extract && use.source.transposed) {
    // Only an element is read: the matrix can stay as it is stored.
    extract.getIndicesMutable().assign(
        {extract.getIndices()[1], extract.getIndices()[0]});
  } else if (use.source.transposed) {
    Value init =
        tensor::EmptyOp::create(builder, loc, type.getShape(), elementType);
    matrix = linalg::TransposeOp::create(builder, loc, matrix, init,
                                         ArrayRef<int64_t>{1, 0})
                 ->getResult(0);
  }
  use.operand->set(matrix);
  for (arith::ExtFOp widening : widenings) {
    widening.replaceAllUsesWith(element);
    widening.erase();
  }
  if (!widenings.empty())
    element.setType(elementType);
}

void QuantizePass::runOnOperation() {
  weights.clear();
  if (failed(parseScale()))
    return signalPassFailure();
  collect();
  for (auto &[key, weight] : weights) {
    FailureOr<std::optional<ConstantMatrix>> matrix =
        ConstantMatrix::get(weight.loc, cast<ElementsAttr>(key.first));
    if (failed(matrix))
      return signalPassFailure();
    if (!*matrix)
      continue;
    FailureOr<Quantized> quantized = quantize(weight, **matrix);
    if (failed(quantized))
      return signalPassFailure();
    for (const WeightUse &use : weight.uses)
      replace(use, *quantized);
  }
}
