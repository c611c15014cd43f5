//===- CommandLine.h - What gg's small tools share --------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_RUN_COMMANDLINE_H
#define GG_RUN_COMMANDLINE_H

#include <cstdint>
#include <string>
#include <vector>

namespace gg::run {

/// The name that errors start with, "gg-run" without it. Not copied.
void setProgramName(const char *name);

/// Prints "NAME: error: …"; false, for the caller to return.
[[gnu::format(printf, 1, 2)]] bool fail(const char *format, ...);

// Values of flags; false, after an error was printed.
bool parseInteger(const char *flag, const std::string &text, int64_t least,
                  int64_t most, int64_t &value);
bool parseNumber(const char *flag, const std::string &text, double least,
                 double most, double &value);
/// Numbers of at least `least`, separated by commas.
bool parseIntegers(const char *flag, const std::string &text, int64_t least,
                   std::vector<int64_t> &values);

/// Milliseconds of a monotonic clock.
double now();

} // namespace gg::run

#endif // GG_RUN_COMMANDLINE_H
