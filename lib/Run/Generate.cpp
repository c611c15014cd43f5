//===- Generate.cpp - Continues prompts -----------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Session.h"

#include <algorithm>
#include <cinttypes>
#include <cstdio>

using namespace gg::run;

namespace {

/// A prompt being continued.
struct Row {
  Sampler sampler;
  std::vector<int64_t> generated;
  bool done = false;
};

class Generator {
public:
  Generator(Session &session, const Options &options)
      : session(session), options(options) {
    for (size_t i = 0; i < options.prompts.size(); ++i) {
      SamplerOptions sampler = options.sampler;
      sampler.seed += i;
      rows.push_back({Sampler(sampler), {}});
    }
  }

  bool run() {
    if (!check())
      return false;
    double start = now();
    if (!prefill())
      return false;
    double prefilled = now();
    if (!chooseAll())
      return false;
    double first = now();
    int64_t steps = 0;
    for (; !allDone(); steps += running)
      if (!step())
        return finish(false);
    double end = now();
    session.stats.firstTokenMs = first - start;
    session.stats.prefillTokensPerS =
        static_cast<double>(promptTokens) / (prefilled - start) * 1e3;
    if (steps)
      session.stats.decodeTokensPerS =
          static_cast<double>(steps) / (end - first) * 1e3;
    return finish(true);
  }

private:
  bool check() {
    auto given = static_cast<int64_t>(rows.size());
    if (given > session.info.batch)
      return fail("expected at most %" PRId64 " prompts, the artifact's "
                  "batch, but got %" PRId64,
                  session.info.batch, given);
    int64_t capacity = session.info.capacity;
    for (const std::vector<int64_t> &prompt : options.prompts) {
      auto length = static_cast<int64_t>(prompt.size());
      promptTokens += length;
      // The last token that is generated needs no place. With --stop the end
      // may come before the capacity does.
      int64_t needed = length + (options.stops.empty() ? options.count - 1 : 0);
      if (capacity && needed > capacity)
        return fail("a prompt of %" PRId64 " tokens and %" PRId64
                    " more do not fit into the artifact's capacity of %" PRId64
                    " tokens; compile the model with a larger --context",
                    length, options.count, capacity);
    }
    return true;
  }

  bool prefill() {
    size_t stride = 0;
    for (const std::vector<int64_t> &prompt : options.prompts)
      stride = std::max(stride, prompt.size());
    auto batch = static_cast<size_t>(session.info.batch);
    std::vector<int64_t> tokens(batch * stride), counts(batch);
    for (size_t i = 0; i < rows.size(); ++i) {
      const std::vector<int64_t> &prompt = options.prompts[i];
      std::copy(prompt.begin(), prompt.end(), tokens.begin() + i * stride);
      counts[i] = static_cast<int64_t>(prompt.size());
    }
    return Session::check(gg_prefill(session.session.get(), tokens.data(),
                                     static_cast<int64_t>(stride),
                                     counts.data()));
  }

  bool step() {
    std::vector<int64_t> next(static_cast<size_t>(session.info.batch), -1);
    running = 0;
    for (size_t i = 0; i < rows.size(); ++i)
      if (!rows[i].done) {
        next[i] = rows[i].generated.back();
        ++running;
      }
    return Session::check(gg_step(session.session.get(), next.data())) &&
           chooseAll();
  }

  bool chooseAll() {
    for (size_t i = 0; i < rows.size(); ++i)
      if (!rows[i].done && !choose(rows[i], static_cast<int64_t>(i)))
        return false;
    return true;
  }

  bool choose(Row &row, int64_t index) {
    int64_t token = row.sampler.choose(gg_logits(session.session.get(), index),
                                       session.info.vocabulary);
    if (token < 0)
      return fail("the model's logits after %" PRId64 " tokens are no numbers",
                  gg_position(session.session.get(), index));
    bool stopped = std::find(options.stops.begin(), options.stops.end(),
                             token) != options.stops.end();
    if (!stopped) {
      row.generated.push_back(token);
      // A single prompt's tokens appear as they come.
      if (rows.size() == 1) {
        std::printf(row.generated.size() == 1 ? "%" PRId64 : ",%" PRId64,
                    token);
        std::fflush(stdout);
      }
    }
    row.done =
        stopped || static_cast<int64_t>(row.generated.size()) == options.count;
    return true;
  }

  bool allDone() const {
    return std::all_of(rows.begin(), rows.end(),
                       [](const Row &row) { return row.done; });
  }

  bool finish(bool good) const {
    for (const Row &row : rows) {
      if (rows.size() > 1)
        for (size_t i = 0; i < row.generated.size(); ++i)
          std::printf(i ? ",%" PRId64 : "%" PRId64, row.generated[i]);
      std::printf("\n");
    }
    return good;
  }

  Session &session;
  const Options &options;
  std::vector<Row> rows;
  int64_t promptTokens = 0;
  int64_t running = 0;
};

} // namespace

bool gg::run::generate(Session &session, const Options &options) {
  return Generator(session, options).run();
}
