//===- ONNXImportTest.cpp - Import of ONNX models -------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ONNXBytes.h"
#include "TemporaryFolder.h"
#include "gg/Target/ONNX/ImportONNX.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/MLIRContext.h"

#include "gtest/gtest.h"

#include <fstream>

using namespace gg;
using namespace gg::test;

namespace {

/// The diagnostics of importing `model`, one a line; "" if it succeeds.
std::string importError(const Bytes &model) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  std::string messages;
  mlir::ScopedDiagnosticHandler handler(
      &context, [&](mlir::Diagnostic &d) { messages += d.str() + "\n"; });
  auto owner = std::make_shared<const std::string>(model.data);
  mlir::OwningOpRef<mlir::ModuleOp> module =
      importONNX(*owner, owner, "model.onnx", &context);
  EXPECT_EQ(bool(module), messages.empty());
  return messages;
}

/// A model of one node from x to y, both tensors of two floats.
Bytes makeUnary(const Bytes &node) {
  return makeModel(
      makeGraph({{node}, {makeValue("x", 1, {2})}, {makeValue("y", 1, {2})}}));
}

TEST(ImportONNX, AcceptsAModel) {
  EXPECT_EQ(importError(makeUnary(makeNode("n", "Abs", {"x"}, {"y"}))), "");
}

TEST(ImportONNX, KeepsLargeConstantsInTheFile) {
  std::string weights(4096, '\1');
  auto owner = std::make_shared<const std::string>(
      makeModel(makeGraph({{makeNode("n", "Add", {"x", "w"}, {"y"})},
                           {makeValue("x", 1, {1024})},
                           {makeValue("y", 1, {1024})},
                           {makeTensor("w", 1, {1024}, weights)}}))
          .data);
  std::weak_ptr<const std::string> alive = owner;
  {
    mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
    auto module = importONNX(*owner, owner, "model.onnx", &context);
    ASSERT_TRUE(bool(module));
    llvm::StringRef bytes = *owner;
    owner.reset();
    EXPECT_FALSE(alive.expired());
    mlir::DenseResourceElementsAttr resource;
    module->walk([&](mlir::Operation *op) {
      if (auto value =
              op->getAttrOfType<mlir::DenseResourceElementsAttr>("value"))
        resource = value;
    });
    ASSERT_TRUE(bool(resource));
    EXPECT_GE(resource.getData().data(), bytes.begin());
    EXPECT_LE(resource.getData().end(), bytes.end());
  }
  EXPECT_TRUE(alive.expired());
}

TEST(ImportONNX, ListsUnsupportedOperatorsAtOnce) {
  Bytes graph = makeGraph(
      {{makeNode("a", "Foo", {"x"}, {"1"}),
        makeNode("b", "Bar", {"1"}, {"2"}, {}, "com.maker"),
        makeNode("", "Foo", {"2"}, {"3"}), makeNode("c", "Abs", {"3"}, {"y"})},
       {makeValue("x", 1, {2})},
       {makeValue("y", 1, {2})}});
  Bytes model = makeModel(graph).message(8, makeOpset("com.maker", 3));
  EXPECT_EQ(importError(model),
            "operator 'Foo' of operator set 24: not supported; used by 2 "
            "nodes: 'a', 'Foo_2'\n"
            "operator 'com.maker.Bar' of operator set 3: not supported; used "
            "by 1 node: 'b'\n");
  TemporaryFolder folder;
  std::ofstream(folder / "model.onnx") << model.data;
  auto uses = listONNXOperators(folder / "model.onnx");
  ASSERT_TRUE(bool(uses));
  ASSERT_EQ(uses->size(), 3u);
  EXPECT_EQ((*uses)[0].getQualifiedName(), "Abs");
  EXPECT_TRUE((*uses)[0].isSupported());
  EXPECT_FALSE((*uses)[1].isSupported());
  EXPECT_EQ((*uses)[2].getQualifiedName(), "com.maker.Bar");
}

TEST(ImportONNX, RefusesOperatorSetsItDoesNotKnow) {
  Bytes graph = makeGraph({{makeNode("n", "Abs", {"x"}, {"y"})},
                           {makeValue("x", 1, {2})},
                           {makeValue("y", 1, {2})}});
  EXPECT_EQ(importError(makeModel(graph, 1000)),
            "operator 'Abs' of operator set 1000: expected an operator set "
            "from 1 to 28; used by 1 node: 'n'\n");
  EXPECT_EQ(importError(makeModel(graph, -1)),
            "operator 'Abs' of operator set -1: expected an operator set from "
            "1 to 28; used by 1 node: 'n'\n");
  EXPECT_EQ(importError(Bytes().message(7, graph)),
            "operator 'Abs': the model does not import this operator set; "
            "used by 1 node: 'n'\n");
  EXPECT_EQ(importError(makeModel(graph).message(8, makeOpset("ai.onnx", 9))),
            "operator set '' is imported in versions 24 and 9\n");
}

