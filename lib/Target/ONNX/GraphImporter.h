//===- GraphImporter.h - Import of a graph --------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TARGET_ONNX_GRAPHIMPORTER_H
#define GG_LIB_TARGET_ONNX_GRAPHIMPORTER_H

#include "Model.h"
#include "gg/Target/ONNX/TensorData.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/Builders.h"

namespace gg {

/// The arguments of a function call by attribute name; none is a reference.
using AttributeArguments =
    llvm::DenseMap<llvm::StringRef, const proto::AttributeProto *>;

/// The names that the nodes of one graph or function body can use.
struct Scope {
  /// The graph around a sub-graph; null for the main graph and functions.
  Scope *parent = nullptr;
  const OpsetVersions *opsets = nullptr;
  llvm::ArrayRef<proto::NodeProto> nodes;
  /// What attribute references of a function's body mean; null elsewhere.
  const AttributeArguments *arguments = nullptr;
  /// In front of node names: the calls that the nodes are inlined into.
  std::string prefix;

  /// A null value is an input that the function's caller left out.
  llvm::DenseMap<llvm::StringRef, mlir::Value> values;
  /// Initializers become constants when they are first used, behind `anchor`
  /// (or first in the block), which dominates every use.
  llvm::DenseMap<llvm::StringRef, const proto::TensorProto *> initializers;
  mlir::Block *block = nullptr;
  mlir::Operation *anchor = nullptr;
};

/// Builds the module of one model.
class GraphImporter {
public:
  GraphImporter(const Model &model, std::shared_ptr<const void> owner,
                llvm::StringRef path, mlir::MLIRContext *context);

  /// Null after an error, which was said.
  mlir::OwningOpRef<mlir::ModuleOp> import();

  mlir::InFlightDiagnostic emitError() const;
  llvm::LogicalResult emitError(llvm::Error error) const;

  /// Runs a check of MLIR's; where it fails, its first error is said as the
  /// end of the one that `emit` begins, which names the file and the node.
  llvm::LogicalResult
  reword(llvm::function_ref<llvm::LogicalResult()> check,
         llvm::function_ref<mlir::InFlightDiagnostic()> emit) const;

  /// The value of a name; null where it is an absent function input, nothing
  /// where there is no such name.
  llvm::Expected<std::optional<mlir::Value>> lookup(Scope &scope,
                                                    llvm::StringRef name);
  llvm::Error define(Scope &scope, llvm::StringRef name, mlir::Value value);

  /// The results of a sub-graph, whose nodes are imported where the builder
  /// stands. It sees the names of `outer`.
  mlir::FailureOr<llvm::SmallVector<mlir::Value>>
  importSubgraph(const proto::GraphProto &graph, Scope &outer);

  /// A tensor as an attribute; `name` is a hint for that of its resource. The
  /// same message gives the same attribute, however often it is inlined.
  llvm::Expected<mlir::ElementsAttr>
  convertTensor(const proto::TensorProto &tensor, llvm::StringRef name);

  /// An attribute of a node; references are resolved before.
  llvm::Expected<mlir::Attribute>
  convertAttribute(const proto::AttributeProto &attribute,
                   llvm::StringRef resourceName);

  /// What an attribute of a function's body refers to, itself where it is no
  /// reference, null where the caller left it out.
  llvm::Expected<const proto::AttributeProto *>
  resolveReference(const proto::AttributeProto &attribute, const Scope &scope);

  mlir::OpBuilder builder;

private:
  llvm::Error importInputs(mlir::func::FuncOp main, Scope &scope);
  llvm::Error importOutputs(mlir::func::FuncOp main, Scope &scope);
  llvm::Error addInitializers(const proto::GraphProto &graph, Scope &scope);
  llvm::LogicalResult importNodes(Scope &scope);
  llvm::LogicalResult importNode(const proto::NodeProto &node, size_t index,
                                 Scope &scope);
  llvm::LogicalResult inlineFunction(const proto::NodeProto &call,
                                     const proto::FunctionProto &function,
                                     llvm::StringRef name, Scope &scope);
  llvm::Error bindArguments(const proto::NodeProto &call,
                            const proto::FunctionProto &function,
                            const Scope &scope, AttributeArguments &arguments);
  mlir::NamedAttrList describe(const proto::ValueInfoProto &value) const;
  llvm::Expected<mlir::TensorType>
  convertType(const proto::ValueInfoProto &value) const;

  const Model &model;
  std::shared_ptr<const void> owner;
  ExternalFiles files;
  mlir::Location fileLoc;
  /// Converted tensors by where their messages start.
  llvm::DenseMap<const char *, mlir::ElementsAttr> tensors;
  unsigned depth = 0;
  /// Nodes of function bodies imported so far.
  unsigned numInlined = 0;
  llvm::SmallVector<const proto::FunctionProto *> callStack;
};

} // namespace gg

#endif // GG_LIB_TARGET_ONNX_GRAPHIMPORTER_H
