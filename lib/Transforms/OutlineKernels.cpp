//===- OutlineKernels.cpp - Equal loop nests as one function -------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Transforms/BufferRange.h"
#include "gg/Transforms/Passes.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Transforms/RegionUtils.h"

namespace gg {
#define GEN_PASS_DEF_OUTLINEKERNELSPASS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg;

/// A loop that could stand in a function of its own.
static bool isKernel(scf::ForOp loop) {
  if (llvm::any_of(loop.getResultTypes(),
                   [](Type type) { return isa<MemRefType>(type); }))
    return false;
  return !loop->walk([](Operation *op) {
                return isa<ir::BarrierOp, ir::ClaimOp, ir::FailOp,
                           ir::ThreadIdOp, ir::ArenaOp, cf::AssertOp,
                           func::CallOp, func::ReturnOp>(op)
                           ? WalkResult::interrupt()
                           : WalkResult::advance();
              })
              .wasInterrupted();
}

static bool isScalarConstant(Value value) {
  Operation *op = value.getDefiningOp();
  return op && op->hasTrait<OpTrait::ConstantLike>() &&
         !isa<MemRefType>(value.getType());
}

/// A pointer says all about such a buffer.
static bool isPlainBuffer(Type type) {
  auto buffer = dyn_cast<MemRefType>(type);
  return !buffer ||
         (buffer.hasStaticShape() && buffer.getLayout().isIdentity());
}

namespace {

class Outliner {
public:
  explicit Outliner(ModuleOp module) : symbols(module), module(module) {}

  void outline(scf::ForOp loop) {
    SetVector<Value> captured;
    captured.insert(loop->operand_begin(), loop->operand_end());
    getUsedValuesDefinedAbove(loop->getRegions(), captured);
    SmallVector<Value> constants, arguments;
    for (Value value : captured)
      (isScalarConstant(value) ? constants : arguments).push_back(value);

    func::FuncOp kernel = build(loop, constants, arguments);
    OpBuilder builder(loop);
    auto call = func::CallOp::create(builder, loop.getLoc(), kernel, arguments);
    loop->replaceAllUsesWith(call);
    loop.erase();
  }

private:
  /// The function of `loop`, which may exist already.
  func::FuncOp build(scf::ForOp loop, ArrayRef<Value> constants,
                     ArrayRef<Value> arguments) {
    OpBuilder builder(module.getContext());
    auto type = builder.getFunctionType(TypeRange(ValueRange(arguments)),
                                        loop.getResultTypes());
    auto kernel = func::FuncOp::create(loop.getLoc(), "kernel", type);
    kernel.setPrivate();
    kernel->setAttr(
        "llvm.linkage",
        LLVM::LinkageAttr::get(module.getContext(), LLVM::Linkage::Internal));
    if (llvm::all_of(type.getInputs(), isPlainBuffer))
      kernel->setAttr("llvm.bareptr", builder.getUnitAttr());

    Block *body = kernel.addEntryBlock();
    builder.setInsertionPointToStart(body);
    IRMapping mapping;
    for (Value constant : constants)
      builder.clone(*constant.getDefiningOp(), mapping);
    mapping.map(ArrayRef<Value>(arguments), body->getArguments());
    Operation *copy = builder.clone(*loop, mapping);
    func::ReturnOp::create(builder, loop.getLoc(), copy->getResults());
    markUnaliased(kernel, loop, arguments);

    // Equal text is equal code; locations are not printed.
    std::string text;
    llvm::raw_string_ostream stream(text);
    kernel.print(stream, OpPrintingFlags().useLocalScope());
    auto [it, isNew] = kernels.try_emplace(text, kernel);
    if (!isNew) {
      kernel.erase();
      return it->second;
    }
    symbols.insert(kernel);
    return kernel;
  }

  static void markUnaliased(func::FuncOp kernel, scf::ForOp loop,
                            ArrayRef<Value> arguments) {
    auto accesses = getSharedAccesses(loop);
    if (!accesses)
      return;
    SmallVector<BufferRange> ranges;
    for (Value argument : arguments)
      ranges.push_back(isa<MemRefType>(argument.getType())
                           ? getBufferRange(argument)
                           : BufferRange{BufferRange::Private, 0, 0, argument});
    auto isWritten = [&](const BufferRange &range) {
      return range.kind == BufferRange::Private ||
             llvm::any_of(*accesses, [&](const BufferAccess &access) {
               return access.isWrite && access.range.mayOverlap(range);
             });
    };
    for (auto [i, range] : llvm::enumerate(ranges)) {
      if (!isa<MemRefType>(arguments[i].getType()))
        continue;
      bool unaliased = true;
      for (auto [j, other] : llvm::enumerate(ranges))
        if (i != j && range.mayOverlap(other) &&
            (isWritten(range) || isWritten(other)))
          unaliased = false;
      if (unaliased)
        kernel.setArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName(),
                          UnitAttr::get(kernel.getContext()));
    }
  }

  SymbolTable symbols;
  ModuleOp module;
  llvm::StringMap<func::FuncOp> kernels;
};

struct OutlineKernelsPass
    : public gg::impl::OutlineKernelsPassBase<OutlineKernelsPass> {
  void runOnOperation() override {
    SmallVector<scf::ForOp> loops;
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (func->hasAttr(ir::kEntryAttr))
        func.walk<WalkOrder::PreOrder>([&](scf::ForOp loop) {
          if (!isKernel(loop))
            return WalkResult::advance();
          loops.push_back(loop);
          return WalkResult::skip();
        });
    Outliner outliner(getOperation());
    for (scf::ForOp loop : loops)
      outliner.outline(loop);
  }
};

} // namespace
