//===- TestArtifact.h - Hand-made artifacts for tests -----------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Writes weights.ggw from the format's description alone, so that reader and
// runtime are tested where there is no compiler, and so that a test may break
// what the real writer refuses to write.
//
//===----------------------------------------------------------------------===//

#ifndef GG_TEST_UNIT_TESTARTIFACT_H
#define GG_TEST_UNIT_TESTARTIFACT_H

#include "TemporaryFolder.h"
#include "gg/Weights/Checksum.h"
#include "gg/Weights/Frames.h"
#include "gg/Weights/Serialization.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace gg::test {

inline std::vector<uint8_t> readBytes(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void writeBytes(const std::string &path,
                       const std::vector<uint8_t> &bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char *>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

/// A table of one raw frame for each piece of these tensors.
inline weights::Table smallTable(std::vector<weights::Tensor> tensors,
                                 const std::vector<uint8_t> &payload) {
  weights::Table table{std::move(tensors), payload.size(), {}};
  for (const weights::Piece &piece : weights::piecesOf(table.tensors))
    table.frames.push_back(
        {weights::FrameCode::Raw, piece.bytes,
         weights::checksum(payload.data() + piece.offset, piece.bytes)});
  return table;
}

/// The bytes of a weights.ggw; `stored` is the payload as the table says.
inline std::vector<uint8_t> weightsFile(const weights::Model &model,
                                        const weights::Table &table,
                                        const std::vector<uint8_t> &stored) {
  std::vector<uint8_t> tableBytes = weights::serializeTable(table);
  std::vector<uint8_t> modelBytes = weights::serializeModel(model);
  weights::Header header = {};
  std::memcpy(header.magic, weights::magic, sizeof(header.magic));
  header.major = weights::majorVersion;
  header.minor = weights::minorVersion;
  header.headerBytes = sizeof(header);
  header.table = {sizeof(header), tableBytes.size(),
                  weights::checksum(tableBytes.data(), tableBytes.size())};
  header.model = {sizeof(header) + tableBytes.size(), modelBytes.size(),
                  weights::checksum(modelBytes.data(), modelBytes.size())};
  uint64_t end = header.model.offset + header.model.bytes;
  header.payloadOffset = (end + 4095) / 4096 * 4096;
  header.payloadBytes = stored.size();
  header.fileBytes = header.payloadOffset + stored.size();
  header.checksum = weights::headerChecksum(header);

  std::vector<uint8_t> file(header.payloadOffset);
  std::memcpy(file.data(), &header, sizeof(header));
  std::copy(tableBytes.begin(), tableBytes.end(),
            file.begin() + header.table.offset);
  std::copy(modelBytes.begin(), modelBytes.end(),
            file.begin() + header.model.offset);
  file.insert(file.end(), stored.begin(), stored.end());
  return file;
}

/// The same of a packed payload; tensor checksums are filled in.
inline std::vector<uint8_t> weightsFile(const weights::Model &model,
                                        std::vector<weights::Tensor> tensors,
                                        const std::vector<uint8_t> &payload) {
  for (weights::Tensor &tensor : tensors)
    if (tensor.offset <= payload.size() &&
        tensor.bytes <= payload.size() - tensor.offset)
      tensor.checksum =
          weights::checksum(payload.data() + tensor.offset, tensor.bytes);
  return weightsFile(
      model, weights::Table{std::move(tensors), payload.size(), {}}, payload);
}

inline weights::Value value(std::string name, weights::ElementType type,
                            weights::Role role, std::vector<int64_t> dims) {
  weights::Value result{std::move(name), type, role, {}};
  for (int64_t dim : dims)
    result.dims.push_back({dim, dim < 0 ? "n" : ""});
  return result;
}

/// A decoder: ids, positions, counts and one cache [batch, heads,
/// capacity + chunk, headSize].
inline weights::Model decoderModel(int64_t batch, int64_t capacity,
                                   int64_t chunk, int64_t vocabulary,
                                   int64_t heads, int64_t headSize) {
  using weights::ElementType;
  using weights::Role;
  weights::Model model;
  model.kind = weights::ModelKind::Decoder;
  model.batch = static_cast<uint64_t>(batch);
  model.capacity = static_cast<uint64_t>(capacity);
  model.chunk = static_cast<uint64_t>(chunk);
  model.vocabulary = static_cast<uint64_t>(vocabulary);
  model.name = "toy";
  model.weightsType = "f32";
  model.producer = "test";
  for (const char *name : {"step", "prefill", "score"}) {
    bool isStep = !std::strcmp(name, "step");
    weights::Entry entry;
    entry.name = name;
    entry.arenaBytes = 1 << 20;
    entry.inputs.push_back(
        value("ids", ElementType::I64, Role::Ids, {batch, isStep ? 1 : chunk}));
    entry.inputs.push_back(
        value("positions", ElementType::I64, Role::Positions, {batch}));
    if (!isStep)
      entry.inputs.push_back(
          value("counts", ElementType::I64, Role::Counts, {batch}));
    entry.inputs.push_back(value("cache", ElementType::F32, Role::Cache,
                                 {batch, heads, capacity + chunk, headSize}));
    std::vector<int64_t> logits{batch, vocabulary};
    if (!std::strcmp(name, "score"))
      logits.insert(logits.begin() + 1, chunk);
    entry.outputs.push_back(
        value("logits", ElementType::F32, Role::Logits, logits));
    model.entries.push_back(entry);
  }
  return model;
}

} // namespace gg::test

#endif // GG_TEST_UNIT_TESTARTIFACT_H
