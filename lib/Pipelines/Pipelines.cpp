//===- Pipelines.cpp - Named pass pipelines -------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Pipelines/Pipelines.h"

void gg::registerPipelines() {}
