//===- Machine.cpp - What a machine can do at most ------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Machine/Machine.h"

#include "Kernels.h"
#include "gg/Runtime/Features.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <fstream>
#include <functional>
#include <sys/mman.h>
#include <thread>

using namespace gg;
using namespace gg::machine;

/// Far larger than the caches of a CPU.
static constexpr size_t memoryBytes = size_t(512) << 20;

std::string machine::cpuName() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);)
    if (line.compare(0, 10, "model name") == 0)
      return line.substr(line.find(':') + 2);
  return runtime::architecture();
}

std::vector<std::string> machine::cpuFeatures() {
  std::vector<std::string> found;
  for (const char *name :
       {"avx2", "fma", "f16c", "avx512f", "avx512bw", "avx512vl", "avx512vnni",
        "avx512vbmi", "avx512bf16", "gfni", "neon", "dotprod", "bf16", "i8mm"})
    if (runtime::hasFeature(name))
      found.push_back(name);
  return found;
}

double Limits::bandwidth() const { return std::max({read, dotF32, dotI8}); }

double Limits::products(bool isBF16) const {
  return isBF16 ? std::max(fmaF32, dotBF16) : fmaF32;
}

/// Runs `work` on every thread, `rounds` times, all at once; the seconds of the
/// fastest round.
static double fastest(int threads, int rounds,
                      const std::function<void(int)> &work) {
  std::atomic<int> arrived{0};
  auto meet = [&](int meeting) {
    ++arrived;
    while (arrived < threads * meeting)
      std::this_thread::yield();
  };
  double best = 1e30;
  auto run = [&](int thread) {
    for (int round = 0; round < rounds; ++round) {
      meet(2 * round + 1);
      auto start = std::chrono::steady_clock::now();
      work(thread);
      meet(2 * round + 2);
      std::chrono::duration<double> took =
          std::chrono::steady_clock::now() - start;
      if (thread == 0)
        best = std::min(best, took.count());
    }
  };
  std::vector<std::thread> team;
  for (int thread = 1; thread < threads; ++thread)
    team.emplace_back(run, thread);
  run(0);
  for (std::thread &thread : team)
    thread.join();
  return best;
}

static double measureStream(const uint8_t *memory, int threads, Stream kernel) {
  if (!kernel)
    return 0;
  alignas(64) uint8_t operand[operandBytes];
  std::memset(operand, 1, sizeof(operand));
  size_t share =
      memoryBytes / static_cast<size_t>(threads) / operandBytes * operandBytes;
  double seconds = fastest(threads, 12, [&](int thread) {
    kernel(memory + share * static_cast<size_t>(thread), share, operand);
  });
  return static_cast<double>(share) * threads / seconds;
}

static double computeRate(int threads, Arithmetic kernel) {
  if (!kernel)
    return 0;
  constexpr int64_t rounds = 2'000'000;
  double operations = kernel(1) * static_cast<double>(rounds) * threads;
  return operations / fastest(threads, 5, [&](int) { kernel(rounds); });
}

std::unique_ptr<Meter> Meter::create(int threads, std::string &error) {
  std::unique_ptr<Meter> meter(new Meter(threads));
  void *mapped = mmap(nullptr, memoryBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) {
    error = "no room for 512 MiB to measure the memory's bandwidth";
    return nullptr;
  }
  madvise(mapped, memoryBytes, MADV_HUGEPAGE);
  meter->memory = static_cast<uint8_t *>(mapped);
  // As a float, a moderate number.
  fastest(threads, 1, [&](int thread) {
    size_t share = memoryBytes / static_cast<size_t>(threads);
    std::memset(meter->memory + share * static_cast<size_t>(thread), 0x3c,
                share);
  });
  return meter;
}

Meter::~Meter() {
  if (memory)
    munmap(memory, memoryBytes);
}

void Meter::measureMemory(Limits &limits) const {
  Kernels kernels = chooseKernels();
  limits.threads = threads;
  limits.read = measureStream(memory, threads, kernels.read);
  limits.dotF32 = measureStream(memory, threads, kernels.dotF32);
  limits.dotI8 = measureStream(memory, threads, kernels.dotI8);
}

void Meter::measureArithmetic(Limits &limits) const {
  Kernels kernels = chooseKernels();
  limits.threads = threads;
  limits.fmaF32 = computeRate(threads, kernels.fmaF32);
  limits.dotBF16 = computeRate(threads, kernels.dotBF16);
}
