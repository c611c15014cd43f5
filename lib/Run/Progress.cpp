//===- Progress.cpp - How far a long run is -------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Progress.h"

#include "gg/Run/CommandLine.h"

#include <cinttypes>
#include <cstdio>
#include <unistd.h>

using namespace gg::run;

/// Between two states of the line.
static constexpr double periodMs = 200;

Progress::Progress(int64_t tokens)
    : isShown(isatty(STDERR_FILENO)), total(tokens), start(now()),
      drawn(start) {}

Progress::~Progress() {
  if (isDrawn)
    std::fputs("\r\033[K", stderr);
}

void Progress::advance(int64_t tokens) {
  done += tokens;
  double time = now();
  if (!isShown || time - drawn < periodMs)
    return;
  drawn = time;
  isDrawn = true;
  double left = (time - start) / static_cast<double>(done) *
                static_cast<double>(total - done);
  std::fprintf(stderr, "\r%" PRId64 " of %" PRId64 " tokens, %.0f s left\033[K",
               done, total, left / 1e3);
  std::fflush(stderr);
}
