//===- Fit.cpp - Generalized Gaussians of constants -----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FloatConstants.h"

#include "gg/Analysis/Prior/WeightReport.h"
#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Transforms/Weights/Passes.h"
#include "mlir/IR/Threading.h"
#include "mlir/Support/DebugStringHelper.h"
#include "llvm/Support/FormatVariadic.h"

#include <limits>

using namespace mlir;
using namespace gg;

namespace gg {
#define GEN_PASS_DEF_FITPASS
#include "gg/Transforms/Weights/Passes.h.inc"
} // namespace gg

namespace {

struct FitPass : gg::impl::FitPassBase<FitPass> {
  using Base::Base;

  void runOnOperation() override;

private:
  LogicalResult fit(const FloatConstant &constant, ParallelFor parallel);
  PriorFit fit(const WeightSamples &samples, const WeightMoments &moments,
               ParallelFor parallel) const;
  GeneralizedGaussian fitChannel(const WeightSamples &samples) const;
  void annotateChannels(const FloatConstant &constant,
                        const WeightSamples &samples, TensorReport &report,
                        ParallelFor parallel);
  ir::GGDAttr getAttr(const GeneralizedGaussian &distribution) {
    return ir::GGDAttr::get(&getContext(), distribution.shape,
                            distribution.scale, distribution.mean);
  }

  std::vector<TensorReport> results;
};

} // namespace

PriorFit FitPass::fit(const WeightSamples &samples,
                      const WeightMoments &moments,
                      ParallelFor parallel) const {
  if (method == FitMethod::Likelihood)
    return fitByLikelihood(samples, moments, parallel);
  GeneralizedGaussian distribution = fitByMoments(moments);
  return {distribution, meanLogLikelihood(samples, distribution, parallel), 1};
}

GeneralizedGaussian FitPass::fitChannel(const WeightSamples &samples) const {
  WeightMoments moments = measureMoments(samples);
  if (moments.isConstant())
    return {2, std::numeric_limits<double>::min(), moments.mean};
  return fit(samples, moments, serialFor).distribution;
}

void FitPass::annotateChannels(const FloatConstant &constant,
                               const WeightSamples &samples,
                               TensorReport &report, ParallelFor parallel) {
  rf8::ScaleGrid grid = constant.getScaleGrid();
  bool areRows = *constant.channelAxis == 0;
  report.channels.resize(grid.count());
  parallel(grid.count(), [&](size_t i) {
    int64_t channel = int64_t(i);
    report.channels[i] = fitChannel(
        areRows ? samples.slice(channel * grid.columns, grid.columns)
                : samples.slice(channel, grid.rows, /*step=*/grid.columns));
  });
  auto channels = llvm::map_to_vector(
      report.channels, [&](const GeneralizedGaussian &distribution) {
        return getAttr(distribution);
      });
  auto attr =
      ir::GGDChannelsAttr::get(&getContext(), *constant.channelAxis, channels);
  for (arith::ConstantOp op : constant.ops)
    op->setAttr(ir::kGGDChannelsAttr, attr);
}

LogicalResult FitPass::fit(const FloatConstant &constant,
                           ParallelFor parallel) {
  FailureOr<WeightSamples> samples = constant.getSamples();
  if (failed(samples))
    return failure();
  TensorReport report;
  FailureOr<WeightMoments> moments = constant.measure(*samples, parallel);
  if (failed(moments))
    return failure();
  report.moments = *moments;
  if (!moments->isConstant()) {
    report.fit = fit(*samples, *moments, parallel);
    ir::GGDAttr attr = getAttr(report.fit->distribution);
    for (arith::ConstantOp op : constant.ops)
      op->setAttr(ir::kGGDAttr, attr);
    if (perChannel && constant.channelAxis)
      annotateChannels(constant, *samples, report, parallel);
    if (remarks)
      emitRemark(constant.getLoc())
          << attr << ", log-likelihood per weight "
          << llvm::formatv("{0:F6}", report.fit->logLikelihood).str();
  } else if (remarks) {
    emitRemark(constant.getLoc())
        << "all weights are " << llvm::formatv("{0}", moments->mean).str();
  }
  if (reports.empty())
    return success();
  report.name = constant.getName();
  report.shape.assign(constant.getType().getShape().begin(),
                      constant.getType().getShape().end());
  report.type = debugString(constant.getType().getElementType());
  if (report.fit)
    analyze(*samples, constant.getScaleGrid(), report, parallel);
  results.push_back(std::move(report));
  return success();
}

void FitPass::runOnOperation() {
  results.clear();
  auto parallel = [&](size_t count, function_ref<void(size_t)> body) {
    parallelFor(&getContext(), 0, count, body);
  };
  for (const FloatConstant &constant :
       findFloatConstants(getOperation(), minElements))
    if (failed(fit(constant, parallel)))
      return signalPassFailure();
  for (const std::string &path : reports)
    if (llvm::Error error = writeReport(results, path)) {
      emitError(getOperation().getLoc())
          << "cannot write a report: " << llvm::toString(std::move(error));
      return signalPassFailure();
    }
}
