//===- Team.cpp - The threads that run an entry ---------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Team.h"

#include "gg/Runtime/Features.h"

#include <algorithm>
#include <climits>
#include <csignal>
#include <cstring>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

using namespace gg::runtime;

//===----------------------------------------------------------------------===//
// WaitWord
//===----------------------------------------------------------------------===//

static void pauseCPU() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("isb");
#endif
}

static void futex(std::atomic<uint32_t> &word, int operation, uint32_t value) {
  static_assert(sizeof(word) == sizeof(uint32_t));
  syscall(SYS_futex, reinterpret_cast<uint32_t *>(&word), operation, value,
          nullptr, nullptr, 0);
}

void WaitWord::advance() {
  // Sequentially consistent, as in waitWhile: either the sleeper sees the new
  // number or we see the sleeper.
  word.fetch_add(1);
  if (sleepers.load())
    futex(word, FUTEX_WAKE_PRIVATE, INT_MAX);
}

void WaitWord::waitWhile(uint32_t old, int64_t spinNanoseconds) {
  // On an idle machine the others arrive within this.
  constexpr int pauses = 256;
  for (int i = 0; i < pauses && spinNanoseconds; ++i) {
    if (get() != old)
      return;
    pauseCPU();
  }
  // On a shared one the thread that is late may be waiting for this very CPU.
  for (int64_t deadline = nanoseconds() + spinNanoseconds;
       nanoseconds() < deadline; sched_yield())
    if (get() != old)
      return;
  sleepers.fetch_add(1);
  while (word.load() == old)
    futex(word, FUTEX_WAIT_PRIVATE, old);
  sleepers.fetch_sub(1);
}

//===----------------------------------------------------------------------===//
// Share
//===----------------------------------------------------------------------===//

Share::Range Share::take(uint32_t phase, Range whole, bool isOwner) {
  // What is taken was written before the last barrier, which ordered it.
  uint64_t old = word.load(std::memory_order_relaxed);
  while (true) {
    Range left = whole;
    if (uint32_t(old >> 32) == phase)
      left = {uint32_t(old >> 16) & 0xffff, uint32_t(old) & 0xffff};
    uint32_t half = (left.end - left.begin + 1) / 2;
    if (half == 0)
      return {0, 0};
    uint32_t middle = isOwner ? left.begin + half : left.end - half;
    Range front = {left.begin, middle}, back = {middle, left.end};
    if (word.compare_exchange_weak(old, pack(phase, isOwner ? back : front),
                                   std::memory_order_relaxed))
      return isOwner ? front : back;
  }
}

//===----------------------------------------------------------------------===//
// Team
//===----------------------------------------------------------------------===//

/// Longer than the threads' shares of a phase differ on an idle machine.
static constexpr int64_t barrierSpinNanoseconds = 100'000;
/// Longer than what a program does between two tokens.
static constexpr int64_t startSpinNanoseconds = 1'000'000;

Team::Team(int threads)
    : shares(static_cast<size_t>(threads) * GG_MAX_LOOPS), count(threads) {
  // With more threads than CPUs the one that we wait for needs ours.
  bool oversubscribed = threads > availableCPUs();
  barrierSpin = oversubscribed ? 0 : barrierSpinNanoseconds;
  startSpin = oversubscribed ? 0 : startSpinNanoseconds;
}

std::unique_ptr<Team> Team::create(int threads, std::string &error) {
  std::unique_ptr<Team> team(new Team(threads));
  // Signals are the program's business, on its own threads.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  team->members.reserve(static_cast<size_t>(threads - 1));
  for (int number = 1; number < threads; ++number) {
    team->members.push_back({team.get(), number, {}});
    int code = pthread_create(&team->members.back().thread, nullptr, work,
                              &team->members.back());
    if (code != 0) {
      team->members.pop_back();
      error = "cannot start thread " + std::to_string(number + 1) + " of " +
              std::to_string(threads) + ": " + std::strerror(code);
      break;
    }
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (static_cast<int>(team->members.size()) != threads - 1)
    return nullptr;
  return team;
}

Team::~Team() {
  stop = true;
  start.advance();
  for (Member &member : members)
    pthread_join(member.thread, nullptr);
}

void *Team::work(void *argument) {
  Member &member = *static_cast<Member *>(argument);
  Team &team = *member.team;
  for (uint32_t seen = 0;; ++seen) {
    team.start.waitWhile(seen, team.startSpin);
    if (team.stop)
      return nullptr;
    team.runShare(member.number);
  }
}

void Team::barrier() {
  uint32_t old = phase.get();
  if (arrived.fetch_add(1, std::memory_order_acq_rel) == count - 1) {
    arrived.store(0, std::memory_order_relaxed);
    phase.advance();
    return;
  }
  phase.waitWhile(old, barrierSpin);
}

int64_t Team::claimCallback(void *argument, int64_t thread, int64_t loop,
                            int64_t iterations, int64_t multiple,
                            int64_t *end) {
  constexpr int64_t mostUnits = 0xffff;
  Team &team = *static_cast<Team *>(argument);
  auto divideUp = [](int64_t a, int64_t b) { return a / b + (a % b != 0); };
  int64_t unit = multiple;
  if (int64_t units = divideUp(iterations, unit); units > mostUnits)
    unit *= divideUp(units, mostUnits);
  int64_t units = divideUp(iterations, unit);
  // It changes at barriers only, where all threads are.
  uint32_t phase = team.phase.get();
  for (int64_t i = 0; i < team.count; ++i) {
    int64_t owner = (thread + i) % team.count;
    Share::Range whole = {uint32_t(units * owner / team.count),
                          uint32_t(units * (owner + 1) / team.count)};
    Share &share = team.shares[size_t(owner * GG_MAX_LOOPS + loop)];
    Share::Range taken = share.take(phase, whole, owner == thread);
    if (taken.begin == taken.end)
      continue;
    *end = std::min(taken.end * unit, iterations);
    return taken.begin * unit;
  }
  *end = 0;
  return 0;
}

void Team::barrierCallback(void *team, int64_t) {
  static_cast<Team *>(team)->barrier();
}

/// Which member of a profiled team this thread is.
static thread_local int profiledMember;

void Team::profiledCallback(void *argument, int64_t phase) {
  Team &team = *static_cast<Team *>(argument);
  team.profile->arrive(profiledMember, phase);
  team.barrier();
  team.profile->leave(profiledMember, phase);
}

void Team::runShare(int number) {
  if (!profile) {
    entry(call, number);
    return barrier();
  }
  profiledMember = number;
  profile->start(number);
  entry(call, number);
  profiledCallback(this, profile->lastPhase());
}

void Team::failCallback(void *argument, const char *message) {
  Team &team = *static_cast<Team *>(argument);
  if (!team.failed.exchange(true))
    team.message = message ? message : "unknown failure";
}

bool Team::run(gg_entry newEntry, gg_call &newCall) {
  entry = newEntry;
  call = &newCall;
  call->barrier = profile ? profiledCallback : barrierCallback;
  call->claim = claimCallback;
  call->fail = failCallback;
  call->team = this;
  failed = false;
  // Or else a number from 2^32 barriers ago could seem to be of this call.
  for (Share &share : shares)
    share.reset(phase.get());
  start.advance();
  runShare(0);
  return !failed;
}
