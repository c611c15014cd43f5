//===- threads.cpp - What a fork and a barrier cost -----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// threads [THREADS [BUSY]]: the runtime's team against OpenMP, on an entry of
// 200 phases of 20 µs of work each, BUSY other processes keeping a CPU busy.
// Prints what a call takes beyond the work; median and 90 % of 300 calls, and
// the same for calls that come after 5 ms of sleep.
//
//===----------------------------------------------------------------------===//

#include "../../lib/Runtime/CPU/Team.h"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <omp.h>
#include <sys/prctl.h>
#include <unistd.h>

static constexpr int phases = 200, calls = 300;
static constexpr int64_t workNanoseconds = 20'000;
static int64_t workSteps;

static int64_t now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return int64_t(time.tv_sec) * 1000000000 + time.tv_nsec;
}

/// Work that no other thread slows down.
static void work(int64_t steps) {
  for (int64_t i = 0; i < steps; ++i)
    __asm__ volatile("" : : "r"(i));
}

static void entry(gg_call *call, int64_t, int64_t) {
  for (int phase = 0; phase < phases; ++phase) {
    work(workSteps);
    call->barrier(call->team, phase);
  }
}

static void ompBarrier(void *, int64_t) {
#pragma omp barrier
}

static void report(const char *name, int pauseMicroseconds,
                   const std::function<void()> &call) {
  std::vector<double> extra;
  for (int i = 0; i < calls; ++i) {
    if (pauseMicroseconds)
      usleep(static_cast<useconds_t>(pauseMicroseconds));
    int64_t start = now();
    call();
    extra.push_back(
        static_cast<double>(now() - start - phases * workNanoseconds) / 1e3);
  }
  std::sort(extra.begin(), extra.end());
  std::printf("%-8s %s: %8.1f us a call beyond the work, 90 %%: %8.1f us\n",
              name, pauseMicroseconds ? "after sleep " : "back to back",
              extra[calls / 2], extra[calls * 9 / 10]);
}

int main(int argc, char **argv) {
  int threads = argc > 1 ? std::atoi(argv[1]) : 2;
  for (int busy = argc > 2 ? std::atoi(argv[2]) : 0; busy > 0; --busy)
    if (fork() == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      for (;;)
        work(1 << 20);
    }
  int64_t fastest = INT64_MAX;
  for (int i = 0; i < 50; ++i) {
    int64_t start = now();
    work(1 << 20);
    fastest = std::min(fastest, now() - start);
  }
  workSteps = (int64_t(1) << 20) * workNanoseconds / fastest;

  std::string error;
  auto team = gg::runtime::Team::create(threads, error);
  gg_call own = {}, openmp = {};
  openmp.barrier = ompBarrier;
  auto runTeam = [&] { team->run(entry, own); };
  auto runOpenMP = [&] {
#pragma omp parallel num_threads(threads)
    entry(&openmp, omp_get_thread_num(), threads);
  };
  for (int pause : {0, 5000}) {
    report("team", pause, runTeam);
    report("OpenMP", pause, runOpenMP);
  }
}
