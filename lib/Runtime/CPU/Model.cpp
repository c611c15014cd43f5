//===- Model.cpp - A loaded artifact --------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Model.h"

#include "Error.h"
#include "Expansion.h"
#include "gg/Runtime/Features.h"
#include "gg/Weights/Checksum.h"

#include <cerrno>
#include <cstring>
#include <dlfcn.h>
#include <sys/stat.h>

using namespace gg;
using namespace gg::runtime;

Model::~Model() {
  if (library)
    dlclose(library);
}

gg_status Model::load(const char *folder, std::shared_ptr<Model> &model) {
  struct stat status;
  if (stat(folder, &status) != 0)
    return fail(GG_ERROR_FILE, "%s: %s", folder, std::strerror(errno));
  std::shared_ptr<Model> result(new Model);
  std::string error;
  result->reader = weights::ArtifactReader::open(folder, error);
  if (!result->reader)
    return fail(GG_ERROR_FORMAT, "%s", error.c_str());
  if (gg_status bad = result->chooseCode())
    return bad;
  if (gg_status bad = result->loadCode())
    return bad;
  if (gg_status bad = result->loadWeights())
    return bad;
  model = std::move(result);
  return GG_OK;
}

gg_status Model::chooseCode() {
  std::string why;
  for (const weights::Code &code : description().codes) {
    std::string missing = missingFeatures(code);
    if (!missing.empty())
      why += "; " + code.level + " needs " + missing;
    else if (!chosen || code.features.size() > chosen->features.size())
      chosen = &code;
  }
  if (chosen)
    return GG_OK;
  return fail(GG_ERROR_CPU,
              "%s: no code of this artifact runs on this CPU%s: compile it "
              "with another --cpu",
              reader->pathOf("").c_str(), why.c_str());
}

/// A path to the file that the dynamic linker has not seen for another file: it
/// takes paths that are spelled alike for the same library, also when the
/// artifact has been replaced since. So the file's identity goes into the
/// spelling, in slashes and dots that do not change where the path leads.
static std::string spellingOf(const std::string &folder,
                              const std::string &name,
                              const struct stat &status) {
  const uint64_t identity[] = {static_cast<uint64_t>(status.st_dev),
                               static_cast<uint64_t>(status.st_ino),
                               static_cast<uint64_t>(status.st_ctim.tv_sec),
                               static_cast<uint64_t>(status.st_ctim.tv_nsec)};
  uint64_t sum = weights::checksum(identity, sizeof(identity));
  std::string path = folder;
  for (int bit = 0; bit < 32; ++bit)
    path += sum >> bit & 1 ? "./" : "/";
  return path + name;
}

gg_status Model::loadCode() {
  std::string error;
  if (!reader->verifyCode(*chosen, error))
    return fail(GG_ERROR_FORMAT, "%s", error.c_str());
  std::string path = reader->pathOf(chosen->fileName);
  struct stat status;
  if (stat(path.c_str(), &status) != 0)
    return fail(GG_ERROR_FILE, "%s: %s", path.c_str(), std::strerror(errno));
  library =
      dlopen(spellingOf(reader->pathOf(""), chosen->fileName, status).c_str(),
             RTLD_NOW | RTLD_LOCAL);
  if (!library)
    return fail(GG_ERROR_FORMAT, "%s: cannot be loaded: %s", path.c_str(),
                dlerror());
  for (const weights::Entry &entry : description().entries) {
    void *symbol = dlsym(library, ("gg_" + entry.name).c_str());
    if (!symbol)
      return fail(GG_ERROR_FORMAT, "%s: has no entry '%s'", path.c_str(),
                  entry.name.c_str());
    void *phases = dlsym(library, ("gg_phases_" + entry.name).c_str());
    entries.push_back({&entry, reinterpret_cast<gg_entry>(symbol),
                       static_cast<const char *>(phases)});
  }
  return GG_OK;
}

gg_status Model::loadWeights() {
  if (!reader->isSmall())
    return GG_OK;
  if (!expanded.allocate(reader->payloadBytes(), Memory::Pages::Huge))
    return fail(GG_ERROR_MEMORY, "%s: no room for weights of %llu bytes",
                reader->pathOf("").c_str(),
                static_cast<unsigned long long>(reader->payloadBytes()));
  std::string error;
  if (!expand(*reader, expanded.data(), physicalCores(), error))
    return fail(GG_ERROR_FORMAT, "%s", error.c_str());
  return GG_OK;
}

const LoadedEntry &Model::entry(const char *name) const {
  size_t index = 0;
  while (entries[index].description->name != name)
    ++index;
  return entries[index];
}

bool Model::hasEntry(const char *name) const {
  for (const LoadedEntry &entry : entries)
    if (entry.description->name == name)
      return true;
  return false;
}

const LoadedEntry &Model::mainEntry() const {
  switch (description().kind) {
  case weights::ModelKind::Decoder:
    return entry(hasEntry("score") ? "score" : "prefill");
  case weights::ModelKind::RecomputeDecoder:
    return entry("main");
  case weights::ModelKind::Tensors:
    break;
  }
  return entries.front();
}
