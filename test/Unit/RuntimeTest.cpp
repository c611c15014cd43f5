//===- RuntimeTest.cpp - Models and decoders in the runtime ---------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RuntimeFixture.h"

#include <cmath>
#include <random>

using namespace gg::test;

//===----------------------------------------------------------------------===//
// Loading
//===----------------------------------------------------------------------===//

TEST_F(DecoderTest, DescribesTheModel) {
  gg_model_info info;
  gg_model_get_info(model.get(), &info);
  EXPECT_EQ(info.kind, GG_DECODER);
  EXPECT_EQ(info.capacity, 16);
  EXPECT_EQ(info.chunk, 4);
  EXPECT_EQ(info.batch, 2);
  EXPECT_EQ(info.vocabulary, 11);
  EXPECT_EQ(info.weight_bytes, 64);
  EXPECT_STREQ(info.code_level, "base");
  ASSERT_EQ(info.inputs, 1);
  ASSERT_EQ(info.outputs, 1);
  gg_value_info value;
  ASSERT_EQ(gg_model_get_input(model.get(), 0, &value), GG_OK);
  EXPECT_STREQ(value.name, "ids");
  EXPECT_EQ(value.type, GG_I64);
  ASSERT_EQ(gg_model_get_output(model.get(), 0, &value), GG_OK);
  EXPECT_EQ(value.rank, 3);
  expectError(gg_model_get_output(model.get(), 1, &value), GG_ERROR_ARGUMENT,
              "expected an index below 1 but got 1");
}

TEST_F(RuntimeTest, RefusesWhatItCannotLoad) {
  expectLoadError(GG_ERROR_FILE, "No such file");
  std::filesystem::create_directory(path);
  expectLoadError(GG_ERROR_FORMAT, "holds no weights.ggw");
  writeBytes(path + "/weights.ggw", {'x', 'y', 'z', 'w', 0});
  expectLoadError(GG_ERROR_FORMAT, "is no gg weights file");
}

TEST_F(RuntimeTest, RefusesDamagedCode) {
  writeToy(path, toyDecoder(), GG_TOY_DECODER);
  std::vector<uint8_t> code = readBytes(path + "/code.base.so");
  code[code.size() / 2] ^= 1;
  writeBytes(path + "/code.base.so", code);
  expectLoadError(GG_ERROR_FORMAT, "code.base.so: is damaged");
  std::filesystem::remove(path + "/code.base.so");
  expectLoadError(GG_ERROR_FORMAT, "code.base.so: No such file");
}

TEST_F(RuntimeTest, ExpandsASmallArtifact) {
  writeToy(path, toyDecoder(), GG_TOY_DECODER, /*isSmall=*/true);
  ModelPtr model = load();
  gg_model_info info;
  gg_model_get_info(model.get(), &info);
  EXPECT_EQ(info.weight_bytes, 64);
  SessionPtr session = open(model);
  const int64_t tokens[] = {3, 4}, counts[] = {1, 1};
  ASSERT_EQ(gg_prefill(session.get(), tokens, 1, counts), GG_OK);
  for (int64_t row = 0; row < 2; ++row) {
    std::vector<float> expected = Toy::logits({tokens[row]});
    const float *logits = gg_logits(session.get(), row);
    EXPECT_EQ(std::vector<float>(logits, logits + Toy::vocabulary), expected);
  }
}

TEST_F(RuntimeTest, RefusesDamagedFrames) {
  writeToy(path, toyDecoder(), GG_TOY_DECODER, /*isSmall=*/true);
  std::vector<uint8_t> bytes = readBytes(path + "/weights.ggw");
  bytes.back() ^= 1;
  writeBytes(path + "/weights.ggw", bytes);
  expectLoadError(GG_ERROR_FORMAT,
                  "weights.ggw: is damaged: frame 0, of tensor 'table'");
}

TEST_F(RuntimeTest, RefusesWeightsThatNoMemoryHolds) {
  writeToy(path, toyDecoder(), GG_TOY_DECODER);
  gg::weights::Tensor tensor;
  tensor.dims = {1};
  tensor.bytes = 4;
  gg::weights::Table table = smallTable({tensor}, std::vector<uint8_t>(4));
  table.payloadBytes = uint64_t(1) << 48;
  gg::weights::Model model = toyDecoder();
  model.codes = {codeFile(path, "base", GG_TOY_DECODER)};
  writeBytes(path + "/weights.ggw", weightsFile(model, table, {0, 0, 0, 0}));
  expectLoadError(GG_ERROR_MEMORY, "no room for weights of 281474976710656");
}

