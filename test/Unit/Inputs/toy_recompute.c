/*===- toy_recompute.c - A decoder without a cache ------------------------===*\
|*                                                                            *|
|* Part of the gg project, under the Apache License v2.0 with LLVM            *|
|* Exceptions. See LICENSE for license information.                           *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "toy_loop.h"

enum { vocab = 11 };

/* ids i64, attention mask i32, position ids i64, all [1, n], and a past
   [1, 2, 0, 3]. The logits of every token depend on all ids. */
void gg_main(gg_call *call, int64_t thread) {
  const int64_t *ids = (const int64_t *)call->inputs[0].data;
  const int32_t *mask = (const int32_t *)call->inputs[1].data;
  const int64_t *positions = (const int64_t *)call->inputs[2].data;
  int64_t length = call->inputs[0].dims[1];
  const int64_t *past = call->inputs[3].dims;
  if (past[0] != 1 || past[1] != 2 || past[2] != 0 || past[3] != 3) {
    if (thread == 0)
      call->fail(call->team, "toy: the past is not empty");
    return;
  }
  float *logits = (float *)call->arena, sum = 0;
  for (int64_t i = 0; i < length; ++i)
    sum += (float)(ids[i] * mask[i]);
  struct range range = {0, 0};
  while (next(call, thread, 0, length * vocab, &range)) {
    int64_t i = range.begin++;
    logits[i] = sum * (float)(i % vocab) + (float)positions[i / vocab];
  }
  call->barrier(call->team, 0);
  if (thread == 0) {
    call->outputs[0].data = logits;
    call->outputs[0].dims[0] = 1;
    call->outputs[0].dims[1] = length;
    call->outputs[0].dims[2] = vocab;
  }
}
