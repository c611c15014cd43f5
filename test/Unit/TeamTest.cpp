//===- TeamTest.cpp - Threads that share loops ----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CPU/Team.h"

#include "gtest/gtest.h"

using namespace gg::runtime;

namespace {

/// What the entries below do, handed over as the call's inputs.
struct Work {
  int64_t iterations = 0;
  int64_t multiple = 1;
  int64_t loops = 1;
  int64_t phases = 1;
  /// How often iteration i of a loop ran, [phases][loops][iterations].
  std::vector<std::atomic<int>> runs;
  std::atomic<int> misplaced{0};
  /// This thread is slow: it waits until the others did all but its range.
  int64_t slow = -1;

  explicit Work(int64_t iterations, int64_t loops = 1, int64_t phases = 1)
      : iterations(iterations), loops(loops), phases(phases),
        runs(static_cast<size_t>(iterations * loops * phases)) {}

  int64_t done() const {
    int64_t sum = 0;
    for (const std::atomic<int> &count : runs)
      sum += count;
    return sum;
  }
};

void claimAll(gg_call *call, int64_t thread) {
  Work &work = *reinterpret_cast<Work *>(call->arena);
  for (int64_t phase = 0; phase < work.phases; ++phase) {
    for (int64_t loop = 0; loop < work.loops; ++loop) {
      std::atomic<int> *runs =
          &work.runs[size_t((phase * work.loops + loop) * work.iterations)];
      int64_t begin, end;
      while ((begin = call->claim(call->team, thread, loop, work.iterations,
                                  work.multiple, &end)) < end) {
        if (begin % work.multiple || begin < 0 || end > work.iterations)
          ++work.misplaced;
        for (int64_t i = begin; i < end; ++i)
          ++runs[i];
        while (thread == work.slow && work.done() < work.iterations)
          sched_yield();
      }
    }
    call->barrier(call->team, phase);
  }
}

void run(Work &work, int threads, int times = 1) {
  std::string error;
  std::unique_ptr<Team> team = Team::create(threads, error);
  ASSERT_TRUE(team) << error;
  gg_call call = {};
  call.arena = reinterpret_cast<uint8_t *>(&work);
  for (int i = 0; i < times; ++i)
    ASSERT_TRUE(team->run(claimAll, call));
  EXPECT_EQ(work.misplaced, 0);
  for (const std::atomic<int> &count : work.runs)
    ASSERT_EQ(count, times);
}

} // namespace

TEST(TeamTest, EveryIterationRunsOnce) {
  for (int threads : {1, 2, 3, 8})
    for (int64_t iterations : {0, 1, 2, 7, 96, 1000}) {
      SCOPED_TRACE(std::to_string(threads) + " threads, " +
                   std::to_string(iterations) + " iterations");
      Work work(iterations);
      run(work, threads);
    }
}

TEST(TeamTest, RangesBeginAtMultiples) {
  for (int threads : {1, 2, 3}) {
    Work work(1000);
    work.multiple = 16;
    run(work, threads);
  }
}

// More than the 16 bits of a share.
TEST(TeamTest, ManyIterations) {
  Work work(1'000'003);
  work.multiple = 3;
  run(work, 2);
}

TEST(TeamTest, LoopsAndPhasesDoNotMix) {
  Work work(50, /*loops=*/GG_MAX_LOOPS, /*phases=*/20);
  run(work, 3, /*times=*/50);
}

// A thread that does not come back from its first range finds the rest done.
TEST(TeamTest, OthersTakeOverFromASlowThread) {
  for (int64_t slow : {0, 1}) {
    Work work(64);
    work.slow = slow;
    run(work, 2);
  }
}
