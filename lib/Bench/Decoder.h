//===- Decoder.h - A decoder being measured ---------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_BENCH_DECODER_H
#define GG_LIB_BENCH_DECODER_H

#include "gg-runtime/gg.h"
#include "gg/Run/Sampler.h"

#include <memory>
#include <string>
#include <vector>

namespace gg::bench {

/// An artifact and a session of it.
class Decoder {
public:
  /// False, after an error was printed.
  bool open(const std::string &artifact, int threads);

  gg_session *session() const { return theSession.get(); }
  const gg_model_info &info() const { return theInfo; }
  bool fits(int64_t tokens) const {
    return !theInfo.capacity || tokens <= theInfo.capacity;
  }

  /// Appends that many tokens to each of the first `rows` rows.
  bool prefill(int64_t tokens, int64_t rows);
  /// Appends the likeliest token to each of them, that many times.
  bool steps(int64_t count, int64_t rows);
  /// Lets all rows hold their first `position` tokens.
  bool rewind(int64_t position);

private:
  struct Deleter {
    void operator()(gg_model *model) const { gg_model_free(model); }
    void operator()(gg_session *session) const { gg_session_free(session); }
  };

  std::unique_ptr<gg_model, Deleter> model;
  std::unique_ptr<gg_session, Deleter> theSession;
  gg_model_info theInfo = {};
  run::Sampler greedy{run::SamplerOptions()};
};

} // namespace gg::bench

#endif // GG_LIB_BENCH_DECODER_H
