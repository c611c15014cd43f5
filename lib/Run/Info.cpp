//===- Info.cpp - What an artifact holds ----------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Session.h"
#include "gg/Runtime/Features.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

using namespace gg;
using namespace gg::run;
using weights::Role;

static std::string shapeText(const weights::Value &value) {
  std::string text = "[";
  for (const weights::Dim &dim : value.dims) {
    if (text.size() > 1)
      text += ", ";
    text += dim.size >= 0      ? std::to_string(dim.size)
            : dim.name.empty() ? "?"
                               : dim.name;
  }
  return text + "]";
}

/// Printed control characters could say anything: names come from a file.
static std::string printable(std::string name) {
  for (char &c : name)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f)
      c = '?';
  return name;
}

static void printValues(const char *label,
                        const std::vector<weights::Value> &values) {
  for (const weights::Value &value : values)
    if (value.role != Role::Cache)
      std::printf("  %-9s %s: %s %s\n", label, printable(value.name).c_str(),
                  weights::elementTypeName(value.type),
                  shapeText(value).c_str());
}

static const char *kindText(weights::ModelKind kind) {
  switch (kind) {
  case weights::ModelKind::Tensors:
    return "tensors in, tensors out";
  case weights::ModelKind::Decoder:
    return "decoder with a key-value cache";
  case weights::ModelKind::RecomputeDecoder:
    return "decoder without a cache (recomputes)";
  }
  return "";
}

static void printModel(const weights::Model &model) {
  std::printf("model       %s: %s, by %s\n", printable(model.name).c_str(),
              kindText(model.kind), printable(model.producer).c_str());
  if (model.kind != weights::ModelKind::Tensors)
    std::printf("vocabulary  %" PRIu64 "\n", model.vocabulary);
  if (model.kind == weights::ModelKind::Decoder)
    std::printf("capacity    %" PRIu64 " tokens a row, %" PRIu64
                " rows, chunks of %" PRIu64 "\n",
                model.capacity, model.batch, model.chunk);
  for (const weights::Entry &entry : model.entries) {
    std::printf("entry       %s, scratch ", entry.name.c_str());
    if (entry.dynamicArena)
      std::printf("by input\n");
    else
      std::printf("%" PRIu64 " bytes\n", entry.arenaBytes);
    printValues("input", entry.inputs);
    printValues("output", entry.outputs);
  }
  uint64_t caches = 0, bytes = 0;
  for (const weights::Value &value : model.entries.front().inputs) {
    uint64_t size = weights::elementBytes(value.type);
    if (value.role != Role::Cache)
      continue;
    for (const weights::Dim &dim : value.dims)
      size *= static_cast<uint64_t>(dim.size);
    ++caches;
    bytes += size;
  }
  if (caches)
    std::printf("cache       %" PRIu64 " tensors of %s, %" PRIu64
                " bytes a session\n",
                caches, weights::elementTypeName(model.cacheType), bytes);
}

/// Tensors by type, in the order of the type's number.
static void printWeights(const weights::ArtifactReader &artifact) {
  std::printf("weights     %s\n",
              printable(artifact.model().weightsType).c_str());
  struct Sum {
    weights::ElementType type;
    uint64_t tensors, bytes;
  };
  std::vector<Sum> sums;
  for (const weights::Tensor &tensor : artifact.tensors()) {
    auto sum = std::find_if(sums.begin(), sums.end(), [&](const Sum &sum) {
      return sum.type == tensor.type;
    });
    if (sum == sums.end())
      sum = sums.insert(sums.end(), {tensor.type, 0, 0});
    ++sum->tensors;
    sum->bytes += tensor.bytes;
  }
  std::sort(sums.begin(), sums.end(),
            [](const Sum &a, const Sum &b) { return a.type < b.type; });
  for (const Sum &sum : sums)
    std::printf("  %-10s %6" PRIu64 " tensors %14" PRIu64 " bytes\n",
                weights::elementTypeName(sum.type), sum.tensors, sum.bytes);
  std::printf("  %-10s %6zu tensors %14" PRIu64 " bytes\n", "all",
              artifact.tensors().size(), artifact.payloadBytes());
}

/// Elements of RF8, bf16 and f16, and where there are none, of f32: norms and
/// scales are not counted, so that nothing looks smaller than it is.
static uint64_t countWeights(const weights::ArtifactReader &artifact) {
  using weights::ElementType;
  uint64_t narrow = 0, wide = 0;
  for (const weights::Tensor &tensor : artifact.tensors()) {
    uint64_t count = tensor.bytes / weights::elementBytes(tensor.type);
    switch (tensor.type) {
    case ElementType::RF8E4R3:
    case ElementType::RF8E4R3D:
    case ElementType::BF16:
    case ElementType::F16:
      narrow += count;
      break;
    case ElementType::F32:
      wide += count;
      break;
    default:
      break;
    }
  }
  return narrow ? narrow : wide;
}

static void printSizes(const weights::ArtifactReader &artifact) {
  std::printf("  stored %s: %" PRIu64 " bytes",
              artifact.isSmall() ? "small" : "packed", artifact.fileBytes());
  if (uint64_t count = countWeights(artifact))
    std::printf(", %.3f bits for each of %" PRIu64 " weights",
                static_cast<double>(artifact.fileBytes()) * 8 /
                    static_cast<double>(count),
                count);
  std::printf("\n  resident: %" PRIu64 " bytes, %s\n", artifact.payloadBytes(),
              artifact.isSmall() ? "expanded when loaded" : "mapped");
}

static void printCode(const weights::Model &model) {
  for (const weights::Code &code : model.codes) {
    std::printf("code        %s, %" PRIu64 " bytes: %s",
                printable(code.level).c_str(), code.bytes,
                printable(code.architecture).c_str());
    for (const std::string &feature : code.features)
      std::printf(" +%s", printable(feature).c_str());
    std::string missing = runtime::missingFeatures(code);
    std::printf(missing.empty() ? "\n  runs on this CPU\n"
                                : "\n  this CPU lacks %s\n",
                printable(missing).c_str());
  }
}

bool gg::run::printInfo(const Options &options) {
  std::string error;
  auto artifact = weights::ArtifactReader::open(options.artifact, error);
  if (!artifact)
    return fail("%s", error.c_str());
  printModel(artifact->model());
  printWeights(*artifact);
  printSizes(*artifact);
  printCode(artifact->model());
  return true;
}

bool gg::run::verify(const Options &options) {
  std::string error;
  auto artifact = weights::ArtifactReader::open(options.artifact, error);
  if (!artifact || !artifact->verifyPayload(error))
    return fail("%s", error.c_str());
  for (const weights::Code &code : artifact->model().codes)
    if (!artifact->verifyCode(code, error))
      return fail("%s", error.c_str());
  std::string frames;
  if (artifact->isSmall())
    frames = " in " + std::to_string(artifact->frames().size()) + " frames";
  std::printf("%s: header, model, %zu tensors%s and %zu code files match their "
              "checksums\n",
              options.artifact.c_str(), artifact->tensors().size(),
              frames.c_str(), artifact->model().codes.size());
  return true;
}
