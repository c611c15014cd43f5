//===- Session.cpp - A loaded model and what was measured -----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Session.h"

#include "gg/Run/Json.h"
#include "gg/Run/Profile.h"
#include "gg/Run/Run.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <sys/resource.h>

using namespace gg::run;

bool Session::open(const std::string &path, int threads) {
  double start = now();
  artifact = path;
  gg_model *loaded;
  if (!check(gg_model_load(path.c_str(), &loaded)))
    return false;
  model.reset(loaded);
  gg_model_get_info(loaded, &info);
  gg_session *created;
  if (!check(gg_session_create(loaded, threads, &created)))
    return false;
  session.reset(created);
  stats.loadMs = now() - start;
  return true;
}

bool Session::checkDecoder() const {
  return info.kind != GG_TENSORS ||
         fail("%s: is no decoder: use --input and --output-dir",
              artifact.c_str());
}

//===----------------------------------------------------------------------===//
// Statistics
//===----------------------------------------------------------------------===//

bool Session::writeStats(const Options &options) const {
  if (options.statsFile.empty())
    return true;
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  Json json;
  json.add("load_ms", stats.loadMs)
      .add("first_token_ms", stats.firstTokenMs)
      .add("prefill_tokens_per_s", stats.prefillTokensPerS)
      .add("decode_tokens_per_s", stats.decodeTokensPerS)
      .add("peak_rss_bytes", static_cast<int64_t>(usage.ru_maxrss) * 1024)
      .add("threads", int64_t(gg_session_threads(session.get())))
      .add("artifact", artifact)
      .add("weights", std::string(info.weights_type))
      .add("code", std::string(info.code_level));
  return writeFile(options.statsFile, json.finish());
}

/// Whether a path ends in ".html", for example.
static bool endsIn(const std::string &path, const std::string &end) {
  return path.size() > end.size() &&
         path.compare(path.size() - end.size(), end.size(), end) == 0;
}

bool Session::writeProfile(const Options &options) const {
  if (!options.profile)
    return true;
  std::string error;
  auto meter = machine::Meter::create(gg_session_threads(session.get()), error);
  if (!meter)
    return fail("%s", error.c_str());
  machine::Limits limits;
  meter->measureMemory(limits);
  meter->measureArithmetic(limits);
  bool isBF16 = computesBF16(artifact, info);
  std::vector<Kernel> kernels = collectKernels(session.get());
  printKernels(kernels, limits, isBF16);
  if (options.profileFile.empty())
    return true;
  if (!endsIn(options.profileFile, ".json"))
    return writeFile(options.profileFile,
                     kernelChart(artifact, kernels, limits, isBF16));
  Json json;
  json.add("artifact", artifact);
  addMachine(json, limits);
  addKernels(json, kernels, limits, isBF16);
  return writeFile(options.profileFile, json.finish());
}

//===----------------------------------------------------------------------===//
// gg-run
//===----------------------------------------------------------------------===//

static bool runMode(const Options &options) {
  if (options.mode == Mode::Help)
    return std::fputs(helpText, stdout) >= 0;
  if (options.mode == Mode::Version)
    return std::printf("gg-run %s\n", gg_version()) >= 0;
  if (options.mode == Mode::Info)
    return printInfo(options);
  if (options.mode == Mode::Verify)
    return verify(options);
  Session session;
  if (!session.open(options.artifact, options.threads))
    return false;
  if (options.profile &&
      !Session::check(gg_profile_start(session.session.get())))
    return false;
  if (options.mode != Mode::Tensors && !session.checkDecoder())
    return false;
  bool done = false;
  switch (options.mode) {
  case Mode::Generate:
    done = generate(session, options);
    break;
  case Mode::Logits:
    done = writeLogits(session, options.tokensFile, options.logitsFile);
    break;
  case Mode::Perplexity:
    done = printPerplexity(session, options);
    break;
  default:
    done = runTensors(session, options);
  }
  return done && session.writeStats(options) && session.writeProfile(options);
}

int gg::run::runMain(int argc, char **argv) {
  // A reader that goes away is an error that is said, not a signal.
  std::signal(SIGPIPE, SIG_IGN);
  Options options;
  if (!parseOptions(argc, argv, options) || !runMode(options))
    return 1;
  if (std::fflush(stdout) != 0 || std::ferror(stdout))
    return !fail("standard output: %s", std::strerror(errno));
  return 0;
}
