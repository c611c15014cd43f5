//===- RunTest.cpp - gg-run's parts and its modes -------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Run/Run.h"
#include "ToyArtifact.h"
#include "gg/Run/Intervals.h"
#include "gg/Run/Npy.h"
#include "gg/Run/Sampler.h"
#include "gtest/gtest.h"

#include <cmath>

using namespace gg;
using namespace gg::run;
using namespace gg::test;

//===----------------------------------------------------------------------===//
// Npy
//===----------------------------------------------------------------------===//

static std::vector<uint8_t> npy(int version, const std::string &header,
                                std::vector<uint8_t> elements) {
  std::vector<uint8_t> bytes = {
      0x93, 'N', 'U', 'M', 'P', 'Y', static_cast<uint8_t>(version), 0};
  for (int i = 0; i < (version == 1 ? 2 : 4); ++i)
    bytes.push_back(static_cast<uint8_t>(header.size() >> 8 * i));
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), elements.begin(), elements.end());
  return bytes;
}

static std::string header(const std::string &descr, const std::string &order,
                          const std::string &shape) {
  return "{'descr': '" + descr + "', 'fortran_order': " + order +
         ", 'shape': " + shape + ", }  \n";
}

namespace {

struct NpyTest : testing::Test {
  std::string read(const std::vector<uint8_t> &bytes) {
    writeBytes(path, bytes);
    std::string error;
    array = NpyArray();
    EXPECT_EQ(array.read(path, error), error.empty());
    return error;
  }
  std::string read(const std::string &header, size_t elements) {
    return read(npy(1, header, std::vector<uint8_t>(elements)));
  }
  void expectError(const std::string &error, const std::string &part) {
    EXPECT_NE(error.find(part), std::string::npos)
        << "expected '" << part << "' in '" << error << "'";
  }

  TemporaryFolder folder;
  std::string path = folder / "array.npy";
  NpyArray array;
};

} // namespace

TEST_F(NpyTest, ReadsEveryVersion) {
  for (int version : {1, 2, 3}) {
    ASSERT_EQ(
        read(npy(version, header("<i2", "False", "(2, 1)"), {1, 0, 2, 0})), "");
    EXPECT_EQ(array.descr(), "<i2");
    EXPECT_EQ(array.shape(), (std::vector<int64_t>{2, 1}));
    EXPECT_EQ(reinterpret_cast<const int16_t *>(array.data())[1], 2);
  }
}

TEST_F(NpyTest, ReadsScalarsAndEmptyArrays) {
  ASSERT_EQ(read(header("|b1", "False", "()"), 1), "");
  EXPECT_TRUE(array.shape().empty());
  ASSERT_EQ(read(header("<f8", "True", "(0,)"), 0), "");
  EXPECT_EQ(array.shape(), std::vector<int64_t>{0});
  ASSERT_EQ(read(header("<u1", "False", "(3,)"), 3), "");
  EXPECT_EQ(array.descr(), "|u1");
}

TEST_F(NpyTest, BringsFortranOrderIntoCOrder) {
  ASSERT_EQ(read(npy(1, header("|u1", "True", "(2, 3)"), {1, 4, 2, 5, 3, 6})),
            "");
  EXPECT_EQ(std::vector<uint8_t>(array.data(), array.data() + 6),
            (std::vector<uint8_t>{1, 2, 3, 4, 5, 6}));
}

TEST_F(NpyTest, AlignsElements) {
  for (size_t shift = 0; shift < 8; ++shift) {
    std::string text = header("<i8", "False", "(1,)");
    text.insert(text.size() - 1, shift, ' ');
    ASSERT_EQ(read(npy(1, text, {7, 0, 0, 0, 0, 0, 0, 0})), "");
    EXPECT_EQ(reinterpret_cast<uintptr_t>(array.data()) % 8, 0u);
    EXPECT_EQ(*reinterpret_cast<const int64_t *>(array.data()), 7);
  }
}

