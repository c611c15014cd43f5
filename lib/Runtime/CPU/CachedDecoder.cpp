//===- CachedDecoder.cpp - A decoder with a key-value cache ---------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Decoder.h"
#include "Error.h"

#include <algorithm>
#include <cstring>

using namespace gg;
using namespace gg::runtime;
using weights::Role;

namespace {

/// A cache [batch, heads, slots, head size]; slots = capacity + chunk, so that
/// a whole chunk may be written at any position.
struct Cache {
  uint8_t *data;
  int64_t heads;
  int64_t slots;
  /// Bytes that one token takes in one head.
  uint64_t slotBytes;

  uint8_t *slot(int64_t row, int64_t head, int64_t position) const {
    return data +
           static_cast<uint64_t>((row * heads + head) * slots + position) *
               slotBytes;
  }
};

class CachedDecoder final : public Decoder {
public:
  explicit CachedDecoder(Runner &runner)
      : Decoder(runner,
                static_cast<int64_t>(runner.model().description().batch)),
        chunk(static_cast<int64_t>(runner.model().description().chunk)),
        ids(index(rows() * chunk)), offsets(index(rows())),
        counts(index(rows())) {}

  bool allocate();

private:
  /// An entry and its inputs, which stay where they are.
  struct Bound {
    const LoadedEntry *entry = nullptr;
    std::vector<gg_tensor_view> inputs;
  };

  Bound bind(const char *name);
  gg_status run(const Batch &batch) override;
  gg_status runSteps(const Batch &batch);
  gg_status runPiece(const Batch &batch, int64_t done, int64_t length);
  void takeLogits(const Batch &batch, int64_t done, int64_t length,
                  const gg_tensor_view &output);
  void forget(int64_t row, int64_t from, int64_t to) override;
  uint64_t memoryBytes(int64_t position) const override;
  void visitMemory(int64_t row, const Visitor &visit) override;
  bool isPlausible(int64_t) const override { return true; }

  int64_t chunk;
  std::vector<Cache> caches;
  Memory memory;
  // Inputs of the entries. `ids` is [rows, tokens of the entry].
  std::vector<int64_t> ids, offsets, counts;
  Bound step, prefill, score;
};

} // namespace

//===----------------------------------------------------------------------===//
// Creation
//===----------------------------------------------------------------------===//

static uint64_t align(uint64_t bytes) {
  return (bytes + GG_ARENA_ALIGNMENT - 1) / GG_ARENA_ALIGNMENT *
         GG_ARENA_ALIGNMENT;
}

bool CachedDecoder::allocate() {
  uint64_t total = 0;
  std::vector<uint64_t> starts;
  for (const weights::Value &value :
       runner.model().entry("step").description->inputs) {
    if (value.role != Role::Cache)
      continue;
    Cache cache{nullptr, value.dims[1].size, value.dims[2].size,
                static_cast<uint64_t>(value.dims[3].size) *
                    weights::elementBytes(value.type)};
    uint64_t bytes = static_cast<uint64_t>(rows() * cache.heads * cache.slots) *
                     cache.slotBytes;
    starts.push_back(total);
    if (__builtin_add_overflow(total, align(bytes), &total))
      return false;
    caches.push_back(cache);
  }
  if (!memory.allocate(total, Memory::Pages::Normal))
    return false;
  for (size_t i = 0; i < caches.size(); ++i)
    caches[i].data = memory.data() + starts[i];
  step = bind("step");
  prefill = bind("prefill");
  if (runner.model().hasEntry("score"))
    score = bind("score");
  return true;
}

CachedDecoder::Bound CachedDecoder::bind(const char *name) {
  Bound bound{&runner.model().entry(name), {}};
  auto cache = caches.begin();
  for (const weights::Value &value : bound.entry->description->inputs) {
    gg_tensor_view view = {};
    for (size_t i = 0; i < value.dims.size(); ++i)
      view.dims[i] = value.dims[i].size;
    // Artifacts whose inputs have other roles are refused when they are read.
    view.data = value.role == Role::Ids         ? ids.data()
                : value.role == Role::Positions ? offsets.data()
                : value.role == Role::Counts
                    ? static_cast<void *>(counts.data())
                    : (cache++)->data;
    bound.inputs.push_back(view);
  }
  return bound;
}

