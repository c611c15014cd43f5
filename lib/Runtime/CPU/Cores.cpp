//===- Cores.cpp - How many cores this process may use --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Runtime/Features.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sched.h>

using namespace gg;

static cpu_set_t affinity() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0 || !CPU_COUNT(&set))
    CPU_SET(0, &set);
  return set;
}

/// The first line of a small file, "" where there is none.
static std::string firstLine(const char *path) {
  char line[256] = "";
  if (FILE *file = std::fopen(path, "re")) {
    if (!std::fgets(line, sizeof(line), file))
      line[0] = 0;
    std::fclose(file);
  }
  return line;
}

/// CPUs' worth of time that the control group may use, rounded up; `none`
/// without a limit.
static int quota(int none) {
  std::string limit = firstLine("/sys/fs/cgroup/cpu.max");
  long long time = 0, period = 0;
  if (std::sscanf(limit.c_str(), "%lld %lld", &time, &period) != 2) {
    time = std::atoll(firstLine("/sys/fs/cgroup/cpu/cpu.cfs_quota_us").c_str());
    period =
        std::atoll(firstLine("/sys/fs/cgroup/cpu/cpu.cfs_period_us").c_str());
  }
  if (time <= 0 || period <= 0)
    return none;
  return static_cast<int>(
      std::min<long long>(none, (time + period - 1) / period));
}

int runtime::availableCPUs() {
  cpu_set_t set = affinity();
  return CPU_COUNT(&set);
}

int runtime::physicalCores() {
  cpu_set_t set = affinity();
  int cores = 0;
  std::vector<std::string> seen;
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &set))
      continue;
    char path[96];
    std::snprintf(path, sizeof(path),
                  "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list",
                  cpu);
    std::string siblings = firstLine(path);
    if (!siblings.empty()) {
      if (std::find(seen.begin(), seen.end(), siblings) != seen.end())
        continue;
      seen.push_back(siblings);
    }
    ++cores;
  }
  return std::max(1, quota(cores));
}
