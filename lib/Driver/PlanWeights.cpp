//===- PlanWeights.cpp - The weights of a segmented model ----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "PlanWeights.h"

#include "gg/Dialect/RF8/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace gg;

namespace {

/// A packed weight of f32: of a panel, all outputs of a step lie side by side.
class Panels {
public:
  Panels(const PlanWeight &weight, const MappedBuffer &buffer)
      : outputs(weight.outputs()), steps(weight.steps()),
        data(buffer.floats()) {
    auto type = cast<RankedTensorType>(weight.packed.getType());
    rf8::Packing packing =
        rf8::getPacking(type.getElementType(), type.getDimSize(2));
    count = packing.panels(outputs);
    width = packing.panelOutputs();
  }

  int64_t first(int64_t panel) const { return panel * width; }
  /// Its outputs that are no padding.
  int64_t size(int64_t panel) const {
    return std::min(width, outputs - first(panel));
  }
  float *operator[](int64_t panel) const {
    return data + panel * width * steps;
  }

  int64_t count, width;

private:
  int64_t outputs, steps;
  float *data;
};

} // namespace

static FailureOr<PlanWeight> getWeight(Value packed, Value input) {
  PlanWeight weight;
  weight.packed = packed;
  weight.input = input;
  Value value = packed.getDefiningOp<rf8::PackOp>().getWeights();
  auto transpose = value.getDefiningOp<linalg::TransposeOp>();
  weight.stepsFirst = bool(transpose);
  if (transpose)
    value = transpose.getInput();
  if (auto widening = value.getDefiningOp<arith::ExtFOp>())
    value = widening.getIn();
  auto constant = value.getDefiningOp<arith::ConstantOp>();
  weight.constant = constant.getValue();
  weight.isShared = !constant->hasOneUse();
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(weight.constant))
    weight.name = resource.getRawHandle().getKey().str();
  FailureOr<std::optional<rf8::ConstantMatrix>> matrix =
      rf8::ConstantMatrix::get(constant.getLoc(),
                               cast<ElementsAttr>(weight.constant));
  if (failed(matrix))
    return failure();
  weight.matrix = **matrix;
  return weight;
}

FailureOr<SmallVector<PlanWeight, 0>>
gg::collectWeights(const SegmentedModel &model, func::CallOp call) {
  SmallVector<PlanWeight, 0> weights;
  func::FuncOp segment = model.getSegment(call);
  for (unsigned i = 0; i < call.getNumOperands(); ++i) {
    auto input = segment.getArgAttrOfType<IntegerAttr>(i, rf8::kInputAttr);
    if (!input)
      continue;
    FailureOr<PlanWeight> weight =
        getWeight(call.getOperand(i), call.getOperand(input.getInt()));
    if (failed(weight))
      return failure();
    weights.push_back(std::move(*weight));
  }
  return weights;
}

FailureOr<MappedBuffer> gg::packWeight(Job &job, const PlanWeight &weight) {
  FailureOr<MappedBuffer> buffer =
      MappedBuffer::create(job, getTensorBytes(weight.packed.getType()));
  if (failed(buffer))
    return failure();
  Panels panels(weight, *buffer);
  job.parallelFor(panels.count, [&](size_t panel) {
    weight.matrix.floatOutputs(/*outputAxis=*/weight.stepsFirst,
                               panels.first(panel), panels.size(panel),
                               panels[panel], panels.width);
  });
  return buffer;
}

FailureOr<MappedBuffer>
gg::packRounded(Job &job, const PlanWeight &weight,
                const weights::InputStatistics *statistics,
                const rounding::RoundingOptions &options,
                rounding::RoundingReport &report) {
  int64_t outputs = weight.outputs(), steps = weight.steps();
  rounding::WeightMatrix matrix;
  matrix.outputs = outputs;
  matrix.inputs = steps;
  matrix.read = [&](int64_t first, int64_t count, float *values,
                    int64_t stride) {
    weight.matrix.floatOutputs(/*outputAxis=*/weight.stepsFirst, first, count,
                               values, stride);
  };
  bool isGrouped = options.sharing == rounding::ScaleSharing::Group;
  int64_t groupSize = isGrouped ? options.groupSize : steps;
  int64_t groups = llvm::divideCeil(steps, groupSize);
  std::vector<uint8_t> codes(outputs * steps);
  std::vector<float> scales(outputs * groups);
  rounding::RoundedMatrix rounded{{codes.data(), steps, 1},
                                  {scales.data(), groups, 1}};
  if (options.sharing == rounding::ScaleSharing::Matrix)
    rounded.scales.outputStride = 0;
  auto result = rounding::roundMatrix(
      matrix, statistics, options,
      [&](size_t count, llvm::function_ref<void(size_t)> body) {
        job.parallelFor(count, body);
      },
      rounded);
  if (!result)
    return emitError(weight.packed.getLoc(),
                     llvm::toString(result.takeError()));
  report = *result;
  FailureOr<MappedBuffer> buffer =
      MappedBuffer::create(job, getTensorBytes(weight.packed.getType()));
  if (failed(buffer))
    return failure();
  Panels panels(weight, *buffer);
  job.parallelFor(panels.count, [&](size_t panel) {
    for (int64_t o = 0; o < panels.size(panel); ++o) {
      int64_t n = panels.first(panel) + o;
      for (int64_t k = 0; k < steps; ++k)
        panels[panel][k * panels.width + o] =
            rf8::decode(rounded.codes(n, k)) * rounded.scales(n, k / groupSize);
    }
  });
  return buffer;
}
