//===- RuntimeModelsTest.cpp - Models that are no cached decoders ---------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RuntimeFixture.h"

using namespace gg::test;

//===----------------------------------------------------------------------===//
// Without a cache
//===----------------------------------------------------------------------===//

static std::vector<float> recomputed(const Tokens &tokens, size_t t) {
  float sum = 0;
  for (int64_t token : tokens)
    sum += static_cast<float>(token);
  std::vector<float> logits;
  for (int64_t v = 0; v < Toy::vocabulary; ++v)
    logits.push_back(sum * static_cast<float>(v) + static_cast<float>(t));
  return logits;
}

TEST_F(RuntimeTest, RecomputesWhereThereIsNoCache) {
  writeToy(path, toyRecompute(), GG_TOY_RECOMPUTE);
  ModelPtr model = load();
  SessionPtr session = open(model);
  auto last = [&](gg_session *from) {
    const float *logits = gg_logits(from, 0);
    return std::vector<float>(logits, logits + Toy::vocabulary);
  };
  Tokens all = {3, 1, 4};
  int64_t count = 3;
  ASSERT_EQ(gg_prefill(session.get(), all.data(), 3, &count), GG_OK);
  EXPECT_EQ(last(session.get()), recomputed(all, 2));
  int64_t next = 5;
  ASSERT_EQ(gg_step(session.get(), &next), GG_OK);
  all.push_back(5);
  EXPECT_EQ(last(session.get()), recomputed(all, 3));
  expectError(gg_profile_start(session.get()), GG_ERROR_FORMAT,
              "the code does not list its phases");

  std::vector<uint8_t> state(gg_state_bytes(session.get()));
  ASSERT_EQ(gg_save(session.get(), state.data(), state.size()), GG_OK);
  ASSERT_EQ(gg_rewind(session.get(), 0, 1), GG_OK);
  Tokens more = {2, 2};
  count = 2;
  std::vector<float> logits(static_cast<size_t>(2 * Toy::vocabulary));
  ASSERT_EQ(gg_score(session.get(), more.data(), 2, &count, logits.data()),
            GG_OK);
  std::vector<float> expected = recomputed({3, 2, 2}, 1);
  std::vector<float> second = recomputed({3, 2, 2}, 2);
  expected.insert(expected.end(), second.begin(), second.end());
  EXPECT_EQ(logits, expected);

  ASSERT_EQ(gg_restore(session.get(), state.data(), state.size()), GG_OK);
  EXPECT_EQ(last(session.get()), recomputed(all, 3));
  ASSERT_EQ(gg_step(session.get(), &next), GG_OK);
  all.push_back(5);
  EXPECT_EQ(last(session.get()), recomputed(all, 4));
}

//===----------------------------------------------------------------------===//
// Tensors
//===----------------------------------------------------------------------===//

