//===- NodeOrder.cpp - The order in which nodes are imported --------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model.h"

using namespace llvm;
using namespace gg;
using namespace gg::proto;

/// Calls `use` with every name that a node needs: its inputs, and what its
/// sub-graphs capture. Names that sub-graphs define themselves are among them,
/// which does no harm: nobody else may define them.
static Error forEachName(const NodeProto &node,
                         function_ref<void(StringRef)> use) {
  for (StringRef input : node.inputs)
    use(input);
  return node.forEachGraph([&](const GraphProto &graph) -> Error {
    for (const NodeProto &inner : graph.nodes)
      if (Error error = forEachName(inner, use))
        return error;
    for (const ValueInfoProto &output : graph.outputs)
      use(output.name);
    return Error::success();
  });
}

namespace {
/// Depth-first search with a stack of its own, as a graph may be one chain.
class NodeSorter {
public:
  explicit NodeSorter(std::vector<SmallVector<size_t, 4>> needs)
      : needs(std::move(needs)), states(this->needs.size(), State::New) {}

  /// False where a node needs itself.
  bool visit(size_t root);

  std::vector<size_t> order;

private:
  enum class State : char { New, Open, Done };

  std::vector<SmallVector<size_t, 4>> needs;
  std::vector<State> states;
};
} // namespace

bool NodeSorter::visit(size_t root) {
  if (states[root] != State::New)
    return true;
  // A node and how many of its needs are done.
  SmallVector<std::pair<size_t, size_t>> stack = {{root, 0}};
  states[root] = State::Open;
  while (!stack.empty()) {
    auto &[node, next] = stack.back();
    if (next == needs[node].size()) {
      states[node] = State::Done;
      order.push_back(node);
      stack.pop_back();
      continue;
    }
    size_t need = needs[node][next++];
    if (states[need] == State::Open)
      return false;
    if (states[need] == State::New) {
      states[need] = State::Open;
      stack.push_back({need, 0});
    }
  }
  return true;
}

Expected<std::vector<size_t>> gg::orderNodes(ArrayRef<NodeProto> nodes) {
  DenseMap<StringRef, size_t> producers;
  for (auto [index, node] : llvm::enumerate(nodes))
    for (StringRef output : node.outputs)
      if (!output.empty())
        producers.try_emplace(output, index);
  std::vector<SmallVector<size_t, 4>> needs(nodes.size());
  for (auto [index, node] : llvm::enumerate(nodes))
    if (Error error = forEachName(node, [&, i = index](StringRef name) {
          auto producer = producers.find(name);
          if (producer != producers.end())
            needs[i].push_back(producer->second);
        }))
      return std::move(error);
  NodeSorter sorter(std::move(needs));
  for (size_t index = 0; index < nodes.size(); ++index)
    if (!sorter.visit(index))
      return createStringError("node '" + getNodeName(nodes[index], index) +
                               "' depends on a cycle of nodes");
  return std::move(sorter.order);
}
