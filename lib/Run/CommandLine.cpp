//===- CommandLine.cpp - What gg's small tools share ----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Run/CommandLine.h"

#include <algorithm>
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <ctime>

using namespace gg;

static const char *programName = "gg-run";

void run::setProgramName(const char *name) { programName = name; }

bool run::fail(const char *format, ...) {
  std::fflush(stdout);
  std::fprintf(stderr, "%s: error: ", programName);
  va_list arguments;
  va_start(arguments, format);
  std::vfprintf(stderr, format, arguments);
  va_end(arguments);
  std::fputc('\n', stderr);
  return false;
}

bool run::parseInteger(const char *flag, const std::string &text, int64_t least,
                       int64_t most, int64_t &value) {
  char *end;
  errno = 0;
  value = std::strtoll(text.c_str(), &end, 10);
  if (!text.empty() && !*end && !errno && value >= least && value <= most)
    return true;
  return fail("%s: expected a number from %lld to %lld but got '%s'", flag,
              static_cast<long long>(least), static_cast<long long>(most),
              text.c_str());
}

bool run::parseNumber(const char *flag, const std::string &text, double least,
                      double most, double &value) {
  char *end;
  value = std::strtod(text.c_str(), &end);
  if (!text.empty() && !*end && value >= least && value <= most)
    return true;
  return fail("%s: expected a number from %g to %g but got '%s'", flag, least,
              most, text.c_str());
}

bool run::parseIntegers(const char *flag, const std::string &text,
                        int64_t least, std::vector<int64_t> &values) {
  for (size_t at = 0; at <= text.size();) {
    size_t comma = std::min(text.find(',', at), text.size());
    int64_t value;
    if (!parseInteger(flag, text.substr(at, comma - at), least, INT64_MAX,
                      value))
      return false;
    values.push_back(value);
    at = comma + 1;
  }
  return true;
}

double run::now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return static_cast<double>(time.tv_sec) * 1e3 +
         static_cast<double>(time.tv_nsec) * 1e-6;
}
