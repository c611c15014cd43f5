//===- Score.cpp - Logits and perplexity of token files -------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Session.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>

using namespace gg::run;

static constexpr int64_t padding = -1;

template <typename T>
static void widen(const uint8_t *data, std::vector<int64_t> &ids) {
  const auto *from = reinterpret_cast<const T *>(data);
  std::copy_n(from, ids.size(), ids.begin());
}

bool TokenRows::read(const std::string &path) {
  NpyArray array;
  std::string error;
  if (!array.read(path, error))
    return fail("%s", error.c_str());
  if (array.shape().size() != 2 ||
      (array.descr() != "<i8" && array.descr() != "<i4"))
    return fail("%s: expected int64 token ids of shape [rows, tokens] but got "
                "'%s' with %zu dimensions",
                path.c_str(), array.descr().c_str(), array.shape().size());
  rows = array.shape()[0];
  width = array.shape()[1];
  ids.resize(static_cast<size_t>(rows * width));
  if (array.descr() == "<i8")
    widen<int64_t>(array.data(), ids);
  else
    widen<int32_t>(array.data(), ids);
  for (int64_t row = 0; row < rows; ++row) {
    auto first = ids.begin() + row * width, last = first + width;
    auto end = std::find(first, last, padding);
    lengths.push_back(end - first);
    if (std::any_of(end, last, [](int64_t id) { return id != padding; }))
      return fail("%s: row %" PRId64
                  ": expected -1 at the end only but got a token after it",
                  path.c_str(), row);
  }
  return true;
}

//===----------------------------------------------------------------------===//
// Running rows
//===----------------------------------------------------------------------===//

namespace {

/// Runs as many rows at a time as the artifact has.
class Scorer {
public:
  Scorer(Session &session, const TokenRows &tokens,
         const std::vector<int64_t> &lengths, const LogitsVisitor &visit)
      : session(session), tokens(tokens), lengths(lengths), visit(visit) {}

  bool run() {
    int64_t capacity = session.info.capacity;
    for (int64_t row = 0; row < tokens.rows; ++row)
      if (capacity && lengths[static_cast<size_t>(row)] > capacity)
        return fail("row %" PRId64 " has %" PRId64
                    " tokens but the artifact's capacity is %" PRId64
                    "; compile the model with a larger --context",
                    row, lengths[static_cast<size_t>(row)], capacity);
    for (int64_t row = 0; row < tokens.rows; row += session.info.batch)
      if (!runGroup(row))
        return false;
    return true;
  }

private:
  int64_t lengthOf(int64_t row) const {
    return row < tokens.rows ? lengths[static_cast<size_t>(row)] : 0;
  }

  bool runGroup(int64_t first) {
    gg_reset(session.session.get());
    int64_t batch = session.info.batch, longest = 0;
    for (int64_t i = 0; i < batch; ++i)
      longest = std::max(longest, lengthOf(first + i));
    // A decoder without a cache would start over for each piece.
    int64_t piece = session.info.chunk ? session.info.chunk : longest;
    for (int64_t done = 0; done < longest; done += piece)
      if (!runPiece(first, done, std::min(piece, longest - done)))
        return false;
    return true;
  }

  bool runPiece(int64_t first, int64_t done, int64_t length) {
    int64_t batch = session.info.batch, vocabulary = session.info.vocabulary;
    ids.assign(static_cast<size_t>(batch * length), 0);
    counts.assign(static_cast<size_t>(batch), 0);
    logits.resize(static_cast<size_t>(batch * length * vocabulary));
    for (int64_t i = 0; i < batch; ++i) {
      int64_t count =
          std::min(std::max<int64_t>(lengthOf(first + i) - done, 0), length);
      counts[static_cast<size_t>(i)] = count;
      if (count)
        std::copy_n(tokens.ids.begin() + (first + i) * tokens.width + done,
                    count, ids.begin() + i * length);
    }
    double start = now();
    if (!Session::check(gg_score(session.session.get(), ids.data(), length,
                                 counts.data(), logits.data())))
      return false;
    milliseconds += now() - start;
    for (int64_t i = 0; i < batch; ++i) {
      scored += counts[static_cast<size_t>(i)];
      for (int64_t t = 0; t < counts[static_cast<size_t>(i)]; ++t)
        visit(first + i, done + t,
              logits.data() + (i * length + t) * vocabulary);
    }
    session.stats.prefillTokensPerS =
        static_cast<double>(scored) / milliseconds * 1e3;
    return true;
  }

