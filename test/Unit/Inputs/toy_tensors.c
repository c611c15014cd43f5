/*===- toy_tensors.c - Tensors in, tensors out ----------------------------===*\
|*                                                                            *|
|* Part of the gg project, under the Apache License v2.0 with LLVM            *|
|* Exceptions. See LICENSE for license information.                           *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "toy_loop.h"

/* () -> f32 [1]: 7 */
void gg_seven(gg_call *call, int64_t thread) {
  if (thread != 0)
    return;
  *(float *)call->arena = 7;
  call->outputs[0].data = call->arena;
  call->outputs[0].dims[0] = 1;
}

/* (a: f32 [n, 3], b: f64 [n]) -> (a + exp(b): f32 [n, 3], n: i64 [], b) */
void gg_main(gg_call *call, int64_t thread) {
  const float *a = (const float *)call->inputs[0].data;
  const double *b = (const double *)call->inputs[1].data;
  int64_t n = call->inputs[0].dims[0];
  if ((uint64_t)n * 12 + 64 > call->arena_bytes) {
    if (thread == 0)
      call->fail(call->team, "toy: the arena is too small");
    return;
  }
  int64_t *count = (int64_t *)call->arena;
  float *sum = (float *)(call->arena + 64);
  struct range range = {0, 0};
  while (next(call, thread, 0, n * 3, &range)) {
    int64_t i = range.begin++;
    sum[i] = a[i] + (float)call->math->exp(b[i / 3]);
  }
  call->barrier(call->team, 0);
  if (thread != 0)
    return;
  *count = n;
  call->outputs[0].data = sum;
  call->outputs[0].dims[0] = n;
  call->outputs[0].dims[1] = 3;
  call->outputs[1].data = count;
  call->outputs[2] = call->inputs[1];
}
