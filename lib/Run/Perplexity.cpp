//===- Perplexity.cpp - How well models predict token files ---------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Session.h"
#include "gg/Run/Intervals.h"
#include "gg/Run/Json.h"

#include <algorithm>
#include <cinttypes>
#include <cmath>
#include <cstdio>

using namespace gg::run;

namespace {

/// The distribution of the next token that logits stand for.
struct Prediction {
  Prediction(const float *logits, int64_t count)
      : logits(logits), count(count),
        likeliest(std::max_element(logits, logits + count) - logits),
        most(static_cast<double>(logits[likeliest])) {}

  double shifted(int64_t i) const {
    return static_cast<double>(logits[i]) - most;
  }
  double negativeLogLikelihood(int64_t token, double sum) const {
    return std::log(sum) - shifted(token);
  }

  const float *logits;
  int64_t count;
  /// The first of the largest.
  int64_t likeliest;
  double most;
};

/// Sums over the tokens of each row.
struct RowSums {
  explicit RowSums(int64_t rows)
      : loss(static_cast<size_t>(rows)), otherLoss(loss), change(loss),
        divergence(loss), agreement(loss) {}

  void add(size_t row, int64_t next, const Prediction &prediction) {
    double sum = 0;
    for (int64_t i = 0; i < prediction.count; ++i)
      sum += std::exp(prediction.shifted(i));
    loss[row] += prediction.negativeLogLikelihood(next, sum);
  }

  void add(size_t row, int64_t next, const Prediction &prediction,
           const Prediction &other) {
    double sum = 0, otherSum = 0, weighted = 0;
    for (int64_t i = 0; i < prediction.count; ++i) {
      sum += std::exp(prediction.shifted(i));
      double weight = std::exp(other.shifted(i));
      otherSum += weight;
      // 0 · log 0 is 0.
      if (weight > 0)
        weighted += weight * (other.shifted(i) - prediction.shifted(i));
    }
    double mine = prediction.negativeLogLikelihood(next, sum);
    double others = other.negativeLogLikelihood(next, otherSum);
    loss[row] += mine;
    otherLoss[row] += others;
    change[row] += mine - others;
    divergence[row] += weighted / otherSum + std::log(sum) - std::log(otherSum);
    agreement[row] += prediction.likeliest == other.likeliest;
  }

  /// Negative log-likelihoods of both, and the first less the second.
  std::vector<double> loss, otherLoss, change;
  /// KL(other ‖ this), and whether the likeliest tokens are the same.
  std::vector<double> divergence, agreement;
};

/// What is known after all rows.
struct Results {
  Results(const RowSums &sums, const std::vector<int64_t> &counts)
      : loss(meanOverRows(sums.loss, counts)),
        otherLoss(meanOverRows(sums.otherLoss, counts)),
        change(meanOverRows(sums.change, counts).map([](double x) {
          return 100 * std::expm1(x);
        })),
        divergence(meanOverRows(sums.divergence, counts).map([](double x) {
          return std::max(x, 0.0);
        })),
        agreement(meanOverRows(sums.agreement, counts).map([](double x) {
          return 100 * std::min(std::max(x, 0.0), 1.0);
        })) {
    for (int64_t count : counts) {
      tokens += count;
      rows += count > 0;
    }
  }

  int64_t tokens = 0, rows = 0;
  Estimate loss, otherLoss;
  /// Of the perplexity, in percent of the other's.
  Estimate change;
  Estimate divergence;
  /// In percent.
  Estimate agreement;
};

} // namespace

static Estimate perplexity(const Estimate &loss) {
  return loss.map([](double x) { return std::exp(x); });
}

//===----------------------------------------------------------------------===//
// What is said
//===----------------------------------------------------------------------===//

static void printEstimate(const char *name, const Estimate &estimate,
                          const char *unit) {
  std::printf("%-22s %12.6f%s", name, estimate.mean, unit);
  if (std::isfinite(estimate.low))
    std::printf("   95 %%: %.6f to %.6f", estimate.low, estimate.high);
  std::printf("\n");
}

static void print(const Results &results) {
  std::printf("perplexity %.6f\nmean negative log-likelihood %.8f\n"
              "tokens %" PRId64 "\n",
              std::exp(results.loss.mean), results.loss.mean, results.tokens);
}