TEST_F(NpyTest, RefusesEverythingElse) {
  expectError(read({}), "is no .npy file");
  expectError(read({'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0, 0}), "is no .npy file");
  expectError(read(npy(9, "", {})), "is of .npy version 9");
  expectError(read(header(">i8", "False", "(1,)"), 8), "is big-endian");
  expectError(read(header("<c8", "False", "(1,)"), 8), "of type '<c8'");
  expectError(read(header("|O8", "False", "(1,)"), 8), "of type '|O8'");
  expectError(read(header("<U4", "False", "(1,)"), 16), "of type '<U4'");
  expectError(read(header("<i8", "False", "(2,)"), 8),
              "expected 16 bytes of elements but got 8");
  expectError(read(header("<i8", "False", "(2,)"), 17), "but got 17");
  expectError(read(header("<i8", "False", "(4294967296, 4294967296)"), 8),
              "impossible shape");
  expectError(read(header("<i8", "False", "(-1,)"), 8), "NumPy header");
  expectError(read(header("<i8", "Maybe", "(1,)"), 8), "NumPy header");
  expectError(read("{'descr': [('a', '<i8')], 'fortran_order': False, "
                   "'shape': (1,)}",
                   8),
              "NumPy header");
  expectError(read("{'descr': '<i8', 'shape': (1,)}", 8), "NumPy header");
  expectError(read("{'descr': '<i8', 'more': 1}", 8), "NumPy header");
}

TEST_F(NpyTest, SurvivesTruncationAndBitFlips) {
  std::vector<uint8_t> good =
      npy(2, header("<i4", "True", "(2, 3)"), std::vector<uint8_t>(24, 1));
  for (size_t at = 0; at < good.size(); ++at) {
    EXPECT_NE(
        read({good.begin(), good.begin() + static_cast<std::ptrdiff_t>(at)}),
        "");
    std::vector<uint8_t> bad = good;
    bad[at] ^= static_cast<uint8_t>(1 << at % 8);
    (void)read(bad);
  }
}

TEST_F(NpyTest, ReadsWhatItWrites) {
  for (const std::vector<int64_t> &shape :
       {std::vector<int64_t>{}, {3}, {2, 3}, {0, 5}}) {
    NpyWriter writer;
    std::string error;
    size_t count = 1;
    for (int64_t dim : shape)
      count *= static_cast<size_t>(dim);
    ASSERT_TRUE(writer.create(path, "<f4", shape, 4, error)) << error;
    EXPECT_EQ(reinterpret_cast<uintptr_t>(writer.data()) % 64, 0u);
    for (size_t i = 0; i < count; ++i)
      reinterpret_cast<float *>(writer.data())[i] = static_cast<float>(i);
    ASSERT_TRUE(writer.commit(error)) << error;
    ASSERT_TRUE(array.read(path, error)) << error;
    EXPECT_EQ(array.shape(), shape);
    for (size_t i = 0; i < count; ++i)
      EXPECT_EQ(reinterpret_cast<const float *>(array.data())[i],
                static_cast<float>(i));
  }
  NpyWriter writer;
  std::string error;
  EXPECT_FALSE(writer.create(folder / "no/file.npy", "<f4", {1}, 4, error));
  expectError(error, "No such file");
}

TEST_F(NpyTest, LeavesNothingHalfWritten) {
  {
    NpyWriter writer;
    std::string error;
    ASSERT_TRUE(writer.create(path, "<f4", {1}, 4, error)) << error;
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path));
}

//===----------------------------------------------------------------------===//
// Sampler
//===----------------------------------------------------------------------===//

/// SplitMix64's published first values for the seed 1234567.
TEST(Sampler, DrawsSplitMix64) {
  SamplerOptions options;
  options.seed = 1234567;
  Sampler sampler(options);
  for (uint64_t value : {6457827717110365317u, 3203168211198807973u,
                         9817491932198370423u, 4593380528125082431u})
    EXPECT_EQ(sampler.random(), static_cast<double>(value >> 11) / 0x1p53);
}

TEST(Sampler, IsGreedyWithoutATemperature) {
  Sampler sampler({});
  const float logits[] = {1, 3, -2, 3};
  EXPECT_EQ(sampler.choose(logits, 4), 1);
  const float falling[] = {-1, -INFINITY, -3};
  EXPECT_EQ(sampler.choose(falling, 3), 0);
}

TEST(Sampler, FindsTheFirstLargestAnywhere) {
  Sampler sampler({});
  for (size_t place : {0u, 255u, 256u, 511u, 600u}) {
    std::vector<float> logits(601, -1);
    auto count = static_cast<int64_t>(logits.size());
    logits.back() = logits[place] = 2;
    EXPECT_EQ(sampler.choose(logits.data(), count),
              static_cast<int64_t>(place));
    logits[place] = NAN;
    EXPECT_EQ(sampler.choose(logits.data(), count), -1);
  }
}

TEST(Sampler, RefusesWhatIsNoNumber) {
  for (double temperature : {0.0, 1.0}) {
    SamplerOptions options;
    options.temperature = temperature;
    Sampler sampler(options);
    const float bad[] = {1, NAN, 3};
    EXPECT_EQ(sampler.choose(bad, 3), -1);
    const float nothing[] = {-INFINITY, -INFINITY};
    EXPECT_EQ(sampler.choose(nothing, 2), -1);
    const float infinite[] = {1, INFINITY};
    EXPECT_EQ(sampler.choose(infinite, 2), -1);
  }
}

/// The probabilities that the options mean, computed another way: one token
/// after the other, from the most likely one.
static std::vector<double> expectedShares(std::vector<float> logits,
                                          const SamplerOptions &options) {
  std::vector<double> shares(logits.size());
  double kept = 0, wanted = 0;
  std::vector<double> chosen(logits.size());
  int64_t limit = options.topK ? options.topK : INT64_MAX;
  // Top-p counts within what top-k leaves.
  std::vector<float> left = logits;
  for (int64_t n = 0; n < std::min<int64_t>(limit, left.size()); ++n) {
    size_t best = static_cast<size_t>(
        std::max_element(left.begin(), left.end()) - left.begin());
    wanted += chosen[best] = std::exp(logits[best] / options.temperature);
    left[best] = -INFINITY;
  }
  while (kept < options.topP * wanted * (1 - 1e-12)) {
    size_t best = static_cast<size_t>(
        std::max_element(chosen.begin(), chosen.end()) - chosen.begin());
    kept += shares[best] = chosen[best];
    chosen[best] = 0;
  }
  for (double &share : shares)
    share /= kept;
  return shares;
}

TEST(Sampler, DrawsInProportion) {
  const std::vector<float> logits = {0.5f, 2, -1, 1.5f, 0, -4, 1};
  for (auto [temperature, topK, topP] :
       {std::tuple(1.0, 0, 1.0), std::tuple(0.5, 0, 1.0),
        std::tuple(2.0, 3, 1.0), std::tuple(1.0, 0, 0.7),
        std::tuple(1.5, 4, 0.6), std::tuple(1.0, 1, 1.0),
        std::tuple(1.0, 0, 0.0001)}) {
    SamplerOptions options;
    options.temperature = temperature;
    options.topK = topK;
    options.topP = topP;
    options.seed = 3;
    Sampler sampler(options);
    std::vector<double> expected = expectedShares(logits, options);
    std::vector<int> counts(logits.size());
    constexpr int draws = 20000;
    for (int i = 0; i < draws; ++i)
      ++counts[static_cast<size_t>(
          sampler.choose(logits.data(), static_cast<int64_t>(logits.size())))];
    for (size_t id = 0; id < logits.size(); ++id) {
      double share = static_cast<double>(counts[id]) / draws;
      EXPECT_NEAR(share, expected[id], 0.015) << id;
      if (expected[id] == 0)
        EXPECT_EQ(counts[id], 0) << id;
    }
  }
}

//===----------------------------------------------------------------------===//
// Intervals
//===----------------------------------------------------------------------===//

TEST(Intervals, KnowStudentsDistribution) {
  // Tables of the distribution, as in Abramowitz and Stegun 26.10.
  const std::pair<int64_t, double> table[] = {
      {1, 12.706}, {2, 4.303},  {3, 3.182},  {4, 2.776},   {5, 2.571},
      {9, 2.262},  {10, 2.228}, {23, 2.069}, {120, 1.980}, {1000, 1.962}};
  for (auto [degrees, bound] : table)
    EXPECT_NEAR(studentBound(degrees), bound, 5.1e-4) << degrees;
}

TEST(Intervals, OfEqualRowsAreThoseOfTheirMeans) {
  // Rows of one length: the mean of their means, with its standard error.
  Estimate estimate = meanOverRows({2, 4, 9}, {2, 2, 2});
  double means[] = {1, 2, 4.5}, mean = 2.5, squares = 0;
  for (double x : means)
    squares += (x - mean) * (x - mean);
  double half = studentBound(2) * std::sqrt(squares / 2 / 3);
  EXPECT_DOUBLE_EQ(estimate.mean, mean);
  EXPECT_DOUBLE_EQ(estimate.low, mean - half);
  EXPECT_DOUBLE_EQ(estimate.high, mean + half);
}

TEST(Intervals, IgnoreEmptyRows) {
  Estimate some = meanOverRows({2, 5}, {2, 1});
  Estimate all = meanOverRows({0, 2, 0, 5}, {0, 2, 0, 1});
  EXPECT_EQ(some.mean, all.mean);
  EXPECT_EQ(some.low, all.low);
  EXPECT_EQ(some.high, all.high);
}

TEST(Intervals, OfOneRowAreUnknown) {
  Estimate estimate = meanOverRows({3, 0}, {2, 0});
  EXPECT_EQ(estimate.mean, 1.5);
  EXPECT_TRUE(std::isnan(estimate.low) && std::isnan(estimate.high));
}

TEST(Intervals, CoverTheMean) {
  // Rows of unequal length whose tokens share a shift of the row: about 95 % of
  // the intervals hold the mean, half, of such tokens.
  constexpr int trials = 4000, rows = 12;
  Sampler random({});
  int covered = 0;
  for (int trial = 0; trial < trials; ++trial) {
    std::vector<double> sums;
    std::vector<int64_t> counts;
    for (int row = 0; row < rows; ++row) {
      counts.push_back(10 + static_cast<int64_t>(10 * random.random()));
      double shift = random.random(), sum = 0;
      for (int64_t i = 0; i < counts.back(); ++i)
        sum += shift + (random.random() - 0.5) / 2;
      sums.push_back(sum);
    }
    Estimate estimate = meanOverRows(sums, counts);
    covered += estimate.low <= 0.5 && 0.5 <= estimate.high;
  }
  // Three standard deviations of such a share are 0.010.
  EXPECT_NEAR(static_cast<double>(covered) / trials, 0.95, 0.015);
}

//===----------------------------------------------------------------------===//
// gg-run
//===----------------------------------------------------------------------===//

namespace {

struct RunTest : NpyTest {
  /// gg-run's exit code; what it printed is in `out` and `err`.
  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "gg-run");
    std::vector<char *> argv;
    for (std::string &argument : arguments)
      argv.push_back(argument.data());
    testing::internal::CaptureStdout();
    testing::internal::CaptureStderr();
    int code = runMain(static_cast<int>(argv.size()), argv.data());
    std::fflush(stdout);
    out = testing::internal::GetCapturedStdout();
    err = testing::internal::GetCapturedStderr();
    return code;
  }
  void expectFailure(std::vector<std::string> arguments,
                     const std::string &part) {
    EXPECT_EQ(run(std::move(arguments)), 1);
    EXPECT_EQ(err.rfind("gg-run: error: ", 0), 0u) << err;
    expectError(err, part);
  }

  void makeDecoder() { writeToy(toy, toyDecoder(), GG_TOY_DECODER); }
  std::string write(const char *name, const std::vector<int64_t> &shape,
                    const std::vector<int64_t> &ids) {
    NpyWriter writer;
    std::string error, file = folder / name;
    EXPECT_TRUE(writer.create(file, "<i8", shape, 8, error)) << error;
    std::memcpy(writer.data(), ids.data(), ids.size() * 8);
    EXPECT_TRUE(writer.commit(error)) << error;
    return file;
  }

  std::string toy = folder / "toy.gg";
  std::string out, err;
};

} // namespace

