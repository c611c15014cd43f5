//===- StatisticsTest.cpp - The statistics file ---------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Weights/Statistics.h"
#include "TestArtifact.h"
#include "gtest/gtest.h"

#include <cmath>

using namespace gg::test;
using namespace gg::weights;

namespace {

struct StatisticsTest : testing::Test {
  /// Two inputs, of 3 and of 5 values, the second with drift.
  void write() {
    std::string error;
    auto writer = StatisticsWriter::create(path, error);
    ASSERT_TRUE(writer) << error;
    ASSERT_TRUE(
        writer->append({"q", "k"}, {3, 10, small.data(), nullptr}, error));
    ASSERT_TRUE(
        writer->append({"down"}, {5, 11, large.data(), drift.data()}, error));
    ASSERT_TRUE(writer->finish(error)) << error;
  }

  std::string open() {
    std::string error;
    reader = StatisticsReader::open(path, error);
    EXPECT_EQ(reader == nullptr, !error.empty());
    return error;
  }

  std::string findError(const std::string &weight) {
    std::string error = open();
    if (!reader)
      return error;
    InputStatistics found;
    EXPECT_FALSE(reader->find(weight, found, error));
    return error;
  }

  void change(size_t at, uint8_t bits) {
    std::vector<uint8_t> bytes = readBytes(path);
    ASSERT_LT(at, bytes.size());
    bytes[at] ^= bits;
    writeBytes(path, bytes);
  }

  /// Edits the header and sums it again.
  template <typename Edit> void editHeader(Edit edit) {
    std::vector<uint8_t> bytes = readBytes(path);
    StatisticsHeader header;
    std::memcpy(&header, bytes.data(), sizeof(header));
    edit(header, bytes);
    header.checksum = checksum(&header, offsetof(StatisticsHeader, checksum));
    std::memcpy(bytes.data(), &header, sizeof(header));
    writeBytes(path, bytes);
  }

  /// Edits the table and sums it and the header again.
  template <typename Edit> void editTable(Edit edit) {
    editHeader([&](StatisticsHeader &header, std::vector<uint8_t> &bytes) {
      uint8_t *table = bytes.data() + header.table.offset;
      edit(table);
      header.table.checksum = checksum(table, header.table.bytes);
    });
  }

  TemporaryFolder folder;
  std::string path = folder / "toy.ggs";
  std::vector<float> small{1, 2, 5, 3, 4, 6};
  std::vector<float> large = std::vector<float>(15, 1.0f);
  std::vector<float> drift = std::vector<float>(25, -0.5f);
  std::unique_ptr<StatisticsReader> reader;
};

} // namespace

#define EXPECT_CONTAINS(text, part)                                            \
  EXPECT_NE((text).find(part), std::string::npos) << (text)

TEST_F(StatisticsTest, ReadsWhatWasWritten) {
  write();
  ASSERT_EQ(open(), "");
  InputStatistics q, k, down, none;
  std::string error;
  ASSERT_TRUE(reader->find("q", q, error)) << error;
  ASSERT_TRUE(reader->find("k", k, error)) << error;
  EXPECT_EQ(q.moments, k.moments);
  EXPECT_EQ(q.size, 3);
  EXPECT_EQ(q.samples, 10u);
  EXPECT_EQ(q.drift, nullptr);
  EXPECT_TRUE(std::equal(small.begin(), small.end(), q.moments));
  ASSERT_TRUE(reader->find("down", down, error)) << error;
  EXPECT_EQ(down.size, 5);
  EXPECT_TRUE(std::equal(large.begin(), large.end(), down.moments));
  EXPECT_TRUE(std::equal(drift.begin(), drift.end(), down.drift));
  EXPECT_FALSE(reader->find("up", none, error));
  EXPECT_EQ(error, "");
  EXPECT_EQ(reader->weights(),
            (std::vector<std::vector<std::string>>{{"q", "k"}, {"down"}}));
}

TEST_F(StatisticsTest, AnEmptyFileIsOne) {
  std::string error;
  ASSERT_TRUE(StatisticsWriter::create(path, error)->finish(error)) << error;
  ASSERT_EQ(open(), "");
  EXPECT_TRUE(reader->weights().empty());
}

TEST_F(StatisticsTest, NothingIsLeftOfAnUnfinishedFile) {
  std::string error;
  {
    auto writer = StatisticsWriter::create(path, error);
    ASSERT_TRUE(writer) << error;
    ASSERT_TRUE(writer->append({"q"}, {3, 1, small.data(), nullptr}, error));
    EXPECT_FALSE(std::filesystem::exists(path));
  }
  EXPECT_TRUE(std::filesystem::is_empty(folder.path));
}

