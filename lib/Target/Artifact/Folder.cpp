//===- Folder.cpp - A folder that appears whole or not at all -------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Folder.h"

#include "llvm/Support/Errno.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

using namespace gg::artifact;
using llvm::Error;
using llvm::Expected;
using llvm::StringRef;

static Error errnoError(const std::string &path) {
  return llvm::createStringError(
      std::error_code(errno, std::generic_category()),
      path + ": " + llvm::sys::StrError());
}

//===----------------------------------------------------------------------===//
// OutputFile
//===----------------------------------------------------------------------===//

Expected<OutputFile> OutputFile::create(const std::string &path) {
  int file =
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
  if (file < 0)
    return errnoError(path);
  return OutputFile(file, path);
}

OutputFile::OutputFile(OutputFile &&other)
    : file(other.file), path(std::move(other.path)), offset(other.offset),
      pending(std::move(other.pending)) {
  other.file = -1;
}

OutputFile::~OutputFile() {
  if (file >= 0)
    close(file);
}

Error OutputFile::writeAt(uint64_t at, llvm::ArrayRef<uint8_t> bytes) {
  while (!bytes.empty()) {
    ssize_t written = pwrite(file, bytes.data(), bytes.size(), at);
    if (written < 0 && errno == EINTR)
      continue;
    if (written < 0)
      return errnoError(path);
    bytes = bytes.drop_front(written);
    at += written;
  }
  return Error::success();
}

Error OutputFile::append(llvm::ArrayRef<uint8_t> bytes) {
  // Two huge pages.
  constexpr uint64_t piece = uint64_t(4) << 20;
  while (!bytes.empty()) {
    uint64_t room = piece - size() % piece;
    size_t taken = std::min<uint64_t>(room, bytes.size());
    pending.insert(pending.end(), bytes.begin(), bytes.begin() + taken);
    bytes = bytes.drop_front(taken);
    if (taken == room)
      if (Error error = flush())
        return error;
  }
  return Error::success();
}

Error OutputFile::flush() {
  if (Error error = writeAt(offset, pending))
    return error;
  offset += pending.size();
  pending.clear();
  return Error::success();
}

Error OutputFile::appendZeros(uint64_t count) {
  static const uint8_t zeros[4096] = {};
  while (count) {
    uint64_t piece = std::min<uint64_t>(count, sizeof(zeros));
    if (Error error = append(llvm::ArrayRef<uint8_t>(zeros, piece)))
      return error;
    count -= piece;
  }
  return Error::success();
}

Error OutputFile::commit() {
  if (Error error = flush())
    return error;
  if (fsync(file) != 0)
    return errnoError(path);
  int closed = close(file);
  file = -1;
  if (closed != 0)
    return errnoError(path);
  return Error::success();
}

//===----------------------------------------------------------------------===//
// PendingFolder
//===----------------------------------------------------------------------===//

Expected<PendingFolder>
PendingFolder::create(StringRef path,
                      llvm::function_ref<bool(StringRef)> isOurs) {
  while (path.size() > 1 && path.ends_with("/"))
    path = path.drop_back();
  if (path.empty())
    return llvm::createStringError("the artifact's path is empty");
  std::string place = path.str();
  llvm::SmallString<256> real;
  if (!llvm::sys::fs::real_path(path, real))
    place = real.str().str();
  if (llvm::sys::fs::exists(place) && !isOurs(place))
    return llvm::createStringError(place +
                                   ": exists and is no artifact; not replaced");
  // Several compilers may write to the same place at the same time.
  static std::atomic<unsigned> attempts{0};
  for (;;) {
    std::string aside = place + "." + std::to_string(getpid()) + "-" +
                        std::to_string(attempts++) + ".tmp";
    if (mkdir(aside.c_str(), 0777) == 0)
      return PendingFolder(std::move(place), std::move(aside));
    if (errno != EEXIST)
      return errnoError(place);
  }
}

PendingFolder::PendingFolder(PendingFolder &&other)
    : path(std::move(other.path)), aside(std::move(other.aside)) {
  other.aside.clear();
}

PendingFolder::~PendingFolder() {
  if (!aside.empty())
    llvm::sys::fs::remove_directories(aside);
}

std::string PendingFolder::fileIn(StringRef name) const {
  return aside + "/" + name.str();
}

static Error syncFolder(const std::string &path) {
  int folder = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder < 0)
    return errnoError(path);
  int synced = fsync(folder);
  int code = errno;
  close(folder);
  errno = code;
  // Some file systems cannot sync a folder; the files themselves are synced.
  if (synced != 0 && errno != EINVAL)
    return errnoError(path);
  return Error::success();
}

Error PendingFolder::commit() {
  if (Error error = syncFolder(aside))
    return error;
  if (rename(aside.c_str(), path.c_str()) == 0) {
    aside.clear();
  } else if (errno == ENOTEMPTY || errno == EEXIST) {
    // An older artifact: the two change places, and the destructor removes the
    // old one under the new one's former name.
    if (renameat2(AT_FDCWD, aside.c_str(), AT_FDCWD, path.c_str(),
                  RENAME_EXCHANGE) != 0) {
      std::string old = aside + ".old";
      if (rename(path.c_str(), old.c_str()) != 0)
        return errnoError(path);
      if (rename(aside.c_str(), path.c_str()) != 0) {
        Error error = errnoError(path);
        rename(old.c_str(), path.c_str());
        return error;
      }
      aside = std::move(old);
    }
  } else {
    return errnoError(path);
  }
  StringRef parent = llvm::sys::path::parent_path(path);
  return syncFolder(parent.empty() ? "." : parent.str());
}
