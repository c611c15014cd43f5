//===- DeepShape.cpp - Constants towards a cheaper prior ------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FloatConstants.h"

#include "gg/Analysis/Prior/PriorFit.h"
#include "gg/Analysis/Prior/QuantileRemap.h"
#include "gg/Analysis/Prior/WeightReport.h"
#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Dialect/RF8/Transforms/ConstantWeights.h"
#include "gg/RF8/Float.h"
#include "gg/Transforms/Weights/Passes.h"
#include "gg/Weights/Statistics.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Threading.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/FormatVariadic.h"

#include <cmath>
#include <numeric>

using namespace mlir;
using namespace gg;

namespace gg {
#define GEN_PASS_DEF_DEEPSHAPEPASS
#include "gg/Transforms/Weights/Passes.h.inc"
} // namespace gg

namespace {

/// What became of a constant.
struct Shaped {
  RemapChoice choice;
  double squaredError = 0; ///< mean, of the weights as they are stored
  GeneralizedGaussian before;
  std::optional<GeneralizedGaussian> after; ///< none of equal weights
  RateTable ratesBefore, ratesAfter;
};

struct DeepShapePass : gg::impl::DeepShapePassBase<DeepShapePass> {
  using Base::Base;

  void runOnOperation() override;

private:
  LogicalResult checkOptions();
  /// How much errors of each step of the reduction matter, 1 on average; empty
  /// where nothing is known.
  FailureOr<std::vector<double>> findFactors(const FloatConstant &constant);
  LogicalResult shape(const FloatConstant &constant, ParallelFor parallel);
  // The moved weights, in a store; empty where none moves.
  FailureOr<ArrayRef<char>> moveByRate(const FloatConstant &constant,
                                       const WeightSamples &samples,
                                       const GeneralizedGaussian &target,
                                       Shaped &shaped, ParallelFor parallel);
  FailureOr<ArrayRef<char>> moveAsAuthors(const FloatConstant &constant,
                                          const WeightSamples &samples,
                                          const GeneralizedGaussian &target,
                                          Shaped &shaped, ParallelFor parallel);
  void measureAfter(const FloatConstant &constant, const WeightSamples &before,
                    const WeightSamples &after, Shaped &shaped,
                    ParallelFor parallel);
  void replace(const FloatConstant &constant, ArrayRef<char> bytes);
  void tell(const FloatConstant &constant, const WeightMoments &moments,
            const Shaped &shaped);

  std::shared_ptr<weights::StatisticsReader> statistics;
  rf8::ConstantMaker constants;
  llvm::json::Array tensors;
};

} // namespace

/// The step that the authors round weights to, and how many weights they call
/// rare.
static constexpr double kAuthorsStep = 0x1p-13;
static constexpr int64_t kAuthorsRare = 1000;

static float roundToAuthorsStep(double weight) {
  return float(std::nearbyint(weight / kAuthorsStep) * kAuthorsStep);
}

LogicalResult DeepShapePass::checkOptions() {
  auto expect = [&](bool isGood, StringRef name, StringRef what, double value) {
    if (isGood)
      return success();
    return LogicalResult(emitError(getOperation().getLoc(), "expected ")
                         << name << " to be " << what << " but got " << value);
  };
  return success(succeeded(expect(shapeFactor > 0, "shape-factor", "above 0",
                                  shapeFactor)) &&
                 succeeded(expect(scaleFactor > 0, "scale-factor", "above 0",
                                  scaleFactor)) &&
                 succeeded(expect(lambda >= 0, "lambda", "0 or more", lambda)));
}

FailureOr<std::vector<double>>
DeepShapePass::findFactors(const FloatConstant &constant) {
  std::vector<double> factors;
  auto resource = dyn_cast<DenseResourceElementsAttr>(constant.value);
  if (!statistics || !resource)
    return factors;
  weights::InputStatistics found;
  std::string error;
  if (!statistics->find(resource.getRawHandle().getKey().str(), found, error)) {
    if (error.empty())
      return factors;
    return emitError(constant.getLoc(), error);
  }
  int64_t steps = constant.getType().getDimSize(1 - *constant.channelAxis);
  if (found.size != steps)
    return emitError(constant.getLoc(), "expected statistics of inputs of ")
           << steps << " values but got those of " << found.size;
  double sum = 0;
  for (int64_t i = 0; i < steps; ++i) {
    factors.push_back(found.moments[weights::triangleSize(i) + i]);
    sum += factors.back();
  }
  // Inputs that are always zero say nothing.
  if (sum == 0)
    return std::vector<double>();
  for (double &factor : factors)
    factor *= double(steps) / sum;
  return factors;
}

/// Stores floats as elements of `type`.
static void store(Type type, ArrayRef<float> values, char *bytes) {
  if (type.isF32()) {
    std::memcpy(bytes, values.data(), values.size() * sizeof(float));
    return;
  }
  bool isBF16 = type.isBF16();
  for (auto [i, value] : llvm::enumerate(values)) {
    uint16_t bits = isBF16 ? rf8::floatToBF16(value) : rf8::floatToHalf(value);
    std::memcpy(bytes + 2 * i, &bits, sizeof bits);
  }
}

