//===- InitAll.cpp - Registration of everything gg has --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/InitAll.h"

#include "gg/Conversion/Passes.h"
#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Dialect/GG/Transforms/InterfaceImpls.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "gg/Dialect/RF8/IR/RF8.h"
#include "gg/Dialect/RF8/Transforms/InterfaceImpls.h"
#include "gg/Dialect/RF8/Transforms/Passes.h"
#include "gg/Pipelines/Pipelines.h"
#include "gg/Transforms/Passes.h"
#include "gg/Transforms/Weights/Passes.h"
#include "mlir/InitAllDialects.h"
#include "mlir/InitAllExtensions.h"
#include "mlir/InitAllPasses.h"

void gg::registerAllDialects(mlir::DialectRegistry &registry) {
  mlir::registerAllDialects(registry);
  mlir::registerAllExtensions(registry);
  registry.insert<ir::GGDialect, onnx::ONNXDialect, rf8::RF8Dialect>();
  ir::registerBufferizableOpInterfaceExternalModels(registry);
  rf8::registerBufferizableOpInterfaceExternalModels(registry);
  rf8::registerTilingInterfaceExternalModels(registry);
}

void gg::registerAllPasses() {
  mlir::registerAllPasses();
  rf8::registerRF8Passes();
  registerGGConversionPasses();
  registerGGTransformsPasses();
  registerGGWeightsPasses();
  registerPipelines();
}
