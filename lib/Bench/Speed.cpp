//===- Speed.cpp - Prefill and decode -------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decoder.h"
#include "Results.h"
#include "gg/Run/CommandLine.h"
#include "gg/Run/Profile.h"

#include <algorithm>
#include <cinttypes>
#include <functional>

using namespace gg;
using namespace gg::bench;

static double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

namespace {

class SpeedMeter {
public:
  SpeedMeter(const Options &options, const machine::Meter &meter,
             Results &results)
      : options(options), meter(meter), results(results) {}

  bool run() {
    if (!decoder.open(options.artifact, static_cast<int>(options.threads)) ||
        !chooseRows())
      return false;
    results.info = decoder.info();
    // The model goes before the results do.
    results.weightsType = results.info.weights_type;
    results.codeLevel = results.info.code_level;
    results.isBF16 = run::computesBF16(options.artifact, results.info);
    for (int64_t count : rows)
      if (!measurePrefill(count) || !measureDecode(count))
        return false;
    return count();
  }

private:
  bool chooseRows() {
    int64_t batch = decoder.info().batch;
    rows = options.batches;
    if (rows.empty())
      rows = {1, batch};
    rows.erase(std::unique(rows.begin(), rows.end()), rows.end());
    for (int64_t count : rows)
      if (count > batch)
        return run::fail("--batch: expected at most %" PRId64
                         " rows, the artifact's batch, but got %" PRId64,
                         batch, count);
    return true;
  }

  /// The median time of `work`, `prepare` done before each.
  bool time(const std::function<bool()> &prepare,
            const std::function<bool()> &work, double &milliseconds) {
    std::vector<double> times;
    // The first one finds caches and memory cold.
    for (int64_t round = 0; round <= options.runs; ++round) {
      if (!prepare())
        return false;
      double start = run::now();
      if (!work())
        return false;
      if (round)
        times.push_back(run::now() - start);
    }
    milliseconds = median(times);
    return true;
  }

  bool measurePrefill(int64_t count) {
    for (int64_t tokens : options.prefill) {
      if (!decoder.fits(tokens))
        continue;
      progress(options, "prefill of " + std::to_string(tokens) + " tokens, " +
                            std::to_string(count) + " rows");
      Speed speed = {tokens, count};
      if (!time([&] { return decoder.rewind(0); },
                [&] { return decoder.prefill(tokens, count); },
                speed.milliseconds))
        return false;
      speed.limit = results.machine.products(results.isBF16);
      results.prefill.push_back(speed);
    }
    return true;
  }

  /// Lets rows hold `context` tokens and know what follows.
  bool hold(int64_t context, int64_t count) {
    int64_t held = gg_position(decoder.session(), 0);
    if (held < context)
      return decoder.rewind(0) && decoder.prefill(context, count);
    return decoder.rewind(context - 1) && decoder.prefill(1, count);
  }

  bool measureDecode(int64_t count) {
    if (!decoder.rewind(0))
      return false;
    // From the longest on: shorter ones are the beginning of it.
    std::vector<int64_t> contexts = options.contexts;
    std::sort(contexts.rbegin(), contexts.rend());
    std::vector<Speed> speeds;
    machine::Limits before, after;
    meter.measureMemory(before);
    for (int64_t context : contexts) {
      if (!decoder.fits(context))
        continue;
      int64_t start = startOf(context);
      progress(options, "decode at " + std::to_string(context) + " tokens, " +
                            std::to_string(count) + " rows");
      Speed speed = {context, count};
      if (!time([&] { return hold(start, count); },
                [&] { return decoder.steps(options.steps, count); },
                speed.milliseconds))
        return false;
      speed.milliseconds /= static_cast<double>(options.steps);
      meter.measureMemory(after);
      speed.limit = std::max(before.bandwidth(), after.bandwidth());
      before = after;
      speeds.push_back(speed);
    }
    results.decode.insert(results.decode.end(), speeds.rbegin(), speeds.rend());
    return true;
  }

  /// The steps go around a context, and end where the capacity does.
  int64_t startOf(int64_t context) const {
    int64_t start = context - options.steps / 2;
    if (!decoder.fits(start + options.steps))
      start = decoder.info().capacity - options.steps;
    return std::max<int64_t>(1, start);
  }

  /// Fills bytes and flops in: once more, with the profiler on.
  bool count() {
    if (gg_profile_start(decoder.session()) != GG_OK)
      return true;
    progress(options, "bytes and operations");
    for (Speed &speed : results.prefill) {
      if (!decoder.rewind(0) || !startProfile() ||
          !decoder.prefill(speed.tokens, speed.rows))
        return false;
      addCounts(speed, 1);
    }
    for (Speed &speed : results.decode) {
      if (!decoder.rewind(0) || !hold(startOf(speed.tokens), speed.rows) ||
          !startProfile() || !decoder.steps(options.steps, speed.rows))
        return false;
      addCounts(speed, options.steps);
    }
    return true;
  }

  bool startProfile() {
    return gg_profile_start(decoder.session()) == GG_OK ||
           run::fail("%s", gg_last_error());
  }

  /// How much of its chunks a prompt fills; linear layers skip the rest.
  double filledShare(const std::vector<run::Kernel> &kernels,
                     int64_t tokens) const {
    int64_t steps = 0, chunks = 0;
    for (const run::Kernel &kernel : kernels) {
      int64_t &calls = kernel.entry == "prefill" ? chunks : steps;
      calls = std::max(calls, kernel.calls);
    }
    return chunks ? static_cast<double>(tokens - steps) /
                        static_cast<double>(chunks * decoder.info().chunk)
                  : 1;
  }

  /// What all kernels did in each of `calls` calls.
  void addCounts(Speed &speed, int64_t calls) {
    speed.bytes = speed.linearFlops = 0;
    auto add = [&](double &sum, double each) {
      sum = sum < 0 || each < 0 ? -1 : sum + each / static_cast<double>(calls);
    };
    std::vector<run::Kernel> kernels = run::collectKernels(decoder.session());
    double filled = filledShare(kernels, speed.tokens);
    for (const run::Kernel &kernel : kernels) {
      add(speed.bytes, kernel.bytes);
      add(speed.linearFlops, kernel.entry == "prefill"
                                 ? kernel.linearFlops * filled
                                 : kernel.linearFlops);
    }
  }

  const Options &options;
  const machine::Meter &meter;
  Results &results;
  Decoder decoder;
  std::vector<int64_t> rows;
};

} // namespace

bool bench::measureSpeed(const Options &options, const machine::Meter &meter,
                         Results &results) {
  return SpeedMeter(options, meter, results).run();
}
