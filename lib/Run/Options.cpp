//===- Options.cpp - The arguments of gg-run ------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"

using namespace gg::run;

const char *const gg::run::helpText =
    R"(Usage: gg-run ARTIFACT.gg MODE [options]

Runs an artifact that gg-compile wrote.

Modes:
  --tokens 1,2,3            continue a prompt and print token ids; given several
                            times, each prompt is a row of the artifact's batch
                            and a line of the output
  --tokens-file IDS.npy --logits OUT.npy
                            int64 [B,S] -> float32 [B,S,V]; -1 pads a row's end,
                            its logits are NaN
  --perplexity IDS.npy      int64 [N,W], -1 pads a row's end: each row from an
                            empty cache, its first token is not predicted
  --input NAME=FILE.npy ... --output-dir DIR
                            run on tensors; one .npy per output, '/' in a name
                            becomes '_', bf16 travels as uint16
  --info                    inputs, outputs, weights, code, CPU needed
  --verify                  check all checksums
  --help, --version

Generation:
  -n N                      tokens to generate (default 64)
  --temperature T           sample; without it, or with 0, greedy
  --top-k K                 from the K most likely tokens only
  --top-p P                 from the most likely tokens that reach P together
  --seed S                  of the sampling (default 0)
  --stop IDS                end a row at any of these token ids

Perplexity:
  --compare OTHER.gg        against another artifact of the same vocabulary: its
                            perplexity, the change from it, KL(OTHER || ARTIFACT)
                            per token, and how often both find the same token
                            the likeliest
  --json FILE.json          writes the results there too
                            Intervals are of 95 %, by Student's t over the rows,
                            which count as independent of each other; the change
                            is that of each row's own tokens

Always:
  --threads N               default: the physical cores this process may use
  --stats FILE.json         load_ms, first_token_ms, prefill_tokens_per_s,
                            decode_tokens_per_s, peak_rss_bytes, threads,
                            artifact, weights
  --profile[=FILE]          on the standard error, the time of every kernel, and
                            its share of what the machine could do; FILE.json:
                            the same, FILE.html: as a chart
)";

//===----------------------------------------------------------------------===//
// Flags
//===----------------------------------------------------------------------===//

namespace {

class Parser {
public:
  Parser(int argc, char **argv, Options &options)
      : next(argv + 1), end(argv + argc), options(options) {}

  bool run() {
    while (next != end)
      if (!parseArgument(*next++))
        return false;
    if (options.mode == Mode::Help || options.mode == Mode::Version)
      return true;
    if (options.artifact.empty())
      return fail("expected an artifact; see --help");
    return checkMode();
  }

private:
  bool setMode(Mode mode) {
    // The first of --help and --version counts, whatever else there is.
    if (options.mode == Mode::Help || options.mode == Mode::Version)
      return true;
    bool wins = mode == Mode::Help || mode == Mode::Version;
    if (options.mode != Mode::None && options.mode != mode && !wins)
      return fail("expected one mode but got two; see --help");
    options.mode = mode;
    return true;
  }

  bool parseArgument(const std::string &argument) {
    if (argument.size() < 2 || argument[0] != '-') {
      if (!options.artifact.empty())
        return fail("expected one artifact but got '%s' and '%s'",
                    options.artifact.c_str(), argument.c_str());
      options.artifact = argument;
      return true;
    }
    // "--flag value" and "--flag=value" are the same.
    size_t equals = argument[1] == '-' ? argument.find('=') : std::string::npos;
    flag = argument.substr(0, equals);
    inlineValue =
        equals == std::string::npos ? nullptr : argument.c_str() + equals + 1;
    if (flag == "--help" || flag == "-h")
      return setMode(Mode::Help);
    if (flag == "--version")
      return setMode(Mode::Version);
    if (flag == "--info")
      return setMode(Mode::Info);
    if (flag == "--verify")
      return setMode(Mode::Verify);
    if (flag == "--profile")
      return parseProfile();
    return parseValueFlag();
  }

