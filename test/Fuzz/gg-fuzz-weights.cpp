//===- gg-fuzz-weights.cpp - libFuzzer over weights files -----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An input is a weights.ggw. Its checksums are made right before it is opened:
// they find damage, and would hide from the fuzzer what lies behind them.
//
//===----------------------------------------------------------------------===//

#include "gg/Weights/ArtifactReader.h"
#include "gg/Weights/Checksum.h"
#include "gg/Weights/Serialization.h"

#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

using namespace gg::weights;

/// What a payload may take here; more is the system's to refuse.
static constexpr uint64_t maxPayload = uint64_t(64) << 20;

static bool inside(uint64_t offset, uint64_t bytes, uint64_t size) {
  return offset <= size && bytes <= size - offset;
}

/// Sums the frames up that lie in the payload.
static void sealFrames(std::vector<uint8_t> &file, const Header &header) {
  uint8_t *bytes = file.data() + header.table.offset;
  Table table;
  std::string error;
  if (!parseTable({bytes, header.table.bytes}, false, table, error))
    return;
  uint64_t at = header.payloadOffset;
  for (Frame &frame : table.frames) {
    if (!inside(at, frame.bytes, file.size()))
      return;
    frame.checksum = checksum(file.data() + at, frame.bytes);
    at += frame.bytes;
  }
  std::vector<uint8_t> sealed = serializeTable(table);
  std::memcpy(bytes, sealed.data(), sealed.size());
}

static void seal(std::vector<uint8_t> &file) {
  Header header;
  if (file.size() < sizeof(header))
    return;
  std::memcpy(&header, file.data(), sizeof(header));
  header.headerBytes = sizeof(header);
  header.fileBytes = file.size();
  if (inside(header.table.offset, header.table.bytes, file.size()))
    sealFrames(file, header);
  for (Section *section : {&header.table, &header.model})
    if (inside(section->offset, section->bytes, file.size()))
      section->checksum =
          checksum(file.data() + section->offset, section->bytes);
  header.checksum = headerChecksum(header);
  std::memcpy(file.data(), &header, sizeof(header));
}

static void read(const std::string &folder) {
  std::string error;
  auto reader = ArtifactReader::open(folder, error);
  if (!reader)
    return;
  reader->verifyPayload(error);
  if (!reader->isSmall() || reader->payloadBytes() > maxPayload)
    return;
  FrameDecoder decoder;
  std::vector<uint8_t> payload(reader->payloadBytes());
  for (size_t frame = 0; frame < reader->frames().size(); ++frame)
    reader->expand(frame, decoder, payload.data(), error);
}

static std::string makeFolder() {
  std::string folder = "/tmp/gg-fuzz-XXXXXX";
  if (!mkdtemp(folder.data()))
    std::abort();
  return folder;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  static const std::string folder = makeFolder();
  std::vector<uint8_t> bytes(data, data + size);
  seal(bytes);
  std::string path = folder + "/" + weightsFileName;
  int file = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0666);
  if (file < 0 || write(file, bytes.data(), bytes.size()) !=
                      static_cast<ssize_t>(bytes.size()))
    std::abort();
  close(file);
  read(folder);
  return 0;
}
