//===- gg-plugin.cpp - rf8 and gg for a stock mlir-opt --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
//   mlir-opt --load-dialect-plugin=libgg-plugin.so \
//            --load-pass-plugin=libgg-plugin.so …
//
//===----------------------------------------------------------------------===//

#include "gg/Conversion/Passes.h"
#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Dialect/GG/Transforms/InterfaceImpls.h"
#include "gg/Dialect/RF8/IR/RF8.h"
#include "gg/Dialect/RF8/Transforms/InterfaceImpls.h"
#include "gg/Dialect/RF8/Transforms/Passes.h"
#include "gg/Transforms/Passes.h"
#include "gg/Transforms/Weights/Passes.h"

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Tools/Plugins/DialectPlugin.h"
#include "mlir/Tools/Plugins/PassPlugin.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/Compiler.h"

static void registerDialects(mlir::DialectRegistry *registry) {
  registry->insert<gg::rf8::RF8Dialect, gg::ir::GGDialect>();
  gg::ir::registerBufferizableOpInterfaceExternalModels(*registry);
  gg::rf8::registerBufferizableOpInterfaceExternalModels(*registry);
  gg::rf8::registerTilingInterfaceExternalModels(*registry);
}

static void registerPasses() {
  gg::rf8::registerRF8Passes();
  gg::registerConvertAttentionToVectorPass();
  gg::registerConvertGGTrainingToLinalgPass();
  gg::registerConvertRF8ToVectorPass();
  gg::registerGGInitPass();
  gg::registerGGInjectBackslashPass();
  gg::registerGGWeightsPasses();
}

extern "C" LLVM_ATTRIBUTE_WEAK mlir::DialectPluginLibraryInfo
mlirGetDialectPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "gg", LLVM_VERSION_STRING, registerDialects};
}

extern "C" LLVM_ATTRIBUTE_WEAK mlir::PassPluginLibraryInfo
mlirGetPassPluginInfo() {
  return {MLIR_PLUGIN_API_VERSION, "gg", LLVM_VERSION_STRING, registerPasses};
}