/// Stores what `move` makes of each weight; `bytes` may be the samples' own.
static void moveWeights(const WeightSamples &samples, Type type, char *bytes,
                        ParallelFor parallel, function_ref<float(float)> move) {
  int64_t elementBytes = type.getIntOrFloatBitWidth() / 8;
  samples.forEachChunk(parallel, [&](size_t chunk, ArrayRef<float> weights) {
    auto moved = llvm::map_to_vector(weights, move);
    store(type, moved,
          bytes + int64_t(chunk) * WeightSamples::kChunk * elementBytes);
  });
}

static double measureSquaredError(const WeightSamples &before,
                                  const WeightSamples &after,
                                  ParallelFor parallel) {
  std::vector<double> sums(before.numChunks());
  before.forEachChunk(parallel, [&](size_t chunk, ArrayRef<float> weights) {
    std::vector<float> moved(weights.size());
    after.read(int64_t(chunk) * WeightSamples::kChunk, moved);
    for (auto [from, to] : llvm::zip_equal(weights, moved))
      sums[chunk] += (double(from) - to) * (double(from) - to);
  });
  return std::accumulate(sums.begin(), sums.end(), 0.0) / double(before.size());
}

/// The annotation, or what is fitted here.
static GeneralizedGaussian getPrior(const FloatConstant &constant,
                                    const WeightSamples &samples,
                                    const WeightMoments &moments,
                                    ParallelFor parallel) {
  if (auto attr =
          constant.ops.front()->getAttrOfType<ir::GGDAttr>(ir::kGGDAttr))
    return {attr.getShape().convertToDouble(),
            attr.getScale().convertToDouble(),
            attr.getMean().convertToDouble()};
  return fitByLikelihood(samples, moments, parallel).distribution;
}

FailureOr<ArrayRef<char>> DeepShapePass::moveByRate(
    const FloatConstant &constant, const WeightSamples &samples,
    const GeneralizedGaussian &target, Shaped &shaped, ParallelFor parallel) {
  // Weights that are codes of e4r3d have nothing to win.
  double step = shaped.ratesBefore.step;
  if (step == 0)
    return ArrayRef<char>();
  FailureOr<std::vector<double>> factors = findFactors(constant);
  if (failed(factors))
    return failure();
  WeightHistogram histogram(samples, parallel);
  QuantileRemap remap(histogram, target, parallel);
  std::vector<double> importance;
  if (!factors->empty())
    importance =
        sumFactors(histogram, samples, constant.getType().getDimSize(1),
                   *factors, /*ofRows=*/*constant.channelAxis == 1, parallel);
  shaped.choice =
      chooseRemap(remap, histogram.size(), step, lambda, importance);
  double strength = shaped.choice.strength;
  if (strength == 0)
    return ArrayRef<char>();
  FailureOr<MutableArrayRef<char>> bytes =
      constants.allocate(constant.getLoc(), constant.getType());
  if (failed(bytes))
    return failure();
  moveWeights(samples, constant.getType().getElementType(), bytes->data(),
              parallel,
              [&](float weight) { return float(remap(weight, strength)); });
  return ArrayRef<char>(*bytes);
}

FailureOr<ArrayRef<char>> DeepShapePass::moveAsAuthors(
    const FloatConstant &constant, const WeightSamples &samples,
    const GeneralizedGaussian &target, Shaped &shaped, ParallelFor parallel) {
  FailureOr<MutableArrayRef<char>> bytes =
      constants.allocate(constant.getLoc(), constant.getType());
  if (failed(bytes))
    return failure();
  Type element = constant.getType().getElementType();
  moveWeights(samples, element, bytes->data(), parallel, roundToAuthorsStep);
  WeightSamples rounded = constant.getSamplesOf(*bytes);
  WeightHistogram histogram(rounded, parallel);
  QuantileRemap remap(histogram, target, parallel);
  shaped.choice.strength = 1;
  shaped.choice.outliers = findOutliers(histogram, kAuthorsStep, kAuthorsRare);
  remap.keep(shaped.choice.outliers);
  moveWeights(rounded, element, bytes->data(), parallel, [&](float weight) {
    return roundToAuthorsStep(remap(weight, 1));
  });
  return ArrayRef<char>(*bytes);
}

