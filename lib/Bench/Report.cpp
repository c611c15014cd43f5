//===- Report.cpp - What gg-bench says ------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Results.h"
#include "gg/Run/Json.h"
#include "gg/Run/Profile.h"

#include <cinttypes>
#include <cstdio>

using namespace gg;
using namespace gg::bench;

static void printMachine(const machine::Limits &limits) {
  std::printf("machine   %s, %d threads:", machine::cpuName().c_str(),
              limits.threads);
  for (const std::string &feature : machine::cpuFeatures())
    std::printf(" %s", feature.c_str());
  std::printf("\n          read %.1f GB/s, f32 dot %.1f GB/s, int8 dot %.1f "
              "GB/s\n",
              limits.read / 1e9, limits.dotF32 / 1e9, limits.dotI8 / 1e9);
  std::printf("          f32 %.0f GFLOP/s", limits.fmaF32 / 1e9);
  if (limits.dotBF16 > 0)
    std::printf(", bf16 %.0f GFLOP/s", limits.dotBF16 / 1e9);
  std::printf("\n");
}

static void printSpeed(const char *name, const Speed &speed, double rate,
                       double work, const char *unit) {
  std::printf("%-9s %7" PRId64 " %5" PRId64 " %9.1f %9.3f", name, speed.tokens,
              speed.rows, rate, speed.milliseconds);
  if (work < 0)
    std::printf(" %14s\n", "-");
  else
    std::printf(" %9.1f M%s  %5.1f%% of %.1f G%s/s\n", work / 1e6, unit,
                100 * speed.share(work), speed.limit / 1e9, unit);
}

void bench::printResults(const Results &results) {
  printMachine(results.machine);
  if (results.artifact.empty())
    return;
  const gg_model_info &info = results.info;
  std::printf("artifact  %s: weights %s, %.1f MB; code %s; capacity %" PRId64
              ", chunk %" PRId64 ", batch %" PRId64 "\n",
              results.artifact.c_str(), results.weightsType.c_str(),
              static_cast<double>(info.weight_bytes) / 1e6,
              results.codeLevel.c_str(), info.capacity, info.chunk, info.batch);
  const StartUp &start = results.startUp;
  std::printf("start-up  loaded after %.1f ms, first token after %.1f ms\n",
              start.loadMs, start.firstTokenMs);
  std::printf("peak RSS  %.1f MB with %" PRId64 " tokens a row\n",
              static_cast<double>(start.peakRSS) / 1e6, start.peakTokens);
  std::printf("%-9s %7s %5s %9s %9s %12s %s\n", "", "tokens", "rows",
              "tokens/s", "ms", "work", "    of the limit");
  for (const Speed &speed : results.prefill)
    printSpeed("prefill", speed, speed.prefillRate(), speed.linearFlops,
               "FLOP");
  for (const Speed &speed : results.decode)
    printSpeed("decode", speed, speed.decodeRate(), speed.bytes, "B");
}

std::string bench::resultsAsJson(const Results &results) {
  run::Json json;
  run::addMachine(json, results.machine);
  if (results.artifact.empty())
    return json.finish();
  const gg_model_info &info = results.info;
  json.beginObject("artifact")
      .add("path", results.artifact)
      .add("weights", results.weightsType)
      .add("weight_bytes", info.weight_bytes)
      .add("code", results.codeLevel)
      .add("capacity", info.capacity)
      .add("chunk", info.chunk)
      .add("batch", info.batch)
      .end();
  json.beginObject("start_up")
      .add("load_ms", results.startUp.loadMs)
      .add("first_token_ms", results.startUp.firstTokenMs)
      .end();
  json.beginObject("memory")
      .add("peak_rss_bytes", results.startUp.peakRSS)
      .add("tokens", results.startUp.peakTokens)
      .end();
  json.beginArray("prefill");
  for (const Speed &speed : results.prefill)
    json.beginObject()
        .add("tokens", speed.tokens)
        .add("rows", speed.rows)
        .add("tokens_per_s", speed.prefillRate())
        .add("milliseconds", speed.milliseconds)
        .add("linear_flops", speed.linearFlops)
        .add("limit_gflop_per_s", speed.limit / 1e9)
        .add("share_of_limit", speed.share(speed.linearFlops))
        .end();
  json.end().beginArray("decode");
  for (const Speed &speed : results.decode)
    json.beginObject()
        .add("context", speed.tokens)
        .add("rows", speed.rows)
        .add("tokens_per_s", speed.decodeRate())
        .add("milliseconds", speed.milliseconds)
        .add("bytes", speed.bytes)
        .add("limit_gb_per_s", speed.limit / 1e9)
        .add("share_of_limit", speed.share(speed.bytes))
        .end();
  return json.end().finish();
}
