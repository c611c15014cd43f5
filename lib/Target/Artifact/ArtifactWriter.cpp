//===- ArtifactWriter.cpp - Writes an artifact ----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Target/Artifact/ArtifactWriter.h"

#include "Folder.h"
#include "Manifest.h"
#include "Payload.h"
#include "gg/Weights/Checksum.h"
#include "gg/Weights/Frames.h"
#include "gg/Weights/Serialization.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/Path.h"

using namespace gg;
using namespace gg::artifact;
using namespace gg::weights;
using llvm::ArrayRef;
using llvm::Error;
using llvm::StringRef;

TensorSource TensorSource::of(Tensor tensor, ArrayRef<uint8_t> bytes) {
  return {std::move(tensor), [bytes](Sink sink) { return sink(bytes); }};
}

/// Sections start at a multiple of this, so that a reader may map structs.
static constexpr uint64_t sectionAlignment = 64;

static Error fail(const llvm::Twine &message) {
  return llvm::createStringError(message);
}

/// Whether a folder holds what an artifact holds and nothing else.
static bool isArtifact(StringRef path) {
  if (!llvm::sys::fs::is_directory(path))
    return false;
  std::error_code code;
  for (llvm::sys::fs::directory_iterator file(path, code), end;
       !code && file != end; file.increment(code)) {
    StringRef name = llvm::sys::path::filename(file->path());
    if (name != weightsFileName && name != manifestFileName &&
        !(name.starts_with("code.") && name.ends_with(".so")))
      return false;
  }
  return !code;
}

static ArrayRef<uint8_t> bytesOf(const std::vector<uint8_t> &bytes) {
  return bytes;
}

/// The payload goes first, with room left for what lies before it: that holds
/// checksums and frames, and its size does not depend on them.
static Error writeWeights(OutputFile file, Artifact &artifact, Table &table) {
  const Model &model = artifact.model;
  std::string why;
  if (!verifyTable(table, storedBytes(table), why) || !verifyModel(model, why))
    return fail(why);

  std::vector<uint8_t> modelBytes = serializeModel(model);
  Header header = {};
  std::copy(std::begin(magic), std::end(magic), header.magic);
  header.major = majorVersion;
  header.minor = minorVersion;
  header.headerBytes = sizeof(Header);
  header.table.offset = llvm::alignTo(sizeof(Header), sectionAlignment);
  header.table.bytes = serializeTable(table).size();
  header.model.offset =
      llvm::alignTo(header.table.offset + header.table.bytes, sectionAlignment);
  header.model.bytes = modelBytes.size();
  header.model.checksum = checksum(modelBytes.data(), modelBytes.size());
  header.payloadOffset =
      llvm::alignTo(header.model.offset + header.model.bytes, payloadAlignment);

  if (Error error = file.appendZeros(header.payloadOffset))
    return error;
  if (Error error = writePayload(file, artifact.tensors, artifact.store, table))
    return error;
  if (Error error = file.flush())
    return error;
  header.payloadBytes = storedBytes(table);
  header.fileBytes = file.size();

  std::vector<uint8_t> tableBytes = serializeTable(table);
  header.table.checksum = checksum(tableBytes.data(), tableBytes.size());
  header.checksum = headerChecksum(header);
  const auto *headerBytes = reinterpret_cast<const uint8_t *>(&header);
  if (Error error = file.writeAt(0, {headerBytes, sizeof(header)}))
    return error;
  if (Error error = file.writeAt(header.table.offset, bytesOf(tableBytes)))
    return error;
  if (Error error = file.writeAt(header.model.offset, bytesOf(modelBytes)))
    return error;
  return file.commit();
}

static Error writeFile(const std::string &path, ArrayRef<uint8_t> bytes) {
  llvm::Expected<OutputFile> file = OutputFile::create(path);
  if (!file)
    return file.takeError();
  if (Error error = file->append(bytes))
    return error;
  return file->commit();
}

Error artifact::write(Artifact &artifact, StringRef path) {
  llvm::Expected<PendingFolder> folder =
      PendingFolder::create(path, isArtifact);
  if (!folder)
    return folder.takeError();

  Model &model = artifact.model;
  model.codes.clear();
  for (CodeSource &source : artifact.codes) {
    source.code.bytes = source.bytes.size();
    source.code.checksum = checksum(source.bytes.data(), source.bytes.size());
    model.codes.push_back(source.code);
  }

  llvm::Expected<OutputFile> weightsFile =
      OutputFile::create(folder->fileIn(weightsFileName));
  if (!weightsFile)
    return weightsFile.takeError();
  llvm::Expected<Table> table = makeTable(artifact.tensors, artifact.store);
  if (!table)
    return table.takeError();
  if (Error error = writeWeights(std::move(*weightsFile), artifact, *table))
    return error;
  for (const CodeSource &source : artifact.codes)
    if (Error error =
            writeFile(folder->fileIn(source.code.fileName), source.bytes))
      return error;
  std::string manifest =
      manifestText(model, *table, std::move(artifact.manifest));
  if (Error error = writeFile(folder->fileIn(manifestFileName),
                              llvm::arrayRefFromStringRef(manifest)))
    return error;
  return folder->commit();
}
