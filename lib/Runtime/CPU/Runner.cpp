//===- Runner.cpp - Runs the entries of a model ---------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Runner.h"

#include "Error.h"
#include "gg/Runtime/Features.h"

#include <algorithm>
#include <cmath>

using namespace gg;
using namespace gg::runtime;

static const gg_math math = {std::exp,   std::log,   std::sin,   std::cos,
                             std::tan,   std::tanh,  std::erf,   std::pow,
                             std::asin,  std::acos,  std::atan,  std::sinh,
                             std::cosh,  std::asinh, std::acosh, std::atanh,
                             std::expm1, std::log1p, std::fmod};

/// What a dynamic arena keeps between calls.
static constexpr uint64_t keptArena = uint64_t(64) << 20;

static constexpr int maxThreads = 1024;

gg_status Runner::create(std::shared_ptr<const Model> model, int threads,
                         std::unique_ptr<Runner> &result) {
  if (threads < 0 || threads > maxThreads)
    return fail(GG_ERROR_ARGUMENT,
                "expected 1 to %d threads, or 0 for the default, but got %d",
                maxThreads, threads);
  std::unique_ptr<Runner> runner(new Runner);
  runner->theModel = std::move(model);
  uint64_t bytes = 0;
  bool dynamic = false;
  for (const weights::Entry &entry : runner->model().description().entries) {
    bytes = std::max(bytes, entry.arenaBytes);
    dynamic |= entry.dynamicArena;
  }
  if (dynamic ? !runner->arena.reserve() || runner->arena.size() < bytes
              : !runner->arena.allocate(bytes, Memory::Pages::Huge))
    return fail(GG_ERROR_MEMORY,
                "no room for the model's scratch memory of %llu bytes",
                static_cast<unsigned long long>(bytes));
  std::string error;
  runner->team = Team::create(threads ? threads : physicalCores(), error);
  if (!runner->team)
    return fail(GG_ERROR_MEMORY, "%s", error.c_str());
  result = std::move(runner);
  return GG_OK;
}

/// How many tokens the rows hold after a call, on average.
static double positionsAfter(const weights::Entry &entry,
                             const std::vector<gg_tensor_view> &inputs) {
  double sum = 0, rows = 1, tokens = 0;
  bool counted = false;
  for (size_t i = 0; i < inputs.size(); ++i) {
    weights::Role role = entry.inputs[i].role;
    const gg_tensor_view &view = inputs[i];
    if (role == weights::Role::Ids)
      tokens = static_cast<double>(view.dims[1]);
    if (role != weights::Role::Positions && role != weights::Role::Counts)
      continue;
    counted |= role == weights::Role::Counts;
    rows = static_cast<double>(view.dims[0]);
    for (int64_t row = 0; row < view.dims[0]; ++row)
      sum += static_cast<double>(static_cast<const int64_t *>(view.data)[row]);
  }
  return sum / rows + (counted ? 0 : tokens);
}

gg_status Runner::run(const LoadedEntry &entry,
                      std::vector<gg_tensor_view> &inputs,
                      std::vector<gg_tensor_view> &outputs) {
  gg_call call = {};
  call.weights = model().payload();
  call.arena = arena.data();
  call.arena_bytes = arena.size();
  call.inputs = inputs.data();
  call.outputs = outputs.data();
  call.math = &math;
  if (theProfile)
    theProfile->begin(entry, positionsAfter(*entry.description, inputs));
  if (team->run(entry.code, call))
    return GG_OK;
  return fail(GG_ERROR_EXECUTION, "%s", team->failure().c_str());
}

gg_status Runner::startProfile() {
  theProfile = Profile::create(model(), threads());
  team->setProfile(theProfile.get());
  if (theProfile)
    return GG_OK;
  return fail(GG_ERROR_FORMAT,
              "%s: the code does not list its phases: compile the model again",
              model().artifact().pathOf(model().code().fileName).c_str());
}

void Runner::trim() { arena.release(keptArena); }
