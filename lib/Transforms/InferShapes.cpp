//===- InferShapes.cpp - Refines types by shape inference -----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Transforms/Passes.h"

#include "gg/Analysis/SymbolicShapes.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"

namespace gg {
#define GEN_PASS_DEF_ONNXINFERSHAPES
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg::onnx;

namespace {

struct InferShapes final : gg::impl::OnnxInferShapesBase<InferShapes> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal())
      return;
    SymbolicShapes shapes(function);
    if (failed(shapes.run()))
      return signalPassFailure();
    function.getFunctionBody().walk([&](Operation *op) {
      if (!isa<ONNXDialect>(op->getDialect()) || isa<ConstantOp>(op))
        return;
      for (OpResult result : op->getResults()) {
        Type refined = shapes.getRefinedType(result);
        if (refined == result.getType())
          continue;
        result.setType(refined);
        ++numRefined;
      }
    });
    updateSignature(function);
  }

  /// The function returns what its terminator hands over.
  void updateSignature(func::FuncOp function) {
    Region &body = function.getFunctionBody();
    if (!body.hasOneBlock())
      return;
    Operation *terminator = body.front().getTerminator();
    function.setType(function.cloneTypeWith(function.getArgumentTypes(),
                                            terminator->getOperandTypes()));
  }
};

} // namespace
