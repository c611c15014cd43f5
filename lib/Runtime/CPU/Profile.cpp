//===- Profile.cpp - The time between barriers ----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Profile.h"

#include <cstdlib>
#include <cstring>
#include <ctime>

using namespace gg;
using namespace gg::runtime;

int64_t gg::runtime::nanoseconds() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return int64_t(time.tv_sec) * 1000000000 + time.tv_nsec;
}

std::unique_ptr<Profile> Profile::create(const Model &model, int threads) {
  std::unique_ptr<Profile> profile(new Profile(threads));
  for (const weights::Entry &entry : model.description().entries)
    if (!profile->parse(model.entry(entry.name.c_str())))
      return nullptr;
  size_t count = profile->facts.size();
  profile->calls.resize(count);
  profile->elapsed.resize(count);
  for (Clock &clock : profile->clocks)
    clock.busy.resize(count);
  return profile;
}

/// Takes what lies before `end` off the text; false where there is no `end`.
static bool take(const char *&text, char end, std::string &field) {
  const char *found = std::strchr(text, end);
  if (!found)
    return false;
  field.assign(text, found);
  text = found + 1;
  return true;
}

bool Profile::parse(const LoadedEntry &entry) {
  const char *text = entry.phases;
  if (!text)
    return false;
  Entry list = {&entry, phases(), 0, 0, 0};
  for (; *text; ++list.count) {
    Facts phase;
    std::string number;
    if (!take(text, '\t', phase.kind) || !take(text, '\t', phase.name))
      return false;
    double *const numbers[] = {&phase.bytes, &phase.slotBytes, &phase.flops,
                               &phase.slotFlops, &phase.linearFlops};
    for (int i = 0; i < 5; ++i) {
      if (!take(text, i < 4 ? '\t' : '\n', number))
        return false;
      *numbers[i] =
          static_cast<double>(std::strtoll(number.c_str(), nullptr, 10));
    }
    facts.push_back(phase);
  }
  entries.push_back(list);
  return list.count != 0;
}

void Profile::begin(const LoadedEntry &entry, double positions) {
  for (Entry &list : entries)
    if (list.entry == &entry)
      current = &list;
  ++current->calls;
  current->positions += positions;
}

bool Profile::find(int64_t phase, size_t &index) const {
  index = static_cast<size_t>(current->first + phase);
  return phase >= 0 && phase < current->count;
}

// The time of a phase is what passes on thread 0 between the ends of two
// barriers; what a thread is busy ends when it arrives.

void Profile::arrive(int thread, int64_t phase) {
  Clock &clock = clocks[static_cast<size_t>(thread)];
  size_t index;
  if (find(phase, index))
    clock.busy[index] += nanoseconds() - clock.last;
}

void Profile::leave(int thread, int64_t phase) {
  Clock &clock = clocks[static_cast<size_t>(thread)];
  int64_t now = nanoseconds(), last = clock.last;
  clock.last = now;
  size_t index;
  if (thread != 0 || !find(phase, index))
    return;
  ++calls[index];
  elapsed[index] += now - last;
}

gg_phase Profile::phase(int64_t number) const {
  auto index = static_cast<size_t>(number);
  const Entry *list = entries.data();
  while (number >= list->first + list->count)
    ++list;
  double positions =
      list->calls ? list->positions / static_cast<double>(list->calls) : 0;
  int64_t busy = 0;
  for (const Clock &clock : clocks)
    busy += clock.busy[index];
  const Facts &phase = facts[index];
  auto total = [&](double fixed, double slot) {
    return fixed < 0 || slot < 0 ? -1 : fixed + slot * positions;
  };
  return {list->entry->description->name.c_str(),
          phase.kind.c_str(),
          phase.name.c_str(),
          calls[index],
          static_cast<double>(elapsed[index]) * 1e-9,
          static_cast<double>(busy) * 1e-9 / static_cast<double>(clocks.size()),
          total(phase.bytes, phase.slotBytes),
          total(phase.flops, phase.slotFlops),
          phase.linearFlops};
}
