//===- TrainStep.cpp - Functions with parameters --------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TrainStep.h"

using namespace mlir;
using namespace gg;

FailureOr<SmallVector<TrainStep>> gg::findTrainSteps(ModuleOp module) {
  SmallVector<TrainStep> steps;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function.isDeclaration())
      continue;
    TrainStep step{function, {}};
    for (BlockArgument argument : function.getArguments()) {
      auto attr = function.getArgAttrOfType<ir::ParamAttr>(
          argument.getArgNumber(), ir::kParamAttr);
      if (!attr)
        continue;
      if (!isa<RankedTensorType>(argument.getType()))
        return function.emitOpError("expected parameters in tensors but got ")
               << argument.getType() << " for \"" << attr.getName() << '"';
      step.parameters.push_back({attr, argument});
    }
    if (!step.parameters.empty())
      steps.push_back(std::move(step));
  }
  if (steps.empty())
    return module.emitError(
        "expected a function with gg.param on arguments but got none");
  return steps;
}

LogicalResult gg::checkShapeOption(ModuleOp module, double shape) {
  if (ir::isShape(shape))
    return success();
  return module.emitError("expected a shape from 0.1 to 10 but got ") << shape;
}
