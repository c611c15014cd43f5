//===- gg-bench.cpp - Measures an artifact --------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Bench/Bench.h"

int main(int argc, char **argv) { return gg::bench::benchMain(argc, argv); }
