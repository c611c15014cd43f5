//===- Serialization.cpp - Sections of weights.ggw as bytes ---------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Weights/Serialization.h"

#include "Archive.h"
#include "gg/Weights/Checksum.h"

using namespace gg::weights;

//===----------------------------------------------------------------------===//
// The fields. `T` is the struct, const when written.
//===----------------------------------------------------------------------===//

static constexpr auto scalarField = [](auto &archive, auto &value) {
  archive.scalar(value);
};
static constexpr auto textField = [](auto &archive, auto &value) {
  archive.text(value);
};

static constexpr uint32_t lastElementType =
    static_cast<uint32_t>(ElementType::U2);

static constexpr auto tensorFields = [](auto &archive, auto &tensor) {
  archive.text(tensor.name);
  archive.enumerator(tensor.type, lastElementType);
  archive.enumerator(tensor.layout, static_cast<uint32_t>(Layout::Packed64));
  archive.list(tensor.dims, scalarField);
  archive.scalar(tensor.offset);
  archive.scalar(tensor.bytes);
  archive.scalar(tensor.checksum);
};

static constexpr auto frameFields = [](auto &archive, auto &frame) {
  archive.enumerator(frame.code, static_cast<uint32_t>(FrameCode::ExpGolomb));
  archive.scalar(frame.bytes);
  archive.scalar(frame.checksum);
};

static constexpr auto tableFields = [](auto &archive, auto &table) {
  archive.list(table.tensors, tensorFields);
  archive.scalar(table.payloadBytes);
  archive.list(table.frames, frameFields);
};

static constexpr auto dimFields = [](auto &archive, auto &dim) {
  archive.scalar(dim.size);
  archive.text(dim.name);
};

static constexpr auto valueFields = [](auto &archive, auto &value) {
  archive.text(value.name);
  archive.enumerator(value.type, lastElementType);
  archive.enumerator(value.role, static_cast<uint32_t>(Role::Past));
  archive.list(value.dims, dimFields);
};

static constexpr auto entryFields = [](auto &archive, auto &entry) {
  archive.text(entry.name);
  archive.scalar(entry.arenaBytes);
  archive.enumerator(entry.dynamicArena, 1);
  archive.list(entry.inputs, valueFields);
  archive.list(entry.outputs, valueFields);
};

static constexpr auto codeFields = [](auto &archive, auto &code) {
  archive.text(code.fileName);
  archive.text(code.level);
  archive.text(code.architecture);
  archive.list(code.features, textField);
  archive.scalar(code.bytes);
  archive.scalar(code.checksum);
};

static constexpr auto modelFields = [](auto &archive, auto &model) {
  archive.enumerator(model.kind,
                     static_cast<uint32_t>(ModelKind::RecomputeDecoder));
  archive.scalar(model.capacity);
  archive.scalar(model.chunk);
  archive.scalar(model.batch);
  archive.scalar(model.vocabulary);
  archive.enumerator(model.cacheType, lastElementType);
  archive.text(model.name);
  archive.text(model.weightsType);
  archive.text(model.producer);
  archive.list(model.entries, entryFields);
  archive.list(model.codes, codeFields);
};

//===----------------------------------------------------------------------===//
// Sections
//===----------------------------------------------------------------------===//

std::vector<uint8_t> gg::weights::serializeTable(const Table &table) {
  Writer writer;
  tableFields(writer, table);
  return std::move(writer.bytes);
}

std::vector<uint8_t> gg::weights::serializeModel(const Model &model) {
  Writer writer;
  modelFields(writer, model);
  return std::move(writer.bytes);
}

static bool finish(const Reader &reader, bool newerMinor, const char *section,
                   std::string &error) {
  if (reader.good && (newerMinor || !reader.remaining()))
    return true;
  error = std::string("the ") + section + " is malformed";
  return false;
}

bool gg::weights::parseTable(Bytes bytes, bool newerMinor, Table &table,
                             std::string &error) {
  Reader reader(bytes);
  tableFields(reader, table);
  return finish(reader, newerMinor, "tensor table", error);
}

bool gg::weights::parseTensors(Bytes bytes, bool newerMinor,
                               std::vector<Tensor> &tensors,
                               std::string &error) {
  Reader reader(bytes);
  reader.list(tensors, tensorFields);
  return finish(reader, newerMinor, "tensor table", error);
}

bool gg::weights::parseModel(Bytes bytes, bool newerMinor, Model &model,
                             std::string &error) {
  Reader reader(bytes);
  modelFields(reader, model);
  return finish(reader, newerMinor, "model section", error);
}

uint64_t gg::weights::headerChecksum(const Header &header) {
  return checksum(&header, offsetof(Header, checksum));
}
