//===- Session.cpp - A loaded model and what was measured -----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Session.h"

#include "gg/Run/Run.h"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <sys/resource.h>

using namespace gg::run;

double gg::run::now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) * 1e3 +
         static_cast<double>(time.tv_nsec) * 1e-6;
}

bool Session::open(const Options &options) {
  double start = now();
  gg_model *loaded;
  if (!check(gg_model_load(options.artifact.c_str(), &loaded)))
    return false;
  model.reset(loaded);
  gg_model_get_info(loaded, &info);
  gg_session *created;
  if (!check(gg_session_create(loaded, options.threads, &created)))
    return false;
  session.reset(created);
  stats.loadMs = now() - start;
  return true;
}

//===----------------------------------------------------------------------===//
// Statistics
//===----------------------------------------------------------------------===//

static std::string quoted(const std::string &text) {
  std::string result = "\"";
  for (char c : text) {
    char escape[8];
    std::snprintf(escape, sizeof(escape), "\\u%04x",
                  static_cast<unsigned char>(c));
    if (c == '"' || c == '\\')
      result += std::string("\\") + c;
    else if (static_cast<unsigned char>(c) < 0x20)
      result += escape;
    else
      result += c;
  }
  return result + '"';
}

static std::string number(double value) {
  char text[40];
  std::snprintf(text, sizeof(text), "%.3f", value);
  return value < 0 ? "null" : text;
}

bool Session::writeStats(const Options &options) const {
  if (options.statsFile.empty())
    return true;
  rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  std::string text =
      "{\n  \"load_ms\": " + number(stats.loadMs) +
      ",\n  \"first_token_ms\": " + number(stats.firstTokenMs) +
      ",\n  \"prefill_tokens_per_s\": " + number(stats.prefillTokensPerS) +
      ",\n  \"decode_tokens_per_s\": " + number(stats.decodeTokensPerS) +
      ",\n  \"peak_rss_bytes\": " +
      std::to_string(static_cast<int64_t>(usage.ru_maxrss) * 1024) +
      ",\n  \"threads\": " + std::to_string(gg_session_threads(session.get())) +
      ",\n  \"artifact\": " + quoted(options.artifact) +
      ",\n  \"weights\": " + quoted(info.weights_type) +
      ",\n  \"code\": " + quoted(info.code_level) + "\n}\n";
  FILE *file = std::fopen(options.statsFile.c_str(), "we");
  bool written =
      file && std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (file && std::fclose(file) == 0 && written)
    return true;
  return fail("%s: %s", options.statsFile.c_str(), std::strerror(errno));
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
  if (!session.open(options))
    return false;
  bool isDecoder = session.info.kind != GG_TENSORS;
  if (!isDecoder && options.mode != Mode::Tensors)
    return fail("%s: is no decoder: use --input and --output-dir",
                options.artifact.c_str());
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
  return done && session.writeStats(options);
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
