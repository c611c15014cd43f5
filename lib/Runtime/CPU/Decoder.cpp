//===- Decoder.cpp - Rows of tokens and what follows them -----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decoder.h"

#include "Error.h"

#include <cinttypes>

using namespace gg;
using namespace gg::runtime;

Decoder::Decoder(Runner &runner, int64_t rows)
    : runner(runner),
      vocabulary(static_cast<int64_t>(runner.model().description().vocabulary)),
      capacity(static_cast<int64_t>(runner.model().description().capacity)),
      positions(index(rows)), lastLogits(index(rows * vocabulary)),
      known(index(rows)) {}

gg_status Decoder::create(Runner &runner, std::unique_ptr<Decoder> &decoder) {
  if (runner.model().description().kind == weights::ModelKind::Decoder)
    return createCachedDecoder(runner, decoder);
  decoder = createRecomputeDecoder(runner);
  return GG_OK;
}

gg_status Decoder::check(const Batch &batch) const {
  for (int64_t row = 0; row < rows(); ++row) {
    int64_t count = batch.counts[row];
    if (count < 0 || count > batch.stride)
      return fail(GG_ERROR_ARGUMENT,
                  "row %" PRId64 ": expected 0 to %" PRId64
                  " tokens but got %" PRId64,
                  row, batch.stride, count);
    if (capacity && count > capacity - position(row))
      return fail(GG_ERROR_CAPACITY,
                  "row %" PRId64 " holds %" PRId64 " of %" PRId64
                  " tokens: %" PRId64
                  " more do not fit; compile the model with a larger --context",
                  row, position(row), capacity, count);
    const int64_t *tokens = batch.tokens + row * batch.stride;
    for (int64_t i = 0; i < count; ++i)
      if (tokens[i] < 0 || tokens[i] >= vocabulary)
        return fail(GG_ERROR_ARGUMENT,
                    "token id %" PRId64 " is out of range: expected 0 to "
                    "%" PRId64,
                    tokens[i], vocabulary - 1);
  }
  return GG_OK;
}

gg_status Decoder::append(const Batch &batch) {
  if (gg_status bad = check(batch))
    return bad;
  gg_status status = run(batch);
  // A row whose run was cut short is at some position, but what follows it is
  // not known.
  for (int64_t row = 0; row < rows(); ++row)
    if (batch.counts[row])
      known[index(row)] = status == GG_OK;
  return status;
}

gg_status Decoder::rewind(int64_t row, int64_t to) {
  if (to < 0 || to > position(row))
    return fail(GG_ERROR_ARGUMENT,
                "row %" PRId64 " holds %" PRId64
                " tokens: cannot go back to position %" PRId64,
                row, position(row), to);
  if (to == position(row))
    return GG_OK;
  forget(row, position(row), to);
  known[index(row)] = 0;
  positions[index(row)] = to;
  return GG_OK;
}

void Decoder::reset() {
  for (int64_t row = 0; row < rows(); ++row)
    (void)rewind(row, 0);
}
