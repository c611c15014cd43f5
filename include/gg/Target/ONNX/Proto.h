//===- Proto.h - The messages of an ONNX file -------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TARGET_ONNX_PROTO_H
#define GG_TARGET_ONNX_PROTO_H

#include "gg/Target/ONNX/WireReader.h"

#include "llvm/ADT/STLFunctionalExtras.h"
#include <optional>
#include <vector>

namespace gg::proto {

// The messages of onnx.proto as views of the mapped file: names and payloads
// are StringRefs into it. Fields that a compiler has no use for (doc strings,
// metadata, value_info, training) are skipped. No parser recurses: an
// attribute keeps its bytes, and its graph is parsed when it is asked for.

struct TensorProto {
  llvm::StringRef name;
  int64_t dataType = 0;
  llvm::SmallVector<int64_t, 4> dims;
  /// raw_data, whose absence is told from emptiness.
  std::optional<llvm::StringRef> raw;
  bool isExternal = false;
  /// The keys of external_data that the standard gives a meaning.
  std::optional<llvm::StringRef> location, offset, length;
  /// Bit n: the typed field n (float_data …) occurs.
  unsigned typedFields = 0;
  /// Where the typed fields are read from.
  Message body;
};

enum class AttributeType {
  Undefined = 0,
  Float = 1,
  Int = 2,
  String = 3,
  Tensor = 4,
  Graph = 5,
  Floats = 6,
  Ints = 7,
  Strings = 8,
};

struct GraphProto;

struct AttributeProto {
  llvm::StringRef name;
  llvm::StringRef refName;
  /// One of AttributeType, or a number that is none of them.
  int64_t type = 0;
  Message body;

  bool is(AttributeType expected) const { return type == int64_t(expected); }

  // The value, which is read anew by each call. The caller has looked at the
  // type; a value that was left out is the zero of its type, as in proto3,
  // save for tensors and graphs, which have none.
  llvm::Expected<int64_t> getInt() const;
  llvm::Expected<float> getFloat() const;
  llvm::Expected<llvm::StringRef> getString() const;
  llvm::Expected<TensorProto> getTensor() const;
  llvm::Expected<GraphProto> getGraph() const;
  llvm::Expected<llvm::SmallVector<int64_t>> getInts() const;
  llvm::Expected<llvm::SmallVector<float>> getFloats() const;
  llvm::Expected<llvm::SmallVector<llvm::StringRef>> getStrings() const;
};

struct NodeProto {
  llvm::StringRef name, opType, domain, overload;
  std::vector<llvm::StringRef> inputs, outputs;
  std::vector<AttributeProto> attributes;

  /// Calls `visit` with each graph among the attributes, up to an error.
  llvm::Error
  forEachGraph(llvm::function_ref<llvm::Error(const GraphProto &)> visit) const;
};

struct Dimension {
  /// Either, or neither where the dimension is unknown.
  std::optional<int64_t> value;
  llvm::StringRef param;
};

struct TypeProto {
  enum class Kind { None, Tensor, Sequence, Map, Sparse, Optional, Other };
  Kind kind = Kind::None;
  // Of a tensor:
  int64_t elementType = 0;
  std::optional<std::vector<Dimension>> shape;
};

struct ValueInfoProto {
  llvm::StringRef name;
  TypeProto type;
};

struct GraphProto {
  llvm::StringRef name;
  std::vector<NodeProto> nodes;
  std::vector<TensorProto> initializers;
  std::vector<ValueInfoProto> inputs, outputs;
  bool hasSparseInitializers = false;
};

struct OperatorSetId {
  llvm::StringRef domain;
  int64_t version = 0;
};

struct FunctionProto {
  llvm::StringRef name, domain, overload;
  std::vector<llvm::StringRef> inputs, outputs;
  /// Attributes without and with a default value.
  std::vector<llvm::StringRef> attributes;
  std::vector<AttributeProto> attributeDefaults;
  std::vector<NodeProto> nodes;
  std::vector<OperatorSetId> opsets;
};

struct ModelProto {
  std::optional<GraphProto> graph;
  std::vector<OperatorSetId> opsets;
  std::vector<FunctionProto> functions;
};

/// Reads the bytes of a model or a tensor, which must outlive the result.
llvm::Expected<ModelProto> parseModel(llvm::StringRef bytes);
llvm::Expected<TensorProto> parseTensor(Message message);

} // namespace gg::proto

#endif // GG_TARGET_ONNX_PROTO_H