TEST_F(RunTest, ExplainsItself) {
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_EQ(out.rfind("Usage: gg-run", 0), 0u);
  EXPECT_EQ(run({"x.gg", "--info", "--version"}), 0);
  EXPECT_EQ(out.rfind("gg-run ", 0), 0u);
}

TEST_F(RunTest, RefusesWrongArguments) {
  expectFailure({}, "expected an artifact");
  expectFailure({"a.gg"}, "expected a mode");
  expectFailure({"a.gg", "b.gg", "--info"}, "expected one artifact");
  expectFailure({"a.gg", "--info", "--verify"}, "expected one mode");
  expectFailure({"a.gg", "--tokens"}, "--tokens: expected a value");
  expectFailure({"a.gg", "--tokens", ""}, "but got ''");
  expectFailure({"a.gg", "--tokens", "1,,2"}, "but got ''");
  expectFailure({"a.gg", "--tokens", "1,x"}, "but got 'x'");
  expectFailure({"a.gg", "--tokens=1", "-n", "0"}, "-n: expected a number");
  expectFailure({"a.gg", "--temperature", "nan"}, "--temperature: expected");
  expectFailure({"a.gg", "--top-p", "1.5"}, "--top-p: expected");
  expectFailure({"a.gg", "--threads", "0"}, "--threads: expected");
  expectFailure({"a.gg", "--what"}, "unknown option '--what'");
  expectFailure({"a.gg", "--tokens-file", "x"}, "--logits together");
  expectFailure({"a.gg", "--input", "x=y"}, "expected --output-dir");
  expectFailure({"a.gg", "--input", "xy"}, "expected NAME=FILE.npy");
  expectFailure({"a.gg", "--info", "--compare", "b.gg"},
                "expected --perplexity with --compare");
  expectFailure({"a.gg", "--tokens=1", "--json", "b.json"},
                "expected --perplexity with --json");
  expectFailure({folder / "none.gg", "--info"}, "No such file");
  expectFailure({folder / "none.gg", "--tokens", "1"}, "No such file");
}

