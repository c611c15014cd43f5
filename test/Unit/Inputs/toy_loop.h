/*===- toy_loop.h - Loops of toy entries --------------------------*- C -*-===*\
|*                                                                            *|
|* Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
*|
|* See LICENSE for license information.                                       *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#ifndef GG_TEST_TOY_LOOP_H
#define GG_TEST_TOY_LOOP_H

#include "gg/Weights/EntryABI.h"

struct range {
  int64_t begin, end;
};

/* Whether thread has an iteration of loop left, which is range->begin. */
static inline int next(gg_call *call, int64_t thread, int64_t loop,
                       int64_t iterations, struct range *range) {
  if (range->begin == range->end)
    range->begin =
        call->claim(call->team, thread, loop, iterations, 1, &range->end);
  return range->begin < range->end;
}

#endif /* GG_TEST_TOY_LOOP_H */
