//===- ONNXToLinalg.cpp - The onnx dialect to linalg ----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Emitter.h"
#include "Patterns.h"
#include "Scalar.h"
#include "gg/Conversion/Passes.h"
#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Func/Transforms/FuncConversions.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

namespace gg {
#define GEN_PASS_DEF_CONVERTONNXTOLINALG
#include "gg/Conversion/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg::onnx;

namespace {
/// Elements become what they are stored as; what reads them knows.
struct StoredConverter : TypeConverter {
  StoredConverter() {
    addConversion([](Type type) { return type; });
    addConversion([](RankedTensorType type) {
      return type.clone(toStored(type.getElementType()));
    });
    auto cast = [](OpBuilder &builder, Type type, ValueRange inputs,
                   Location loc) -> Value {
      return UnrealizedConversionCastOp::create(builder, loc, type, inputs)
          .getResult(0);
    };
    addSourceMaterialization(cast);
    addTargetMaterialization(cast);
  }
};

struct ConvertONNXToLinalg
    : gg::impl::ConvertONNXToLinalgBase<ConvertONNXToLinalg> {
  void runOnOperation() override;
};
} // namespace

/// Two arguments' dims of one name must agree, which the sizes rely on.
static void checkNamedDims(func::FuncOp function) {
  if (function.isExternal())
    return;
  auto builder = OpBuilder::atBlockBegin(&function.front());
  llvm::StringMap<Value> known;
  for (BlockArgument arg : function.getArguments()) {
    auto dims =
        function.getArgAttrOfType<ArrayAttr>(arg.getArgNumber(), "onnx.dims");
    auto type = dyn_cast<RankedTensorType>(arg.getType());
    if (!dims || !type || static_cast<int64_t>(dims.size()) != type.getRank())
      continue;
    for (auto [dim, attr] : llvm::enumerate(dims)) {
      auto name = dyn_cast<StringAttr>(attr);
      if (!type.isDynamicDim(dim) || !name || name.empty())
        continue;
      Value size = tensor::DimOp::create(builder, arg.getLoc(), arg, dim);
      auto [first, isNew] = known.try_emplace(name, size);
      if (isNew)
        continue;
      auto input = function.getArgAttrOfType<StringAttr>(arg.getArgNumber(),
                                                         "onnx.name");
      Value equal = arith::CmpIOp::create(
          builder, arg.getLoc(), arith::CmpIPredicate::eq, size, first->second);
      cf::AssertOp::create(builder, arg.getLoc(), equal,
                           ("input " +
                            (input ? input.getValue() : StringRef("?")) +
                            ": dim " + Twine(dim) + " (" + name.getValue() +
                            ") differs from another input's")
                               .str());
    }
  }
}

/// A result that is part of another tensor is copied: results are contiguous.
static void copyReturnedSlices(func::ReturnOp returnOp) {
  OpBuilder builder(returnOp);
  for (OpOperand &operand : returnOp->getOpOperands()) {
    Value source = operand.get();
    while (Operation *def = source.getDefiningOp()) {
      if (!isa<tensor::CastOp, tensor::ExpandShapeOp, tensor::CollapseShapeOp>(
              def))
        break;
      source = def->getOperand(0);
    }
    if (!source.getDefiningOp<tensor::ExtractSliceOp>())
      continue;
    // No two results share this room: the op is not one that CSE joins.
    Value copy = bufferization::AllocTensorOp::create(
        builder, returnOp.getLoc(),
        cast<RankedTensorType>(operand.get().getType()),
        /*dynamicSizes=*/ValueRange(), /*copy=*/operand.get());
    operand.set(copy);
  }
}

/// Calls `report` with every op that is to be converted.
static void forEachOp(ModuleOp module, function_ref<void(Operation *)> report) {
  module.walk([&](Operation *op) {
    if (isa_and_present<ONNXDialect>(op->getDialect()) && !isa<NoneOp>(op))
      report(op);
  });
}

/// An error at each op of a form that the patterns do not convert.
static LogicalResult checkForms(ModuleOp module) {
  LogicalResult result = success();
  forEachOp(module, [&](Operation *op) {
    std::string reason = getHindrance(op);
    if (reason.empty())
      return;
    op->emitOpError("is not supported: ") << reason;
    result = failure();
  });
  return result;
}

/// An error at each op that no pattern converted.
static LogicalResult checkConverted(ModuleOp module) {
  LogicalResult result = success();
  forEachOp(module, [&](Operation *op) {
    op->emitOpError("is not supported");
    result = failure();
  });
  return result;
}

void ConvertONNXToLinalg::runOnOperation() {
  if (failed(checkForms(getOperation())))
    return signalPassFailure();
  MLIRContext *context = &getContext();
  StoredConverter types;
  RewritePatternSet patterns(context);
  populateConstantPatterns(types, patterns);
  populateElementwisePatterns(types, patterns);
  populateCastPatterns(types, patterns);
  populateReshapePatterns(types, patterns);
  populateMovementPatterns(types, patterns);
  populateIndexingPatterns(types, patterns);
  populateScatterPatterns(types, patterns);
  populateReductionPatterns(types, patterns);
  populateScanPatterns(types, patterns);
  populateMatMulPatterns(types, patterns);
  populateSoftmaxPatterns(types, patterns);
  populateNormalizationPatterns(types, patterns);
  populateRotaryPatterns(types, patterns);
  populateAttentionPatterns(types, patterns);
  populateControlPatterns(types, patterns);
  populateFunctionOpInterfaceTypeConversionPattern<func::FuncOp>(patterns,
                                                                 types);
  populateReturnOpTypeConversionPattern(patterns, types);

  ConversionTarget target(*context);
  target.markUnknownOpDynamicallyLegal([](Operation *) { return true; });
  // Ops that no pattern converts are neither legal nor illegal: the conversion
  // goes on without them, so that all of them are reported.
  target.addDynamicallyLegalDialect<ONNXDialect>(
      [](Operation *op) -> std::optional<bool> {
        if (isa<NoneOp>(op))
          return true;
        return std::nullopt;
      });
  target.addDynamicallyLegalOp<func::FuncOp>([&](func::FuncOp op) {
    return types.isSignatureLegal(op.getFunctionType());
  });
  target.addDynamicallyLegalOp<func::ReturnOp>(
      [&](func::ReturnOp op) { return types.isLegal(op.getOperandTypes()); });

  getOperation()->walk(checkNamedDims);
  if (failed(applyPartialConversion(getOperation(), target,
                                    std::move(patterns))) ||
      failed(checkConverted(getOperation())))
    return signalPassFailure();
  getOperation()->walk(copyReturnedSlices);
  getOperation()->walk([](NoneOp op) {
    if (op->use_empty())
      op->erase();
  });
}
