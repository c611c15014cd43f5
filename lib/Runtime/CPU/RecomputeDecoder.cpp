//===- RecomputeDecoder.cpp - A decoder without a cache -------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every call runs the model over all tokens of a row, one row at a time: where
// no cache could be derived, padding could not be proven harmless either.
//
//===----------------------------------------------------------------------===//

#include "Decoder.h"
#include "Error.h"

#include <algorithm>
#include <cinttypes>

using namespace gg;
using namespace gg::runtime;
using weights::Role;

namespace {

class RecomputeDecoder final : public Decoder {
public:
  explicit RecomputeDecoder(Runner &runner)
      : Decoder(runner,
                std::max<int64_t>(1, static_cast<int64_t>(
                                         runner.model().description().batch))),
        entry(runner.model().entry("main")), tokens(index(rows())) {}

private:
  gg_status run(const Batch &batch) override;
  gg_status runRow(const Batch &batch, int64_t row);
  gg_status compute(int64_t row, gg_tensor_view &logits);
  bool emptyPast(const weights::Value &value, gg_tensor_view &view) const;
  /// The n-th element of an input of that role, for a row's tokens.
  int64_t element(Role role, int64_t row, int64_t n) const;
  void forget(int64_t row, int64_t, int64_t to) override {
    tokens[index(row)].resize(index(to));
  }
  uint64_t memoryBytes(int64_t position) const override {
    return static_cast<uint64_t>(position) * sizeof(int64_t);
  }
  void visitMemory(int64_t row, const Visitor &visit) override {
    tokens[index(row)].resize(index(position(row)));
    visit(tokens[index(row)].data(), memoryBytes(position(row)));
  }
  bool isPlausible(int64_t row) const override {
    const std::vector<int64_t> &ids = tokens[index(row)];
    return std::all_of(ids.begin(), ids.end(),
                       [&](int64_t id) { return id >= 0 && id < vocabulary; });
  }

  const LoadedEntry &entry;
  std::vector<std::vector<int64_t>> tokens;
};

} // namespace

std::unique_ptr<Decoder> runtime::createRecomputeDecoder(Runner &runner) {
  return std::unique_ptr<Decoder>(new RecomputeDecoder(runner));
}

int64_t RecomputeDecoder::element(Role role, int64_t row, int64_t n) const {
  switch (role) {
  case Role::Ids:
    return tokens[index(row)][index(n)];
  case Role::PositionIds:
    return n;
  default:
    return 1; // the attention mask
  }
}

/// The sizes of a past of no tokens; false if there is none.
bool RecomputeDecoder::emptyPast(const weights::Value &value,
                                 gg_tensor_view &view) const {
  const std::string *batch = nullptr;
  for (const weights::Value &input : entry.description->inputs)
    if (input.role == Role::Ids && input.dims[0].size < 0)
      batch = &input.dims[0].name;
  bool isEmpty = false;
  for (size_t i = 0; i < value.dims.size(); ++i) {
    const weights::Dim &dim = value.dims[i];
    if (dim.size >= 0) {
      view.dims[i] = dim.size;
    } else {
      view.dims[i] = batch && !dim.name.empty() && dim.name == *batch;
      isEmpty |= view.dims[i] == 0;
    }
  }
  return isEmpty;
}

/// Runs the model over all tokens of a row.
gg_status RecomputeDecoder::compute(int64_t row, gg_tensor_view &logits) {
  auto length = static_cast<int64_t>(tokens[index(row)].size());
  std::vector<gg_tensor_view> inputs;
  std::vector<std::vector<int64_t>> storage;
  // Something to point to where there are no elements.
  int64_t noPast = 0;
  for (const weights::Value &value : entry.description->inputs) {
    if (value.role == Role::Past) {
      inputs.push_back({&noPast, {}});
      if (!emptyPast(value, inputs.back()))
        return fail(GG_ERROR_EXECUTION,
                    "this model computes the whole sequence in each call, but "
                    "its input '%s' cannot be empty",
                    value.name.c_str());
      continue;
    }
    // A batch that is compiled in is filled with copies of the row.
    int64_t copies = std::max<int64_t>(1, value.dims[0].size);
    if (value.dims[1].size >= 0 && value.dims[1].size != length)
      return fail(GG_ERROR_CAPACITY,
                  "this model takes sequences of exactly %" PRId64
                  " tokens but got %" PRId64,
                  value.dims[1].size, length);
    storage.emplace_back(index(copies * length));
    auto *wide = storage.back().data();
    auto *narrow = reinterpret_cast<int32_t *>(wide);
    for (int64_t i = 0; i < copies * length; ++i) {
      int64_t number = element(value.role, row, i % length);
      if (value.type == weights::ElementType::I64)
        wide[i] = number;
      else
        narrow[i] = static_cast<int32_t>(number);
    }
    inputs.push_back({wide, {copies, length}});
  }
  std::vector<gg_tensor_view> outputs(entry.description->outputs.size());
  if (gg_status bad = runner.run(entry, inputs, outputs))
    return bad;
  for (size_t i = 0; i < outputs.size(); ++i)
    if (entry.description->outputs[i].role == Role::Logits)
      logits = outputs[i];
  if (logits.dims[1] == length && logits.dims[2] == vocabulary)
    return GG_OK;
  return fail(GG_ERROR_EXECUTION,
              "expected logits of %" PRId64 " tokens by %" PRId64
              " but got %" PRId64 " by %" PRId64,
              length, vocabulary, logits.dims[1], logits.dims[2]);
}

gg_status RecomputeDecoder::runRow(const Batch &batch, int64_t row) {
  int64_t count = batch.counts[row], before = position(row);
  const int64_t *added = batch.tokens + row * batch.stride;
  std::vector<int64_t> &all = tokens[index(row)];
  all.insert(all.end(), added, added + count);
  gg_tensor_view view = {};
  if (gg_status bad = compute(row, view)) {
    all.resize(index(before));
    return bad;
  }
  positions[index(row)] += count;
  const auto *logits = static_cast<const float *>(view.data);
  if (batch.logits)
    std::copy_n(logits + before * vocabulary, count * vocabulary,
                batch.logits + row * batch.stride * vocabulary);
  std::copy_n(logits + (before + count - 1) * vocabulary, vocabulary,
              rowLogits(row));
  return GG_OK;
}

gg_status RecomputeDecoder::run(const Batch &batch) {
  gg_status status = GG_OK;
  for (int64_t row = 0; row < rows() && status == GG_OK; ++row)
    if (batch.counts[row])
      status = runRow(batch, row);
  runner.trim();
  return status;
}
