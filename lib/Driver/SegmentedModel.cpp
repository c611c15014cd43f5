//===- SegmentedModel.cpp - A decoder in pieces that run -----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SegmentedModel.h"

#include "ModelSection.h"
#include "gg/Dialect/GG/IR/GG.h"
#include "mlir/IR/SymbolTable.h"

#include <cstring>

using namespace mlir;
using namespace gg;

int64_t gg::getTensorBytes(Type type) {
  auto tensor = cast<RankedTensorType>(type);
  return tensor.getNumElements() *
         *ir::getElementBytes(tensor.getElementType());
}

FailureOr<std::unique_ptr<SegmentedModel>>
SegmentedModel::create(Job &job, OwningOpRef<ModuleOp> graph, int64_t tokens) {
  std::unique_ptr<SegmentedModel> result(new SegmentedModel(job));
  result->module = std::move(graph);
  if (failed(result->lower(tokens)) || failed(result->compile()))
    return failure();
  return result;
}

LogicalResult SegmentedModel::lower(int64_t tokens) {
  DecoderOptions decoder;
  decoder.context = decoder.chunk = tokens;
  if (failed(job.runPasses(*module,
                           [&](OpPassManager &pm, PipelineErrorHandler errors) {
                             return buildDecoderPipeline(pm, decoder, errors);
                           })) ||
      failed(job.runPasses(*module, buildLinalgPipeline)) ||
      failed(job.runPasses(*module, buildCalibrationPipeline)))
    return failure();
  for (auto func : module->getOps<func::FuncOp>())
    if (func->hasAttr(ir::kEntryAttr))
      thePlan = func;
  return success();
}

/// The segments, as entries of an artifact of f32 weights.
LogicalResult SegmentedModel::compile() {
  OwningOpRef<ModuleOp> code = module->clone();
  code->lookupSymbol(thePlan.getSymName())->erase();
  weights::Model description;
  description.name = "calibration";
  for (auto func : code->getOps<func::FuncOp>()) {
    func.setPublic();
    func->setAttr(ir::kEntryAttr, func.getSymNameAttr());
    if (failed(describeEntry(func, description.entries.emplace_back())))
      return failure();
  }
  WeightsOptions weights;
  if (failed(job.runPasses(*code,
                           [&](OpPassManager &pm, PipelineErrorHandler errors) {
                             return buildWeightsPipeline(pm, weights, errors);
                           })) ||
      failed(job.runPasses(*code, buildBufferPipeline)))
    return failure();
  FailureOr<LoadedModel> loaded =
      LoadedModel::compile(job, *code, std::move(description), "segments.gg");
  if (succeeded(loaded))
    segments = std::move(*loaded);
  return loaded;
}

func::FuncOp SegmentedModel::getSegment(func::CallOp call) const {
  return cast<func::FuncOp>(
      SymbolTable::lookupSymbolIn(*module, call.getCalleeAttr()));
}

LogicalResult SegmentedModel::run(func::CallOp call,
                                  ArrayRef<const void *> operands,
                                  ArrayRef<void *> results) {
  std::vector<std::string> names;
  for (size_t i = 0; i < operands.size(); ++i)
    names.push_back("input" + std::to_string(i));
  std::vector<gg_tensor> inputs;
  for (auto [name, data, type] :
       llvm::zip_equal(names, operands, call.getOperandTypes())) {
    auto tensor = cast<RankedTensorType>(type);
    gg_tensor &input = inputs.emplace_back();
    input.name = name.c_str();
    input.type = static_cast<gg_type>(*getElementType(tensor.getElementType()));
    input.rank = tensor.getRank();
    llvm::copy(tensor.getShape(), input.dims);
    input.data = const_cast<void *>(data);
  }
  if (gg_call_entry(segments.session(), call.getCallee().str().c_str(),
                    inputs.data(), inputs.size()))
    return job.error(gg_last_error());
  for (auto [i, to] : llvm::enumerate(results)) {
    gg_tensor output;
    if (gg_get_output(segments.session(), i, &output))
      return job.error(gg_last_error());
    if (to)
      std::memcpy(to, output.data, getTensorBytes(call.getResult(i).getType()));
  }
  return success();
}
