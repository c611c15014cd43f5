//===- ArtifactReader.cpp - Opens an artifact -----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Weights/ArtifactReader.h"

#include "gg/Weights/Checksum.h"
#include "gg/Weights/Serialization.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace gg::weights;

//===----------------------------------------------------------------------===//
// MappedFile
//===----------------------------------------------------------------------===//

std::unique_ptr<MappedFile> MappedFile::open(const std::string &path,
                                             std::string &error) {
  auto fail = [&](const char *why) {
    error = path + ": " + why;
    return nullptr;
  };
  // O_NONBLOCK: a named pipe in the place of a file must not hang us.
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0)
    return fail(std::strerror(errno));
  struct stat status;
  if (fstat(file, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(file);
    return fail("is no regular file");
  }
  auto bytes = static_cast<uint64_t>(status.st_size);
  void *base = nullptr;
  if (bytes) {
    base = mmap(nullptr, bytes, PROT_READ, MAP_PRIVATE, file, 0);
    if (base == MAP_FAILED) {
      int code = errno;
      close(file);
      return fail(std::strerror(code));
    }
  }
  close(file);
  return std::unique_ptr<MappedFile>(
      new MappedFile(static_cast<const uint8_t *>(base), bytes));
}

MappedFile::~MappedFile() {
  if (base)
    munmap(const_cast<uint8_t *>(base), bytes);
}

//===----------------------------------------------------------------------===//
// ArtifactReader
//===----------------------------------------------------------------------===//

std::unique_ptr<ArtifactReader> ArtifactReader::open(const std::string &folder,
                                                     std::string &error) {
  struct stat status;
  if (stat(folder.c_str(), &status) != 0) {
    error = folder + ": " + std::strerror(errno);
    return nullptr;
  }
  if (!S_ISDIR(status.st_mode)) {
    error = folder + ": is no artifact: expected a folder as gg-compile "
                     "writes it";
    return nullptr;
  }
  std::unique_ptr<ArtifactReader> reader(new ArtifactReader);
  reader->folder = folder;
  std::string path = reader->pathOf(weightsFileName);
  if (access(path.c_str(), F_OK) != 0) {
    error = folder + ": is no artifact: it holds no " + weightsFileName;
    return nullptr;
  }
  reader->file = MappedFile::open(path, error);
  if (!reader->file)
    return nullptr;
  std::string why;
  if (!reader->read(why)) {
    error = path + ": " + why;
    return nullptr;
  }
  return reader;
}

static bool inside(const Section &section, uint64_t bytes) {
  return section.offset <= bytes && section.bytes <= bytes - section.offset;
}

bool ArtifactReader::read(std::string &error) {
  auto fail = [&](const std::string &why) {
    error = why;
    return false;
  };
  uint64_t size = file->size();
  if (size < sizeof(magic) || std::memcmp(file->data(), magic, sizeof(magic)))
    return fail("is no gg weights file");
  Header header;
  if (size < sizeof(header))
    return fail("is truncated");
  std::memcpy(&header, file->data(), sizeof(header));
  // The version comes before everything else: a newer major version may have
  // another header.
  if (header.major != majorVersion)
    return fail("is of format version " + std::to_string(header.major) + "." +
                std::to_string(header.minor) + " but this gg reads version " +
                std::to_string(majorVersion) +
                (header.major > majorVersion ? ": use a newer gg"
                                             : ": compile the model again"));
  if (header.checksum != headerChecksum(header) ||
      header.headerBytes < sizeof(header))
    return fail("is damaged: the header does not match its checksum");
  if (header.fileBytes != size)
    return fail("is truncated or padded: expected " +
                std::to_string(header.fileBytes) + " bytes but got " +
                std::to_string(size));
  if (!inside(header.table, size) || !inside(header.model, size) ||
      !inside({header.payloadOffset, header.payloadBytes, 0}, size) ||
      header.payloadOffset % payloadAlignment)
    return fail("is damaged: a section lies outside of the file");

  Bytes tableBytes{file->data() + header.table.offset, header.table.bytes};
  Bytes modelBytes{file->data() + header.model.offset, header.model.bytes};
  if (checksum(tableBytes.data, tableBytes.size) != header.table.checksum)
    return fail("is damaged: the tensor table does not match its checksum");
  if (checksum(modelBytes.data, modelBytes.size) != header.model.checksum)
    return fail("is damaged: the model section does not match its checksum");
  bool newerMinor = header.minor > minorVersion;
  if (!parseTable(tableBytes, newerMinor, table, error) ||
      !parseModel(modelBytes, newerMinor, theModel, error) ||
      !verifyTable(table, header.payloadBytes, error) ||
      !verifyModel(theModel, error))
    return false;

  payloadOffset = header.payloadOffset;
  thePayloadBytes = header.payloadBytes;
  uint64_t both[] = {header.table.checksum, header.model.checksum};
  theFingerprint = checksum(both, sizeof(both));
  // Fewer TLB misses where the file system has huge pages; elsewhere a no-op.
  if (thePayloadBytes)
    madvise(const_cast<uint8_t *>(payload()), thePayloadBytes, MADV_HUGEPAGE);
  return true;
}

std::string ArtifactReader::pathOf(const std::string &fileName) const {
  return folder + "/" + fileName;
}

bool ArtifactReader::verifyCode(const Code &code, std::string &error) const {
  std::unique_ptr<MappedFile> codeFile =
      MappedFile::open(pathOf(code.fileName), error);
  if (!codeFile)
    return false;
  if (codeFile->size() == code.bytes &&
      checksum(codeFile->data(), codeFile->size()) == code.checksum)
    return true;
  error = pathOf(code.fileName) + ": is damaged or of another artifact: it "
                                  "does not match its checksum";
  return false;
}

bool ArtifactReader::verifyPayload(std::string &error) const {
  for (const Tensor &tensor : table) {
    if (checksum(payload() + tensor.offset, tensor.bytes) == tensor.checksum)
      continue;
    error = pathOf(weightsFileName) + ": is damaged: tensor '" + tensor.name +
            "' does not match its checksum";
    return false;
  }
  return true;
}