TEST_F(RuntimeTest, RefusesCodeThatIsNone) {
  writeBytes(folder / "none.so", {'n', 'o'});
  writeToy(path, toyDecoder(), folder / "none.so");
  expectLoadError(GG_ERROR_FORMAT, "cannot be loaded");
  writeToy(path, toyDecoder(), GG_TOY_TENSORS);
  expectLoadError(GG_ERROR_FORMAT, "has no entry 'step'");
}

TEST_F(RuntimeTest, ChoosesTheCodeThatFits) {
  gg::weights::Model model = toyDecoder();
  std::filesystem::create_directory(path);
  auto rewrite = [&](std::vector<std::vector<std::string>> features) {
    model.codes.clear();
    for (size_t i = 0; i < features.size(); ++i) {
      model.codes.push_back(
          codeFile(path, "level" + std::to_string(i), GG_TOY_DECODER));
      model.codes.back().features = features[i];
    }
    writeBytes(path + "/weights.ggw",
               weightsFile(model, std::vector<gg::weights::Tensor>(), {}));
  };
  auto level = [&] {
    gg_model_info info;
    ModelPtr loaded = load();
    gg_model_get_info(loaded.get(), &info);
    return std::string(info.code_level);
  };
#if defined(__x86_64__)
  const std::string here = "sse2";
#else
  const std::string here = "neon";
#endif
  rewrite({{}, {here}, {here, "warp-drive"}});
  EXPECT_EQ(level(), "level1");
  rewrite({{here, "warp-drive", "tractor-beam"}, {"warp-drive"}});
  expectLoadError(GG_ERROR_CPU,
                  "no code of this artifact runs on this CPU; level0 needs "
                  "warp-drive, tractor-beam; level1 needs warp-drive");
  rewrite({{}});
  model.codes[0].architecture = "pdp11";
  writeBytes(path + "/weights.ggw",
             weightsFile(model, std::vector<gg::weights::Tensor>(), {}));
  expectLoadError(GG_ERROR_CPU, "a CPU of architecture pdp11");
}

// The dynamic linker must not hand out the code of an artifact that has been
// replaced while it was loaded.
TEST_F(RuntimeTest, LoadsTheReplacementOfALoadedArtifact) {
  writeToy(path, toyDecoder(), GG_TOY_DECODER);
  ModelPtr before = load();
  std::filesystem::rename(path, folder / "old.gg");
  writeToy(path, toyTensors(), GG_TOY_TENSORS);
  ModelPtr after = load();
  gg_model_info info;
  gg_model_get_info(after.get(), &info);
  EXPECT_EQ(info.kind, GG_TENSORS);
}

