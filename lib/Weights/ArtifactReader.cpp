//===- ArtifactReader.cpp - Opens an artifact -----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Weights/ArtifactReader.h"

#include "Zstd.h"
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

void MappedFile::release(uint64_t offset, uint64_t size) const {
  auto page = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  uint64_t begin = (offset + page - 1) / page * page;
  uint64_t end = (offset + size) / page * page;
  if (begin < end)
    madvise(const_cast<uint8_t *>(base) + begin, end - begin, MADV_DONTNEED);
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
  if (header.major < oldestMajorVersion || header.major > majorVersion)
    return fail("is of format version " + std::to_string(header.major) + "." +
                std::to_string(header.minor) + " but this gg reads versions " +
                std::to_string(oldestMajorVersion) + " to " +
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

  if (!parse(header, error))
    return false;
  payloadOffset = header.payloadOffset;
  uint64_t both[] = {header.table.checksum, header.model.checksum};
  theFingerprint = checksum(both, sizeof(both));
  if (isSmall())
    placeFrames();
  // Fewer TLB misses where the file system has huge pages; elsewhere a no-op.
  else if (payloadBytes())
    madvise(const_cast<uint8_t *>(payload()), payloadBytes(), MADV_HUGEPAGE);
  return true;
}

bool ArtifactReader::parse(const Header &header, std::string &error) {
  Bytes tableBytes{file->data() + header.table.offset, header.table.bytes};
  Bytes modelBytes{file->data() + header.model.offset, header.model.bytes};
  auto damaged = [&](const char *section) {
    error = std::string("is damaged: the ") + section +
            " does not match its checksum";
    return false;
  };
  if (checksum(tableBytes.data, tableBytes.size) != header.table.checksum)
    return damaged("tensor table");
  if (checksum(modelBytes.data, modelBytes.size) != header.model.checksum)
    return damaged("model section");
  bool newerMinor = header.minor > minorVersion;
  if (header.major == 2) {
    table.payloadBytes = header.payloadBytes;
    if (!parseTensors(tableBytes, newerMinor, table.tensors, error))
      return false;
  } else if (!parseTable(tableBytes, newerMinor, table, error)) {
    return false;
  }
  return parseModel(modelBytes, newerMinor, theModel, error) &&
         verifyTable(table, header.payloadBytes, error) &&
         verifyModel(theModel, error);
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

bool ArtifactReader::failAbout(const Tensor &tensor, std::string &error) const {
  error = pathOf(weightsFileName) + ": is damaged: tensor '" + tensor.name +
          "' does not match its checksum";
  return false;
}

bool ArtifactReader::verifyPayload(std::string &error) const {
  if (isSmall())
    return verifyPieces(error);
  for (const Tensor &tensor : tensors())
    if (checksum(payload() + tensor.offset, tensor.bytes) != tensor.checksum)
      return failAbout(tensor, error);
  return true;
}

//===----------------------------------------------------------------------===//
// Frames
//===----------------------------------------------------------------------===//

void ArtifactReader::placeFrames() {
  pieces = piecesOf(tensors());
  uint64_t offset = 0;
  for (const Frame &frame : frames()) {
    frameOffsets.push_back(offset);
    offset += frame.bytes;
  }
}

bool ArtifactReader::decode(size_t frame, FrameDecoder &decoder, uint8_t *piece,
                            std::string &error) const {
  const Tensor &tensor = tensors()[pieces[frame].tensor];
  if (frames()[frame].code == FrameCode::Zstd && !findZstdDecompress()) {
    error = pathOf(weightsFileName) + ": needs " + zstdLibrary +
            ", which this machine lacks: install it, or compile the model with "
            "--store packed or --code exp-golomb";
    return false;
  }
  if (decoder.decode(frames()[frame], payload() + frameOffsets[frame],
                     elementBytes(tensor.type), piece, pieces[frame].bytes))
    return true;
  error = pathOf(weightsFileName) + ": is damaged: frame " +
          std::to_string(frame) + ", of tensor '" + tensor.name +
          "', does not match its checksum or cannot be decoded";
  return false;
}

bool ArtifactReader::expand(size_t frame, FrameDecoder &decoder, uint8_t *to,
                            std::string &error) const {
  if (!decode(frame, decoder, to + pieces[frame].offset, error))
    return false;
  file->release(payloadOffset + frameOffsets[frame], frames()[frame].bytes);
  return true;
}

bool ArtifactReader::verifyPieces(std::string &error) const {
  FrameDecoder decoder;
  std::vector<uint8_t> piece(frameBytes);
  size_t frame = 0;
  for (const Tensor &tensor : tensors()) {
    Checksum sum;
    for (uint64_t left = frameCount(tensor); left; --left, ++frame) {
      if (!decode(frame, decoder, piece.data(), error))
        return false;
      sum.update(piece.data(), pieces[frame].bytes);
    }
    if (sum.finish() != tensor.checksum)
      return failAbout(tensor, error);
  }
  return true;
}
