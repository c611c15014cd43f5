//===- ONNXBytes.h - ONNX files, byte by byte -----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TEST_UNIT_ONNXBYTES_H
#define GG_TEST_UNIT_ONNXBYTES_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Endian.h"

#include <initializer_list>
#include <string>

namespace gg::test {

/// A protobuf message under construction. It writes whatever it is told, also
/// what no writer would.
class Bytes {
public:
  Bytes &varint(uint64_t value) {
    for (; value >= 0x80; value >>= 7)
      data.push_back(char(value | 0x80));
    data.push_back(char(value));
    return *this;
  }
  Bytes &key(unsigned field, unsigned type) {
    return varint(uint64_t(field) << 3 | type);
  }
  Bytes &raw(llvm::StringRef bytes) {
    data += bytes.str();
    return *this;
  }
  Bytes &integer(unsigned field, int64_t value) {
    return key(field, 0).varint(uint64_t(value));
  }
  Bytes &bytes(unsigned field, llvm::StringRef value) {
    return key(field, 2).varint(value.size()).raw(value);
  }
  Bytes &message(unsigned field, const Bytes &value) {
    return bytes(field, value.data);
  }
  Bytes &real(unsigned field, float value) {
    return key(field, 5).plain(value);
  }
  /// The little-endian bytes of a number.
  template <typename T> Bytes &plain(T value) {
    char buffer[sizeof(T)];
    llvm::support::endian::write<T, llvm::endianness::little>(buffer, value);
    return raw(llvm::StringRef(buffer, sizeof(T)));
  }

  std::string data;
};

inline Bytes makeTensor(llvm::StringRef name, int type,
                        std::initializer_list<int64_t> dims,
                        llvm::StringRef raw) {
  Bytes tensor;
  for (int64_t dim : dims)
    tensor.integer(1, dim);
  tensor.integer(2, type).bytes(8, name).bytes(9, raw);
  return tensor;
}

inline Bytes makeExternal(llvm::StringRef name,
                          std::initializer_list<int64_t> dims,
                          llvm::StringRef location, llvm::StringRef offset,
                          llvm::StringRef length) {
  Bytes tensor;
  for (int64_t dim : dims)
    tensor.integer(1, dim);
  tensor.integer(2, 1).bytes(8, name).integer(14, 1);
  auto entry = [&](llvm::StringRef key, llvm::StringRef value) {
    if (!value.empty())
      tensor.message(13, Bytes().bytes(1, key).bytes(2, value));
  };
  entry("location", location);
  entry("offset", offset);
  entry("length", length);
  return tensor;
}

inline Bytes makeNode(llvm::StringRef name, llvm::StringRef op,
                      std::initializer_list<llvm::StringRef> inputs,
                      std::initializer_list<llvm::StringRef> outputs,
                      std::initializer_list<Bytes> attributes = {},
                      llvm::StringRef domain = "") {
  Bytes node;
  for (llvm::StringRef input : inputs)
    node.bytes(1, input);
  for (llvm::StringRef output : outputs)
    node.bytes(2, output);
  node.bytes(3, name).bytes(4, op);
  for (const Bytes &attribute : attributes)
    node.message(5, attribute);
  return node.bytes(7, domain);
}

inline Bytes makeInt(llvm::StringRef name, int64_t value) {
  return Bytes().bytes(1, name).integer(3, value).integer(20, 2);
}

/// A tensor value; a negative dim is the symbol "n".
inline Bytes makeValue(llvm::StringRef name, int type,
                       std::initializer_list<int64_t> dims) {
  Bytes shape;
  for (int64_t dim : dims)
    shape.message(1, dim < 0 ? Bytes().bytes(2, "n") : Bytes().integer(1, dim));
  Bytes tensor;
  tensor.integer(1, type).message(2, shape);
  return Bytes().bytes(1, name).message(2, Bytes().message(1, tensor));
}

struct GraphParts {
  std::initializer_list<Bytes> nodes;
  std::initializer_list<Bytes> inputs;
  std::initializer_list<Bytes> outputs;
  std::initializer_list<Bytes> initializers = {};
};

inline Bytes makeGraph(const GraphParts &parts) {
  Bytes graph;
  for (const Bytes &node : parts.nodes)
    graph.message(1, node);
  graph.bytes(2, "g");
  for (const Bytes &tensor : parts.initializers)
    graph.message(5, tensor);
  for (const Bytes &value : parts.inputs)
    graph.message(11, value);
  for (const Bytes &value : parts.outputs)
    graph.message(12, value);
  return graph;
}

inline Bytes makeOpset(llvm::StringRef domain, int64_t version) {
  return Bytes().bytes(1, domain).integer(2, version);
}

inline Bytes makeModel(const Bytes &graph, int64_t opset = 24) {
  return Bytes().integer(1, 10).message(7, graph).message(8,
                                                          makeOpset("", opset));
}

} // namespace gg::test

#endif // GG_TEST_UNIT_ONNXBYTES_H
