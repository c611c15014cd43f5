//===- Progress.h - How far a long run is -----------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_RUN_PROGRESS_H
#define GG_LIB_RUN_PROGRESS_H

#include <cstdint>

namespace gg::run {

/// A line on the standard error, where that is a terminal; it goes away at the
/// end.
class Progress {
public:
  explicit Progress(int64_t tokens);
  Progress(const Progress &) = delete;
  ~Progress();

  void advance(int64_t tokens);

private:
  bool isShown, isDrawn = false;
  int64_t total, done = 0;
  double start, drawn;
};

} // namespace gg::run

#endif // GG_LIB_RUN_PROGRESS_H
