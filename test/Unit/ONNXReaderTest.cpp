//===- ONNXReaderTest.cpp - The reader of ONNX files ----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ONNXBytes.h"
#include "gg/Target/ONNX/Proto.h"

#include "gtest/gtest.h"

using namespace gg::proto;
using namespace gg::test;

namespace {

/// The error of walking `bytes` whole, "" if there is none.
std::string walk(llvm::StringRef bytes) {
  WireReader reader({bytes, bytes.data()}, "M");
  while (reader.next()) {
  }
  return toString(reader.takeError());
}

std::string parseError(llvm::StringRef bytes) {
  llvm::Expected<ModelProto> model = parseModel(bytes);
  return model ? "" : toString(model.takeError());
}

TEST(WireReader, ReadsEachWireType) {
  Bytes bytes;
  bytes.integer(1, -2).real(2, 1.5f).bytes(3, "abc").key(4, 1).plain(2.5);
  WireReader reader({bytes.data, bytes.data.data()}, "M");
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.field(), 1u);
  EXPECT_EQ(reader.integer(), -2);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.real(), 1.5f);
  ASSERT_TRUE(reader.next());
  EXPECT_EQ(reader.bytes(), "abc");
  ASSERT_TRUE(reader.next());
  llvm::SmallVector<double> doubles;
  reader.append(doubles);
  EXPECT_EQ(doubles, (llvm::SmallVector<double>{2.5}));
  EXPECT_FALSE(reader.next());
  EXPECT_EQ(toString(reader.takeError()), "");
}

TEST(WireReader, ReadsRepeatedFieldsPackedOrNot) {
  Bytes bytes;
  bytes.integer(1, 1)
      .bytes(1, Bytes().varint(2).varint(300).data)
      .integer(1, 4);
  bytes.real(2, 1).bytes(2, Bytes().plain(2.0f).plain(3.0f).data);
  WireReader reader({bytes.data, bytes.data.data()}, "M");
  llvm::SmallVector<int64_t> ints;
  llvm::SmallVector<float> floats;
  while (reader.next()) {
    if (reader.field() == 1)
      reader.append(ints);
    else
      reader.append(floats);
  }
  EXPECT_EQ(toString(reader.takeError()), "");
  EXPECT_EQ(ints, (llvm::SmallVector<int64_t>{1, 2, 300, 4}));
  EXPECT_EQ(floats, (llvm::SmallVector<float>{1, 2, 3}));
}

TEST(WireReader, SkipsUnknownFields) {
  EXPECT_EQ(
      walk(Bytes().integer(99, 1).bytes(100, "x").real(536870911, 1).data), "");
}

TEST(WireReader, RefusesMalformedBytes) {
  EXPECT_EQ(walk("\x08"), "byte 0: field 1 of M: truncated varint");
  EXPECT_EQ(walk("\x80"), "byte 0: M: truncated varint");
  EXPECT_EQ(walk(Bytes().key(1, 0).raw(std::string(10, '\xff')).data),
            "byte 0: field 1 of M: expected a varint of at most 64 bits");
  EXPECT_EQ(walk(Bytes().varint(3).data),
            "byte 0: M: expected a field number from 1 to 536870911 but got 0");
  EXPECT_EQ(walk(Bytes().varint(uint64_t(1) << 40).data),
            "byte 0: M: expected a field number from 1 to 536870911 but got "
            "137438953472");
  EXPECT_EQ(walk(Bytes().key(1, 3).data),
            "byte 0: field 1 of M: expected wire type 0, 1, 2 or 5 but got 3");
  EXPECT_EQ(walk(Bytes().key(1, 5).raw("abc").data),
            "byte 0: field 1 of M: expected 4 bytes but the message ends "
            "after 3");
  EXPECT_EQ(walk(Bytes().key(1, 1).raw("abc").data),
            "byte 0: field 1 of M: expected 8 bytes but the message ends "
            "after 3");
}

TEST(WireReader, RefusesLengthsBeyondTheMessage) {
  EXPECT_EQ(walk(Bytes().integer(1, 1).key(2, 2).varint(5).raw("abcd").data),
            "byte 2: field 2 of M: expected 5 bytes but the message ends "
            "after 4");
  EXPECT_EQ(walk(Bytes().key(2, 2).varint(~uint64_t(0)).data),
            "byte 0: field 2 of M: expected 18446744073709551615 bytes but "
            "the message ends after 0");
}