TEST_F(RunTest, Generates) {
  makeDecoder();
  // The toy's largest logit is always the last token's.
  EXPECT_EQ(run({toy, "--tokens", "1,2,3", "-n", "4"}), 0) << err;
  EXPECT_EQ(out, "10,10,10,10\n");
  EXPECT_EQ(run({toy, "--tokens", "1,2,3", "-n", "50", "--stop", "4,10"}), 0);
  EXPECT_EQ(out, "\n");
  EXPECT_EQ(run({toy, "--tokens", "1,2,3", "--tokens", "4", "-n", "2"}), 0);
  EXPECT_EQ(out, "10,10\n10,10\n");
  EXPECT_EQ(run({toy, "--tokens", "1,2,3", "-n", "14"}), 0) << err;
  expectFailure({toy, "--tokens", "1,2,3", "-n", "15"},
                "do not fit into the artifact's capacity of 16 tokens");
  expectFailure({toy, "--tokens", "1,2,11", "-n", "1"},
                "token id 11 is out of range");
  expectFailure({toy, "--tokens", "7", "-n", "1"}, "toy: token 7");
  expectFailure({toy, "--tokens", "1", "--tokens", "1", "--tokens", "1"},
                "expected at most 2 prompts");
}

TEST_F(RunTest, WritesStatistics) {
  makeDecoder();
  std::string file = folder / "stats.json";
  EXPECT_EQ(run({toy, "--tokens", "1", "-n", "4", "--stats", file}), 0) << err;
  std::vector<uint8_t> bytes = readBytes(file);
  std::string text(bytes.begin(), bytes.end());
  for (const char *key : {"load_ms", "first_token_ms", "prefill_tokens_per_s",
                          "decode_tokens_per_s", "peak_rss_bytes", "threads",
                          "artifact", "weights"})
    expectError(text, "\"" + std::string(key) + "\": ");
  EXPECT_EQ(text.find("null"), std::string::npos) << text;
}

