//===- Options.cpp - The arguments of gg-bench ----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Options.h"

#include "gg/Run/CommandLine.h"

using namespace gg;
using namespace gg::bench;

const char *const bench::helpText =
    R"(Usage: gg-bench [ARTIFACT.gg] [options]

Measures what this machine can do, and how much of that a decoder that
gg-compile wrote makes use of. Without an artifact: the machine only.

  --threads N       default: the physical cores this process may use
  --prefill LIST    lengths of prompts (default 128)
  --context LIST    tokens that a row holds when it is continued (default
                    128,1024,2048); what exceeds the artifact's capacity is
                    left out
  --batch LIST      rows at work (default: 1 and the artifact's batch)
  --steps N         tokens in a run of decoding (default 32)
  --runs N          repetitions; medians are printed (default 5)
  --json FILE       writes the results there too
  --quiet           no progress on the standard error
  --help, --version

machine     bandwidth is that of the fastest of plain reading, an f32 and an
            int8 dot product over 512 MB; arithmetic is done on registers
start-up    from nothing to the loaded model, and to the logits behind a prompt
            of one token, in a process of its own
peak RSS    of that process, after the longest context and a step
prefill     tokens per second of all rows together; the limit is the peak of
            the arithmetic that the linear layers are made of
decode      the same, with the choice of the likeliest token; the limit is the
            time that the weights and the cache's tokens take to be read, at the
            larger of the bandwidths measured before and after
)";

namespace {

class Parser {
public:
  Parser(int argc, char **argv, Options &options)
      : next(argv + 1), end(argv + argc), options(options) {}

  bool run() {
    while (next != end)
      if (!parseArgument(*next++))
        return false;
    return true;
  }

private:
  bool parseArgument(const std::string &argument) {
    if (argument.size() < 2 || argument[0] != '-') {
      if (!options.artifact.empty())
        return run::fail("expected one artifact but got '%s' and '%s'",
                         options.artifact.c_str(), argument.c_str());
      options.artifact = argument;
      return true;
    }
    // "--flag value" and "--flag=value" are the same.
    size_t equals = argument.find('=');
    flag = argument.substr(0, equals);
    if (flag == "--help" || flag == "-h")
      return options.help = true;
    if (flag == "--version")
      return options.version = true;
    if (flag == "--quiet")
      return options.quiet = true;
    if (equals != std::string::npos)
      return parseValue(argument.substr(equals + 1));
    if (next == end)
      return run::fail("%s: expected a value; see --help", flag.c_str());
    return parseValue(*next++);
  }

  bool parseValue(const std::string &value) {
    const char *name = flag.c_str();
    if (flag == "--threads")
      return run::parseInteger(name, value, 1, 1024, options.threads);
    if (flag == "--runs")
      return run::parseInteger(name, value, 1, 1000, options.runs);
    if (flag == "--steps")
      return run::parseInteger(name, value, 1, 100000, options.steps);
    if (flag == "--json") {
      options.jsonFile = value;
      return true;
    }
    if (flag == "--prefill")
      return parseList(value, options.prefill);
    if (flag == "--context")
      return parseList(value, options.contexts);
    if (flag == "--batch")
      return parseList(value, options.batches);
    return run::fail("unknown option '%s'; see --help", name);
  }

  bool parseList(const std::string &value, std::vector<int64_t> &list) {
    list.clear();
    return run::parseIntegers(flag.c_str(), value, 1, list);
  }

  char **next, **end;
  Options &options;
  std::string flag;
};

} // namespace

bool bench::parseOptions(int argc, char **argv, Options &options) {
  return Parser(argc, argv, options).run();
}
