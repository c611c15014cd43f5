//===- GraphImporter.cpp - Import of a graph ------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "GraphImporter.h"

#include "NodeImporter.h"
#include "Operators.h"
#include "llvm/ADT/ScopeExit.h"

using namespace llvm;
using namespace mlir;
using namespace gg;
using namespace gg::proto;

/// Function bodies may call others many times; this bounds what a small file
/// can blow up to.
static constexpr unsigned maxInlinedNodes = 1 << 18;

GraphImporter::GraphImporter(const Model &model,
                             std::shared_ptr<const void> owner, StringRef path,
                             MLIRContext *context)
    : builder(context), model(model), owner(std::move(owner)), files(path),
      fileLoc(FileLineColLoc::get(context, path, 0, 0)) {}

InFlightDiagnostic GraphImporter::emitError() const {
  return mlir::emitError(fileLoc);
}

LogicalResult GraphImporter::emitError(Error error) const {
  return emitError() << toString(std::move(error));
}

LogicalResult
GraphImporter::reword(llvm::function_ref<LogicalResult()> check,
                      llvm::function_ref<InFlightDiagnostic()> emit) const {
  std::string message;
  {
    ScopedDiagnosticHandler handler(
        builder.getContext(), [&](Diagnostic &diagnostic) {
          if (message.empty() &&
              diagnostic.getSeverity() == DiagnosticSeverity::Error)
            message = diagnostic.str();
        });
    if (succeeded(check()))
      return success();
  }
  return emit() << message;
}

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

Expected<std::optional<Value>> GraphImporter::lookup(Scope &scope,
                                                     StringRef name) {
  for (Scope *s = &scope; s; s = s->parent) {
    auto value = s->values.find(name);
    if (value != s->values.end())
      return std::optional<Value>(value->second);
    auto initializer = s->initializers.find(name);
    if (initializer == s->initializers.end())
      continue;
    Expected<ElementsAttr> elements = convertTensor(*initializer->second, name);
    if (!elements)
      return elements.takeError();
    OpBuilder::InsertionGuard guard(builder);
    if (s->anchor)
      builder.setInsertionPointAfter(s->anchor);
    else
      builder.setInsertionPointToStart(s->block);
    Location loc = NameLoc::get(builder.getStringAttr(s->prefix + name));
    s->anchor =
        onnx::ConstantOp::create(builder, loc, elements->getType(), *elements);
    Value constant = s->anchor->getResult(0);
    s->values[name] = constant;
    return std::optional<Value>(constant);
  }
  return std::nullopt;
}

Error GraphImporter::define(Scope &scope, StringRef name, Value value) {
  if (scope.initializers.count(name) ||
      !scope.values.try_emplace(name, value).second)
    return createStringError("'" + name + "' is defined twice");
  return Error::success();
}