  Session &session;
  const TokenRows &tokens;
  const std::vector<int64_t> &lengths;
  const LogitsVisitor &visit;
  std::vector<int64_t> ids, counts;
  std::vector<float> logits;
  int64_t scored = 0;
  double milliseconds = 0;
};

} // namespace

bool gg::run::scoreRows(Session &session, const TokenRows &tokens,
                        const std::vector<int64_t> &lengths,
                        const LogitsVisitor &visit) {
  return Scorer(session, tokens, lengths, visit).run();
}

bool gg::run::writeLogits(Session &session, const std::string &tokensFile,
                          const std::string &logitsFile) {
  TokenRows tokens;
  NpyWriter writer;
  std::string error;
  int64_t vocabulary = session.info.vocabulary;
  if (!tokens.read(tokensFile))
    return false;
  for (int64_t row = 0; row < tokens.rows; ++row)
    if (!tokens.lengths[static_cast<size_t>(row)])
      return fail("%s: row %" PRId64 " has no tokens", tokensFile.c_str(), row);
  if (!writer.create(logitsFile, npyDescr(GG_F32),
                     {tokens.rows, tokens.width, vocabulary}, sizeof(float),
                     error))
    return fail("%s", error.c_str());
  auto *out = reinterpret_cast<float *>(writer.data());
  auto at = [&](int64_t row, int64_t token) {
    return out + (row * tokens.width + token) * vocabulary;
  };
  for (int64_t row = 0; row < tokens.rows; ++row)
    std::fill(at(row, tokens.lengths[static_cast<size_t>(row)]), at(row + 1, 0),
              std::numeric_limits<float>::quiet_NaN());
  auto keep = [&](int64_t row, int64_t token, const float *logits) {
    std::copy_n(logits, vocabulary, at(row, token));
  };
  if (!scoreRows(session, tokens, tokens.lengths, keep))
    return false;
  return writer.commit(error) || fail("%s", error.c_str());
}

//===----------------------------------------------------------------------===//
// Perplexity
//===----------------------------------------------------------------------===//

/// −log of the probability that the logits give to a token.
static double negativeLogLikelihood(const float *logits, int64_t count,
                                    int64_t token) {
  double most = static_cast<double>(*std::max_element(logits, logits + count));
  double sum = 0;
  for (int64_t i = 0; i < count; ++i)
    sum += std::exp(static_cast<double>(logits[i]) - most);
  return most + std::log(sum) - static_cast<double>(logits[token]);
}

bool gg::run::printPerplexity(Session &session, const Options &options) {
  TokenRows tokens;
  if (!tokens.read(options.tokensFile))
    return false;
  // The last token of a row predicts nothing.
  std::vector<int64_t> lengths;
  int64_t predicted = 0;
  for (int64_t length : tokens.lengths) {
    lengths.push_back(std::max<int64_t>(length - 1, 0));
    predicted += lengths.back();
  }
  if (!predicted)
    return fail("%s: expected a row of two tokens or more",
                options.tokensFile.c_str());
  int64_t vocabulary = session.info.vocabulary;
  for (int64_t id : tokens.ids)
    if (id != padding && (id < 0 || id >= vocabulary))
      return fail("%s: token id %" PRId64 " is out of range: expected 0 to "
                  "%" PRId64,
                  options.tokensFile.c_str(), id, vocabulary - 1);
  double sum = 0;
  auto add = [&](int64_t row, int64_t token, const float *logits) {
    int64_t next =
        tokens.ids[static_cast<size_t>(row * tokens.width + token + 1)];
    sum += negativeLogLikelihood(logits, vocabulary, next);
  };
  if (!scoreRows(session, tokens, lengths, add))
    return false;
  double mean = sum / static_cast<double>(predicted);
  if (!std::isfinite(mean))
    return fail("the model's logits are no numbers");
  std::printf("perplexity %.6f\nmean negative log-likelihood %.8f\n"
              "tokens %" PRId64 "\n",
              std::exp(mean), mean, predicted);
  return true;
}
