//===- huge_pages.cpp - Ways to hold weights in memory --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// huge_pages FILE [THREADS] [disk]: how long it takes to map or to read a file,
// how much of it huge pages then hold, and how fast it is read, for a mapped
// file and for anonymous memory, each with huge pages advised and without. With
// `disk` the file is dropped from the page cache first.
//
//===----------------------------------------------------------------------===//

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <sys/mman.h>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

static constexpr size_t hugePage = size_t(2) << 20;

static double now() {
  return std::chrono::duration<double>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

namespace {

struct Way {
  const char *name;
  bool isFile, isHuge;
  const uint8_t *base = nullptr;
  std::vector<double> seconds;
};

} // namespace

/// Kilobytes of huge pages in this process.
static long getHugeKilobytes() {
  long sum = 0, value;
  char line[256];
  FILE *file = std::fopen("/proc/self/smaps_rollup", "r");
  while (file && std::fgets(line, sizeof(line), file))
    if (std::sscanf(line, "AnonHugePages: %ld", &value) == 1 ||
        std::sscanf(line, "FilePmdMapped: %ld", &value) == 1)
      sum += value;
  if (file)
    std::fclose(file);
  return sum;
}

/// Maps the file, or reads it into memory of its own; the pages stay.
static bool load(Way &way, int file, size_t bytes) {
  size_t room = way.isFile ? bytes : bytes + 2 * hugePage;
  int flags = MAP_PRIVATE | (way.isFile ? 0 : MAP_ANONYMOUS);
  void *pages = mmap(nullptr, room, PROT_READ | (way.isFile ? 0 : PROT_WRITE),
                     flags, way.isFile ? file : -1, 0);
  if (pages == MAP_FAILED)
    return false;
  madvise(pages, room, way.isHuge ? MADV_HUGEPAGE : MADV_NOHUGEPAGE);
  auto *base = static_cast<uint8_t *>(pages);
  way.base = base;
  if (way.isFile)
    return true;
  base += -reinterpret_cast<uintptr_t>(base) % hugePage;
  way.base = base;
  for (size_t at = 0; at < bytes;) {
    ssize_t got = pread(file, base + at, bytes - at, at);
    if (got <= 0)
      return false;
    at += got;
  }
  return true;
}

/// Seconds in which threads read an equal part of the memory each.
static double read(const uint8_t *base, size_t bytes, unsigned threads) {
  static std::atomic<uint64_t> result;
  double start = now();
  std::vector<std::thread> team;
  size_t share = bytes / threads / 64 * 8; // in words
  for (unsigned thread = 0; thread < threads; ++thread)
    team.emplace_back([=] {
      auto *words = reinterpret_cast<const uint64_t *>(base) + thread * share;
      uint64_t sums[64] = {};
      for (size_t i = 0; i + 64 <= share; i += 64)
        for (size_t j = 0; j < 64; ++j)
          sums[j] ^= words[i + j];
      for (uint64_t sum : sums)
        result ^= sum;
    });
  for (std::thread &thread : team)
    thread.join();
  return now() - start;
}

int main(int argc, char **argv) {
  int file = argc > 1 ? open(argv[1], O_RDONLY) : -1;
  struct stat status;
  if (file < 0 || fstat(file, &status) != 0 || !status.st_size) {
    std::fprintf(stderr, "usage: huge_pages FILE [THREADS] [disk]\n");
    return 1;
  }
  auto bytes = static_cast<size_t>(status.st_size);
  unsigned threads = argc > 2 ? std::max(1, std::atoi(argv[2])) : 2;
  if (argc > 3 && std::string(argv[3]) == "disk") {
    fsync(file);
    posix_fadvise(file, 0, 0, POSIX_FADV_DONTNEED);
  }
  Way ways[] = {{"file, huge pages advised", true, true, nullptr, {}},
                {"file", true, false, nullptr, {}},
                {"anonymous, huge pages advised", false, true, nullptr, {}},
                {"anonymous", false, false, nullptr, {}}};
  for (Way &way : ways) {
    long before = getHugeKilobytes();
    double start = now();
    if (!load(way, file, bytes)) {
      std::perror(argv[1]);
      return 1;
    }
    double loaded = now() - start, first = read(way.base, bytes, threads);
    std::printf("%-30s %8.1f ms, first pass %7.1f ms, %3.0f %% in huge pages\n",
                way.name, loaded * 1e3, first * 1e3,
                (getHugeKilobytes() - before) * 1024.0 / bytes * 100);
  }
  for (int round = 0; round < 60; ++round) // in turn: bandwidth varies
    for (Way &way : ways)
      way.seconds.push_back(read(way.base, bytes, threads));
  for (Way &way : ways) {
    std::sort(way.seconds.begin(), way.seconds.end());
    std::printf("%-30s %6.1f GB/s, median of %zu\n", way.name,
                bytes / way.seconds[way.seconds.size() / 2] / 1e9,
                way.seconds.size());
  }
  return 0;
}