static void printComparison(const Results &results, const Session &session,
                            const Session &other) {
  std::printf("%s against %s, %" PRId64 " tokens in %" PRId64 " rows\n",
              session.artifact.c_str(), other.artifact.c_str(), results.tokens,
              results.rows);
  printEstimate("perplexity", perplexity(results.loss), "  ");
  printEstimate("perplexity of OTHER", perplexity(results.otherLoss), "  ");
  printEstimate("change", results.change, " %");
  printEstimate("KL divergence", results.divergence, "  ");
  printEstimate("top-1 agreement", results.agreement, " %");
}

static void addEstimate(Json &json, const char *key, const Estimate &estimate) {
  json.beginObject(key)
      .addExact("mean", estimate.mean)
      .addExact("low", estimate.low)
      .addExact("high", estimate.high)
      .end();
}

static void addModel(Json &json, const Session &session, const Estimate &loss) {
  json.add("artifact", session.artifact)
      .add("weights", std::string(session.info.weights_type));
  addEstimate(json, "perplexity", perplexity(loss));
  addEstimate(json, "negative_log_likelihood", loss);
}

static std::string asJson(const Results &results, const Session &session,
                          const Session *other, const std::string &file) {
  Json json;
  json.add("file", file)
      .add("tokens", results.tokens)
      .add("rows", results.rows);
  addModel(json, session, results.loss);
  if (other) {
    json.beginObject("against");
    addModel(json, *other, results.otherLoss);
    json.end();
    addEstimate(json, "change_percent", results.change);
    addEstimate(json, "kl_divergence", results.divergence);
    addEstimate(json, "top1_agreement_percent", results.agreement);
  }
  return json.finish();
}

//===----------------------------------------------------------------------===//
// Perplexity
//===----------------------------------------------------------------------===//

/// How many tokens of each row predict one; empty, after an error was printed,
/// where that is none.
static std::vector<int64_t> countPredicted(const TokenRows &tokens,
                                           const std::string &file,
                                           int64_t vocabulary) {
  std::vector<int64_t> counts;
  for (int64_t length : tokens.lengths)
    counts.push_back(std::max<int64_t>(length - 1, 0));
  std::string error;
  bool isValid = true;
  if (std::all_of(counts.begin(), counts.end(), [](int64_t n) { return !n; }))
    isValid = fail("%s: expected a row of two tokens or more", file.c_str());
  else if (!tokens.isBelow(vocabulary, file, error))
    isValid = fail("%s", error.c_str());
  return isValid ? counts : std::vector<int64_t>();
}

static bool openOther(Session &other, const Session &session,
                      const Options &options) {
  if (!other.open(options.otherArtifact, options.threads) ||
      !other.checkDecoder())
    return false;
  return other.info.vocabulary == session.info.vocabulary ||
         fail("%s: expected a vocabulary of %" PRId64
              " as %s has but got %" PRId64,
              other.artifact.c_str(), session.info.vocabulary,
              session.artifact.c_str(), other.info.vocabulary);
}

bool gg::run::printPerplexity(Session &session, const Options &options) {
  Session other;
  std::vector<Session *> sessions = {&session};
  if (!options.otherArtifact.empty()) {
    if (!openOther(other, session, options))
      return false;
    sessions.push_back(&other);
  }
  bool isComparison = sessions.size() > 1;
  TokenRows tokens;
  std::string error;
  if (!tokens.read(options.tokensFile, error))
    return fail("%s", error.c_str());
  int64_t vocabulary = session.info.vocabulary;
  std::vector<int64_t> counts =
      countPredicted(tokens, options.tokensFile, vocabulary);
  if (counts.empty())
    return false;
  RowSums sums(tokens.rows);
  auto add = [&](int64_t row, int64_t token, const float *const *logits) {
    int64_t next =
        tokens.ids[static_cast<size_t>(row * tokens.width + token + 1)];
    Prediction prediction(logits[0], vocabulary);
    if (isComparison)
      sums.add(static_cast<size_t>(row), next, prediction,
               Prediction(logits[1], vocabulary));
    else
      sums.add(static_cast<size_t>(row), next, prediction);
  };
  if (!scoreRows(sessions, tokens, counts, add))
    return false;
  Results results(sums, counts);
  if (!std::isfinite(results.loss.mean + results.otherLoss.mean))
    return fail("the model's logits are no numbers");
  if (isComparison)
    printComparison(results, session, other);
  else
    print(results);
  return options.jsonFile.empty() ||
         writeFile(options.jsonFile,
                   asJson(results, session, isComparison ? &other : nullptr,
                          options.tokensFile));
}
