//===- Store.h - Where a compiler keeps rewritten weights -------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A growing file without a name, mapped shared: quantized and packed weights of
// a model larger than memory live in it, not on the heap. Addresses stay; the
// file goes when the last owner of the store does.
//
//===----------------------------------------------------------------------===//

#ifndef GG_WEIGHTS_STORE_H
#define GG_WEIGHTS_STORE_H

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <fcntl.h>
#include <memory>
#include <mutex>
#include <string>
#include <sys/mman.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace gg {

class WeightsStore {
public:
  /// A store in $TMPDIR, or /tmp; nothing, and errno, where no file can be
  /// made.
  static std::shared_ptr<WeightsStore> create() {
    const char *folder = std::getenv("TMPDIR");
    std::string name =
        std::string(folder && *folder ? folder : "/tmp") + "/gg-weights-XXXXXX";
    int file = ::mkstemp(name.data());
    if (file < 0)
      return nullptr;
    ::unlink(name.c_str());
    return std::shared_ptr<WeightsStore>(new WeightsStore(file));
  }

  WeightsStore(const WeightsStore &) = delete;
  WeightsStore &operator=(const WeightsStore &) = delete;

  ~WeightsStore() {
    for (auto [data, bytes] : regions)
      ::munmap(data, bytes);
    ::close(file);
  }

  /// Zeroed bytes at an address that is a multiple of 64; null, and errno,
  /// where the disk or the address space has no room. Thread-safe.
  uint8_t *allocate(size_t bytes) {
    std::lock_guard<std::mutex> lock(mutex);
    bytes = (bytes + kAlignment - 1) & ~(kAlignment - 1);
    if (bytes > free && !grow(bytes))
      return nullptr;
    uint8_t *data = next;
    next += bytes;
    free -= bytes;
    return data;
  }

  /// How many bytes the store takes on disk.
  uint64_t size() const { return fileBytes; }

private:
  static constexpr size_t kAlignment = 64, kRegion = size_t(1) << 24;

  explicit WeightsStore(int file) : file(file) {}

  /// Maps a new region of the file, `bytes` or more long.
  bool grow(size_t bytes) {
    bytes = (bytes + kRegion - 1) & ~(kRegion - 1);
    // The blocks are allocated now: a full disk is an error here, and no signal
    // at the first write.
    int error = ::posix_fallocate(file, static_cast<off_t>(fileBytes),
                                  static_cast<off_t>(bytes));
    if (error) {
      errno = error;
      return false;
    }
    void *data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                        file, static_cast<off_t>(fileBytes));
    if (data == MAP_FAILED)
      return false;
    regions.emplace_back(data, bytes);
    fileBytes += bytes;
    next = static_cast<uint8_t *>(data);
    free = bytes;
    return true;
  }

  int file;
  uint64_t fileBytes = 0;
  uint8_t *next = nullptr;
  size_t free = 0;
  std::mutex mutex;
  std::vector<std::pair<void *, size_t>> regions;
};

} // namespace gg

#endif // GG_WEIGHTS_STORE_H
