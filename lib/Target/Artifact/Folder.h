//===- Folder.h - A folder that appears whole or not at all -----*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TARGET_ARTIFACT_FOLDER_H
#define GG_LIB_TARGET_ARTIFACT_FOLDER_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"

#include <string>
#include <vector>

namespace gg::artifact {

/// A file being written; what is not committed is closed on destruction.
///
/// Appended bytes go to the kernel in aligned pieces of several MiB: the page
/// cache of a file system with large folios then holds the file in huge pages,
/// and so does whoever maps it. Written tensor by tensor, it is 4 KiB pages.
class OutputFile {
public:
  static llvm::Expected<OutputFile> create(const std::string &path);
  OutputFile(OutputFile &&other);
  OutputFile(const OutputFile &) = delete;
  ~OutputFile();

  llvm::Error append(llvm::ArrayRef<uint8_t> bytes);
  llvm::Error appendZeros(uint64_t count);
  /// Hands over what was appended.
  llvm::Error flush();
  /// Overwrites what has been flushed.
  llvm::Error writeAt(uint64_t offset, llvm::ArrayRef<uint8_t> bytes);
  /// Brings the bytes to the disk and closes the file.
  llvm::Error commit();

  uint64_t size() const { return offset + pending.size(); }

private:
  OutputFile(int file, std::string path) : file(file), path(std::move(path)) {}

  int file;
  std::string path;
  /// Of `pending` in the file.
  uint64_t offset = 0;
  std::vector<uint8_t> pending;
};

/// A new folder beside its later place; removed unless it is committed.
class PendingFolder {
public:
  /// `isOurs` says whether a folder that stands at `path` may be replaced.
  static llvm::Expected<PendingFolder>
  create(llvm::StringRef path,
         llvm::function_ref<bool(llvm::StringRef)> isOurs);
  PendingFolder(PendingFolder &&other);
  PendingFolder(const PendingFolder &) = delete;
  ~PendingFolder();

  std::string fileIn(llvm::StringRef name) const;
  llvm::Error commit();

private:
  PendingFolder(std::string path, std::string aside)
      : path(std::move(path)), aside(std::move(aside)) {}

  std::string path;
  std::string aside;
};

} // namespace gg::artifact

#endif // GG_LIB_TARGET_ARTIFACT_FOLDER_H