TEST(ImportONNX, RefusesGraphsThatAreNone) {
  EXPECT_EQ(importError({}),
            "expected an ONNX model but the file has no graph\n");
  auto graph = [](const GraphParts &parts) {
    return importError(makeModel(makeGraph(parts)));
  };
  EXPECT_EQ(graph({{makeNode("n", "Abs", {"z"}, {"y"})},
                   {makeValue("x", 1, {2})},
                   {makeValue("y", 1, {2})}}),
            "node 'n' (Abs): input 0 'z' is not defined\n");
  EXPECT_EQ(graph({{makeNode("a", "Abs", {"p"}, {"q"}),
                    makeNode("b", "Abs", {"q"}, {"p"})},
                   {},
                   {makeValue("p", 1, {2})}}),
            "node 'a' depends on a cycle of nodes\n");
  EXPECT_EQ(graph({{makeNode("a", "Abs", {"x"}, {"y"}),
                    makeNode("b", "Neg", {"x"}, {"y"})},
                   {makeValue("x", 1, {2})},
                   {makeValue("y", 1, {2})}}),
            "node 'b' (Neg): 'y' is defined twice\n");
  EXPECT_EQ(graph({{}, {makeValue("x", 1, {2}), makeValue("x", 1, {2})}, {}}),
            "input 'x' is defined twice\n");
  EXPECT_EQ(graph({{}, {makeValue("x", 1, {2})}, {makeValue("y", 1, {2})}}),
            "output 'y': no node defines it\n");
  EXPECT_EQ(graph({{}, {makeValue("x", 1, {2})}, {makeValue("x", 7, {2})}}),
            "output 'x': declared as tensor<2xi64> but it is "
            "tensor<2xf32>\n");
  EXPECT_EQ(graph({{}, {makeValue("x", 1, {2})}, {makeValue("x", 1, {3})}}),
            "output 'x': declared as tensor<3xf32> but it is "
            "tensor<2xf32>\n");
}

TEST(ImportONNX, RefusesInputsThatAreNoTensors) {
  auto input = [](const Bytes &type) {
    return importError(
        makeModel(Bytes().message(11, Bytes().bytes(1, "x").message(2, type))));
  };
  EXPECT_EQ(input(Bytes().message(4, {})),
            "input 'x': sequence types are not supported\n");
  EXPECT_EQ(input(Bytes().message(9, {})),
            "input 'x': optional types are not supported\n");
  EXPECT_EQ(input(Bytes().message(5, {})),
            "input 'x': expected a tensor type\n");
  EXPECT_EQ(input({}), "input 'x': expected a type but it has none\n");
  EXPECT_EQ(input(Bytes().message(1, Bytes().integer(1, 8))),
            "input 'x': element type STRING is not supported\n");
  auto shape = [&](std::initializer_list<int64_t> dims) {
    Bytes shape;
    for (int64_t dim : dims)
      shape.message(1, Bytes().integer(1, dim));
    return input(Bytes().message(1, Bytes().integer(1, 1).message(2, shape)));
  };
  EXPECT_EQ(shape({2, -1}), "");
  EXPECT_EQ(shape({-2}),
            "input 'x': expected a dimension of at least 0 but got -2\n");
  EXPECT_EQ(shape({int64_t(1) << 40, int64_t(1) << 40}),
            "input 'x': the shape has more elements than 64 bits hold\n");
}

