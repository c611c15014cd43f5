//===- Quantize.cpp - Constant weights to RF8 -----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/RF8/Transforms/ConstantWeights.h"

#include "gg/Analysis/Rounding/RoundMatrix.h"
#include "gg/Dialect/RF8/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/DialectResourceBlobManager.h"
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
  /// None for bf16.
  std::optional<Format> format;
};

/// What a constant is stored as: codes and scales, or narrower floats.
struct Stored {
  ElementsAttr values;
  ElementsAttr scales = {};
  GranularityAttr granularity = {};
};

struct QuantizePass : gg::rf8::impl::RF8QuantizePassBase<QuantizePass> {
  using Base::Base;

  void runOnOperation() override;

private:
  LogicalResult parseOptions();
  LogicalResult openStatistics();
  LogicalResult collect();
  FailureOr<std::optional<Format>> getFormat(arith::ConstantOp constant);
  FailureOr<std::optional<gg::weights::InputStatistics>>
  findStatistics(Attribute constant, const Weight &weight);
  FailureOr<std::optional<Stored>> store(Attribute constant,
                                         const Weight &weight);
  FailureOr<Stored> quantize(const Weight &weight, const ConstantMatrix &matrix,
                             const gg::weights::InputStatistics *statistics);
  void replace(const WeightUse &use, const Stored &stored);

  GranularityKind kind = GranularityKind::Channel;
  int64_t groupSize = 0;
  std::shared_ptr<gg::weights::StatisticsReader> statistics;
  /// By constant and channel axis: a matrix that contractions use in both
  /// orientations is quantized for each.
  llvm::MapVector<std::pair<Attribute, int64_t>, Weight> weights;
  ConstantMaker constants;
};

} // namespace