TEST_F(RunTest, WritesLogits) {
  makeDecoder();
  std::string ids = write("ids.npy", {3, 5},
                          {1, 2, 3, 4, 5, 6, 6, -1, -1, -1, 2, 2, 2, 2, 2});
  ASSERT_EQ(run({toy, "--tokens-file", ids, "--logits", path}), 0) << err;
  std::string error;
  ASSERT_TRUE(array.read(path, error)) << error;
  EXPECT_EQ(array.descr(), "<f4");
  EXPECT_EQ(array.shape(), (std::vector<int64_t>{3, 5, Toy::vocabulary}));
  const auto *logits = reinterpret_cast<const float *>(array.data());
  auto at = [&](int64_t row, int64_t token) {
    const float *from = logits + (row * 5 + token) * Toy::vocabulary;
    return std::vector<float>(from, from + Toy::vocabulary);
  };
  EXPECT_EQ(at(0, 4), Toy::logits({1, 2, 3, 4, 5}));
  EXPECT_EQ(at(1, 1), Toy::logits({6, 6}));
  EXPECT_TRUE(std::isnan(at(1, 2)[0]));
  EXPECT_EQ(at(2, 3), Toy::logits({2, 2, 2, 2}));

  // The same through the names of the graph.
  EXPECT_EQ(run({toy, "--input", "ids=" + ids, "--output-dir", folder / "a/b"}),
            0)
      << err;
  EXPECT_EQ(readBytes(folder / "a/b/logits.npy"), readBytes(path));
  expectFailure({toy, "--input", "mask=" + ids, "--output-dir", folder.path},
                "expected its token ids 'ids' as the only input");

  std::filesystem::remove(path);
  expectFailure(
      {toy, "--tokens-file",
       write("long.npy", {1, 17}, std::vector<int64_t>(17, 1)), "--logits",
       path},
      "toy.gg: row 0 has 17 tokens but the artifact's capacity is 16");
  expectFailure({toy, "--tokens-file", write("gap.npy", {1, 3}, {1, -1, 2}),
                 "--logits", path},
                "expected -1 at the end only");
  expectFailure({toy, "--tokens-file", write("flat.npy", {3}, {1, 1, 2}),
                 "--logits", path},
                "of shape [rows, tokens]");
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(RunTest, PrintsPerplexity) {
  makeDecoder();
  std::vector<std::vector<int64_t>> rows = {
      {1, 2, 3, 4, 5}, {6, 9}, {3}, {8, 8, 8}};
  std::vector<int64_t> ids;
  long double sum = 0;
  int tokens = 0;
  for (const std::vector<int64_t> &row : rows) {
    for (size_t i = 0; i + 1 < row.size(); ++i, ++tokens) {
      std::vector<float> logits =
          Toy::logits({row.begin(), row.begin() + static_cast<int>(i) + 1});
      long double most = *std::max_element(logits.begin(), logits.end());
      long double total = 0;
      for (float logit : logits)
        total += std::exp(logit - most);
      sum += most + std::log(total) - logits[static_cast<size_t>(row[i + 1])];
    }
    ids.insert(ids.end(), row.begin(), row.end());
    ids.resize(ids.size() + 5 - row.size(), -1);
  }
  // exp() of such a mean overflows: what is printed then is infinite.
  std::string file = write("ids.npy", {4, 5}, ids);
  ASSERT_EQ(run({toy, "--perplexity", file}), 0) << err;
  char expected[100];
  std::snprintf(expected, sizeof(expected),
                "mean negative log-likelihood %.8Lf\ntokens %d\n", sum / tokens,
                tokens);
  EXPECT_EQ(out.substr(out.find("mean")), expected);
  expectFailure({toy, "--perplexity", write("one.npy", {2, 1}, {1, 2})},
                "expected a row of two tokens or more");
  expectFailure({toy, "--perplexity", write("big.npy", {1, 2}, {1, 11})},
                "token id 11 is out of range");
}

TEST_F(RunTest, ComparesPerplexities) {
  makeDecoder();
  std::string file = write("ids.npy", {3, 5},
                           {1, 2, 3, 4, 5, 6, 9, -1, -1, -1, 8, 8, 8, 8, 8});
  std::string json = folder / "result.json";
  // Against a decoder without a cache, of another batch and no chunks.
  std::string other = folder / "other.gg";
  writeToy(other, toyRecompute(), GG_TOY_RECOMPUTE);
  ASSERT_EQ(
      run({toy, "--perplexity", file, "--compare", other, "--json", json}), 0)
      << err;
  expectError(out, "9 tokens in 3 rows");
  expectError(out, "top-1 agreement");
  std::vector<uint8_t> bytes = readBytes(json);
  std::string text(bytes.begin(), bytes.end());
  for (const char *key :
       {"perplexity", "negative_log_likelihood", "against", "change_percent",
        "kl_divergence", "top1_agreement_percent"})
    expectError(text, "\"" + std::string(key) + "\": ");

  // A row says nothing of the spread between rows.
  ASSERT_EQ(run({toy, "--perplexity", write("row.npy", {1, 2}, {1, 2}),
                 "--compare", toy, "--json", json}),
            0)
      << err;
  EXPECT_EQ(out.find("95 %"), std::string::npos) << out;
  bytes = readBytes(json);
  expectError(std::string(bytes.begin(), bytes.end()), "\"low\": null");

  expectFailure({toy, "--perplexity", file, "--compare", folder / "none.gg"},
                "none.gg");
  weights::Model larger = toyDecoder();
  larger.vocabulary = 12;
  for (weights::Entry &entry : larger.entries)
    for (weights::Value &output : entry.outputs)
      if (output.role == weights::Role::Logits)
        output.dims.back().size = 12;
  std::string wide = folder / "wide.gg";
  writeToy(wide, larger, GG_TOY_DECODER);
  expectFailure({toy, "--perplexity", file, "--compare", wide},
                "expected a vocabulary of 11 as " + toy + " has but got 12");
  std::string tensors = folder / "tensors.gg";
  writeToy(tensors, toyTensors(), GG_TOY_TENSORS);
  expectFailure({toy, "--perplexity", file, "--compare", tensors},
                tensors + ": is no decoder");
  expectFailure({toy, "--perplexity", file, "--json", folder / "no/x.json"},
                "No such file");
}

TEST_F(RunTest, RunsTensors) {
  writeToy(toy, toyTensors(), GG_TOY_TENSORS);
  std::string a = folder / "a.npy", b = folder / "b.npy";
  writeBytes(
      a, npy(1, header("<f4", "False", "(1, 3)"), std::vector<uint8_t>(12)));
  writeBytes(b,
             npy(1, header("<f8", "False", "(1,)"), std::vector<uint8_t>(8)));
  std::string target = folder / "out";
  ASSERT_EQ(run({toy, "--input", "a=" + a, "--input", "in/b=" + b,
                 "--output-dir", target}),
            0)
      << err;
  std::string error;
  ASSERT_TRUE(array.read(target + "/out_sum.npy", error)) << error;
  EXPECT_EQ(array.shape(), (std::vector<int64_t>{1, 3}));
  EXPECT_EQ(reinterpret_cast<const float *>(array.data())[2], 1.0f);
  ASSERT_TRUE(array.read(target + "/count.npy", error)) << error;
  EXPECT_TRUE(array.shape().empty());

  expectFailure({toy, "--tokens", "1"}, "is no decoder");
  expectFailure({toy, "--input", "c=" + a, "--output-dir", target},
                "the model has no input 'c' but 'a', 'in/b'");
  expectFailure({toy, "--input", "a=" + b, "--output-dir", target},
                "input 'a' is f32: expected elements of type '<f4' but got "
                "'<f8'");
  expectFailure({toy, "--input", "a=" + a, "--output-dir", target},
                "input 'in/b' is missing");
  expectFailure(
      {toy, "--input", "a=" + a, "--input", "in/b=" + b, "--output-dir", a},
      "is no folder");
}

TEST_F(RunTest, DescribesAndVerifies) {
  makeDecoder();
  ASSERT_EQ(run({toy, "--info"}), 0) << err;
  for (const char *part :
       {"decoder with a key-value cache", "16 tokens a row", "ids: i64 [2, 4]",
        "logits: f32 [2, 11]", "1 tensors", "runs on this CPU"})
    expectError(out, part);
  ASSERT_EQ(run({toy, "--verify"}), 0) << err;
  expectError(out, "match their checksums");
  std::vector<uint8_t> bytes = readBytes(toy + "/weights.ggw");
  bytes[bytes.size() - 64] ^= 1;
  writeBytes(toy + "/weights.ggw", bytes);
  expectFailure({toy, "--verify"}, "tensor 'table' does not match");
}

TEST_F(RunTest, DescribesAndVerifiesASmallArtifact) {
  makeDecoder();
  ASSERT_EQ(run({toy, "--info"}), 0) << err;
  uint64_t bytes = std::filesystem::file_size(toy + "/weights.ggw");
  expectError(out, "stored packed: " + std::to_string(bytes) + " bytes, ");
  expectError(out, "resident: 64 bytes, mapped");

  writeToy(toy, toyDecoder(), GG_TOY_DECODER, /*isSmall=*/true);
  ASSERT_EQ(run({toy, "--info"}), 0) << err;
  bytes = std::filesystem::file_size(toy + "/weights.ggw");
  char bits[64];
  std::snprintf(bits, sizeof(bits), "%.3f bits for each of 11 weights",
                static_cast<double>(bytes) * 8 / 11);
  expectError(out,
              "stored small: " + std::to_string(bytes) + " bytes, " + bits);
  expectError(out, "resident: 64 bytes, expanded when loaded");
  ASSERT_EQ(run({toy, "--verify"}), 0) << err;
  expectError(out, "1 tensors in 1 frames");
  std::vector<uint8_t> file = readBytes(toy + "/weights.ggw");
  file.back() ^= 1;
  writeBytes(toy + "/weights.ggw", file);
  expectFailure({toy, "--verify"}, "frame 0, of tensor 'table'");
  expectFailure({toy, "--tokens", "1"}, "frame 0, of tensor 'table'");
}
