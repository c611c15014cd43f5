//===- ImportONNX.h - Import of ONNX models -------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TARGET_ONNX_IMPORTONNX_H
#define GG_TARGET_ONNX_IMPORTONNX_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/Error.h"

#include <memory>
#include <string>
#include <vector>

namespace gg {

/// Reads the ONNX model at `path` into a module of the onnx dialect.
///
/// The module has one function `@main` whose arguments and results are the
/// graph's inputs and outputs, with the attributes `onnx.name` and `onnx.dims`
/// (a string for each dimension: its number or symbol, or "" if unknown).
/// Initializers are no arguments, also where the file lists them as inputs.
/// Every node becomes the op of the newest standard opset; local functions and
/// branches on constant conditions are inlined. Results are unranked tensors:
/// shapes are inferred later. An op's location is the name of its node.
///
/// Constants above 1 KiB are `dense_resource`s over the mapped file, which
/// stays mapped as long as the context lives. Such bytes are aligned to 1 where
/// the file does not align them better: read them by memcpy. Elements below a
/// byte are packed as in ONNX (low bits first), booleans are a byte each.
///
/// What is wrong with the file is said by diagnostics, all unsupported
/// operators at once; the result is null then.
mlir::OwningOpRef<mlir::ModuleOp> importONNX(llvm::StringRef path,
                                             mlir::MLIRContext *context);

/// The same for bytes in memory, which `owner` keeps alive. External data is
/// looked for beside `path`.
mlir::OwningOpRef<mlir::ModuleOp> importONNX(llvm::StringRef bytes,
                                             std::shared_ptr<const void> owner,
                                             llvm::StringRef path,
                                             mlir::MLIRContext *context);

/// One operator that a model uses.
struct ONNXOperatorUse {
  std::string domain, name;
  /// The version of the operator set it is taken from; 0 if the model does not
  /// import that set.
  int64_t version = 0;
  /// Empty if the operator is imported, else what hinders.
  std::string hindrance;
  /// Whether it is imported, but then not compiled.
  bool isImportOnly = false;
  /// The nodes that use it, in the order of the file.
  std::vector<std::string> nodes;

  bool isImported() const { return hindrance.empty(); }
  bool isSupported() const { return isImported() && !isImportOnly; }
  /// `Add`, or `com.example.Add` outside the standard's domain.
  std::string getQualifiedName() const;
};

/// The operators of the model at `path`, sorted by name, whether or not they
/// are supported. Nodes of a local function count once.
llvm::Expected<std::vector<ONNXOperatorUse>>
listONNXOperators(llvm::StringRef path);

/// Registers `--import-onnx` with the translation tools.
void registerONNXTranslation();

} // namespace gg

#endif // GG_TARGET_ONNX_IMPORTONNX_H
