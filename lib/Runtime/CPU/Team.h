//===- Team.h - The threads that run an entry -------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Threads that live as long as their session. A token is one run of a few
// milliseconds with hundreds of barriers inside, so waiting spins first, and
// sleeps only where somebody is late: another process has the CPU then, and
// spinning would keep it from the thread that everyone waits for.
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_RUNTIME_CPU_TEAM_H
#define GG_LIB_RUNTIME_CPU_TEAM_H

#include "Profile.h"
#include "gg/Weights/EntryABI.h"

#include <atomic>
#include <memory>
#include <pthread.h>
#include <string>
#include <vector>

namespace gg::runtime {

/// A number that threads wait on to change.
class alignas(64) WaitWord {
public:
  uint32_t get() const { return word.load(std::memory_order_acquire); }
  /// Changes it and wakes those who sleep.
  void advance();
  /// Returns when it is no longer `old`; spins that long before it sleeps.
  void waitWhile(uint32_t old, int64_t spinNanoseconds);

private:
  std::atomic<uint32_t> word{0};
  std::atomic<uint32_t> sleepers{0};
};

/// What is left of a thread's share of a loop. Its owner takes from the front,
/// others from the back.
class alignas(64) Share {
public:
  struct Range {
    uint32_t begin, end;
  };
  /// Takes half of what is left, rounded up. `phase` names the loop's run: what
  /// is left over from another one is not looked at, and `whole` is left then.
  Range take(uint32_t phase, Range whole, bool isOwner);
  /// No phase near this one has begun.
  void reset(uint32_t phase) { word = pack(phase - 1, {0, 0}); }

private:
  static uint64_t pack(uint32_t phase, Range range) {
    return uint64_t(phase) << 32 | range.begin << 16 | range.end;
  }

  std::atomic<uint64_t> word{0};
};

class Team {
public:
  /// Null and an error where the system gives no more threads.
  static std::unique_ptr<Team> create(int threads, std::string &error);
  ~Team();
  Team(const Team &) = delete;

  int threads() const { return static_cast<int>(members.size()) + 1; }

  /// Calls the entry on every thread, this one being number 0, and returns when
  /// all are done. False where the entry failed; `failure` says why.
  bool run(gg_entry entry, gg_call &call);
  const std::string &failure() const { return message; }

  /// Measures from now on what runs; null: no longer.
  void setProfile(Profile *newProfile) { profile = newProfile; }

private:
  struct Member {
    Team *team;
    int number;
    pthread_t thread;
  };

  explicit Team(int threads);
  static void *work(void *member);
  static int64_t claimCallback(void *team, int64_t thread, int64_t loop,
                               int64_t iterations, int64_t multiple,
                               int64_t *end);
  static void barrierCallback(void *team, int64_t phase);
  static void profiledCallback(void *team, int64_t phase);
  static void failCallback(void *team, const char *message);
  void barrier();
  void runShare(int number);

  WaitWord start;
  WaitWord phase;
  alignas(64) std::atomic<int> arrived{0};
  /// GG_MAX_LOOPS for each thread.
  std::vector<Share> shares;
  /// What to run; written between the barrier that ends a run and `start`.
  alignas(64) gg_entry entry = nullptr;
  gg_call *call = nullptr;
  Profile *profile = nullptr;
  int64_t count;
  int64_t barrierSpin;
  int64_t startSpin;
  std::atomic<bool> stop{false};
  std::atomic<bool> failed{false};
  std::string message;
  std::vector<Member> members;
};

} // namespace gg::runtime

#endif // GG_LIB_RUNTIME_CPU_TEAM_H
