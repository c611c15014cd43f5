//===- Bufferize.cpp - One-shot bufferization of entries -----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Transforms/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotModuleBufferize.h"
#include "mlir/Dialect/Bufferization/Transforms/Transforms.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SubsetOpInterface.h"

namespace gg {
#define GEN_PASS_DEF_BUFFERIZEPASS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace mlir::bufferization;

/// How many of the last arguments of `func` are caches: those that the results
/// after the first are the new values of.
static unsigned getNumCaches(func::FuncOp func) {
  auto entry = func->getAttrOfType<StringAttr>(gg::ir::kEntryAttr);
  if (entry.getValue() == "main" || func.getNumResults() == 0)
    return 0;
  return func.getNumResults() - 1;
}

/// Lets bufferization write the caches, and nothing else of the caller's.
static LogicalResult markArguments(func::FuncOp func) {
  if (!func.getBody().hasOneBlock())
    return func.emitOpError("expected one block");
  unsigned caches = getNumCaches(func);
  if (caches > func.getNumArguments())
    return func.emitOpError("expected an argument for each of ")
           << caches << " caches but got " << func.getNumArguments();
  unsigned firstCache = func.getNumArguments() - caches;
  Builder builder(func.getContext());
  for (unsigned i = 0; i < func.getNumArguments(); ++i)
    if (i < firstCache)
      func.setArgAttr(i, BufferizationDialect::kWritableAttrName,
                      builder.getBoolAttr(false));
    else
      func.setArgAttr(i, gg::ir::kInPlaceAttr, builder.getUnitAttr());
  return success();
}

static OneShotBufferizationOptions getOptions() {
  OneShotBufferizationOptions options;
  options.bufferizeFunctionBoundaries = true;
  options.setFunctionBoundaryTypeConversion(LayoutMapOption::IdentityLayoutMap);
  // A linalg.copy becomes a parallel loop as everything else does.
  options.memCpyFn = [](OpBuilder &builder, Location loc, Value from,
                        Value to) {
    linalg::CopyOp::create(builder, loc, from, to);
    return success();
  };
  return options;
}

/// Lets the producer of a slice write it where it is inserted. Only at static
/// offsets: a write at a run-time offset may not move above the check of that
/// offset.
static LogicalResult eliminateCopies(ModuleOp module) {
  OneShotBufferizationOptions options = getOptions();
  OneShotAnalysisState state(module, options);
  if (failed(analyzeModuleOp(module, state)))
    return failure();
  IRRewriter rewriter(module.getContext());
  return eliminateEmptyTensors(
      rewriter, module, state,
      [](RewriterBase &rewriter, SubsetInsertionOpInterface op,
         tensor::EmptyOp empty, Operation *user) -> Value {
        auto slice = dyn_cast<OffsetSizeAndStrideOpInterface>(*op);
        if (!slice ||
            llvm::any_of(slice.getStaticOffsets(), ShapedType::isDynamic))
          return nullptr;
        return buildSubsetExtraction(rewriter, op, empty, user);
      });
}

/// Hands the results to the caller by gg.output; checks that the caches are
/// the arguments.
static LogicalResult replaceResults(func::FuncOp func) {
  auto returnOp = cast<func::ReturnOp>(func.front().getTerminator());
  unsigned caches = getNumCaches(func);
  unsigned outputs = func.getNumResults() - caches;
  for (unsigned i = 0; i < caches; ++i) {
    Value buffer = returnOp.getOperand(outputs + i);
    while (auto cast = buffer.getDefiningOp<memref::CastOp>())
      buffer = cast.getSource();
    unsigned argument = func.getNumArguments() - caches + i;
    if (buffer != func.getArgument(argument))
      return func.emitOpError("expected result #")
             << outputs + i << " to be argument #" << argument
             << " updated in place but it needs a copy";
  }
  OpBuilder builder(returnOp);
  for (unsigned i = 0; i < outputs; ++i) {
    Value buffer = returnOp.getOperand(i);
    if (!isa<MemRefType>(buffer.getType()))
      return func.emitOpError("expected a ranked tensor as result #") << i;
    gg::ir::OutputOp::create(builder, returnOp.getLoc(), i, buffer);
  }
  returnOp->setOperands({});
  return func.eraseResults(BitVector(func.getNumResults(), true));
}

namespace {

struct BufferizePass : public gg::impl::BufferizePassBase<BufferizePass> {
  void runOnOperation() override {
    SmallVector<func::FuncOp> entries;
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (func->hasAttr(gg::ir::kEntryAttr))
        entries.push_back(func);
    for (func::FuncOp func : entries)
      if (failed(markArguments(func)))
        return signalPassFailure();

    if (failed(eliminateCopies(getOperation())))
      return signalPassFailure();
    BufferizationState state;
    if (failed(runOneShotModuleBufferize(getOperation(), getOptions(), state)))
      return signalPassFailure();
    removeBufferizationAttributesInModule(getOperation());

    for (func::FuncOp func : entries)
      if (failed(replaceResults(func)))
        return signalPassFailure();
  }
};

} // namespace
