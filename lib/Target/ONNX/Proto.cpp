//===- Proto.cpp - The messages of an ONNX file ---------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Target/ONNX/Proto.h"

using namespace llvm;
using namespace gg::proto;

static Error parseExternalData(Message message, TensorProto &tensor) {
  WireReader reader(message, "StringStringEntryProto");
  StringRef key, value;
  while (reader.next()) {
    switch (reader.field()) {
    case 1:
      key = reader.bytes();
      break;
    case 2:
      value = reader.bytes();
      break;
    }
  }
  if (key == "location")
    tensor.location = value;
  else if (key == "offset")
    tensor.offset = value;
  else if (key == "length")
    tensor.length = value;
  return reader.takeError();
}

static Error parseTensor(Message message, TensorProto &tensor) {
  WireReader reader(message, "TensorProto");
  tensor.body = message;
  while (reader.next()) {
    switch (reader.field()) {
    case 1:
      reader.append(tensor.dims);
      break;
    case 2:
      tensor.dataType = reader.integer();
      break;
    case 3:
      reader.fail("segmented tensors are not supported");
      break;
    case 4:
    case 5:
    case 6:
    case 7:
    case 10:
    case 11:
      tensor.typedFields |= 1u << reader.field();
      break;
    case 8:
      tensor.name = reader.bytes();
      break;
    case 9:
      tensor.raw = reader.bytes();
      break;
    case 13:
      reader.check(parseExternalData(reader.message(), tensor));
      break;
    case 14:
      tensor.isExternal = reader.integer() == 1;
      break;
    }
  }
  return reader.takeError();
}

static Error parseAttribute(Message message, AttributeProto &attribute) {
  WireReader reader(message, "AttributeProto");
  attribute.body = message;
  // Files of IR version 1 have no type; there the one value present tells it.
  int64_t implied = 0;
  while (reader.next()) {
    switch (reader.field()) {
    case 1:
      attribute.name = reader.bytes();
      break;
    case 2:
    case 3:
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
    case 9:
      // Field n holds the value of type n - 1.
      implied = reader.field() - 1;
      break;
    case 20:
      attribute.type = reader.integer();
      break;
    case 21:
      attribute.refName = reader.bytes();
      break;
    }
  }
  if (attribute.type == 0)
    attribute.type = implied;
  return reader.takeError();
}

/// Parses a message as one more element of `list`.
template <typename T>
static void parseInto(WireReader &reader, std::vector<T> &list,
                      Error (*parse)(Message, T &)) {
  reader.check(parse(reader.message(), list.emplace_back()));
}

static Error parseNode(Message message, NodeProto &node) {
  WireReader reader(message, "NodeProto");
  while (reader.next()) {
    switch (reader.field()) {
    case 1:
      node.inputs.push_back(reader.bytes());
      break;
    case 2:
      node.outputs.push_back(reader.bytes());
      break;
    case 3:
      node.name = reader.bytes();
      break;
    case 4:
      node.opType = reader.bytes();
      break;
    case 5:
      parseInto(reader, node.attributes, parseAttribute);
      break;
    case 7:
      node.domain = reader.bytes();
      break;
    case 8:
      node.overload = reader.bytes();
      break;
    }
  }
  return reader.takeError();
}

static Error parseDimension(Message message, Dimension &dim) {
  WireReader reader(message, "TensorShapeProto.Dimension");
  while (reader.next()) {
    switch (reader.field()) {
    case 1:
      dim.value = reader.integer();
      break;
    case 2:
      dim.param = reader.bytes();
      break;
    }
  }
  return reader.takeError();
}

static Error parseShape(Message message, std::vector<Dimension> &shape) {
  WireReader reader(message, "TensorShapeProto");
  while (reader.next())
    if (reader.field() == 1)
      parseInto(reader, shape, parseDimension);
  return reader.takeError();
}

static Error parseTensorType(Message message, TypeProto &type) {
  WireReader reader(message, "TypeProto.Tensor");
  while (reader.next()) {
    switch (reader.field()) {
    case 1:
      type.elementType = reader.integer();
      break;
    case 2:
      if (type.shape)
        reader.fail("a second shape");
      else
        reader.check(parseShape(reader.message(), type.shape.emplace()));
      break;
    }
  }
  return reader.takeError();
}

static Error parseType(Message message, TypeProto &type) {
  WireReader reader(message, "TypeProto");
  auto setKind = [&](TypeProto::Kind kind) {
    if (type.kind != TypeProto::Kind::None)
      reader.fail("a second type");
    type.kind = kind;
  };
  while (reader.next()) {
    switch (reader.field()) {
    case 1:
      setKind(TypeProto::Kind::Tensor);
      reader.check(parseTensorType(reader.message(), type));
      break;
    case 4:
      setKind(TypeProto::Kind::Sequence);
      break;
    case 5:
      setKind(TypeProto::Kind::Map);
      break;
    case 7:
      setKind(TypeProto::Kind::Other);
      break;
    case 8:
      setKind(TypeProto::Kind::Sparse);
      break;
    case 9:
      setKind(TypeProto::Kind::Optional);
      break;
    }
  }
  return reader.takeError();
}

static Error parseValueInfo(Message message, ValueInfoProto &value) {
  WireReader reader(message, "ValueInfoProto");
  while (reader.next()) {
    switch (reader.field()) {
    case 1:
      value.name = reader.bytes();
      break;
    case 2:
      reader.check(parseType(reader.message(), value.type));
      break;
    }
  }
  return reader.takeError();
}

