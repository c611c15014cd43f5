//===- Model.cpp - A parsed model and its operator sets -------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model.h"

#include "Operators.h"
#include "gg/Target/ONNX/MappedFile.h"
#include "llvm/ADT/SmallPtrSet.h"

#include <map>

using namespace llvm;
using namespace gg;
using namespace gg::proto;

std::string gg::getNodeName(const NodeProto &node, size_t index) {
  if (!node.name.empty())
    return node.name.str();
  return (node.opType + "_" + Twine(index)).str();
}

std::string ONNXOperatorUse::getQualifiedName() const {
  return domain.empty() ? name : domain + "." + name;
}

/// A name that tells one function of a model from another.
static std::string getFunctionKey(StringRef domain, StringRef name,
                                  StringRef overload) {
  // NUL parts what may hold any other character.
  return (getCanonicalDomain(domain) + Twine('\0') + name + Twine('\0') +
          overload)
      .str();
}

static Error addOpsets(ArrayRef<OperatorSetId> list, OpsetVersions &opsets) {
  for (const OperatorSetId &opset : list) {
    StringRef domain = getCanonicalDomain(opset.domain);
    auto [entry, isNew] = opsets.try_emplace(domain, opset.version);
    if (!isNew && entry->second != opset.version)
      return createStringError(
          "operator set '" + domain + "' is imported in versions " +
          Twine(entry->second) + " and " + Twine(opset.version));
  }
  return Error::success();
}

Expected<Model> Model::parse(StringRef bytes) {
  Expected<ModelProto> proto = parseModel(bytes);
  if (!proto)
    return proto.takeError();
  Model model;
  model.proto = std::move(*proto);
  if (!model.proto.graph)
    return createStringError("expected an ONNX model but the file has no "
                             "graph");
  if (Error error = addOpsets(model.proto.opsets, model.opsets))
    return std::move(error);
  for (const FunctionProto &function : model.proto.functions) {
    std::string key =
        getFunctionKey(function.domain, function.name, function.overload);
    if (!model.functions.try_emplace(key, &function).second)
      return createStringError("function '" + function.name +
                               "' is defined twice");
    if (Error error =
            addOpsets(function.opsets, model.functionOpsets[&function]))
      return std::move(error);
  }
  return std::move(model);
}

const OpsetVersions &Model::getOpsets(const FunctionProto &function) const {
  return functionOpsets.find(&function)->second;
}

Callee Model::resolve(const NodeProto &node,
                      const OpsetVersions &opsets) const {
  Callee callee;
  // A function of the model comes before an operator of the same name.
  auto function =
      functions.find(getFunctionKey(node.domain, node.opType, node.overload));
  if (function != functions.end()) {
    callee.function = function->second;
    return callee;
  }
  StringRef domain = getCanonicalDomain(node.domain);
  auto version = opsets.find(domain);
  if (version == opsets.end()) {
    callee.hindrance = "the model does not import this operator set";
    return callee;
  }
  callee.version = version->second;
  callee.row = lookupOperator(domain, node.opType, callee.version);
  std::optional<int64_t> newest = getNewestVersion(domain);
  if (newest && (callee.version < 1 || callee.version > *newest)) {
    callee.row = nullptr;
    callee.hindrance =
        ("expected an operator set from 1 to " + Twine(*newest)).str();
  } else if (!callee.row) {
    callee.hindrance = "not supported";
  }
  return callee;
}

//===----------------------------------------------------------------------===//
// The operators of a model
//===----------------------------------------------------------------------===//

namespace {
class OperatorCollector {
public:
  explicit OperatorCollector(const Model &model) : model(model) {}

  Error visit(ArrayRef<NodeProto> nodes, const OpsetVersions &opsets,
              unsigned depth);
  std::vector<ONNXOperatorUse> takeUses();

private:
  const Model &model;
  SmallPtrSet<const FunctionProto *, 8> visited;
  /// By domain, name and version, so that the list has an order.
  std::map<std::tuple<StringRef, StringRef, int64_t>, ONNXOperatorUse> uses;
};
} // namespace

Error OperatorCollector::visit(ArrayRef<NodeProto> nodes,
                               const OpsetVersions &opsets, unsigned depth) {
  if (depth > maxONNXDepth)
    return createStringError("expected sub-graphs and functions at most " +
                             Twine(maxONNXDepth) + " deep");
  for (auto [index, node] : llvm::enumerate(nodes)) {
    if (Error error = node.forEachGraph([&](const GraphProto &graph) {
          return visit(graph.nodes, opsets, depth + 1);
        }))
      return error;
    Callee callee = model.resolve(node, opsets);
    if (callee.function) {
      if (!visited.insert(callee.function).second)
        continue;
      if (Error error = visit(callee.function->nodes,
                              model.getOpsets(*callee.function), depth + 1))
        return error;
      continue;
    }
    StringRef domain = getCanonicalDomain(node.domain);
    ONNXOperatorUse &use = uses[{domain, node.opType, callee.version}];
    if (use.nodes.empty()) {
      use.domain = domain.str();
      use.name = node.opType.str();
      use.version = callee.version;
      use.hindrance = std::move(callee.hindrance);
      use.isImportOnly = callee.row && callee.row->isImportOnly;
    }
    use.nodes.push_back(getNodeName(node, index));
  }
  return Error::success();
}

std::vector<ONNXOperatorUse> OperatorCollector::takeUses() {
  std::vector<ONNXOperatorUse> list;
  for (auto &[key, use] : uses)
    list.push_back(std::move(use));
  return list;
}

Expected<std::vector<ONNXOperatorUse>> Model::collectOperators() const {
  OperatorCollector collector(*this);
  if (Error error = collector.visit(graph().nodes, opsets, 0))
    return std::move(error);
  return collector.takeUses();
}

Expected<std::vector<ONNXOperatorUse>> gg::listONNXOperators(StringRef path) {
  auto file = MappedFile::open(path);
  if (!file)
    return file.takeError();
  Expected<Model> model = Model::parse((*file)->bytes());
  if (!model)
    return model.takeError();
  return model->collectOperators();
}