TEST_F(RuntimeTest, CallsWithTensors) {
  writeToy(path, toyTensors(), GG_TOY_TENSORS);
  ModelPtr model = load();
  SessionPtr session = open(model);
  std::vector<float> a = {1, 2, 3, 4, 5, 6};
  std::vector<double> b = {0, 1};
  gg_tensor inputs[2] = {{"in/b", GG_F64, 1, {2}, b.data()},
                         {"a", GG_F32, 2, {2, 3}, a.data()}};
  gg_tensor seven;
  ASSERT_EQ(gg_call_entry(session.get(), "seven", nullptr, 0), GG_OK)
      << gg_last_error();
  ASSERT_EQ(gg_get_output(session.get(), 0, &seven), GG_OK);
  EXPECT_EQ(*static_cast<float *>(seven.data), 7);
  EXPECT_STREQ(seven.name, "seven");
  expectError(gg_call_entry(session.get(), "eight", nullptr, 0),
              GG_ERROR_ARGUMENT, "the model has no entry 'eight'");
  ASSERT_EQ(gg_call_entry(session.get(), "main", inputs, 2), GG_OK);
  ASSERT_EQ(gg_call_model(session.get(), inputs, 2), GG_OK) << gg_last_error();
  gg_tensor output;
  ASSERT_EQ(gg_get_output(session.get(), 0, &output), GG_OK);
  EXPECT_STREQ(output.name, "out/sum");
  EXPECT_EQ(output.rank, 2);
  EXPECT_EQ(output.dims[0], 2);
  EXPECT_EQ(output.dims[1], 3);
  const auto *sum = static_cast<const float *>(output.data);
  EXPECT_FLOAT_EQ(sum[0], 2);
  EXPECT_FLOAT_EQ(sum[5], 6 + 2.7182817f);
  ASSERT_EQ(gg_get_output(session.get(), 1, &output), GG_OK);
  EXPECT_EQ(output.rank, 0);
  EXPECT_EQ(*static_cast<const int64_t *>(output.data), 2);
  ASSERT_EQ(gg_get_output(session.get(), 2, &output), GG_OK);
  EXPECT_EQ(static_cast<const double *>(output.data)[1], 1);
  expectError(gg_get_output(session.get(), 3, &output), GG_ERROR_ARGUMENT,
              "no output 3");

  // Another size in the same session, none at all included.
  std::vector<float> wide(300000, 1);
  std::vector<double> wideB(100000, 0);
  gg_tensor wider[2] = {{"a", GG_F32, 2, {100000, 3}, wide.data()},
                        {"in/b", GG_F64, 1, {100000}, wideB.data()}};
  ASSERT_EQ(gg_call_model(session.get(), wider, 2), GG_OK);
  ASSERT_EQ(gg_get_output(session.get(), 0, &output), GG_OK);
  EXPECT_EQ(static_cast<const float *>(output.data)[299999], 2);
  gg_tensor empty[2] = {{"a", GG_F32, 2, {0, 3}, nullptr},
                        {"in/b", GG_F64, 1, {0}, nullptr}};
  ASSERT_EQ(gg_call_model(session.get(), empty, 2), GG_OK);
  ASSERT_EQ(gg_get_output(session.get(), 0, &output), GG_OK);
  EXPECT_EQ(output.dims[0], 0);
}

TEST_F(RuntimeTest, RefusesWrongTensors) {
  writeToy(path, toyTensors(), GG_TOY_TENSORS);
  ModelPtr model = load();
  SessionPtr session = open(model);
  double data[16] = {};
  const gg_tensor a = {"a", GG_F32, 2, {2, 3}, data};
  const gg_tensor b = {"in/b", GG_F64, 1, {2}, data};
  auto expect = [&](std::vector<gg_tensor> inputs, const char *part) {
    expectError(gg_call_model(session.get(), inputs.data(),
                              static_cast<int64_t>(inputs.size())),
                GG_ERROR_ARGUMENT, part);
  };
  auto changed = [](gg_tensor tensor, auto change) {
    change(tensor);
    return tensor;
  };
  expect({a}, "input 'in/b' is missing");
  expect({a, a}, "input 'a' is given twice");
  expect({a, b, changed(a, [](gg_tensor &t) { t.name = "c"; })},
         "the model has no input 'c'");
  expect({a, changed(b, [](gg_tensor &t) { t.type = GG_F32; })},
         "input 'in/b': expected f64 but got f32");
  expect({a, changed(b, [](gg_tensor &t) { t.type = gg_type(99); })},
         "expected f64 but got an unknown type");
  expect({a, changed(b, [](gg_tensor &t) { t.rank = 2; })},
         "input 'in/b': expected 1 dimensions but got 2");
  expect({changed(a, [](gg_tensor &t) { t.dims[1] = 4; }), b},
         "input 'a': expected size 3 in dimension 1 but got 4");
  expect({a, changed(b, [](gg_tensor &t) { t.dims[0] = 3; })},
         "contradicts another dimension named 'n'");
  expect({changed(a, [](gg_tensor &t) { t.dims[0] = -1; }), b},
         "input 'a': impossible dimensions");
  expect({changed(a, [](gg_tensor &t) { t.data = nullptr; }), b},
         "input 'a': data is null or not aligned");
  int64_t token = 0;
  expectError(gg_step(session.get(), &token), GG_ERROR_ARGUMENT,
              "this model is no decoder");
  EXPECT_EQ(gg_state_bytes(session.get()), 0u);
}

TEST_F(DecoderTest, TakesNoTensors) {
  expectError(gg_call_entry(session.get(), "step", nullptr, 0),
              GG_ERROR_ARGUMENT, "takes tokens, not tensors");
  expectError(gg_call_model(session.get(), nullptr, 0), GG_ERROR_ARGUMENT,
              "this model is a decoder");
}
