//===- Profile.h - What a session spends its time on ------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_RUN_PROFILE_H
#define GG_RUN_PROFILE_H

#include "gg-runtime/gg.h"
#include "gg/Machine/Machine.h"

#include <string>
#include <vector>

namespace gg::run {

class Json;

/// Fused kernels of one kind: the same place in every layer of a model.
struct Kernel {
  std::string entry, kind, name;
  /// Phases of the code that these are, and how often each ran.
  int64_t phases = 0, calls = 0;
  /// Over all calls; bytes and flops are negative where not known.
  double seconds = 0, busySeconds = 0;
  double bytes = 0, flops = 0, linearFlops = 0;

  /// How much of what the machine could do in that time: the larger one of its
  /// shares of bandwidth and arithmetic.
  double share(const machine::Limits &limits, bool isBF16) const;
};

/// What was measured since gg_profile_start, the longest first.
std::vector<Kernel> collectKernels(const gg_session *session);

/// Whether linear layers multiply in bf16: weights that are not f32, in code
/// that is made for the instruction.
bool computesBF16(const std::string &artifact, const gg_model_info &info);

void printKernels(const std::vector<Kernel> &kernels,
                  const machine::Limits &limits, bool isBF16);
void addKernels(Json &json, const std::vector<Kernel> &kernels,
                const machine::Limits &limits, bool isBF16);
void addMachine(Json &json, const machine::Limits &limits);
/// A page with the table as a chart; it needs no other file.
std::string kernelChart(const std::string &title,
                        const std::vector<Kernel> &kernels,
                        const machine::Limits &limits, bool isBF16);

} // namespace gg::run

#endif // GG_RUN_PROFILE_H
