//===- gg-fuzz-onnx-reader.cpp - libFuzzer over ONNX files ----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Target/ONNX/ImportONNX.h"
#include "gg/Target/ONNX/TensorData.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"

using namespace gg;

/// LLVM's allocators mark what they hand out for the sanitizer, but only in
/// the code that is built with it, which the shared libraries are not.
extern "C" const char *__asan_default_options() {
  return "allow_user_poisoning=0";
}

static void readAsTensor(std::shared_ptr<const std::string> bytes) {
  auto tensor = proto::parseTensor({*bytes, bytes->data()});
  if (!tensor)
    return llvm::consumeError(tensor.takeError());
  ExternalFiles files("no-such-folder/tensor.pb");
  auto data = readTensor(*tensor, bytes, files);
  if (!data)
    llvm::consumeError(data.takeError());
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  auto bytes = std::make_shared<const std::string>(
      reinterpret_cast<const char *>(data), size);
  readAsTensor(bytes);
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  mlir::ScopedDiagnosticHandler handler(
      &context, [](mlir::Diagnostic &) { return mlir::success(); });
  importONNX(*bytes, bytes, "no-such-folder/model.onnx", &context);
  return 0;
}
