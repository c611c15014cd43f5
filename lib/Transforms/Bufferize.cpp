//===- Bufferize.cpp - One-shot bufferization of entries -----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Transforms/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotAnalysis.h"
#include "mlir/Dialect/Bufferization/Transforms/OneShotModuleBufferize.h"
#include "mlir/Dialect/Bufferization/Transforms/Transforms.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Threading.h"
#include "mlir/Interfaces/SubsetOpInterface.h"

namespace gg {
#define GEN_PASS_DEF_BUFFERIZEPASS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace mlir::bufferization;

/// How many of the last arguments of `func` are caches: those that its last
/// results are the new values of.
static unsigned getNumCaches(func::FuncOp func) {
  unsigned caches = 0, results = func.getNumResults();
  while (caches < results && gg::ir::getRole(func.getResultAttrDict(
                                 results - caches - 1)) == "cache")
    ++caches;
  return caches;
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

/// memref.cast takes a view whose strides are not those of its shape for a
/// contiguous buffer where sizes are dynamic. That is a wrong number unless it
/// is copied: an output is, elsewhere nothing should have such a cast.
static LogicalResult replaceCast(memref::CastOp op) {
  auto from = dyn_cast<MemRefType>(op.getSource().getType());
  auto to = dyn_cast<MemRefType>(op.getType());
  if (!from || !to || from.getLayout().isIdentity() ||
      !to.getLayout().isIdentity())
    return success();
  if (!llvm::all_of(op->getUsers(), llvm::IsaPred<gg::ir::OutputOp>))
    return op.emitOpError("expected a contiguous buffer but got ") << from;
  OpBuilder builder(op);
  Location loc = op.getLoc();
  SmallVector<Value> sizes;
  for (int64_t dim = 0; dim < to.getRank(); ++dim)
    if (to.isDynamicDim(dim))
      sizes.push_back(memref::DimOp::create(builder, loc, op.getSource(), dim));
  Value copy = memref::AllocOp::create(builder, loc, to, sizes);
  linalg::CopyOp::create(builder, loc, op.getSource(), copy);
  op.replaceAllUsesWith(copy);
  op.erase();
  return success();
}

/// Upstream's lowering of memref.expand_shape finds out at most one dynamic
/// size of a group; the op has them all.
static LogicalResult replaceExpandShape(memref::ExpandShapeOp op) {
  MemRefType type = op.getResultType();
  bool hasMany =
      llvm::any_of(op.getReassociationIndices(), [&](ArrayRef<int64_t> group) {
        return llvm::count_if(group, [&](int64_t dim) {
                 return type.isDynamicDim(dim);
               }) > 1;
      });
  if (!hasMany)
    return success();
  if (!op.getSrcType().getLayout().isIdentity())
    return op.emitOpError("expected a contiguous buffer but got ")
           << op.getSrcType();
  OpBuilder builder(op);
  Location loc = op.getLoc();
  SmallVector<OpFoldResult> sizes = op.getMixedOutputShape();
  SmallVector<OpFoldResult> strides(sizes.size());
  OpFoldResult stride = builder.getIndexAttr(1);
  for (unsigned dim = sizes.size(); dim-- > 0;) {
    strides[dim] = stride;
    AffineExpr a, b;
    bindSymbols(builder.getContext(), a, b);
    stride = affine::makeComposedFoldedAffineApply(builder, loc, a * b,
                                                   {stride, sizes[dim]});
  }
  auto strided = MemRefType::get(
      type.getShape(), type.getElementType(),
      StridedLayoutAttr::get(builder.getContext(), 0,
                             decomposeMixedValues(strides).first));
  Value view = memref::ReinterpretCastOp::create(
      builder, loc, strided, op.getSrc(), OpFoldResult(builder.getIndexAttr(0)),
      sizes, strides);
  op.replaceAllUsesWith(
      memref::CastOp::create(builder, loc, type, view).getResult());
  op.erase();
  return success();
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
    // Functions do not call each other, so each is a module of its own to the
    // analysis, whose time grows faster than the function, and which runs on
    // all cores.
    auto funcs = llvm::to_vector(getOperation().getOps<func::FuncOp>());
    SmallVector<OwningOpRef<ModuleOp>> modules;
    for (func::FuncOp func : funcs) {
      auto result = func.walk([](CallOpInterface call) {
        call.emitOpError("expected no calls of functions");
        return WalkResult::interrupt();
      });
      if (result.wasInterrupted())
        return signalPassFailure();
    }
    for (func::FuncOp func : funcs) {
      modules.push_back(ModuleOp::create(func.getLoc()));
      func->moveBefore(modules.back()->getBody(),
                       modules.back()->getBody()->end());
    }
    LogicalResult result =
        failableParallelForEach(&getContext(), modules, [](auto &module) {
          return bufferizeModule(*module);
        });
    SymbolTable symbols(getOperation());
    for (auto [func, module] : llvm::zip_equal(funcs, modules)) {
      takeConstants(*module, func, symbols);
      func->moveBefore(getOperation().getBody(),
                       getOperation().getBody()->end());
    }
    if (failed(result))
      signalPassFailure();
  }

  /// Moves the constants that bufferization has put beside a function; one
  /// that is there already serves both.
  static void takeConstants(ModuleOp from, func::FuncOp func,
                            SymbolTable &symbols) {
    auto to = cast<ModuleOp>(symbols.getOp());
    llvm::DenseMap<StringRef, StringAttr> names;
    for (auto global :
         llvm::make_early_inc_range(from.getOps<memref::GlobalOp>())) {
      auto globals = to.getOps<memref::GlobalOp>();
      auto same = llvm::find_if(globals, [&](memref::GlobalOp other) {
        return other.getType() == global.getType() &&
               other.getInitialValueAttr() == global.getInitialValueAttr();
      });
      StringRef oldName = global.getSymNameAttr().getValue();
      if (same == globals.end()) {
        global->remove();
        names[oldName] = symbols.insert(global);
      } else {
        names[oldName] = (*same).getSymNameAttr();
      }
    }
    func.walk([&](memref::GetGlobalOp get) {
      get.setName(names.at(get.getName()).getValue());
    });
  }

  static LogicalResult bufferizeModule(ModuleOp module) {
    SmallVector<func::FuncOp> entries;
    for (auto func : module.getOps<func::FuncOp>())
      if (func->hasAttr(gg::ir::kEntryAttr))
        entries.push_back(func);
    for (func::FuncOp func : entries)
      if (failed(markArguments(func)))
        return failure();

    if (failed(eliminateCopies(module)))
      return failure();
    BufferizationState state;
    if (failed(runOneShotModuleBufferize(module, getOptions(), state)))
      return failure();
    removeBufferizationAttributesInModule(module);

    for (func::FuncOp func : entries)
      if (failed(replaceResults(func)))
        return failure();
    auto result = module.walk([](Operation *op) -> WalkResult {
      if (auto cast = dyn_cast<memref::CastOp>(op))
        return replaceCast(cast);
      if (auto expand = dyn_cast<memref::ExpandShapeOp>(op))
        return replaceExpandShape(expand);
      return WalkResult::advance();
    });
    return failure(result.wasInterrupted());
  }
};

} // namespace
