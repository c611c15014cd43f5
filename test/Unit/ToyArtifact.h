//===- ToyArtifact.h - Artifacts with code for tests ------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TEST_UNIT_TOYARTIFACT_H
#define GG_TEST_UNIT_TOYARTIFACT_H

#include "TestArtifact.h"

namespace gg::test {

#if defined(__x86_64__)
inline const char *const thisArchitecture = "x86_64";
#else
inline const char *const thisArchitecture = "aarch64";
#endif

/// Sizes and weights of Inputs/toy_decoder.c.
struct Toy {
  static constexpr int64_t batch = 2, heads = 2, capacity = 16, chunk = 4,
                           size = 3, vocabulary = 11;

  static float weight(int64_t id) { return static_cast<float>(id * id) + 0.5f; }

  /// What the model computes after these tokens, written down once more.
  static std::vector<float> logits(const std::vector<int64_t> &tokens) {
    float sum = 0;
    for (size_t p = 0; p < tokens.size(); ++p)
      for (int64_t head = 0; head < heads; ++head)
        for (int64_t d = 0; d < size; ++d)
          sum += weight(tokens[p]) * static_cast<float>(head + 1) +
                 static_cast<float>(static_cast<int64_t>(p) * d);
    std::vector<float> result;
    for (int64_t v = 0; v < vocabulary; ++v)
      result.push_back(sum * static_cast<float>(v + 1));
    return result;
  }
};

inline weights::Code codeFile(const std::string &folder, std::string level,
                              const std::string &library) {
  std::vector<uint8_t> bytes = readBytes(library);
  weights::Code code;
  code.fileName = "code." + level + ".so";
  code.level = std::move(level);
  code.architecture = thisArchitecture;
  code.bytes = bytes.size();
  code.checksum = weights::checksum(bytes.data(), bytes.size());
  writeBytes(folder + "/" + code.fileName, bytes);
  return code;
}

inline weights::Model toyDecoder() {
  return decoderModel(Toy::batch, Toy::capacity, Toy::chunk, Toy::vocabulary,
                      Toy::heads, Toy::size);
}

inline weights::Model toyRecompute() {
  using weights::ElementType;
  using weights::Role;
  weights::Model model;
  model.kind = weights::ModelKind::RecomputeDecoder;
  model.vocabulary = static_cast<uint64_t>(Toy::vocabulary);
  weights::Entry entry;
  entry.name = "main";
  entry.dynamicArena = true;
  entry.inputs = {
      value("ids", ElementType::I64, Role::Ids, {1, -1}),
      value("mask", ElementType::I32, Role::AttentionMask, {1, -1}),
      value("positions", ElementType::I64, Role::PositionIds, {1, -1}),
      value("past", ElementType::F32, Role::Past, {1, 2, -1, 3})};
  entry.outputs = {value("logits", ElementType::F32, Role::Logits,
                         {1, -1, Toy::vocabulary})};
  model.entries = {entry};
  return model;
}

inline weights::Model toyTensors() {
  using weights::ElementType;
  using weights::Role;
  weights::Model model;
  weights::Entry entry;
  entry.name = "main";
  entry.dynamicArena = true;
  entry.inputs = {value("a", ElementType::F32, Role::Plain, {-1, 3}),
                  value("in/b", ElementType::F64, Role::Plain, {-1})};
  entry.outputs = {value("out/sum", ElementType::F32, Role::Plain, {-1, 3}),
                   value("count", ElementType::I64, Role::Plain, {}),
                   value("b", ElementType::F64, Role::Plain, {-1})};
  weights::Entry seven;
  seven.name = "seven";
  seven.arenaBytes = 64;
  seven.outputs = {value("seven", ElementType::F32, Role::Plain, {1})};
  model.entries = {entry, seven};
  return model;
}

/// Writes an artifact whose only code is that library, packed or in frames.
inline void writeToy(const std::string &folder, weights::Model model,
                     const std::string &library, bool isSmall = false) {
  std::filesystem::create_directory(folder);
  model.codes = {codeFile(folder, "base", library)};
  weights::Tensor tensor;
  tensor.name = "table";
  tensor.dims = {Toy::vocabulary};
  tensor.bytes = static_cast<uint64_t>(Toy::vocabulary) * sizeof(float);
  std::vector<uint8_t> payload(64);
  for (int64_t id = 0; id < Toy::vocabulary; ++id) {
    float weight = Toy::weight(id);
    std::memcpy(payload.data() + id * 4, &weight, sizeof(weight));
  }
  tensor.checksum = weights::checksum(payload.data(), tensor.bytes);
  std::vector<uint8_t> stored(payload.begin(), payload.begin() + tensor.bytes);
  writeBytes(folder + "/weights.ggw",
             isSmall ? weightsFile(model, smallTable({tensor}, payload), stored)
                     : weightsFile(model, std::vector{tensor}, payload));
}

} // namespace gg::test

#endif // GG_TEST_UNIT_TOYARTIFACT_H