TEST_F(DecoderTest, RefusesImpossibleThreads) {
  gg_session *other = nullptr;
  expectError(gg_session_create(model.get(), -1, &other), GG_ERROR_ARGUMENT,
              "expected 1 to 1024 threads");
  expectError(gg_session_create(model.get(), 1025, &other), GG_ERROR_ARGUMENT,
              "but got 1025");
  SessionPtr usual = open(model, 0);
  EXPECT_EQ(gg_session_threads(usual.get()), gg_default_threads());
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

TEST_F(DecoderTest, HasNoLogitsAtFirst) {
  EXPECT_EQ(gg_logits(session.get(), 0), nullptr);
  EXPECT_EQ(gg_position(session.get(), 0), 0);
  EXPECT_EQ(gg_logits(session.get(), 2), nullptr);
  EXPECT_EQ(gg_logits(session.get(), -1), nullptr);
}

TEST_F(DecoderTest, PrefillsRowsOfAnyLength) {
  std::mt19937 random(1);
  for (int64_t first = 0; first <= Toy::capacity; ++first) {
    gg_reset(session.get());
    std::vector<Tokens> rows(2);
    for (int64_t i = 0; i < first; ++i)
      rows[0].push_back(static_cast<int64_t>(random() % 7));
    for (size_t i = 0; i < random() % 16; ++i)
      rows[1].push_back(static_cast<int64_t>(random() % 7));
    ASSERT_EQ(prefill(rows), GG_OK) << gg_last_error();
    for (size_t row = 0; row < 2; ++row)
      if (!rows[row].empty())
        expectRow(static_cast<int64_t>(row), rows[row]);
  }
}

TEST_F(DecoderTest, StepsRowsAtPositionsOfTheirOwn) {
  std::vector<Tokens> rows = {{1, 2, 3, 4, 5}, {6}};
  ASSERT_EQ(prefill(rows), GG_OK);
  for (int64_t i = 0; i < 9; ++i) {
    Tokens next = {i % 3 ? i % 7 : -1, i % 7};
    ASSERT_EQ(gg_step(session.get(), next.data()), GG_OK);
    for (size_t row = 0; row < 2; ++row) {
      if (next[row] >= 0)
        rows[row].push_back(next[row]);
      expectRow(static_cast<int64_t>(row), rows[row]);
    }
  }
  // Another chunk after steps, on one row only.
  ASSERT_EQ(prefill({{}, {1, 2, 3, 4, 5}}), GG_OK);
  rows[1].insert(rows[1].end(), {1, 2, 3, 4, 5});
  expectRow(0, rows[0]);
  expectRow(1, rows[1]);
}

TEST_F(DecoderTest, ScoresEveryToken) {
  std::vector<Tokens> rows = {{1, 2, 3, 4, 5, 6, 0, 1, 2}, {4, 4}};
  Tokens tokens, counts;
  int64_t stride = pack(rows, tokens, counts);
  std::vector<float> logits(static_cast<size_t>(2 * stride * Toy::vocabulary),
                            NAN);
  ASSERT_EQ(gg_score(session.get(), tokens.data(), stride, counts.data(),
                     logits.data()),
            GG_OK);
  for (int64_t row = 0; row < 2; ++row)
    for (int64_t t = 0; t < stride; ++t) {
      auto at = logits.begin() + (row * stride + t) * Toy::vocabulary;
      std::vector<float> got(at, at + Toy::vocabulary);
      const Tokens &all = rows[static_cast<size_t>(row)];
      if (t < static_cast<int64_t>(all.size()))
        EXPECT_EQ(got, Toy::logits({all.begin(), all.begin() + t + 1}));
      else
        EXPECT_TRUE(std::isnan(got[0]));
    }
  expectRow(0, rows[0]);
  expectRow(1, rows[1]);
  expectError(gg_score(session.get(), tokens.data(), 1, counts.data(), nullptr),
              GG_ERROR_ARGUMENT, "room for logits");
}

TEST_F(DecoderTest, ScoresByStepsWhereThereIsNoOtherWay) {
  gg::weights::Model steps = toyDecoder();
  steps.entries.pop_back();
  path = folder / "steps.gg";
  writeToy(path, steps, GG_TOY_DECODER);
  model = load();
  session = open(model);
  Tokens tokens = {1, 2, 3, 4, 5, 5, 6, -5, -5, -5}, counts = {5, 2};
  std::vector<float> logits(static_cast<size_t>(10 * Toy::vocabulary), NAN);
  ASSERT_EQ(
      gg_score(session.get(), tokens.data(), 5, counts.data(), logits.data()),
      GG_OK);
  auto at = [&](int64_t token) {
    auto from = logits.begin() + token * Toy::vocabulary;
    return std::vector<float>(from, from + Toy::vocabulary);
  };
  EXPECT_EQ(at(2), Toy::logits({1, 2, 3}));
  EXPECT_EQ(at(4), Toy::logits({1, 2, 3, 4, 5}));
  EXPECT_EQ(at(5), Toy::logits({5}));
  EXPECT_EQ(at(6), Toy::logits({5, 6}));
  EXPECT_TRUE(std::isnan(at(7)[0]));
  expectRow(0, {1, 2, 3, 4, 5});
  expectRow(1, {5, 6});
}

TEST_F(DecoderTest, DoesNotDependOnTheNumberOfThreads) {
  for (int threads : {1, 2, 3, 7}) {
    session = open(model, threads);
    EXPECT_EQ(gg_session_threads(session.get()), threads);
    Tokens row = {1, 2, 3, 4, 5, 6};
    ASSERT_EQ(prefill({row, {}}), GG_OK);
    for (int64_t i = 0; i < 10; ++i) {
      Tokens next = {i % 7, -1};
      ASSERT_EQ(gg_step(session.get(), next.data()), GG_OK);
      row.push_back(i % 7);
      expectRow(0, row);
    }
  }
}

TEST_F(DecoderTest, RefusesTokensOutOfRange) {
  ASSERT_EQ(prefill({{1, 2}, {3}}), GG_OK);
  expectError(prefill({{1, 11}, {}}), GG_ERROR_ARGUMENT,
              "token id 11 is out of range: expected 0 to 10");
  Tokens next = {-2, 0};
  expectError(gg_step(session.get(), next.data()), GG_ERROR_ARGUMENT,
              "token id -2 is out of range");
  Tokens tokens = {1, 1}, counts = {2, 0};
  expectError(gg_prefill(session.get(), tokens.data(), 1, counts.data()),
              GG_ERROR_ARGUMENT, "expected 0 to 1 tokens but got 2");
  expectRow(0, {1, 2});
  expectRow(1, {3});
}

TEST_F(DecoderTest, RefusesTokensPastTheCapacity) {
  Tokens full(16, 1);
  ASSERT_EQ(prefill({full, {2}}), GG_OK);
  expectRow(0, full);
  Tokens next = {1, 1};
  expectError(gg_step(session.get(), next.data()), GG_ERROR_CAPACITY,
              "row 0 holds 16 of 16 tokens: 1 more do not fit");
  expectError(prefill({{}, full}), GG_ERROR_CAPACITY,
              "row 1 holds 1 of 16 tokens: 16 more do not fit");
  expectRow(0, full);
  // The full row stays as it is while the other one goes on.
  next = {-1, 3};
  ASSERT_EQ(gg_step(session.get(), next.data()), GG_OK);
  expectRow(0, full);
  expectRow(1, {2, 3});
}

TEST_F(DecoderTest, ReportsWhatTheModelReports) {
  ASSERT_EQ(prefill({{1}, {2}}), GG_OK);
  Tokens next = {7, -1};
  expectError(gg_step(session.get(), next.data()), GG_ERROR_EXECUTION,
              "toy: token 7");
  EXPECT_EQ(gg_logits(session.get(), 0), nullptr);
  expectRow(1, {2});
  next = {3, -1};
  ASSERT_EQ(gg_step(session.get(), next.data()), GG_OK);
  expectRow(0, {1, 3});
}

TEST_F(DecoderTest, GoesBack) {
  ASSERT_EQ(prefill({{1, 2, 3, 4, 5}, {6}}), GG_OK);
  ASSERT_EQ(gg_rewind(session.get(), 0, 2), GG_OK);
  EXPECT_EQ(gg_position(session.get(), 0), 2);
  EXPECT_EQ(gg_logits(session.get(), 0), nullptr);
  expectRow(1, {6});
  ASSERT_EQ(prefill({{6}, {}}), GG_OK);
  expectRow(0, {1, 2, 6});
  expectError(gg_rewind(session.get(), 0, 4), GG_ERROR_ARGUMENT,
              "row 0 holds 3 tokens: cannot go back to position 4");
  expectError(gg_rewind(session.get(), 2, 0), GG_ERROR_ARGUMENT,
              "expected a row below 2 but got 2");
  gg_reset(session.get());
  EXPECT_EQ(gg_position(session.get(), 0), 0);
  ASSERT_EQ(prefill({{5}, {}}), GG_OK);
  expectRow(0, {5});
}

TEST_F(DecoderTest, MeasuresPhases) {
  EXPECT_EQ(gg_profile_phases(session.get()), 0);
  gg_phase phase;
  expectError(gg_profile_get(session.get(), 0, &phase), GG_ERROR_ARGUMENT,
              "expected a phase below 0 but got 0");
  ASSERT_EQ(prefill({{1, 2, 3}, {6}}), GG_OK);
  ASSERT_EQ(gg_profile_start(session.get()), GG_OK);
  const int64_t first[] = {1, 2}, second[] = {3, 4};
  ASSERT_EQ(gg_step(session.get(), first), GG_OK);
  ASSERT_EQ(gg_step(session.get(), second), GG_OK);
  // Three entries of three phases; two steps from 3 and 1 tokens on.
  ASSERT_EQ(gg_profile_phases(session.get()), 9);
  const double bytes[] = {4, 100 + 12 * 3.5, -1}, flops[] = {8, 24 * 3.5, 0};
  const char *const kinds[] = {"append", "attention", "other"};
  int steps = 0;
  for (int64_t i = 0; i < 9; ++i) {
    ASSERT_EQ(gg_profile_get(session.get(), i, &phase), GG_OK);
    EXPECT_STREQ(phase.kind, kinds[i % 3]);
    if (std::string(phase.entry) != "step") {
      EXPECT_EQ(phase.calls, 0);
      EXPECT_EQ(phase.seconds, 0);
      continue;
    }
    ++steps;
    EXPECT_EQ(phase.calls, 2);
    EXPECT_GT(phase.seconds, 0);
    EXPECT_GT(phase.busy_seconds, 0);
    EXPECT_EQ(phase.bytes, bytes[i % 3]);
    EXPECT_EQ(phase.flops, flops[i % 3]);
    EXPECT_EQ(phase.linear_flops, i % 3 ? 0 : 6);
  }
  EXPECT_EQ(steps, 3);
  // It starts again from nothing.
  ASSERT_EQ(gg_profile_start(session.get()), GG_OK);
  for (int64_t i = 0; i < 9; ++i) {
    ASSERT_EQ(gg_profile_get(session.get(), i, &phase), GG_OK);
    EXPECT_EQ(phase.calls, 0);
  }
  expectRow(0, {1, 2, 3, 1, 3});
}

TEST_F(DecoderTest, SessionsShareOneModel) {
  SessionPtr other = open(model, 1);
  model.reset();
  ASSERT_EQ(prefill({{1, 2, 3}, {}}), GG_OK);
  Tokens next = {4, 5};
  ASSERT_EQ(gg_step(other.get(), next.data()), GG_OK);
  expectRow(0, {1, 2, 3});
  expectRow(other.get(), 0, {4});
  expectRow(other.get(), 1, {5});
}

//===----------------------------------------------------------------------===//
// State
//===----------------------------------------------------------------------===//

TEST_F(DecoderTest, RestoresASavedState) {
  ASSERT_EQ(prefill({{1, 2, 3, 4, 5}, {}}), GG_OK);
  std::vector<uint8_t> state(gg_state_bytes(session.get()));
  ASSERT_EQ(gg_save(session.get(), state.data(), state.size()), GG_OK);
  SessionPtr other = open(model, 1);
  Tokens next = {6, 6};
  ASSERT_EQ(gg_step(other.get(), next.data()), GG_OK);
  ASSERT_EQ(gg_restore(other.get(), state.data(), state.size()), GG_OK)
      << gg_last_error();
  expectRow(other.get(), 0, {1, 2, 3, 4, 5});
  EXPECT_EQ(gg_position(other.get(), 1), 0);
  EXPECT_EQ(gg_logits(other.get(), 1), nullptr);
  ASSERT_EQ(gg_step(other.get(), next.data()), GG_OK);
  expectRow(other.get(), 0, {1, 2, 3, 4, 5, 6});
  expectRow(other.get(), 1, {6});

  std::string file = folder / "state";
  ASSERT_EQ(gg_save_file(other.get(), file.c_str()), GG_OK);
  ASSERT_EQ(gg_restore_file(session.get(), file.c_str()), GG_OK);
  expectRow(0, {1, 2, 3, 4, 5, 6});
  expectError(gg_save_file(other.get(), (folder / "no/file").c_str()),
              GG_ERROR_FILE, "No such file");
  expectError(gg_restore_file(session.get(), (folder / "no/file").c_str()),
              GG_ERROR_FILE, "No such file");
}

TEST_F(DecoderTest, RefusesADamagedState) {
  ASSERT_EQ(prefill({{1, 2, 3}, {4}}), GG_OK);
  std::vector<uint8_t> state(gg_state_bytes(session.get()));
  expectError(gg_save(session.get(), state.data(), state.size() - 1),
              GG_ERROR_ARGUMENT, "the state takes");
  ASSERT_EQ(gg_save(session.get(), state.data(), state.size()), GG_OK);
  ASSERT_EQ(prefill({{5}, {}}), GG_OK);
  for (size_t at = 0; at < state.size(); ++at) {
    std::vector<uint8_t> bad = state;
    bad[at] ^= 4;
    ASSERT_NE(gg_restore(session.get(), bad.data(), bad.size()), GG_OK) << at;
    ASSERT_NE(gg_restore(session.get(), state.data(), at), GG_OK) << at;
  }
  expectRow(0, {1, 2, 3, 5});
  // A right checksum over wrong content: the first row's position.
  std::vector<uint8_t> bad = state;
  bad[32] = 200;
  uint64_t sum = gg::weights::checksum(bad.data() + 32, bad.size() - 32);
  std::memcpy(bad.data() + 24, &sum, sizeof(sum));
  expectError(gg_restore(session.get(), bad.data(), bad.size()),
              GG_ERROR_FORMAT, "the state is malformed");
  expectRow(0, {1, 2, 3, 5});
}

TEST_F(DecoderTest, RefusesTheStateOfAnotherArtifact) {
  std::vector<uint8_t> state(gg_state_bytes(session.get()));
  ASSERT_EQ(gg_save(session.get(), state.data(), state.size()), GG_OK);
  gg::weights::Model other = toyDecoder();
  other.name = "other";
  path = folder / "other.gg";
  writeToy(path, other, GG_TOY_DECODER);
  model = load();
  session = open(model);
  expectError(gg_restore(session.get(), state.data(), state.size()),
              GG_ERROR_ARGUMENT, "the state is of another artifact");
}