LogicalResult QuantizePass::parseOptions() {
  if (lookups != "rf8" && lookups != "bf16")
    return emitError(getOperation().getLoc(),
                     "expected lookups to be rf8 or bf16 but got ")
           << lookups;
  if (!(rate >= 0))
    return emitError(getOperation().getLoc(),
                     "expected a rate of at least 0 but got ")
           << rate;
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

LogicalResult QuantizePass::openStatistics() {
  statistics.reset();
  if (stats.empty())
    return success();
  std::string error;
  statistics = gg::weights::StatisticsReader::open(stats, error);
  return statistics ? success() : emitError(getOperation().getLoc(), error);
}

//===----------------------------------------------------------------------===//
// Which weights there are
//===----------------------------------------------------------------------===//

/// What the constant is to be stored as: by its attribute, or else by the
/// option.
FailureOr<std::optional<Format>>
QuantizePass::getFormat(arith::ConstantOp constant) {
  Attribute attribute = constant->getAttr("rf8.format");
  if (!attribute)
    return std::optional<Format>(format);
  auto name = dyn_cast<StringAttr>(attribute);
  if (name && name.getValue() == "bf16")
    return std::optional<Format>();
  if (name && name.getValue() == "e4r3")
    return std::optional<Format>(Format::E4R3);
  if (name && name.getValue() == "e4r3d")
    return std::optional<Format>(Format::E4R3D);
  return constant.emitError(
             "expected rf8.format to be \"e4r3\", \"e4r3d\" or \"bf16\" but "
             "got ")
         << attribute;
}

LogicalResult QuantizePass::collect() {
  bool failedToCollect = false;
  forEachWeightUse(getOperation(), [&](const WeightUse &use) {
    auto constant = use.source.root.getDefiningOp<arith::ConstantOp>();
    FailureOr<std::optional<Format>> format = getFormat(constant);
    if (failed(format)) {
      failedToCollect = true;
      return;
    }
    if (!use.channelAxis && lookups == "bf16")
      format = std::optional<Format>();
    int64_t axis = use.channelAxis.value_or(0);
    if (use.source.transposed)
      axis = 1 - axis;
    // Look-ups join the contractions when all of them are known.
    auto [entry, isNew] =
        weights.insert({{constant.getValue(), use.channelAxis ? axis : -1},
                        Weight{constant.getLoc(), {}, axis, *format}});
    if (entry->second.format != *format) {
      constant.emitError(
                  "expected one rf8.format for all uses of a constant but "
                  "got another")
              .attachNote(entry->second.loc)
          << "its first use is of this constant";
      failedToCollect = true;
    }
    entry->second.uses.push_back(use);
  });
  if (failedToCollect)
    return failure();

  // A tied embedding: the look-ups share what the contractions have.
  for (auto &[key, lookups] : weights) {
    if (key.second != -1)
      continue;
    for (int64_t axis : {lookups.channelAxis, 1 - lookups.channelAxis}) {
      auto entry = weights.find({key.first, axis});
      if (entry == weights.end() || entry->second.format != lookups.format)
        continue;
      llvm::append_range(entry->second.uses, lookups.uses);
      lookups.uses.clear();
      break;
    }
  }
  weights.remove_if([](auto &entry) { return entry.second.uses.empty(); });
  return success();
}

//===----------------------------------------------------------------------===//
// What they are stored as
//===----------------------------------------------------------------------===//

/// The statistics of what a constant is multiplied by, where there are any. A
/// matrix that is used in both orientations has two inputs, which its name
/// cannot tell apart.
FailureOr<std::optional<gg::weights::InputStatistics>>
QuantizePass::findStatistics(Attribute constant, const Weight &weight) {
  auto resource = dyn_cast<DenseResourceElementsAttr>(constant);
  gg::weights::InputStatistics found;
  std::string error;
  if (statistics && resource &&
      !weights.contains({constant, 1 - weight.channelAxis}) &&
      statistics->find(resource.getRawHandle().getKey().str(), found, error))
    return std::optional(found);
  if (!error.empty())
    return emitError(weight.loc, error);
  return std::optional<gg::weights::InputStatistics>();
}

/// A matrix of codes or of scales as [outputs, ...].
template <typename T>
static gg::rounding::StridedMatrix<T> getStrided(T *data, RankedTensorType type,
                                                 int64_t outputAxis) {
  int64_t strides[] = {type.getDimSize(1), 1};
  return {data, strides[outputAxis], strides[1 - outputAxis]};
}

FailureOr<Stored>
QuantizePass::quantize(const Weight &weight, const ConstantMatrix &matrix,
                       const gg::weights::InputStatistics *statistics) {
  MLIRContext *context = &getContext();
  int64_t outputAxis = weight.channelAxis;
  // Groups run along the reduction.
  auto granularity = GranularityAttr::get(
      context, kind,
      kind == GranularityKind::TensorPow2
          ? 0
          : (kind == GranularityKind::Group ? 1 - outputAxis : outputAxis),
      groupSize);
  auto codesType =
      RankedTensorType::get({matrix.rows(), matrix.columns()},
                            getFormatType(context, *weight.format));
  auto scalesType =
      RankedTensorType::get(granularity.getScaleShape(codesType.getShape()),
                            Float32Type::get(context));
  FailureOr<MutableArrayRef<char>> codes =
      constants.allocate(weight.loc, codesType);
  FailureOr<MutableArrayRef<char>> scales =
      constants.allocate(weight.loc, scalesType);
  if (failed(codes) || failed(scales))
    return failure();

  gg::rounding::RoundingOptions options;
  options.format = *weight.format;
  options.rounding = rounding;
  options.searchScales = searchScales;
  options.rate = rate;
  gg::rounding::RoundedMatrix result{
      getStrided(reinterpret_cast<uint8_t *>(codes->data()), codesType,
                 outputAxis),
      {}};
  auto *scale = reinterpret_cast<float *>(scales->data());
  switch (kind) {
  case GranularityKind::TensorPow2:
    options.sharing = gg::rounding::ScaleSharing::Matrix;
    result.scales = {scale, 0, 0};
    break;
  case GranularityKind::Channel:
    result.scales = {scale, 1, 0};
    break;
  case GranularityKind::Group:
    options.sharing = gg::rounding::ScaleSharing::Group;
    options.groupSize = groupSize;
    result.scales = getStrided(scale, scalesType, outputAxis);
    break;
  }
  gg::rounding::WeightMatrix values{
      codesType.getDimSize(outputAxis), codesType.getDimSize(1 - outputAxis),
      [&](int64_t first, int64_t count, float *to, int64_t stride) {
        matrix.floatOutputs(outputAxis, first, count, to, stride);
      }};
  auto report = gg::rounding::roundMatrix(
      values, statistics, options,
      [&](size_t count, function_ref<void(size_t)> body) {
        parallelFor(context, 0, count, body);
      },
      result);
  if (!report)
    return emitError(weight.loc, llvm::toString(report.takeError()));
  return Stored{constants.get(codesType, "rf8_codes", *codes),
                constants.get(scalesType, "rf8_scales", *scales), granularity};
}

/// Nothing for what stays as it is.
FailureOr<std::optional<Stored>> QuantizePass::store(Attribute constant,
                                                     const Weight &weight) {
  FailureOr<std::optional<ConstantMatrix>> matrix =
      ConstantMatrix::get(weight.loc, cast<ElementsAttr>(constant));
  if (failed(matrix))
    return failure();
  if (!*matrix || (!weight.format && !(*matrix)->element().isF32()))
    return std::optional<Stored>();
  if (!weight.format) {
    FailureOr<ElementsAttr> narrow = narrowMatrix(
        weight.loc, **matrix, BFloat16Type::get(&getContext()), constants);
    if (failed(narrow))
      return failure();
    return std::optional(Stored{*narrow});
  }
  FailureOr<std::optional<gg::weights::InputStatistics>> statistics =
      findStatistics(constant, weight);
  if (failed(statistics))
    return failure();
  FailureOr<Stored> quantized =
      quantize(weight, **matrix, *statistics ? &**statistics : nullptr);
  if (failed(quantized))
    return failure();
  return std::optional(*quantized);
}

//===----------------------------------------------------------------------===//
// What uses read instead
//===----------------------------------------------------------------------===//

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

/// What a use reads instead: the matrix in the use's orientation, dequantized
/// in f32 where elements are widened to it anyway, else in the use's element
/// type. Look-ups read it from outside their loop.
void QuantizePass::replace(const WeightUse &use, const Stored &stored) {
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

  auto storedType = cast<RankedTensorType>(stored.values.getType());
  auto matrixType = RankedTensorType::get(storedType.getShape(), elementType);
  Value matrix = arith::ConstantOp::create(builder, loc, stored.values);
  if (stored.granularity) {
    Value scales = arith::ConstantOp::create(builder, loc, stored.scales);
    matrix = DequantizeOp::create(builder, loc, matrixType, matrix, scales,
                                  stored.granularity);
  } else {
    matrix = arith::ExtFOp::create(builder, loc, matrixType, matrix);
  }
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
  if (failed(parseOptions()) || failed(openStatistics()) || failed(collect()))
    return signalPassFailure();
  for (auto &[key, weight] : weights) {
    FailureOr<std::optional<Stored>> stored = store(key.first, weight);
    if (failed(stored))
      return signalPassFailure();
    for (const WeightUse &use : weight.uses)
      if (*stored)
        replace(use, **stored);
  }
}
