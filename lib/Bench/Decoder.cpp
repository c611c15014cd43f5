//===- Decoder.cpp - A decoder being measured -----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decoder.h"

#include "gg/Run/CommandLine.h"

#include <algorithm>

using namespace gg;
using namespace gg::bench;

static bool check(gg_status status) {
  return status == GG_OK || run::fail("%s", gg_last_error());
}

bool Decoder::open(const std::string &artifact, int threads) {
  gg_model *loaded;
  if (!check(gg_model_load(artifact.c_str(), &loaded)))
    return false;
  model.reset(loaded);
  gg_model_get_info(loaded, &theInfo);
  if (theInfo.kind == GG_TENSORS)
    return run::fail("%s: is no decoder: there are no tokens to measure",
                     artifact.c_str());
  gg_session *created;
  if (!check(gg_session_create(loaded, threads, &created)))
    return false;
  theSession.reset(created);
  return true;
}

bool Decoder::prefill(int64_t tokens, int64_t rows) {
  std::vector<int64_t> ids, counts(static_cast<size_t>(theInfo.batch));
  // Ids that differ, so that no look-up is warmer than it would be.
  for (int64_t i = 0; i < tokens * rows; ++i)
    ids.push_back((100 + 7 * i) % std::max<int64_t>(1, theInfo.vocabulary));
  std::fill_n(counts.begin(), rows, tokens);
  return check(gg_prefill(session(), ids.data(), tokens, counts.data()));
}

bool Decoder::steps(int64_t count, int64_t rows) {
  std::vector<int64_t> next(static_cast<size_t>(theInfo.batch), -1);
  for (int64_t step = 0; step < count; ++step) {
    for (int64_t row = 0; row < rows; ++row) {
      int64_t token =
          greedy.choose(gg_logits(session(), row), theInfo.vocabulary);
      if (token < 0)
        return run::fail("the model's logits after %lld tokens are no numbers",
                         static_cast<long long>(gg_position(session(), row)));
      next[static_cast<size_t>(row)] = token;
    }
    if (!check(gg_step(session(), next.data())))
      return false;
  }
  return true;
}

bool Decoder::rewind(int64_t position) {
  for (int64_t row = 0; row < theInfo.batch; ++row)
    if (gg_position(session(), row) > position &&
        !check(gg_rewind(session(), row, position)))
      return false;
  return true;
}
