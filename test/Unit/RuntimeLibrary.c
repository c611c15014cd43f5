/*===- RuntimeLibrary.c - libggrt.so from C -------------------------------===*\
|*                                                                            *|
|* Part of the gg project, under the Apache License v2.0 with LLVM            *|
|* Exceptions. See LICENSE for license information.                           *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "gg-runtime/gg.h"

/* Greedily continues a prompt in row 0; returns what failed, or null. */
const char *continuePrompt(const char *artifact, const int64_t *prompt,
                           int64_t count, int64_t *tokens, int64_t n);

static int64_t best(const float *logits, int64_t size) {
  int64_t best = 0;
  for (int64_t i = 1; i < size; ++i)
    if (logits[i] > logits[best])
      best = i;
  return best;
}

const char *continuePrompt(const char *artifact, const int64_t *prompt,
                           int64_t count, int64_t *tokens, int64_t n) {
  gg_model *model;
  gg_session *session;
  gg_model_info info;
  if (gg_model_load(artifact, &model))
    return gg_last_error();
  gg_model_get_info(model, &info);
  if (gg_session_create(model, 1, &session)) {
    gg_model_free(model);
    return gg_last_error();
  }
  gg_model_free(model);
  int64_t counts[2] = {count, 0}, next[2] = {0, -1};
  gg_status status = gg_prefill(session, prompt, count, counts);
  for (int64_t i = 0; status == GG_OK && i < n; ++i) {
    tokens[i] = next[0] = best(gg_logits(session, 0), info.vocabulary);
    status = gg_step(session, next);
  }
  gg_session_free(session);
  return status == GG_OK ? (const char *)0 : gg_last_error();
}