TEST(WireReader, RefusesTheWrongWireType) {
  auto error = [](const Bytes &bytes, auto access) {
    WireReader reader({bytes.data, bytes.data.data()}, "M");
    EXPECT_TRUE(reader.next());
    access(reader);
    EXPECT_FALSE(reader.next());
    return toString(reader.takeError());
  };
  EXPECT_EQ(error(Bytes().bytes(1, "a"), [](auto &r) { r.integer(); }),
            "byte 0: field 1 of M: expected a varint but got a "
            "length-delimited value");
  EXPECT_EQ(error(Bytes().integer(1, 1), [](auto &r) { r.bytes(); }),
            "byte 0: field 1 of M: expected a length-delimited value but got "
            "a varint");
  EXPECT_EQ(error(Bytes().key(1, 1).plain(1.0), [](auto &r) { r.real(); }),
            "byte 0: field 1 of M: expected 4 bytes but got 8 bytes");
  llvm::SmallVector<float> floats;
  EXPECT_EQ(
      error(Bytes().bytes(1, "abcde"), [&](auto &r) { r.append(floats); }),
      "byte 0: field 1 of M: expected a multiple of 4 bytes but got 5");
  llvm::SmallVector<int64_t> ints;
  EXPECT_EQ(error(Bytes().bytes(1, "\x80"), [&](auto &r) { r.append(ints); }),
            "byte 0: field 1 of M: truncated varint");
  EXPECT_EQ(error(Bytes().real(1, 1), [&](auto &r) { r.append(ints); }),
            "byte 0: field 1 of M: expected a length-delimited value but got "
            "4 bytes");
}

TEST(Proto, ReadsAModel) {
  Bytes function;
  function.bytes(1, "f").bytes(4, "x").bytes(5, "y").bytes(6, "alpha");
  function.message(7, makeNode("n", "Abs", {"x"}, {"y"}));
  function.message(9, makeOpset("", 20)).bytes(10, "local");
  function.message(11, makeInt("beta", 3)).bytes(13, "v2");
  Bytes bytes = makeModel(
      makeGraph({{makeNode("a", "Add", {"x", "w"}, {"y"}, {makeInt("i", 7)})},
                 {makeValue("x", 1, {2, -1})},
                 {makeValue("y", 1, {2, -1})},
                 {makeTensor("w", 1, {1}, std::string(4, '\0'))}}));
  bytes.message(25, function);
  llvm::Expected<ModelProto> model = parseModel(bytes.data);
  ASSERT_TRUE(bool(model));
  ASSERT_EQ(model->opsets.size(), 1u);
  EXPECT_EQ(model->opsets[0].version, 24);

  const GraphProto &graph = *model->graph;
  EXPECT_EQ(graph.name, "g");
  ASSERT_EQ(graph.nodes.size(), 1u);
  EXPECT_EQ(graph.nodes[0].opType, "Add");
  EXPECT_EQ(graph.nodes[0].inputs, (std::vector<llvm::StringRef>{"x", "w"}));
  ASSERT_EQ(graph.nodes[0].attributes.size(), 1u);
  EXPECT_EQ(*graph.nodes[0].attributes[0].getInt(), 7);
  ASSERT_EQ(graph.inputs.size(), 1u);
  const TypeProto &type = graph.inputs[0].type;
  EXPECT_EQ(type.kind, TypeProto::Kind::Tensor);
  EXPECT_EQ(*(*type.shape)[0].value, 2);
  EXPECT_FALSE((*type.shape)[1].value);
  EXPECT_EQ((*type.shape)[1].param, "n");
  ASSERT_EQ(graph.initializers.size(), 1u);
  EXPECT_EQ(graph.initializers[0].raw->size(), 4u);

  ASSERT_EQ(model->functions.size(), 1u);
  EXPECT_EQ(model->functions[0].domain, "local");
  EXPECT_EQ(model->functions[0].overload, "v2");
  EXPECT_EQ(model->functions[0].attributes[0], "alpha");
  EXPECT_EQ(model->functions[0].attributeDefaults[0].name, "beta");
}

