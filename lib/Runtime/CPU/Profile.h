//===- Profile.h - The time between barriers --------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_RUNTIME_CPU_PROFILE_H
#define GG_LIB_RUNTIME_CPU_PROFILE_H

#include "Model.h"

namespace gg::runtime {

/// Times of a CLOCK_MONOTONIC.
int64_t nanoseconds();

/// How long a session's threads took for every phase of its entries.
class Profile {
public:
  /// Null where the artifact's code does not list its phases.
  static std::unique_ptr<Profile> create(const Model &model, int threads);

  /// Before the threads start on an entry; `positions` is what the rows hold
  /// after the call, on average.
  void begin(const LoadedEntry &entry, double positions);

  // By each thread, for itself.
  void start(int thread) {
    clocks[static_cast<size_t>(thread)].last = nanoseconds();
  }
  void arrive(int thread, int64_t phase);
  void leave(int thread, int64_t phase);
  /// The phase that ends with the entry.
  int64_t lastPhase() const { return current->count - 1; }

  int64_t phases() const { return static_cast<int64_t>(facts.size()); }
  gg_phase phase(int64_t index) const;

private:
  struct Facts {
    std::string kind, name;
    double bytes, slotBytes, flops, slotFlops, linearFlops;
  };
  /// The phases of an entry: `count` of them, from `first` on.
  struct Entry {
    const LoadedEntry *entry;
    int64_t first, count;
    int64_t calls;
    double positions;
  };
  struct alignas(64) Clock {
    int64_t last;
    std::vector<int64_t> busy;
  };

  explicit Profile(int threads) : clocks(static_cast<size_t>(threads)) {}
  bool parse(const LoadedEntry &entry);
  /// False for a number that the entry's list has not.
  bool find(int64_t phase, size_t &index) const;

  std::vector<Facts> facts;
  std::vector<Entry> entries;
  Entry *current = nullptr;
  // By thread 0.
  std::vector<int64_t> calls, elapsed;
  std::vector<Clock> clocks;
};

} // namespace gg::runtime

#endif // GG_LIB_RUNTIME_CPU_PROFILE_H
