//===- Model.h - A loaded artifact ------------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_RUNTIME_CPU_MODEL_H
#define GG_LIB_RUNTIME_CPU_MODEL_H

#include "Memory.h"
#include "gg-runtime/gg.h"
#include "gg/Weights/ArtifactReader.h"
#include "gg/Weights/EntryABI.h"

#include <memory>
#include <string>
#include <vector>

namespace gg::runtime {

/// An entry's description and its code.
struct LoadedEntry {
  const weights::Entry *description = nullptr;
  gg_entry code = nullptr;
  /// What it does from barrier to barrier, as EntryABI.h says; may be null.
  const char *phases = nullptr;
};

/// An artifact's weights in memory, and the code that fits this CPU best.
/// Immutable, shared by its sessions.
class Model {
public:
  static gg_status load(const char *folder, std::shared_ptr<Model> &model);
  ~Model();
  Model(const Model &) = delete;

  const weights::ArtifactReader &artifact() const { return *reader; }
  const weights::Model &description() const { return reader->model(); }
  const weights::Code &code() const { return *chosen; }
  /// The payload as code addresses it: the mapped file, or what it expands to.
  const uint8_t *payload() const {
    return reader->isSmall() ? expanded.data() : reader->payload();
  }
  /// The entry of that name; the artifact's verification has seen that those
  /// which its kind needs are there.
  const LoadedEntry &entry(const char *name) const;
  bool hasEntry(const char *name) const;
  /// The entry whose inputs and outputs a caller sees.
  const LoadedEntry &mainEntry() const;

private:
  Model() = default;
  gg_status chooseCode();
  gg_status loadCode();
  gg_status loadWeights();

  std::unique_ptr<weights::ArtifactReader> reader;
  Memory expanded;
  const weights::Code *chosen = nullptr;
  void *library = nullptr;
  std::vector<LoadedEntry> entries;
};

} // namespace gg::runtime

#endif // GG_LIB_RUNTIME_CPU_MODEL_H
