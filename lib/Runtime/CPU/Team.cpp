//===- Team.cpp - The threads that run an entry ---------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Team.h"

#include "gg/Runtime/Features.h"

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
// Team
//===----------------------------------------------------------------------===//

/// Longer than the threads' shares of a phase differ on an idle machine.
static constexpr int64_t barrierSpinNanoseconds = 100'000;
/// Longer than what a program does between two tokens.
static constexpr int64_t startSpinNanoseconds = 1'000'000;

Team::Team(int threads) : count(threads) {
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
  if (count == 1)
    return;
  uint32_t old = phase.get();
  if (arrived.fetch_add(1, std::memory_order_acq_rel) == count - 1) {
    arrived.store(0, std::memory_order_relaxed);
    phase.advance();
    return;
  }
  phase.waitWhile(old, barrierSpin);
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
    entry(call, number, count);
    return barrier();
  }
  profiledMember = number;
  profile->start(number);
  entry(call, number, count);
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
  call->fail = failCallback;
  call->team = this;
  failed = false;
  start.advance();
  runShare(0);
  return !failed;
}
