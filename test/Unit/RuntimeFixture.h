//===- RuntimeFixture.h - Sessions of hand-made artifacts -------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TEST_UNIT_RUNTIMEFIXTURE_H
#define GG_TEST_UNIT_RUNTIMEFIXTURE_H

#include "ToyArtifact.h"
#include "gg-runtime/gg.h"
#include "gtest/gtest.h"

namespace gg::test {

using Tokens = std::vector<int64_t>;

struct ModelDeleter {
  void operator()(gg_model *model) const { gg_model_free(model); }
};
struct SessionDeleter {
  void operator()(gg_session *session) const { gg_session_free(session); }
};
using ModelPtr = std::unique_ptr<gg_model, ModelDeleter>;
using SessionPtr = std::unique_ptr<gg_session, SessionDeleter>;

inline void expectError(gg_status status, gg_status expected,
                        const std::string &part) {
  EXPECT_EQ(status, expected);
  EXPECT_NE(std::string(gg_last_error()).find(part), std::string::npos)
      << "expected '" << part << "' in '" << gg_last_error() << "'";
}

struct RuntimeTest : testing::Test {
  ModelPtr load() {
    gg_model *model = nullptr;
    EXPECT_EQ(gg_model_load(path.c_str(), &model), GG_OK) << gg_last_error();
    return ModelPtr(model);
  }
  static SessionPtr open(const ModelPtr &model, int threads = 2) {
    gg_session *session = nullptr;
    EXPECT_EQ(gg_session_create(model.get(), threads, &session), GG_OK)
        << gg_last_error();
    return SessionPtr(session);
  }
  void expectLoadError(gg_status expected, const std::string &part) {
    gg_model *model = nullptr;
    expectError(gg_model_load(path.c_str(), &model), expected, part);
    EXPECT_EQ(model, nullptr);
  }

  TemporaryFolder folder;
  std::string path = folder / "toy.gg";
};

/// A session of the toy decoder, and what its rows should hold.
struct DecoderTest : RuntimeTest {
  DecoderTest() {
    writeToy(path, toyDecoder(), GG_TOY_DECODER);
    model = load();
    session = open(model);
  }

  gg_status prefill(const std::vector<Tokens> &added) {
    Tokens tokens, counts;
    int64_t stride = pack(added, tokens, counts);
    return gg_prefill(session.get(), tokens.data(), stride, counts.data());
  }

  static int64_t pack(const std::vector<Tokens> &added, Tokens &tokens,
                      Tokens &counts) {
    size_t stride = 1;
    for (const Tokens &row : added)
      stride = std::max(stride, row.size());
    for (const Tokens &row : added) {
      counts.push_back(static_cast<int64_t>(row.size()));
      tokens.insert(tokens.end(), row.begin(), row.end());
      tokens.resize(tokens.size() + stride - row.size(), -5);
    }
    return static_cast<int64_t>(stride);
  }

  void expectRow(gg_session *session, int64_t row, const Tokens &tokens) {
    EXPECT_EQ(gg_position(session, row), static_cast<int64_t>(tokens.size()));
    const float *logits = gg_logits(session, row);
    ASSERT_NE(logits, nullptr);
    EXPECT_EQ(std::vector<float>(logits, logits + Toy::vocabulary),
              Toy::logits(tokens));
  }
  void expectRow(int64_t row, const Tokens &tokens) {
    expectRow(session.get(), row, tokens);
  }

  ModelPtr model;
  SessionPtr session;
};

} // namespace gg::test

#endif // GG_TEST_UNIT_RUNTIMEFIXTURE_H