gg_status runtime::createCachedDecoder(Runner &runner,
                                       std::unique_ptr<Decoder> &decoder) {
  std::unique_ptr<CachedDecoder> result(new CachedDecoder(runner));
  if (!result->allocate())
    return fail(GG_ERROR_MEMORY,
                "no room for the key-value cache; compile the model with a "
                "smaller --context or --batch");
  decoder = std::move(result);
  return GG_OK;
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

gg_status CachedDecoder::run(const Batch &batch) {
  if (batch.logits && !score.entry)
    return runSteps(batch);
  int64_t longest = *std::max_element(batch.counts, batch.counts + rows());
  // A chunk costs as much as some steps, however few tokens it holds: linears
  // skip the others, but what lies between them does not.
  int64_t fewTokens = std::max<int64_t>(1, chunk / 12);
  for (int64_t done = 0; done < longest;) {
    int64_t left = longest - done;
    int64_t length =
        batch.logits || left > fewTokens ? std::min(left, chunk) : 1;
    if (gg_status bad = runPiece(batch, done, length))
      return bad;
    done += length;
  }
  return GG_OK;
}

/// The logits of every token, from a model that computes those of the last one.
gg_status CachedDecoder::runSteps(const Batch &batch) {
  int64_t longest = *std::max_element(batch.counts, batch.counts + rows());
  Batch quiet = batch;
  quiet.logits = nullptr;
  for (int64_t done = 0; done < longest; ++done) {
    std::vector<int64_t> upTo(batch.counts, batch.counts + rows());
    for (int64_t &count : upTo)
      count = std::min(count, done + 1);
    quiet.counts = upTo.data();
    if (gg_status bad = runPiece(quiet, done, 1))
      return bad;
    for (int64_t row = 0; row < rows(); ++row)
      if (done < batch.counts[row])
        std::copy_n(rowLogits(row), vocabulary,
                    batch.logits + (row * batch.stride + done) * vocabulary);
  }
  return GG_OK;
}

/// Runs `length` tokens of each row that has them, from its token `done` on.
gg_status CachedDecoder::runPiece(const Batch &batch, int64_t done,
                                  int64_t length) {
  Bound &bound = batch.logits ? score : length == 1 ? step : prefill;
  int64_t width = &bound == &step ? 1 : chunk;
  std::fill(ids.begin(), ids.end(), 0);
  for (int64_t row = 0; row < rows(); ++row) {
    int64_t valid =
        std::min(std::max<int64_t>(batch.counts[row] - done, 0), length);
    std::copy_n(batch.tokens + row * batch.stride + done, valid,
                ids.begin() + row * width);
    offsets[index(row)] = position(row);
    // A row without tokens computes something that nobody looks at, in slots
    // that its next token will overwrite.
    counts[index(row)] = std::max<int64_t>(valid, 1);
  }
  std::vector<gg_tensor_view> outputs(1);
  if (gg_status bad = runner.run(*bound.entry, bound.inputs, outputs))
    return bad;
  takeLogits(batch, done, length, outputs[0]);
  for (int64_t row = 0; row < rows(); ++row)
    positions[index(row)] +=
        std::min(std::max<int64_t>(batch.counts[row] - done, 0), length);
  return GG_OK;
}

void CachedDecoder::takeLogits(const Batch &batch, int64_t done, int64_t length,
                               const gg_tensor_view &output) {
  const auto *from = static_cast<const float *>(output.data);
  for (int64_t row = 0; row < rows(); ++row) {
    int64_t valid = std::min(batch.counts[row] - done, length);
    if (valid <= 0)
      continue;
    const float *last = from + row * vocabulary;
    if (batch.logits) {
      const float *all = from + row * chunk * vocabulary;
      std::copy_n(all, valid * vocabulary,
                  batch.logits + (row * batch.stride + done) * vocabulary);
      last = all + (valid - 1) * vocabulary;
    }
    // Only what follows a row's last token is asked for.
    if (done + valid == batch.counts[row])
      std::copy_n(last, vocabulary, rowLogits(row));
  }
}

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

// What lies behind a row's position is masked, but a product of a masked zero
// with an infinity that an earlier sequence left there would be no zero.
void CachedDecoder::forget(int64_t row, int64_t from, int64_t to) {
  for (const Cache &cache : caches)
    for (int64_t head = 0; head < cache.heads; ++head)
      std::memset(cache.slot(row, head, to), 0,
                  static_cast<uint64_t>(from + chunk - to) * cache.slotBytes);
}

uint64_t CachedDecoder::memoryBytes(int64_t position) const {
  uint64_t bytes = 0;
  for (const Cache &cache : caches)
    bytes += static_cast<uint64_t>(cache.heads * position) * cache.slotBytes;
  return bytes;
}

void CachedDecoder::visitMemory(int64_t row, const Visitor &visit) {
  for (const Cache &cache : caches)
    for (int64_t head = 0; head < cache.heads; ++head)
      visit(cache.slot(row, head, 0),
            static_cast<uint64_t>(position(row)) * cache.slotBytes);
}
