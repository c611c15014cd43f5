//===- Session.h - A loaded model and what was measured ---------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_RUN_SESSION_H
#define GG_LIB_RUN_SESSION_H

#include "Options.h"
#include "gg-runtime/gg.h"
#include "gg/Run/Npy.h"
#include "gg/Run/TokenRows.h"

#include <functional>
#include <memory>

namespace gg::run {

/// What --stats writes; negative where it was not measured.
struct Stats {
  double loadMs = -1;
  double firstTokenMs = -1;
  double prefillTokensPerS = -1;
  double decodeTokensPerS = -1;
};

struct ModelDeleter {
  void operator()(gg_model *model) const { gg_model_free(model); }
};
struct SessionDeleter {
  void operator()(gg_session *session) const { gg_session_free(session); }
};

/// A loaded artifact.
struct Session {
  bool open(const std::string &path, int threads);
  bool writeStats(const Options &options) const;
  bool writeProfile(const Options &options) const;
  /// Prints what the runtime has to say where a call of it failed.
  static bool check(gg_status status) {
    return status == GG_OK || fail("%s", gg_last_error());
  }
  bool checkDecoder() const;

  std::string artifact;
  std::unique_ptr<gg_model, ModelDeleter> model;
  std::unique_ptr<gg_session, SessionDeleter> session;
  gg_model_info info;
  Stats stats;
};

/// Called with the logits that follow a row's token, of each session.
using LogitsVisitor =
    std::function<void(int64_t row, int64_t token, const float *const *logits)>;

/// Runs every row from an empty cache, `lengths[row]` tokens of it, through all
/// sessions side by side: no more logits are kept than those of a few tokens.
bool scoreRows(const std::vector<Session *> &sessions, const TokenRows &tokens,
               const std::vector<int64_t> &lengths, const LogitsVisitor &visit);

bool generate(Session &session, const Options &options);
bool writeLogits(Session &session, const std::string &tokensFile,
                 const std::string &logitsFile);
bool printPerplexity(Session &session, const Options &options);
bool runTensors(Session &session, const Options &options);
bool printInfo(const Options &options);
bool verify(const Options &options);

} // namespace gg::run

#endif // GG_LIB_RUN_SESSION_H
