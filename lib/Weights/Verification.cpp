//===- Verification.cpp - What table and model must hold ------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Weights/Frames.h"
#include "gg/Weights/Serialization.h"

#include <algorithm>

using namespace gg::weights;

/// Beyond any machine's memory; below it, sums of sizes do not overflow.
static constexpr uint64_t maxBytes = uint64_t(1) << 48;

bool gg::weights::contiguousBytes(ElementType type,
                                  const std::vector<int64_t> &dims,
                                  uint64_t &bytes) {
  bytes = elementBytes(type);
  for (int64_t dim : dims) {
    if (dim < 0)
      return false;
    if (__builtin_mul_overflow(bytes, static_cast<uint64_t>(dim), &bytes) ||
        bytes > maxBytes)
      return false;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// The tensor table
//===----------------------------------------------------------------------===//

static bool verifyTensors(const Table &table, std::string &error) {
  for (const Tensor &tensor : table.tensors) {
    auto fail = [&](const char *what) {
      error = "tensor '" + tensor.name + "' " + what;
      return false;
    };
    uint64_t plain;
    if (tensor.name.size() > maxNameBytes)
      return fail("has too long a name");
    if (!elementTypeName(tensor.type))
      return fail("has an unknown element type");
    if (tensor.dims.size() > maxRank)
      return fail("has more than 8 dimensions");
    if (!contiguousBytes(tensor.type, tensor.dims, plain))
      return fail("has impossible dimensions");
    if (tensor.layout == Layout::Plain ? tensor.bytes != plain
                                       : tensor.bytes < plain)
      return fail("has a size that does not fit its dimensions");
    if (tensor.offset > table.payloadBytes ||
        tensor.bytes > table.payloadBytes - tensor.offset)
      return fail("lies outside of the payload");
  }
  return true;
}

/// Frames are expanded side by side: no two may write to one place.
static bool verifyFrames(const Table &table, std::string &error) {
  uint64_t end = 0, count = 0;
  for (const Tensor &tensor : table.tensors) {
    if (tensor.offset < end) {
      error = "tensor '" + tensor.name + "' overlaps the one before it";
      return false;
    }
    end = tensor.offset + tensor.bytes;
    count += frameCount(tensor);
  }
  if (count != table.frames.size()) {
    error = "expected " + std::to_string(count) + " frames but got " +
            std::to_string(table.frames.size());
    return false;
  }
  std::vector<Piece> pieces = piecesOf(table.tensors);
  for (size_t i = 0; i < pieces.size(); ++i) {
    const Frame &frame = table.frames[i];
    if (frame.code == FrameCode::Raw
            ? frame.bytes == pieces[i].bytes
            : frame.bytes && frame.bytes < pieces[i].bytes)
      continue;
    error = "frame " + std::to_string(i) +
            " has a size that does not fit its piece";
    return false;
  }
  return true;
}

bool gg::weights::verifyTable(const Table &table, uint64_t storedInFile,
                              std::string &error) {
  if (table.payloadBytes > maxBytes) {
    error = "the payload is impossibly large";
    return false;
  }
  if (!verifyTensors(table, error) ||
      (!table.frames.empty() && !verifyFrames(table, error)))
    return false;
  if (storedBytes(table) == storedInFile)
    return true;
  error = "expected a payload of " + std::to_string(storedBytes(table)) +
          " bytes but got " + std::to_string(storedInFile);
  return false;
}

//===----------------------------------------------------------------------===//
// The model section
//===----------------------------------------------------------------------===//

namespace {

/// The sizes of a value, −1 where it is any.
using Shape = std::vector<int64_t>;

class ModelVerifier {
public:
  ModelVerifier(const Model &model, std::string &error)
      : model(model), error(error) {}

  bool run() {
    for (const std::string *text :
         {&model.name, &model.weightsType, &model.producer})
      if (text->size() > maxNameBytes)
        return fail("the model's name or a description is too long");
    for (const Entry &entry : model.entries)
      if (!verifyEntry(entry))
        return false;
    for (const Code &code : model.codes)
      if (!verifyCode(code))
        return false;
    switch (model.kind) {
    case ModelKind::Tensors:
      return !model.entries.empty() || fail("the model has no entry");
    case ModelKind::Decoder:
      return verifyDecoder();
    case ModelKind::RecomputeDecoder:
      return verifyRecomputeDecoder();
    }
    return fail("the model is of an unknown kind");
  }

private:
  bool fail(const std::string &message) {
    error = message;
    return false;
  }

  static bool isIdentifier(const std::string &name) {
    return !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
             (c >= '0' && c <= '9') || c == '_';
    });
  }

  static Shape shapeOf(const Value &value) {
    Shape shape;
    for (const Dim &dim : value.dims)
      shape.push_back(dim.size);
    return shape;
  }

  bool verifyValue(const Entry &entry, const Value &value) {
    auto failAbout = [&](const char *what) {
      return fail("entry '" + entry.name + "': '" + value.name + "' " + what);
    };
    if (value.name.size() > maxNameBytes)
      return failAbout("has too long a name");
    if (!elementTypeName(value.type))
      return failAbout("has an unknown element type");
    if (value.dims.size() > maxRank)
      return failAbout("has more than 8 dimensions");
    Shape known;
    for (const Dim &dim : value.dims) {
      if (dim.name.size() > maxNameBytes)
        return failAbout("has a dimension with too long a name");
      if (dim.size < -1)
        return failAbout("has a negative dimension");
      if (dim.size >= 0)
        known.push_back(dim.size);
    }
    uint64_t bytes;
    if (!contiguousBytes(value.type, known, bytes))
      return failAbout("is too large");
    if (value.role == Role::Cache && known.size() != value.dims.size())
      return failAbout("is a cache with dynamic dimensions");
    return true;
  }

  bool verifyEntry(const Entry &entry) {
    if (!isIdentifier(entry.name))
      return fail("an entry's name is no identifier");
    if (&entry != find(entry.name))
      return fail("two entries are named '" + entry.name + "'");
    if (entry.arenaBytes > maxBytes)
      return fail("entry '" + entry.name + "' needs an impossible arena");
    for (const Value &value : entry.inputs)
      if (!verifyValue(entry, value))
        return false;
    for (const Value &value : entry.outputs)
      if (!verifyValue(entry, value))
        return false;
    return true;
  }

  bool verifyCode(const Code &code) {
    const std::string &name = code.fileName;
    if (name.empty() || name[0] == '.' ||
        name.find_first_of(std::string("/\0", 2)) != std::string::npos)
      return fail("the name of a code file is no plain file name");
    return true;
  }

  const Entry *find(const std::string &name) const {
    for (const Entry &entry : model.entries)
      if (entry.name == name)
        return &entry;
    return nullptr;
  }

  const Entry *require(const char *name) {
    const Entry *entry = find(name);
    if (!entry)
      fail(std::string("the entry '") + name + "' is missing");
    return entry;
  }

  /// The only value of that role; null and an error unless there is just one.
  const Value *only(const Entry &entry, const std::vector<Value> &values,
                    Role role, const char *what) {
    const Value *found = nullptr;
    for (const Value &value : values) {
      if (value.role != role)
        continue;
      if (found) {
        fail("entry '" + entry.name + "' has two " + what);
        return nullptr;
      }
      found = &value;
    }
    if (!found)
      fail("entry '" + entry.name + "' has no " + what);
    return found;
  }

  bool expect(const Entry &entry, const std::vector<Value> &values, Role role,
              ElementType type, Shape shape, const char *what) {
    const Value *value = only(entry, values, role, what);
    if (!value)
      return false;
    if (value->type != type || shapeOf(*value) != shape)
      return fail("entry '" + entry.name + "' has " + what +
                  " of an unexpected type or shape");
    return true;
  }

  static std::vector<const Value *> cachesOf(const Entry &entry) {
    std::vector<const Value *> caches;
    for (const Value &value : entry.inputs)
      if (value.role == Role::Cache)
        caches.push_back(&value);
    return caches;
  }

  static bool isCounted(const Entry &entry) {
    return std::any_of(
        entry.inputs.begin(), entry.inputs.end(),
        [](const Value &value) { return value.role == Role::Counts; });
  }

  bool verifyDecoderEntry(const char *name, int64_t tokens, bool counted,
                          bool allLogits) {
    const Entry *entry = require(name);
    if (!entry)
      return false;
    auto batch = static_cast<int64_t>(model.batch);
    auto vocabulary = static_cast<int64_t>(model.vocabulary);
    if (!expect(*entry, entry->inputs, Role::Ids, ElementType::I64,
                {batch, tokens}, "token ids") ||
        !expect(*entry, entry->inputs, Role::Positions, ElementType::I64,
                {batch}, "positions"))
      return false;
    if (counted && !expect(*entry, entry->inputs, Role::Counts,
                           ElementType::I64, {batch}, "counts"))
      return false;
    Shape logits =
        allLogits ? Shape{batch, tokens, vocabulary} : Shape{batch, vocabulary};
    if (!expect(*entry, entry->outputs, Role::Logits, ElementType::F32, logits,
                "logits"))
      return false;
    for (const Value &value : entry->inputs)
      if (value.role == Role::Plain || value.role == Role::Logits ||
          value.role == Role::AttentionMask ||
          value.role == Role::PositionIds ||
          (value.role == Role::Counts && !counted))
        return fail("entry '" + entry->name + "' has the unexpected input '" +
                    value.name + "'");
    if (entry->outputs.size() != 1)
      return fail("entry '" + entry->name +
                  "' has other outputs than its logits");
    return verifyCaches(*entry);
  }

  bool verifyCaches(const Entry &entry) {
    std::vector<const Value *> caches = cachesOf(entry);
    std::vector<const Value *> first = cachesOf(model.entries.front());
    bool same = caches.size() == first.size();
    for (size_t i = 0; same && i < caches.size(); ++i) {
      Shape shape = shapeOf(*caches[i]);
      // [batch, heads, capacity + chunk, head size]: rows are moved and saved
      // by position.
      if (shape.size() != 4 || shape[0] != static_cast<int64_t>(model.batch) ||
          shape[2] != static_cast<int64_t>(model.capacity + model.chunk))
        return fail("entry '" + entry.name + "': the cache '" +
                    caches[i]->name + "' has an unexpected shape");
      same = caches[i]->type == first[i]->type && shape == shapeOf(*first[i]);
    }
    return same || fail("entry '" + entry.name + "' has other caches than '" +
                        model.entries.front().name + "'");
  }

  bool verifyDecoder() {
    constexpr uint64_t limit = 1 << 30;
    for (uint64_t size :
         {model.capacity, model.chunk, model.batch, model.vocabulary})
      if (size < 1 || size > limit)
        return fail("capacity, chunk, batch or vocabulary of the decoder is "
                    "not between 1 and 2^30");
    auto chunk = static_cast<int64_t>(model.chunk);
    if (!verifyDecoderEntry("step", 1, false, false) ||
        !verifyDecoderEntry("prefill", chunk, true, false))
      return false;
    // Without counts a score entry computes what nobody asks for, as older
    // compilers made it.
    const Entry *score = find("score");
    return !score ||
           verifyDecoderEntry("score", chunk, isCounted(*score), true);
  }

  static bool fits(const Shape &shape, const Shape &expected) {
    if (shape.size() != expected.size())
      return false;
    for (size_t i = 0; i < shape.size(); ++i)
      if (shape[i] >= 0 && expected[i] >= 0 && shape[i] != expected[i])
        return false;
    return true;
  }

  bool verifyRecomputeDecoder() {
    const Entry *entry = require("main");
    if (!entry)
      return false;
    for (const Value &value : entry->inputs) {
      if (value.role == Role::Past)
        continue;
      if (value.role != Role::Ids && value.role != Role::AttentionMask &&
          value.role != Role::PositionIds)
        return fail("entry 'main' has the unexpected input '" + value.name +
                    "'");
      if (value.type != ElementType::I64 && value.type != ElementType::I32)
        return fail("entry 'main': '" + value.name + "' is no i64 or i32");
      if (!fits(shapeOf(value), {-1, -1}))
        return fail("entry 'main': '" + value.name +
                    "' is not [batch, sequence]");
    }
    const Value *logits = only(*entry, entry->outputs, Role::Logits, "logits");
    if (!logits || !only(*entry, entry->inputs, Role::Ids, "token ids"))
      return false;
    if (model.vocabulary < 1)
      return fail("the decoder has no vocabulary");
    auto vocabulary = static_cast<int64_t>(model.vocabulary);
    if (logits->type != ElementType::F32 ||
        !fits(shapeOf(*logits), {-1, -1, vocabulary}))
      return fail("entry 'main' has logits of an unexpected type or shape");
    return true;
  }

  const Model &model;
  std::string &error;
};

} // namespace

bool gg::weights::verifyModel(const Model &model, std::string &error) {
  return ModelVerifier(model, error).run();
}
