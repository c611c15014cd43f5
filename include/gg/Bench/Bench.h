//===- Bench.h - gg-bench ---------------------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_BENCH_BENCH_H
#define GG_BENCH_BENCH_H

namespace gg::bench {

/// Does what the arguments of gg-bench ask for; the exit code, 0 or 1.
int benchMain(int argc, char **argv);

} // namespace gg::bench

#endif // GG_BENCH_BENCH_H
