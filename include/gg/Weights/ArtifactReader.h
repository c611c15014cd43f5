//===- ArtifactReader.h - Opens an artifact ---------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_WEIGHTS_ARTIFACTREADER_H
#define GG_WEIGHTS_ARTIFACTREADER_H

#include "gg/Weights/Format.h"

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

private:
  MappedFile(const uint8_t *base, uint64_t bytes) : base(base), bytes(bytes) {}

  const uint8_t *base;
  uint64_t bytes;
};

/// An artifact's weights file, mapped; header, tensor table and model section
/// have passed their checksums and `verifyTable`, `verifyModel`.
class ArtifactReader {
public:
  /// Null and an error that names the file where it is no artifact, is
  /// damaged, or is of another major version.
  static std::unique_ptr<ArtifactReader> open(const std::string &folder,
                                              std::string &error);

  const Model &model() const { return theModel; }
  const std::vector<Tensor> &tensors() const { return table; }
  const uint8_t *payload() const { return file->data() + payloadOffset; }
  uint64_t payloadBytes() const { return thePayloadBytes; }

  /// The same for two artifacts only if they hold the same model and weights.
  uint64_t fingerprint() const { return theFingerprint; }

  std::string pathOf(const std::string &fileName) const;

  /// Whether a code file is as long as it should be, and sums to its checksum.
  bool verifyCode(const Code &code, std::string &error) const;
  /// Whether the bytes of every tensor sum to their checksum.
  bool verifyPayload(std::string &error) const;

private:
  ArtifactReader() = default;
  bool read(std::string &error);

  std::string folder;
  std::unique_ptr<MappedFile> file;
  std::vector<Tensor> table;
  Model theModel;
  uint64_t payloadOffset = 0;
  uint64_t thePayloadBytes = 0;
  uint64_t theFingerprint = 0;
};

} // namespace gg::weights

#endif // GG_WEIGHTS_ARTIFACTREADER_H