LogicalResult DeepShapePass::shape(const FloatConstant &constant,
                                   ParallelFor parallel) {
  FailureOr<WeightSamples> samples = constant.getSamples();
  if (failed(samples))
    return failure();
  FailureOr<WeightMoments> moments = constant.measure(*samples, parallel);
  if (failed(moments))
    return failure();
  if (moments->isConstant())
    return success();

  bool asAuthors = mode == DeepShapeMode::Authors;
  Shaped shaped;
  shaped.before = getPrior(constant, *samples, *moments, parallel);
  shaped.ratesBefore = measureRates(*samples, constant.getScaleGrid(), parallel,
                                    asAuthors ? kAuthorsStep : 0);
  GeneralizedGaussian target = {shaped.before.shape * shapeFactor,
                                shaped.before.scale * scaleFactor,
                                shaped.before.mean};
  FailureOr<ArrayRef<char>> bytes =
      asAuthors ? moveAsAuthors(constant, *samples, target, shaped, parallel)
                : moveByRate(constant, *samples, target, shaped, parallel);
  if (failed(bytes))
    return failure();
  if (bytes->empty()) {
    shaped.after = shaped.before;
    shaped.ratesAfter = shaped.ratesBefore;
  } else {
    measureAfter(constant, *samples, constant.getSamplesOf(*bytes), shaped,
                 parallel);
    replace(constant, *bytes);
  }
  tell(constant, *moments, shaped);
  return success();
}

void DeepShapePass::measureAfter(const FloatConstant &constant,
                                 const WeightSamples &before,
                                 const WeightSamples &after, Shaped &shaped,
                                 ParallelFor parallel) {
  WeightMoments moments = measureMoments(after, parallel);
  if (!moments.isConstant())
    shaped.after = fitByLikelihood(after, moments, parallel).distribution;
  shaped.ratesAfter = measureRates(after, constant.getScaleGrid(), parallel,
                                   shaped.ratesBefore.step);
  shaped.squaredError = measureSquaredError(before, after, parallel);
}

void DeepShapePass::replace(const FloatConstant &constant,
                            ArrayRef<char> bytes) {
  ElementsAttr value = constants.get(constant.getType(), "gg_shaped", bytes);
  for (arith::ConstantOp op : constant.ops) {
    op.setValueAttr(value);
    // What was annotated describes the old weights.
    op->removeAttr(ir::kGGDAttr);
    op->removeAttr(ir::kGGDChannelsAttr);
  }
}

static llvm::json::Object toJSON(const RateTable &rates) {
  llvm::json::Object object;
  for (RateFormat format : kRateFormats)
    object[gg::getName(format)] = rates[format].bits;
  return object;
}

void DeepShapePass::tell(const FloatConstant &constant,
                         const WeightMoments &moments, const Shaped &shaped) {
  double uniformBefore = shaped.ratesBefore[RateFormat::Uniform].bits;
  double uniformAfter = shaped.ratesAfter[RateFormat::Uniform].bits;
  if (remarks)
    emitRemark(constant.getLoc())
        << llvm::formatv("strength {0:F4}, {1:F3} to {2:F3} bits, shape "
                         "{3:F3} to {4:F3}, squared error {5:E2}",
                         shaped.choice.strength, uniformBefore, uniformAfter,
                         shaped.before.shape,
                         shaped.after ? shaped.after->shape : 0,
                         shaped.squaredError)
               .str();
  if (report.empty())
    return;
  llvm::json::Value shapeAfter = nullptr, sqnr = nullptr;
  if (shaped.after)
    shapeAfter = shaped.after->shape;
  if (shaped.squaredError > 0)
    sqnr = 10 * std::log10(moments.variance / shaped.squaredError);
  tensors.push_back(llvm::json::Object{
      {"name", llvm::json::fixUTF8(constant.getName())},
      {"weights", moments.count},
      {"strength", shaped.choice.strength},
      {"outliers", llvm::json::Array{shaped.choice.outliers.low,
                                     shaped.choice.outliers.high}},
      {"step", shaped.ratesBefore.step},
      {"rate_before", toJSON(shaped.ratesBefore)},
      {"rate_after", toJSON(shaped.ratesAfter)},
      {"mean_squared_error", shaped.squaredError},
      {"weighted_squared_error", shaped.choice.squaredError},
      {"sqnr_db", std::move(sqnr)},
      {"shape_before", shaped.before.shape},
      {"shape_after", std::move(shapeAfter)}});
}

void DeepShapePass::runOnOperation() {
  tensors.clear();
  statistics.reset();
  if (failed(checkOptions()))
    return signalPassFailure();
  std::string problem;
  if (!stats.empty() &&
      !(statistics = weights::StatisticsReader::open(stats, problem))) {
    emitError(getOperation().getLoc(), problem);
    return signalPassFailure();
  }
  auto parallel = [&](size_t count, function_ref<void(size_t)> body) {
    parallelFor(&getContext(), 0, count, body);
  };
  for (const FloatConstant &constant :
       findFloatConstants(getOperation(), minElements))
    if (constant.channelAxis && failed(shape(constant, parallel)))
      return signalPassFailure();
  if (report.empty())
    return;
  llvm::Error error = llvm::writeToOutput(report, [&](llvm::raw_ostream &out) {
    out << llvm::json::Value(
               llvm::json::Object{{"tensors", std::move(tensors)}})
        << "\n";
    return llvm::Error::success();
  });
  if (error) {
    emitError(getOperation().getLoc())
        << "cannot write a report: " << llvm::toString(std::move(error));
    signalPassFailure();
  }
}