static Error parseGraph(Message message, GraphProto &graph) {
  WireReader reader(message, "GraphProto");
  while (reader.next()) {
    switch (reader.field()) {
    case 1:
      parseInto(reader, graph.nodes, parseNode);
      break;
    case 2:
      graph.name = reader.bytes();
      break;
    case 5:
      parseInto(reader, graph.initializers, parseTensor);
      break;
    case 11:
      parseInto(reader, graph.inputs, parseValueInfo);
      break;
    case 12:
      parseInto(reader, graph.outputs, parseValueInfo);
      break;
    case 15:
      graph.hasSparseInitializers = true;
      break;
    }
  }
  return reader.takeError();
}

static Error parseOperatorSet(Message message, OperatorSetId &opset) {
  WireReader reader(message, "OperatorSetIdProto");
  while (reader.next()) {
    switch (reader.field()) {
    case 1:
      opset.domain = reader.bytes();
      break;
    case 2:
      opset.version = reader.integer();
      break;
    }
  }
  return reader.takeError();
}

static Error parseFunction(Message message, FunctionProto &function) {
  WireReader reader(message, "FunctionProto");
  while (reader.next()) {
    switch (reader.field()) {
    case 1:
      function.name = reader.bytes();
      break;
    case 4:
      function.inputs.push_back(reader.bytes());
      break;
    case 5:
      function.outputs.push_back(reader.bytes());
      break;
    case 6:
      function.attributes.push_back(reader.bytes());
      break;
    case 7:
      parseInto(reader, function.nodes, parseNode);
      break;
    case 9:
      parseInto(reader, function.opsets, parseOperatorSet);
      break;
    case 10:
      function.domain = reader.bytes();
      break;
    case 11:
      parseInto(reader, function.attributeDefaults, parseAttribute);
      break;
    case 13:
      function.overload = reader.bytes();
      break;
    }
  }
  return reader.takeError();
}

Expected<ModelProto> gg::proto::parseModel(StringRef bytes) {
  WireReader reader({bytes, bytes.data()}, "ModelProto");
  ModelProto model;
  while (reader.next()) {
    switch (reader.field()) {
    case 7:
      if (model.graph)
        reader.fail("a second graph");
      else
        reader.check(parseGraph(reader.message(), model.graph.emplace()));
      break;
    case 8:
      parseInto(reader, model.opsets, parseOperatorSet);
      break;
    case 25:
      parseInto(reader, model.functions, parseFunction);
      break;
    }
  }
  if (Error error = reader.takeError())
    return std::move(error);
  return std::move(model);
}

Expected<TensorProto> gg::proto::parseTensor(Message message) {
  TensorProto tensor;
  if (Error error = ::parseTensor(message, tensor))
    return std::move(error);
  return std::move(tensor);
}

//===----------------------------------------------------------------------===//
// Attribute values
//===----------------------------------------------------------------------===//

/// Calls `read` at each occurrence of the field that holds a value of `type`.
template <typename T, typename Read>
static Expected<T> readValue(Message body, AttributeType type, T value,
                             Read read) {
  WireReader reader(body, "AttributeProto");
  while (reader.next())
    if (reader.field() == unsigned(type) + 1)
      read(reader, value);
  if (Error error = reader.takeError())
    return std::move(error);
  return std::move(value);
}

Expected<int64_t> AttributeProto::getInt() const {
  return readValue(body, AttributeType::Int, int64_t(0),
                   [](WireReader &r, int64_t &value) { value = r.integer(); });
}

Expected<float> AttributeProto::getFloat() const {
  return readValue(body, AttributeType::Float, 0.0f,
                   [](WireReader &r, float &value) { value = r.real(); });
}

Expected<StringRef> AttributeProto::getString() const {
  return readValue(body, AttributeType::String, StringRef(),
                   [](WireReader &r, StringRef &value) { value = r.bytes(); });
}

Expected<SmallVector<int64_t>> AttributeProto::getInts() const {
  return readValue(body, AttributeType::Ints, SmallVector<int64_t>(),
                   [](WireReader &r, auto &values) { r.append(values); });
}

Expected<SmallVector<float>> AttributeProto::getFloats() const {
  return readValue(body, AttributeType::Floats, SmallVector<float>(),
                   [](WireReader &r, auto &values) { r.append(values); });
}

Expected<SmallVector<StringRef>> AttributeProto::getStrings() const {
  return readValue(
      body, AttributeType::Strings, SmallVector<StringRef>(),
      [](WireReader &r, auto &values) { values.push_back(r.bytes()); });
}

/// The embedded message of `type`, of which there must be one.
static Expected<Message> readMessage(const AttributeProto &attribute,
                                     AttributeType type) {
  auto message = readValue(attribute.body, type, std::optional<Message>(),
                           [](WireReader &r, std::optional<Message> &value) {
                             if (value)
                               r.fail("a second value");
                             value = r.message();
                           });
  if (!message)
    return message.takeError();
  if (!*message)
    return createStringError("attribute '" + attribute.name +
                             "' has no value of its type");
  return **message;
}

Expected<TensorProto> AttributeProto::getTensor() const {
  Expected<Message> message = readMessage(*this, AttributeType::Tensor);
  if (!message)
    return message.takeError();
  return parseTensor(*message);
}

Expected<GraphProto> AttributeProto::getGraph() const {
  Expected<Message> message = readMessage(*this, AttributeType::Graph);
  if (!message)
    return message.takeError();
  GraphProto graph;
  if (Error error = parseGraph(*message, graph))
    return std::move(error);
  return std::move(graph);
}

Error NodeProto::forEachGraph(
    function_ref<Error(const GraphProto &)> visit) const {
  for (const AttributeProto &attribute : attributes) {
    if (!attribute.is(AttributeType::Graph) || !attribute.refName.empty())
      continue;
    Expected<GraphProto> graph = attribute.getGraph();
    if (!graph)
      return graph.takeError();
    if (Error error = visit(*graph))
      return error;
  }
  return Error::success();
}
