//===- Machine.h - What a machine can do at most ----------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_MACHINE_MACHINE_H
#define GG_MACHINE_MACHINE_H

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace gg::machine {

/// The CPU's name and those of its features that matter to kernels.
std::string cpuName();
std::vector<std::string> cpuFeatures();

/// What all threads together reach, in bytes and in floating-point operations
/// a second; 0 where the CPU has no such instruction.
struct Limits {
  int threads = 0;
  /// Over memory far larger than the caches, in huge pages.
  double read = 0;
  double dotF32 = 0;
  double dotI8 = 0;
  /// From registers.
  double fmaF32 = 0;
  double dotBF16 = 0;

  /// Reading alone is not always the fastest: what computes prefetches better.
  double bandwidth() const;
  /// The fastest way to multiply: weights that bf16 holds exactly have two.
  double products(bool isBF16) const;
};

/// Measures with that many threads, in half a gigabyte of memory.
class Meter {
public:
  /// Null and an error where there is not that much memory.
  static std::unique_ptr<Meter> create(int threads, std::string &error);
  ~Meter();
  Meter(const Meter &) = delete;

  /// About half a second. On a machine that others use too, the bandwidth of
  /// one moment is not that of the next.
  void measureMemory(Limits &limits) const;
  void measureArithmetic(Limits &limits) const;

private:
  explicit Meter(int threads) : threads(threads) {}

  int threads;
  uint8_t *memory = nullptr;
};

} // namespace gg::machine

#endif // GG_MACHINE_MACHINE_H
