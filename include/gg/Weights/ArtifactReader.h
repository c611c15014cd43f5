//===- ArtifactReader.h - Opens an artifact ---------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_WEIGHTS_ARTIFACTREADER_H
#define GG_WEIGHTS_ARTIFACTREADER_H

#include "gg/Weights/Frames.h"

#include <memory>

namespace gg::weights {

/// A file mapped for reading.
class MappedFile {
public:
  static std::unique_ptr<MappedFile> open(const std::string &path,
                                          std::string &error);
  ~MappedFile();
  MappedFile(const MappedFile &) = delete;
  MappedFile &operator=(const MappedFile &) = delete;

  const uint8_t *data() const { return base; }
  uint64_t size() const { return bytes; }

  /// Gives the memory of a range back to the system, as far as whole pages lie
  /// in it; reading it again takes it from the file again.
  void release(uint64_t offset, uint64_t size) const;

private:
  MappedFile(const uint8_t *base, uint64_t bytes) : base(base), bytes(bytes) {}

  const uint8_t *base;
  uint64_t bytes;
};

/// An artifact's weights file, mapped; header, table and model section have
/// passed their checksums and `verifyTable`, `verifyModel`.
class ArtifactReader {
public:
  /// Null and an error that names the file where it is no artifact, is
  /// damaged, or is of another major version.
  static std::unique_ptr<ArtifactReader> open(const std::string &folder,
                                              std::string &error);

  const Model &model() const { return theModel; }
  const std::vector<Tensor> &tensors() const { return table.tensors; }
  /// What the payload takes in memory.
  uint64_t payloadBytes() const { return table.payloadBytes; }
  /// Of weights.ggw.
  uint64_t fileBytes() const { return file->size(); }

  /// Whether the payload is stored in frames. Otherwise it is `payload()`.
  bool isSmall() const { return !table.frames.empty(); }
  const uint8_t *payload() const { return file->data() + payloadOffset; }

  const std::vector<Frame> &frames() const { return table.frames; }
  /// Writes a frame's piece to its place in a payload of zeros, and gives the
  /// memory that reading the frame took back to the system.
  bool expand(size_t frame, FrameDecoder &decoder, uint8_t *payload,
              std::string &error) const;

  /// The same for two artifacts only if they hold the same model and weights.
  uint64_t fingerprint() const { return theFingerprint; }

  std::string pathOf(const std::string &fileName) const;

  /// Whether a code file is as long as it should be, and sums to its checksum.
  bool verifyCode(const Code &code, std::string &error) const;
  /// Whether the bytes of every tensor, and of every frame, sum to their
  /// checksum.
  bool verifyPayload(std::string &error) const;

private:
  ArtifactReader() = default;
  bool read(std::string &error);
  bool parse(const Header &header, std::string &error);
  void placeFrames();
  bool decode(size_t frame, FrameDecoder &decoder, uint8_t *piece,
              std::string &error) const;
  bool verifyPieces(std::string &error) const;
  bool failAbout(const Tensor &tensor, std::string &error) const;

  std::string folder;
  std::unique_ptr<MappedFile> file;
  Table table;
  Model theModel;
  uint64_t payloadOffset = 0;
  /// For every frame, what it holds and where it lies behind `payload()`.
  std::vector<Piece> pieces;
  std::vector<uint64_t> frameOffsets;
  uint64_t theFingerprint = 0;
};

} // namespace gg::weights

#endif // GG_WEIGHTS_ARTIFACTREADER_H
