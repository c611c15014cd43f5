//===- gg-run.cpp - Runs an artifact --------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Run/Run.h"

int main(int argc, char **argv) { return gg::run::runMain(argc, argv); }
