//===- Translation.cpp - Registration of --import-onnx --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Target/ONNX/ImportONNX.h"

#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Tools/mlir-translate/Translation.h"
#include "llvm/Support/SourceMgr.h"

using namespace mlir;

void gg::registerONNXTranslation() {
  TranslateToMLIRRegistration registration(
      "import-onnx", "import an ONNX model",
      [](llvm::SourceMgr &sources, MLIRContext *context) {
        // The driver has read the file, but it is mapped anew: resources refer
        // to the bytes for as long as the context lives.
        auto id = sources.getMainFileID();
        return OwningOpRef<Operation *>(
            importONNX(sources.getMemoryBuffer(id)->getBufferIdentifier(),
                       context)
                .release());
      },
      [](DialectRegistry &registry) {
        registry.insert<func::FuncDialect, onnx::ONNXDialect>();
      });
}
