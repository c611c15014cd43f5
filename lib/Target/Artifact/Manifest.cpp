//===- Manifest.cpp - manifest.json ---------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Manifest.h"

#include "gg/Weights/Frames.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace gg;
using namespace gg::weights;
namespace json = llvm::json;

/// Names come from the model's file, in whatever encoding that was.
static json::Value text(llvm::StringRef name) { return json::fixUTF8(name); }

static json::Value hex(uint64_t checksum) {
  return "0x" + llvm::utohexstr(checksum, /*LowerCase=*/true, /*Width=*/16);
}

static llvm::StringRef kindName(ModelKind kind) {
  switch (kind) {
  case ModelKind::Tensors:
    return "tensors";
  case ModelKind::Decoder:
    return "decoder";
  case ModelKind::RecomputeDecoder:
    return "recompute-decoder";
  }
  llvm_unreachable("verified");
}

static json::Value valueList(const std::vector<Value> &values) {
  json::Array list;
  for (const Value &value : values) {
    json::Array shape;
    for (const Dim &dim : value.dims) {
      if (dim.size >= 0)
        shape.push_back(dim.size);
      else
        shape.push_back(dim.name.empty() ? json::Value("?") : text(dim.name));
    }
    list.push_back(json::Object{{"name", text(value.name)},
                                {"type", elementTypeName(value.type)},
                                {"shape", std::move(shape)}});
  }
  return list;
}

static json::Value entryList(const Model &model) {
  json::Array list;
  for (const Entry &entry : model.entries) {
    json::Object object{{"name", entry.name},
                        {"inputs", valueList(entry.inputs)},
                        {"outputs", valueList(entry.outputs)}};
    object["arena_bytes"] = entry.dynamicArena ? json::Value(nullptr)
                                               : json::Value(entry.arenaBytes);
    list.push_back(std::move(object));
  }
  return list;
}

static json::Value codeList(const Model &model) {
  json::Array list;
  for (const Code &code : model.codes)
    list.push_back(json::Object{{"file", code.fileName},
                                {"level", code.level},
                                {"architecture", code.architecture},
                                {"features", json::Array(code.features)},
                                {"bytes", code.bytes},
                                {"checksum", hex(code.checksum)}});
  return list;
}

static llvm::StringRef codeName(FrameCode code) {
  switch (code) {
  case FrameCode::Raw:
    return "raw";
  case FrameCode::Zstd:
    return "zstd";
  case FrameCode::ExpGolomb:
    return "exp-golomb";
  }
  llvm_unreachable("verified");
}

static json::Value frameList(llvm::ArrayRef<Frame> frames) {
  json::Array list;
  for (const Frame &frame : frames)
    list.push_back(json::Object{{"code", codeName(frame.code)},
                                {"bytes", frame.bytes},
                                {"checksum", hex(frame.checksum)}});
  return list;
}

static json::Value tensorList(const Table &table) {
  json::Array list;
  llvm::ArrayRef<Frame> frames = table.frames;
  for (const Tensor &tensor : table.tensors) {
    json::Object object{
        {"name", text(tensor.name)},
        {"type", elementTypeName(tensor.type)},
        {"layout", tensor.layout == Layout::Plain ? "plain" : "packed64"},
        {"shape", json::Array(tensor.dims)},
        {"offset", tensor.offset},
        {"bytes", tensor.bytes},
        {"checksum", hex(tensor.checksum)}};
    if (!table.frames.empty()) {
      object["frames"] = frameList(frames.take_front(frameCount(tensor)));
      frames = frames.drop_front(frameCount(tensor));
    }
    list.push_back(std::move(object));
  }
  return list;
}

std::string artifact::manifestText(const Model &model, const Table &table,
                                   json::Object more) {
  json::Object root = std::move(more);
  root["format"] = llvm::formatv("{0}.{1}", majorVersion, minorVersion).str();
  root["producer"] = text(model.producer);
  root["name"] = text(model.name);
  root["kind"] = kindName(model.kind);
  root["weights"] = text(model.weightsType);
  root["store"] = table.frames.empty() ? "packed" : "small";
  root["stored_bytes"] = storedBytes(table);
  root["resident_bytes"] = table.payloadBytes;
  if (model.kind != ModelKind::Tensors)
    root["vocabulary"] = model.vocabulary;
  if (model.kind == ModelKind::Decoder) {
    root["capacity"] = model.capacity;
    root["chunk"] = model.chunk;
    root["batch"] = model.batch;
    root["cache"] = elementTypeName(model.cacheType);
  }
  root["entries"] = entryList(model);
  root["code"] = codeList(model);
  root["tensors"] = tensorList(table);
  return llvm::formatv("{0:2}\n", json::Value(std::move(root))).str();
}