  bool parseProfile() {
    options.profile = true;
    options.profileFile = inlineValue ? inlineValue : "";
    size_t dot = options.profileFile.rfind('.');
    std::string end =
        dot == std::string::npos ? "" : options.profileFile.substr(dot);
    if (!inlineValue || end == ".json" || end == ".html")
      return true;
    return fail("--profile: expected a file that ends in .json or .html but "
                "got '%s'",
                inlineValue);
  }

  bool parseValueFlag() {
    const char *name = flag.c_str();
    std::string value;
    if (inlineValue)
      value = inlineValue;
    else if (next != end && isValueFlag())
      value = *next++;
    else if (isValueFlag())
      return fail("%s: expected a value", name);
    if (flag == "--tokens") {
      options.prompts.emplace_back();
      return setMode(Mode::Generate) &&
             parseIntegers(name, value, 0, options.prompts.back());
    }
    if (flag == "-n")
      return parseInteger(name, value, 1, INT32_MAX, options.count);
    if (flag == "--temperature")
      return parseNumber(name, value, 0, 1e6, options.sampler.temperature);
    if (flag == "--top-k")
      return parseInteger(name, value, 1, INT32_MAX, options.sampler.topK);
    if (flag == "--top-p")
      return parseNumber(name, value, 0, 1, options.sampler.topP);
    if (flag == "--seed") {
      int64_t seed;
      if (!parseInteger(name, value, 0, INT64_MAX, seed))
        return false;
      options.sampler.seed = static_cast<uint64_t>(seed);
      return true;
    }
    if (flag == "--stop")
      return parseIntegers(name, value, 0, options.stops);
    if (flag == "--threads") {
      int64_t threads;
      if (!parseInteger(name, value, 1, 1024, threads))
        return false;
      options.threads = static_cast<int>(threads);
      return true;
    }
    if (flag == "--stats") {
      options.statsFile = value;
      return true;
    }
    if (flag == "--tokens-file") {
      options.tokensFile = value;
      return setMode(Mode::Logits);
    }
    if (flag == "--logits") {
      options.logitsFile = value;
      return setMode(Mode::Logits);
    }
    if (flag == "--perplexity") {
      options.tokensFile = value;
      return setMode(Mode::Perplexity);
    }
    if (flag == "--compare") {
      options.otherArtifact = value;
      return true;
    }
    if (flag == "--json") {
      options.jsonFile = value;
      return true;
    }
    if (flag == "--input") {
      // The file's name is after the last '=': tensor names may hold one.
      size_t equals = value.rfind('=');
      if (equals == std::string::npos)
        return fail("--input: expected NAME=FILE.npy but got '%s'",
                    value.c_str());
      options.inputs.emplace_back(value.substr(0, equals),
                                  value.substr(equals + 1));
      return setMode(Mode::Tensors);
    }
    if (flag == "--output-dir") {
      options.outputFolder = value;
      return setMode(Mode::Tensors);
    }
    return fail("unknown option '%s'; see --help", name);
  }

  bool isValueFlag() const {
    static const char *const flags[] = {
        "--tokens", "-n",           "--temperature", "--top-k",
        "--top-p",  "--seed",       "--stop",        "--threads",
        "--stats",  "--logits",     "--tokens-file", "--perplexity",
        "--input",  "--output-dir", "--compare",     "--json"};
    for (const char *known : flags)
      if (flag == known)
        return true;
    return false;
  }

  bool checkMode() {
    bool isPerplexity = options.mode == Mode::Perplexity;
    if (!isPerplexity && !options.otherArtifact.empty())
      return fail("expected --perplexity with --compare");
    if (!isPerplexity && !options.jsonFile.empty())
      return fail("expected --perplexity with --json");
    switch (options.mode) {
    case Mode::None:
      return fail("expected a mode, --tokens for example; see --help");
    case Mode::Logits:
      if (options.tokensFile.empty() || options.logitsFile.empty())
        return fail("expected --tokens-file and --logits together");
      return true;
    case Mode::Tensors:
      if (options.outputFolder.empty())
        return fail("expected --output-dir with --input");
      return true;
    default:
      return true;
    }
  }

  char **next, **end;
  Options &options;
  std::string flag;
  const char *inlineValue = nullptr;
};

} // namespace

bool gg::run::parseOptions(int argc, char **argv, Options &options) {
  return Parser(argc, argv, options).run();
}
