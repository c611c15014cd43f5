//===- Run.h - gg-run ---------------------------------------------*- C++ -*-=//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_RUN_RUN_H
#define GG_RUN_RUN_H

namespace gg::run {

/// Does what the arguments of gg-run ask for; the exit code, 0 or 1.
int runMain(int argc, char **argv);

} // namespace gg::run

#endif // GG_RUN_RUN_H