TEST_F(StatisticsTest, RefusesAWeightTwice) {
  std::string error;
  auto writer = StatisticsWriter::create(path, error);
  ASSERT_TRUE(writer->append({"q"}, {3, 1, small.data(), nullptr}, error));
  EXPECT_FALSE(writer->append({"q"}, {3, 1, small.data(), nullptr}, error));
  EXPECT_CONTAINS(error, "the weight 'q' has statistics already");
}

TEST_F(StatisticsTest, NamesAFolderThatIsNotThere) {
  std::string error;
  EXPECT_FALSE(StatisticsWriter::create(folder / "no/toy.ggs", error));
  EXPECT_CONTAINS(error, "no/toy.ggs: No such file or directory");
  path = folder / "no.ggs";
  EXPECT_CONTAINS(open(), "no.ggs: No such file or directory");
}

TEST_F(StatisticsTest, ReportsDamage) {
  writeBytes(path, {'G', 'G', 'W', 0});
  EXPECT_CONTAINS(open(), "is no gg statistics file");
  writeBytes(path, {'G', 'G', 'S', 0, 1});
  EXPECT_CONTAINS(open(), "is truncated");
  write();
  change(8, 1);
  EXPECT_CONTAINS(open(), "the header does not match its checksum");
  write();
  change(readBytes(path).size() - 1, 1);
  EXPECT_CONTAINS(open(), "the table does not match its checksum");
  write();
  change(64, 1);
  EXPECT_CONTAINS(findError("k"),
                  "toy.ggs: the statistics of 'k' do not match their checksum");
  write();
  std::vector<uint8_t> bytes = readBytes(path);
  bytes.push_back(0);
  writeBytes(path, bytes);
  EXPECT_CONTAINS(open(), "is truncated or padded: expected");
}

TEST_F(StatisticsTest, RefusesAnotherMajorVersion) {
  write();
  editHeader([](StatisticsHeader &header, auto &) { header.major = 9; });
  EXPECT_CONTAINS(open(), "is of format version 9.0 but this gg reads version");
}

TEST_F(StatisticsTest, RefusesImpossibleTables) {
  auto put = [](auto value, size_t at) {
    return
        [=](uint8_t *table) { std::memcpy(table + at, &value, sizeof(value)); };
  };
  write();
  editTable(put(uint32_t(1) << 31, 0));
  EXPECT_CONTAINS(open(), "the table is malformed");
  write();
  editTable(put(int64_t(0), 4));
  EXPECT_CONTAINS(open(), "has an input of 0 values");
  write();
  editTable(put(maxInputSize + 1, 4));
  EXPECT_CONTAINS(open(), "has an input of 1048577 values");
  write();
  editTable(put(maxInputSize, 4));
  EXPECT_CONTAINS(open(), "a matrix lies outside of the file");
  write();
  editTable(put(uint64_t(4), 4 + 16));
  EXPECT_CONTAINS(open(), "a matrix lies outside of the file");
  write();
  editTable(put(uint64_t(1) << 40, 4 + 32));
  EXPECT_CONTAINS(open(), "a matrix lies outside of the file");
  write();
  // The name of the second weight of the first input, 1 byte long.
  editTable(put('q', 4 + 48 + 4 + 5 + 4));
  EXPECT_CONTAINS(open(), "has the weight 'q' twice");
  write();
  editHeader([](StatisticsHeader &header, auto &) {
    header.table.offset = ~uint64_t(0);
  });
  EXPECT_CONTAINS(open(), "the table lies outside of the file");
}

TEST_F(StatisticsTest, RefusesValuesThatNoSumHas) {
  small[2] = -1;
  write();
  EXPECT_CONTAINS(findError("q"), "hold a negative sum of squares");
  small[2] = NAN;
  write();
  EXPECT_CONTAINS(findError("q"), "hold NaN or infinity");
  drift[3] = INFINITY;
  write();
  EXPECT_CONTAINS(findError("down"), "hold NaN or infinity");
}

TEST_F(StatisticsTest, ReadsANewerMinorVersion) {
  write();
  editHeader([](StatisticsHeader &header, std::vector<uint8_t> &bytes) {
    header.minor = 7;
    bytes.push_back(42);
    header.fileBytes += 1;
    header.table.bytes += 1;
    header.table.checksum =
        checksum(bytes.data() + header.table.offset, header.table.bytes);
  });
  EXPECT_EQ(open(), "");
}
