//===- Score.cpp - Logits of token files ----------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Progress.h"
#include "Session.h"

#include <algorithm>
#include <cinttypes>
#include <limits>
#include <numeric>

using namespace gg::run;

//===----------------------------------------------------------------------===//
// Running rows
//===----------------------------------------------------------------------===//

namespace {

/// Runs as many rows at a time as every artifact has.
class Scorer {
public:
  Scorer(const std::vector<Session *> &sessions, const TokenRows &tokens,
         const std::vector<int64_t> &lengths, const LogitsVisitor &visit)
      : tokens(tokens), lengths(lengths), visit(visit),
        progress(std::accumulate(lengths.begin(), lengths.end(), int64_t{0})) {
    for (Session *session : sessions)
      lanes.push_back({*session, {}, 0, 0});
  }

  bool run() {
    int64_t group = std::numeric_limits<int64_t>::max();
    for (const Lane &lane : lanes) {
      if (!checkCapacity(lane.session))
        return false;
      group = std::min(group, lane.session.info.batch);
    }
    for (int64_t row = 0; row < tokens.rows; row += group)
      if (!runGroup(row, std::min(group, tokens.rows - row)))
        return false;
    return true;
  }

private:
  /// A session, and what it said of a piece.
  struct Lane {
    Session &session;
    std::vector<float> logits;
    int64_t scored;
    double milliseconds;
  };

  int64_t lengthOf(int64_t row) const {
    return lengths[static_cast<size_t>(row)];
  }

  bool checkCapacity(const Session &session) const {
    int64_t capacity = session.info.capacity;
    for (int64_t row = 0; row < tokens.rows; ++row)
      if (capacity && lengthOf(row) > capacity)
        return fail("%s: row %" PRId64 " has %" PRId64
                    " tokens but the artifact's capacity is %" PRId64
                    "; compile the model with a larger --context",
                    session.artifact.c_str(), row, lengthOf(row), capacity);
    return true;
  }

  bool runGroup(int64_t first, int64_t rows) {
    int64_t longest = 0, piece = 0;
    for (int64_t i = 0; i < rows; ++i)
      longest = std::max(longest, lengthOf(first + i));
    for (const Lane &lane : lanes) {
      gg_reset(lane.session.session.get());
      // A decoder without a cache would start over for each piece.
      int64_t chunk = lane.session.info.chunk;
      piece = std::max(piece, chunk ? chunk : longest);
    }
    for (int64_t done = 0; done < longest; done += piece)
      if (!runPiece(first, rows, done, std::min(piece, longest - done)))
        return false;
    return true;
  }

  bool runPiece(int64_t first, int64_t rows, int64_t done, int64_t length) {
    std::vector<int64_t> counts;
    for (int64_t i = 0; i < rows; ++i)
      counts.push_back(
          std::min(std::max<int64_t>(lengthOf(first + i) - done, 0), length));
    for (Lane &lane : lanes)
      if (!score(lane, first, done, length, counts))
        return false;
    std::vector<const float *> logits(lanes.size());
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t t = 0; t < counts[static_cast<size_t>(i)]; ++t) {
        for (size_t j = 0; j < lanes.size(); ++j)
          logits[j] = lanes[j].logits.data() +
                      (i * length + t) * lanes[j].session.info.vocabulary;
        visit(first + i, done + t, logits.data());
      }
    progress.advance(std::accumulate(counts.begin(), counts.end(), int64_t{0}));
    return true;
  }

  /// Rows of the artifact that are too many for this piece stay empty.
  bool score(Lane &lane, int64_t first, int64_t done, int64_t length,
             std::vector<int64_t> counts) {
    const gg_model_info &info = lane.session.info;
    std::vector<int64_t> ids(static_cast<size_t>(info.batch * length));
    for (size_t i = 0; i < counts.size(); ++i)
      std::copy_n(tokens.ids.begin() +
                      (first + static_cast<int64_t>(i)) * tokens.width + done,
                  counts[i], ids.begin() + static_cast<int64_t>(i) * length);
    lane.scored += std::accumulate(counts.begin(), counts.end(), int64_t{0});
    counts.resize(static_cast<size_t>(info.batch));
    lane.logits.resize(
        static_cast<size_t>(info.batch * length * info.vocabulary));
    double start = now();
    if (!Session::check(gg_score(lane.session.session.get(), ids.data(), length,
                                 counts.data(), lane.logits.data())))
      return false;
    lane.milliseconds += now() - start;
    lane.session.stats.prefillTokensPerS =
        static_cast<double>(lane.scored) / lane.milliseconds * 1e3;
    return true;
  }

  const TokenRows &tokens;
  const std::vector<int64_t> &lengths;
  const LogitsVisitor &visit;
  std::vector<Lane> lanes;
  Progress progress;
};

} // namespace

bool gg::run::scoreRows(const std::vector<Session *> &sessions,
                        const TokenRows &tokens,
                        const std::vector<int64_t> &lengths,
                        const LogitsVisitor &visit) {
  return Scorer(sessions, tokens, lengths, visit).run();
}

bool gg::run::writeLogits(Session &session, const std::string &tokensFile,
                          const std::string &logitsFile) {
  TokenRows tokens;
  NpyWriter writer;
  std::string error;
  int64_t vocabulary = session.info.vocabulary;
  if (!tokens.read(tokensFile, error))
    return fail("%s", error.c_str());
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
  auto keep = [&](int64_t row, int64_t token, const float *const *logits) {
    std::copy_n(*logits, vocabulary, at(row, token));
  };
  if (!scoreRows({&session}, tokens, tokens.lengths, keep))
    return false;
  return writer.commit(error) || fail("%s", error.c_str());
}