TEST(ImportONNX, RefusesWrongNodes) {
  auto node = [](const Bytes &node) { return importError(makeUnary(node)); };
  EXPECT_EQ(node(makeNode("n", "Abs", {"x", "x"}, {"y"})),
            "node 'n' (Abs): expected at most 1 inputs but got 2\n");
  EXPECT_EQ(node(makeNode("n", "Abs", {"x"}, {"y", "z"})),
            "node 'n' (Abs): expected at most 1 outputs but got 2\n");
  EXPECT_EQ(node(makeNode("n", "Abs", {}, {"y"})),
            "node 'n' (Abs): expected an input or attribute that gives result "
            "0 its element type\n");
  EXPECT_EQ(node(makeNode("n", "Abs", {"x"}, {"y"}, {makeInt("odd", 1)})),
            "node 'n' (Abs): attribute 'odd' is not supported\n");
  EXPECT_EQ(node(makeNode("n", "Gather", {"x", "x"}, {"y"})).substr(0, 18),
            "node 'n' (Gather):");
  EXPECT_EQ(node(makeNode("n", "Softmax", {"x"}, {"y"},
                          {makeInt("axis", 1), makeInt("axis", 2)})),
            "node 'n' (Softmax): attribute 'axis' is given twice\n");
  Bytes real;
  real.bytes(1, "axis").real(2, 1).integer(20, 1);
  EXPECT_EQ(node(makeNode("n", "Softmax", {"x"}, {"y"}, {real})).substr(0, 25),
            "node 'n' (Softmax): attri");
  Bytes reference;
  reference.bytes(1, "axis").bytes(21, "a").integer(20, 2);
  EXPECT_EQ(node(makeNode("n", "Softmax", {"x"}, {"y"}, {reference})),
            "node 'n' (Softmax): attribute 'axis' refers to 'a' outside of a "
            "function\n");
  Bytes tensors;
  tensors.bytes(1, "axis").integer(20, 9);
  EXPECT_EQ(node(makeNode("n", "Softmax", {"x"}, {"y"}, {tensors})),
            "node 'n' (Softmax): attribute 'axis': attribute type 9 is not "
            "supported\n");
  EXPECT_EQ(node(makeNode("n", "Constant", {}, {"y"})),
            "node 'n' (Constant): expected one attribute and no inputs\n");
}

/// f0 calls f1 twice, f1 calls f2 twice …
TEST(ImportONNX, BoundsWhatFunctionsUnfoldTo) {
  Bytes model = makeUnary(makeNode("n", "f0", {"x"}, {"y"}, {}, "local"));
  for (int i = 0; i < 40; ++i) {
    std::string callee = i == 39 ? "Abs" : "f" + std::to_string(i + 1);
    std::string domain = i == 39 ? "" : "local";
    Bytes function;
    function.bytes(1, "f" + std::to_string(i)).bytes(4, "a").bytes(5, "c");
    function.message(7, makeNode("p", callee, {"a"}, {"b"}, {}, domain));
    function.message(7, makeNode("q", callee, {"b"}, {"c"}, {}, domain));
    function.message(9, makeOpset("", 24)).bytes(10, "local");
    model.message(25, function);
  }
  EXPECT_NE(importError(model).find("expected at most 262144 nodes in all the "
                                    "calls of local functions together"),
            std::string::npos);
}

TEST(ImportONNX, RefusesEndlessRecursion) {
  Bytes model = makeUnary(makeNode("n", "f", {"x"}, {"y"}, {}, "local"));
  Bytes function;
  function.bytes(1, "f").bytes(4, "a").bytes(5, "b").bytes(10, "local");
  function.message(7, makeNode("m", "f", {"a"}, {"b"}, {}, "local"));
  EXPECT_EQ(importError(model.message(25, function)),
            "node 'n/m' (f): the function calls itself\n");
}

TEST(ImportONNX, BoundsTheDepthOfSubgraphs) {
  Bytes graph = makeGraph({{}, {}, {makeValue("x", 1, {2})}});
  for (int i = 0; i < 100; ++i) {
    Bytes branch;
    branch.bytes(1, "then_branch").message(6, graph).integer(20, 5);
    graph = makeGraph({{makeNode("n", "If", {"x"}, {"y"}, {branch})},
                       {},
                       {makeValue("y", 1, {2})}});
  }
  EXPECT_EQ(importError(makeModel(graph)),
            "expected sub-graphs and functions at most 64 deep\n");
}

TEST(ImportONNX, SaysWhatIsWrongWithTheFile) {
  mlir::MLIRContext context(mlir::MLIRContext::Threading::DISABLED);
  std::string message;
  mlir::ScopedDiagnosticHandler handler(
      &context, [&](mlir::Diagnostic &d) { message = d.str(); });
  EXPECT_FALSE(importONNX("no-such-file.onnx", &context));
  EXPECT_EQ(message, "No such file or directory");
  EXPECT_EQ(toString(listONNXOperators("no-such-file.onnx").takeError()),
            "No such file or directory");
}

} // namespace
