//===- Model.h - A parsed model and its operator sets ---------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TARGET_ONNX_MODEL_H
#define GG_LIB_TARGET_ONNX_MODEL_H

#include "gg/Target/ONNX/ImportONNX.h"
#include "gg/Target/ONNX/Proto.h"

#include "llvm/ADT/StringMap.h"

namespace gg {

/// Sub-graphs and function calls below this depth are refused, so that no file
/// can exhaust the stack.
constexpr unsigned maxONNXDepth = 64;

/// Canonical domain → version.
using OpsetVersions = llvm::StringMap<int64_t>;

/// What a node calls: an operator of the table, a local function, or neither.
struct Callee {
  const struct OperatorRow *row = nullptr;
  const proto::FunctionProto *function = nullptr;
  int64_t version = 0;
  /// Why it is neither.
  std::string hindrance;
};

/// A model with its names resolved.
class Model {
public:
  /// Reads `bytes`, which must outlive the model.
  static llvm::Expected<Model> parse(llvm::StringRef bytes);

  const proto::GraphProto &graph() const { return *proto.graph; }
  const OpsetVersions &getOpsets() const { return opsets; }
  /// The operator sets that a function's nodes are taken from.
  const OpsetVersions &getOpsets(const proto::FunctionProto &function) const;

  /// What `node` calls, with the operator sets of the graph it stands in.
  Callee resolve(const proto::NodeProto &node,
                 const OpsetVersions &opsets) const;

  /// Every operator that the model's nodes use.
  llvm::Expected<std::vector<ONNXOperatorUse>> collectOperators() const;

  // Not copied: `functions` points into `proto`.
  Model(Model &&) = default;
  Model &operator=(Model &&) = default;

private:
  Model() = default;

  proto::ModelProto proto;
  OpsetVersions opsets;
  /// By key, see getFunctionKey.
  llvm::StringMap<const proto::FunctionProto *> functions;
  llvm::DenseMap<const proto::FunctionProto *, OpsetVersions> functionOpsets;
};

/// What a node is called in messages and locations: its name, or, if it has
/// none, its operator and place.
std::string getNodeName(const proto::NodeProto &node, size_t index);

/// The places of `nodes` in an order in which each stands behind those that it
/// needs. The standard asks files for such an order, and where there is one it
/// is kept; but not every optimizer writes it.
llvm::Expected<std::vector<size_t>>
orderNodes(llvm::ArrayRef<proto::NodeProto> nodes);

} // namespace gg

#endif // GG_LIB_TARGET_ONNX_MODEL_H
