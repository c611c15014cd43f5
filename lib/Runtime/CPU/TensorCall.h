//===- TensorCall.h - Tensors in, tensors out -------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_RUNTIME_CPU_TENSORCALL_H
#define GG_LIB_RUNTIME_CPU_TENSORCALL_H

#include "Runner.h"

namespace gg::runtime {

/// Calls of entries; owns the outputs of the last one.
class TensorCall {
public:
  explicit TensorCall(Runner &runner) : runner(runner) {}
  ~TensorCall() { clear(); }
  TensorCall(const TensorCall &) = delete;

  gg_status run(const LoadedEntry &entry, const gg_tensor *inputs,
                int64_t count);
  gg_status output(int64_t index, gg_tensor &tensor) const;

private:
  gg_status keep(const weights::Entry &description,
                 const std::vector<gg_tensor_view> &views);
  void clear();

  Runner &runner;
  std::vector<gg_tensor> outputs;
};

} // namespace gg::runtime

#endif // GG_LIB_RUNTIME_CPU_TENSORCALL_H
