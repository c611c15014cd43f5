/*===- toy_decoder.c - Entries as the compiler would emit them ------------===*\
|*                                                                            *|
|* Part of the gg project, under the Apache License v2.0 with LLVM            *|
|* Exceptions. See LICENSE for license information.                           *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
|*===----------------------------------------------------------------------===*|
|*                                                                            *|
|* A model that needs everything that a decoder needs of the runtime: it      *|
|* writes a function of id and position into its cache and its logits are     *|
|* sums over the cache up to a token's position. Token 7 makes it fail.       *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "toy_loop.h"

enum { batch = 2, heads = 2, capacity = 16, chunk = 4, size = 3, vocab = 11 };
enum { slots = capacity + chunk };

static float *slot(float *cache, int64_t row, int64_t head, int64_t position) {
  return cache + ((row * heads + head) * slots + position) * size;
}

static void run(gg_call *call, int64_t thread, int64_t tokens,
                const int64_t *counts, int all) {
  const float *weights = (const float *)call->weights;
  const int64_t *ids = (const int64_t *)call->inputs[0].data;
  const int64_t *positions = (const int64_t *)call->inputs[1].data;
  float *cache = (float *)call->inputs[counts ? 3 : 2].data;
  for (int64_t i = 0; i < batch * tokens; ++i)
    if (ids[i] == 7) {
      if (thread == 0)
        call->fail(call->team, "toy: token 7");
      return;
    }
  /* Which thread writes what does not matter: everything is read after the
     barrier. */
  struct range range = {0, 0};
  while (next(call, thread, 0, batch * tokens, &range)) {
    int64_t i = range.begin++;
    int64_t row = i / tokens, position = positions[row] + i % tokens;
    for (int64_t head = 0; head < heads; ++head)
      for (int64_t d = 0; d < size; ++d)
        slot(cache, row, head, position)[d] =
            weights[ids[i]] * (float)(head + 1) + (float)(position * d);
  }
  call->barrier(call->team, 0);
  float *logits = (float *)call->arena;
  int64_t outputs = all ? tokens : 1;
  while (next(call, thread, 1, batch * outputs * vocab, &range)) {
    int64_t i = range.begin++;
    int64_t row = i / vocab / outputs, token = i / vocab % outputs;
    if (!all)
      token = counts ? counts[row] - 1 : 0;
    float sum = 0;
    for (int64_t p = 0; p <= positions[row] + token; ++p)
      for (int64_t head = 0; head < heads; ++head)
        for (int64_t d = 0; d < size; ++d)
          sum += slot(cache, row, head, p)[d];
    logits[i] = sum * (float)(i % vocab + 1);
  }
  call->barrier(call->team, 1);
  if (thread == 0)
    call->outputs[0].data = logits;
}

/* Numbers for the profiler; nothing else reads them. */
#define TOY_PHASES                                                             \
  "append\ttokens\t4\t0\t8\t0\t6\n"                                            \
  "attention\tall\t100\t12\t0\t24\t0\n"                                        \
  "other\t\t-1\t0\t0\t0\t0\n"
const char gg_phases_step[] = TOY_PHASES;
const char gg_phases_prefill[] = TOY_PHASES;
const char gg_phases_score[] = TOY_PHASES;

void gg_step(gg_call *call, int64_t thread) { run(call, thread, 1, 0, 0); }

void gg_prefill(gg_call *call, int64_t thread) {
  run(call, thread, chunk, (const int64_t *)call->inputs[2].data, 0);
}

void gg_score(gg_call *call, int64_t thread) {
  run(call, thread, chunk, (const int64_t *)call->inputs[2].data, 1);
}
