//===- Features.h - What the running CPU can do -----------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_RUNTIME_FEATURES_H
#define GG_RUNTIME_FEATURES_H

#include "gg/Weights/Format.h"

namespace gg::runtime {

/// The architecture this runtime is built for, as weights::Code names it.
const char *architecture();

/// Whether CPU and operating system have a feature, by its LLVM name. False for
/// a name that is not known.
bool hasFeature(const std::string &name);

/// What a code file needs and this machine has not, "avx512f, avx512bw" for
/// example; "" if it runs here.
std::string missingFeatures(const weights::Code &code);

/// Physical cores that this process may use: its affinity, its control group's
/// quota and hardware threads that share a core are taken into account.
int physicalCores();

/// Logical CPUs of the process's affinity.
int availableCPUs();

} // namespace gg::runtime

#endif // GG_RUNTIME_FEATURES_H