TEST(Proto, ReadsAttributesOfEachType) {
  auto attribute = [](const Bytes &value) {
    Bytes node;
    node.message(5, value);
    return makeModel(Bytes().message(1, node)).data;
  };
  auto get = [](llvm::StringRef bytes) {
    return parseModel(bytes)->graph->nodes[0].attributes[0];
  };
  std::string bytes = attribute(Bytes().real(2, 0.5f).integer(20, 1));
  EXPECT_EQ(*get(bytes).getFloat(), 0.5f);
  bytes = attribute(Bytes().bytes(4, "s").integer(20, 3));
  EXPECT_EQ(*get(bytes).getString(), "s");
  bytes = attribute(Bytes().real(7, 1).real(7, 2).integer(20, 6));
  EXPECT_EQ(*get(bytes).getFloats(), (llvm::SmallVector<float>{1, 2}));
  bytes = attribute(Bytes().integer(8, 1).integer(8, -1).integer(20, 7));
  EXPECT_EQ(*get(bytes).getInts(), (llvm::SmallVector<int64_t>{1, -1}));
  bytes = attribute(Bytes().bytes(9, "a").bytes(9, "b").integer(20, 8));
  EXPECT_EQ(*get(bytes).getStrings(),
            (llvm::SmallVector<llvm::StringRef>{"a", "b"}));
  bytes =
      attribute(Bytes().message(5, makeTensor("t", 1, {0}, "")).integer(20, 4));
  EXPECT_EQ(get(bytes).getTensor()->name, "t");
  bytes = attribute(Bytes().message(6, makeGraph({})).integer(20, 5));
  EXPECT_EQ(get(bytes).getGraph()->name, "g");
  // Before IR version 2 the type is not written.
  bytes = attribute(Bytes().integer(3, 4));
  EXPECT_TRUE(get(bytes).is(AttributeType::Int));
  // A value that is the default of its type may be left out.
  bytes = attribute(Bytes().integer(20, 2));
  EXPECT_EQ(*get(bytes).getInt(), 0);
}

TEST(Proto, RefusesAmbiguousMessages) {
  EXPECT_EQ(parseError(Bytes().message(7, {}).message(7, {}).data),
            "byte 2: field 7 of ModelProto: a second graph");
  Bytes tensorType;
  tensorType.message(2, {}).message(2, {});
  auto input = [](const Bytes &type) {
    Bytes value;
    value.message(2, type);
    return makeModel(Bytes().message(11, value)).data;
  };
  EXPECT_NE(parseError(input(Bytes().message(1, tensorType)))
                .find("TypeProto.Tensor: a second shape"),
            std::string::npos);
  EXPECT_NE(parseError(input(Bytes().message(1, {}).message(4, {})))
                .find("TypeProto: a second type"),
            std::string::npos);
  Bytes segmented;
  segmented.message(3, {});
  EXPECT_NE(parseError(makeModel(Bytes().message(5, segmented)).data)
                .find("TensorProto: segmented tensors are not supported"),
            std::string::npos);
}

TEST(Proto, RefusesGraphAttributesWithoutExactlyOneGraph) {
  auto error = [](const Bytes &attribute) {
    Bytes node;
    node.message(5, attribute);
    std::string bytes = makeModel(Bytes().message(1, node)).data;
    llvm::Expected<ModelProto> model = parseModel(bytes);
    llvm::Expected<GraphProto> graph =
        model->graph->nodes[0].attributes[0].getGraph();
    return graph ? "" : toString(graph.takeError());
  };
  EXPECT_EQ(error(Bytes().bytes(1, "body").integer(20, 5)),
            "attribute 'body' has no value of its type");
  EXPECT_NE(error(Bytes().message(6, {}).message(6, {}).integer(20, 5))
                .find("a second value"),
            std::string::npos);
  EXPECT_NE(error(Bytes().message(6, Bytes().raw("\x0f")).integer(20, 5))
                .find("GraphProto: expected wire type"),
            std::string::npos);
}

/// Every prefix of a model, and every single flipped bit, either parses or
/// gives an error; the sanitizers watch the rest.
TEST(Proto, SurvivesTruncationAndBitFlips) {
  std::string bytes =
      makeModel(makeGraph({{makeNode("a", "Add", {"x", "w"}, {"y"},
                                     {makeInt("i", 7)})},
                           {makeValue("x", 1, {2, -1})},
                           {makeValue("y", 1, {2, -1})},
                           {makeTensor("w", 1, {1}, std::string(4, '\0'))}}))
          .data;
  unsigned refused = 0;
  for (size_t length = 0; length < bytes.size(); ++length)
    refused += !parseError(llvm::StringRef(bytes).take_front(length)).empty();
  EXPECT_GT(refused, bytes.size() / 2);
  for (size_t bit = 0; bit < bytes.size() * 8; ++bit) {
    std::string flipped = bytes;
    flipped[bit / 8] ^= 1 << bit % 8;
    parseError(flipped);
  }
}

} // namespace