Error GraphImporter::addInitializers(const GraphProto &graph, Scope &scope) {
  if (graph.hasSparseInitializers)
    return createStringError("sparse initializers are not supported");
  for (const TensorProto &tensor : graph.initializers) {
    if (tensor.name.empty())
      return createStringError("an initializer has no name");
    if (!scope.initializers.try_emplace(tensor.name, &tensor).second)
      return createStringError("'" + tensor.name + "' is defined twice");
  }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

LogicalResult GraphImporter::importNodes(Scope &scope) {
  Expected<std::vector<size_t>> order = orderNodes(scope.nodes);
  if (!order)
    return emitError(order.takeError());
  for (size_t index : *order)
    if (failed(importNode(scope.nodes[index], index, scope)))
      return failure();
  return success();
}

LogicalResult GraphImporter::importNode(const NodeProto &node, size_t index,
                                        Scope &scope) {
  std::string name = scope.prefix + getNodeName(node, index);
  if (!callStack.empty() && ++numInlined > maxInlinedNodes)
    return emitError() << "node '" << name << "': expected at most "
                       << maxInlinedNodes
                       << " nodes in all the calls of local functions together";
  Callee callee = model.resolve(node, *scope.opsets);
  if (callee.function)
    return inlineFunction(node, *callee.function, name, scope);
  if (!callee.row)
    return emitError() << "node '" << name << "': operator '" << node.opType
                       << "': " << callee.hindrance;
  NodeImporter importer(*this, scope, node, callee.version, callee.row->types,
                        NameLoc::get(builder.getStringAttr(name)));
  if (failed(importer.load()))
    return failure();
  return callee.row->import(importer);
}

FailureOr<SmallVector<Value>>
GraphImporter::importSubgraph(const GraphProto &graph, Scope &outer) {
  if (depth == maxONNXDepth)
    return emitError() << "expected sub-graphs and functions at most "
                       << maxONNXDepth << " deep";
  ++depth;
  llvm::scope_exit leave([&] { --depth; });

  Scope scope;
  scope.parent = &outer;
  scope.opsets = outer.opsets;
  scope.arguments = outer.arguments;
  scope.prefix = outer.prefix;
  scope.nodes = graph.nodes;
  scope.block = builder.getInsertionBlock();
  scope.anchor = scope.block->empty() ? nullptr : &scope.block->back();
  if (!graph.inputs.empty())
    return emitError() << "sub-graph '" << graph.name
                       << "': expected no inputs but got "
                       << graph.inputs.size();
  if (Error error = addInitializers(graph, scope))
    return emitError(std::move(error));
  if (failed(importNodes(scope)))
    return failure();

  SmallVector<Value> results;
  for (const ValueInfoProto &output : graph.outputs) {
    Expected<std::optional<Value>> value = lookup(scope, output.name);
    if (!value)
      return emitError(value.takeError());
    if (!*value || !**value)
      return emitError() << "sub-graph '" << graph.name << "': output '"
                         << output.name << "' is not defined";
    results.push_back(**value);
  }
  return results;
}

//===----------------------------------------------------------------------===//
// Local functions
//===----------------------------------------------------------------------===//

Expected<const AttributeProto *>
GraphImporter::resolveReference(const AttributeProto &attribute,
                                const Scope &scope) {
  if (attribute.refName.empty())
    return &attribute;
  if (!scope.arguments)
    return createStringError("attribute '" + attribute.name + "' refers to '" +
                             attribute.refName + "' outside of a function");
  const AttributeProto *argument = scope.arguments->lookup(attribute.refName);
  if (argument && attribute.type != 0 && argument->type != attribute.type)
    return createStringError("attribute '" + attribute.name +
                             "': expected type " + Twine(attribute.type) +
                             " but the call gives '" + attribute.refName +
                             "' of type " + Twine(argument->type));
  return argument;
}

Error GraphImporter::bindArguments(const NodeProto &call,
                                   const FunctionProto &function,
                                   const Scope &scope,
                                   AttributeArguments &arguments) {
  for (const AttributeProto &attribute : function.attributeDefaults)
    arguments[attribute.name] = &attribute;
  for (const AttributeProto &attribute : call.attributes) {
    if (!is_contained(function.attributes, attribute.name) &&
        !arguments.count(attribute.name))
      return createStringError("the function has no attribute '" +
                               attribute.name + "'");
    Expected<const AttributeProto *> argument =
        resolveReference(attribute, scope);
    if (!argument)
      return argument.takeError();
    if (!*argument)
      continue;
    // A graph would see the caller's names inside the function.
    if ((*argument)->is(AttributeType::Graph))
      return createStringError("attribute '" + attribute.name +
                               "': graphs are not supported as arguments of "
                               "functions");
    arguments[attribute.name] = *argument;
  }
  return Error::success();
}

LogicalResult GraphImporter::inlineFunction(const NodeProto &call,
                                            const FunctionProto &function,
                                            StringRef name, Scope &scope) {
  auto fail = [&](Error error) {
    return emitError() << "node '" << name << "' (" << call.opType
                       << "): " << toString(std::move(error));
  };
  if (is_contained(callStack, &function))
    return fail(createStringError("the function calls itself"));
  if (depth == maxONNXDepth)
    return fail(createStringError("expected sub-graphs and functions at most " +
                                  Twine(maxONNXDepth) + " deep"));
  if (call.inputs.size() > function.inputs.size())
    return fail(
        createStringError("expected at most " + Twine(function.inputs.size()) +
                          " inputs but got " + Twine(call.inputs.size())));
  if (call.outputs.size() > function.outputs.size())
    return fail(
        createStringError("expected at most " + Twine(function.outputs.size()) +
                          " outputs but got " + Twine(call.outputs.size())));

  AttributeArguments arguments;
  if (Error error = bindArguments(call, function, scope, arguments))
    return fail(std::move(error));
  Scope body;
  body.opsets = &model.getOpsets(function);
  body.nodes = function.nodes;
  body.arguments = &arguments;
  body.prefix = (name + "/").str();
  for (auto [index, input] : llvm::enumerate(function.inputs)) {
    Value value;
    if (index < call.inputs.size() && !call.inputs[index].empty()) {
      Expected<std::optional<Value>> argument =
          lookup(scope, call.inputs[index]);
      if (!argument)
        return fail(argument.takeError());
      if (!*argument)
        return fail(createStringError("input " + Twine(index) + " '" +
                                      call.inputs[index] + "' is not defined"));
      value = **argument;
    }
    if (Error error = define(body, input, value))
      return fail(std::move(error));
  }

  ++depth;
  callStack.push_back(&function);
  LogicalResult imported = importNodes(body);
  callStack.pop_back();
  --depth;
  if (failed(imported))
    return failure();

  for (auto [formal, actual] : llvm::zip(function.outputs, call.outputs)) {
    if (actual.empty())
      continue;
    Expected<std::optional<Value>> result = lookup(body, formal);
    if (!result)
      return fail(result.takeError());
    if (!*result || !**result)
      return fail(createStringError("output '" + formal +
                                    "' is not defined in the function"));
    if (Error error = define(scope, actual, **result))
      return fail(std::move(error));
  }
  return success();
}
