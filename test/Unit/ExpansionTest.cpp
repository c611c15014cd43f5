//===- ExpansionTest.cpp - Expanding on several threads -------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CPU/Expansion.h"
#include "TestArtifact.h"
#include "gtest/gtest.h"

using namespace gg::test;
using namespace gg::weights;

namespace {

/// Tensors of some pieces each.
struct ExpansionTest : testing::Test {
  ExpansionTest() {
    std::filesystem::create_directory(path);
    payload.resize(8 * size);
    for (size_t i = 0; i < payload.size(); ++i)
      payload[i] = static_cast<uint8_t>(i * 2654435761u >> 13);
    std::vector<Tensor> tensors(8);
    for (size_t i = 0; i < tensors.size(); ++i) {
      tensors[i].name = std::to_string(i);
      tensors[i].type = ElementType::U8;
      tensors[i].dims = {static_cast<int64_t>(size)};
      tensors[i].offset = i * size;
      tensors[i].bytes = size;
    }
    table = smallTable(tensors, payload);
  }

  std::string expand(int threads) {
    writeBytes(path + "/weights.ggw",
               weightsFile(decoderModel(1, 8, 4, 10, 2, 4), table, payload));
    std::string error;
    auto reader = ArtifactReader::open(path, error);
    if (reader) {
      expanded.assign(reader->payloadBytes(), 0);
      gg::runtime::expand(*reader, expanded.data(), threads, error);
    }
    return error;
  }

  static constexpr size_t size = 2 * frameBytes + 777;
  TemporaryFolder folder;
  std::string path = folder / "toy.gg";
  std::vector<uint8_t> payload, expanded;
  Table table;
};

} // namespace

TEST_F(ExpansionTest, GivesTheSameOnAnyNumberOfThreads) {
  for (int threads : {1, 2, 7, 40}) {
    EXPECT_EQ(expand(threads), "");
    EXPECT_EQ(expanded, payload) << threads;
  }
}

TEST_F(ExpansionTest, NamesTheFirstDamagedFrame) {
  for (size_t frame : {5, 6, 20})
    table.frames[frame].checksum ^= 1;
  for (int threads : {1, 2, 7, 40})
    EXPECT_NE(expand(threads).find("is damaged: frame 5, of tensor '1'"),
              std::string::npos)
        << threads;
}
