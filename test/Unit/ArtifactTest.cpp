//===- ArtifactTest.cpp - The writer of artifacts -------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestArtifact.h"
#include "gg/Target/Artifact/ArtifactWriter.h"
#include "gg/Weights/ArtifactReader.h"
#include "gtest/gtest.h"

using namespace gg;
using namespace gg::test;
using namespace gg::weights;
using artifact::TensorSource;

namespace {

struct ArtifactTest : testing::Test {
  artifact::Artifact make() {
    artifact::Artifact result;
    result.model = decoderModel(1, 8, 4, 10, 2, 4);
    result.tensors.push_back(TensorSource::of(tensor("a", 0, 3), {a, 3}));
    // In two pieces, after a gap.
    result.tensors.push_back(
        {tensor("b", 4096, 5), [this](artifact::Sink sink) {
           if (llvm::Error error = sink({a, 2}))
             return error;
           return sink({a, 3});
         }});
    Code code;
    code.fileName = "code.base.so";
    code.level = "base";
    result.codes.push_back({code, {a, 3}});
    result.manifest["tokenizer"] = "tokenizer.json";
    return result;
  }

  static Tensor tensor(const char *name, uint64_t offset, uint64_t bytes) {
    Tensor result;
    result.name = name;
    result.type = ElementType::U8;
    result.dims = {static_cast<int64_t>(bytes)};
    result.offset = offset;
    result.bytes = bytes;
    return result;
  }

  std::string write(artifact::Artifact artifact) {
    return llvm::toString(artifact::write(artifact, path));
  }

  /// How many things lie beside each other where the artifact is written.
  size_t siblings() {
    auto files = std::filesystem::directory_iterator(folder.path);
    return static_cast<size_t>(std::distance(begin(files), end(files)));
  }

  const uint8_t a[3] = {1, 2, 3};
  TemporaryFolder folder;
  std::string path = folder / "model.gg";
};

} // namespace

TEST_F(ArtifactTest, IsReadBack) {
  ASSERT_EQ(write(make()), "");
  EXPECT_EQ(siblings(), 1u);
  std::string error;
  std::unique_ptr<ArtifactReader> reader = ArtifactReader::open(path, error);
  ASSERT_TRUE(reader) << error;
  EXPECT_TRUE(reader->verifyPayload(error)) << error;
  ASSERT_EQ(reader->model().codes.size(), 1u);
  EXPECT_TRUE(reader->verifyCode(reader->model().codes[0], error)) << error;
  const uint8_t b[] = {1, 2, 1, 2, 3};
  ASSERT_EQ(reader->tensors().size(), 2u);
  EXPECT_EQ(std::memcmp(reader->payload(), a, sizeof(a)), 0);
  EXPECT_EQ(std::memcmp(reader->payload() + 4096, b, sizeof(b)), 0);
  EXPECT_EQ(reader->payload()[3], 0);
}

TEST_F(ArtifactTest, SaysTheSameInTheManifest) {
  ASSERT_EQ(write(make()), "");
  std::vector<uint8_t> bytes = readBytes(path + "/manifest.json");
  llvm::Expected<llvm::json::Value> manifest = llvm::json::parse(
      llvm::StringRef(reinterpret_cast<char *>(bytes.data()), bytes.size()));
  ASSERT_TRUE(static_cast<bool>(manifest));
  const llvm::json::Object &root = *manifest->getAsObject();
  EXPECT_EQ(root.getString("kind"), "decoder");
  EXPECT_EQ(root.getString("tokenizer"), "tokenizer.json");
  EXPECT_EQ(root.getInteger("capacity"), 8);
  EXPECT_EQ(root.getArray("tensors")->size(), 2u);
  EXPECT_EQ(root.getArray("entries")->size(), 3u);
}

TEST_F(ArtifactTest, IsTheSameEachTime) {
  ASSERT_EQ(write(make()), "");
  std::string other = folder / "other.gg";
  artifact::Artifact again = make();
  ASSERT_EQ(llvm::toString(artifact::write(again, other)), "");
  for (const char *name : {"weights.ggw", "manifest.json", "code.base.so"})
    EXPECT_EQ(readBytes(path + "/" + name), readBytes(other + "/" + name));
}

TEST_F(ArtifactTest, ReplacesAnArtifact) {
  ASSERT_EQ(write(make()), "");
  artifact::Artifact next = make();
  next.model.name = "next";
  next.codes[0].code.fileName = "code.other.so";
  path += "/";
  ASSERT_EQ(write(std::move(next)), "");
  EXPECT_EQ(siblings(), 1u);
  EXPECT_FALSE(std::filesystem::exists(path + "/code.base.so"));
  std::string error;
  std::unique_ptr<ArtifactReader> reader = ArtifactReader::open(path, error);
  ASSERT_TRUE(reader) << error;
  EXPECT_EQ(reader->model().name, "next");
}

TEST_F(ArtifactTest, DoesNotReplaceAnythingElse) {
  std::filesystem::create_directory(path);
  writeBytes(path + "/thesis.txt", {'!'});
  EXPECT_NE(write(make()).find("is no artifact; not replaced"),
            std::string::npos);
  EXPECT_TRUE(std::filesystem::exists(path + "/thesis.txt"));
  path = folder / "file";
  writeBytes(path, {'!'});
  EXPECT_NE(write(make()).find("is no artifact; not replaced"),
            std::string::npos);
  EXPECT_EQ(siblings(), 2u);
}

TEST_F(ArtifactTest, LeavesNothingBehindOnAnError) {
  artifact::Artifact broken = make();
  broken.tensors[1].write = [this](artifact::Sink sink) {
    return sink({a, 2});
  };
  EXPECT_EQ(write(std::move(broken)), "tensor 'b': expected 5 bytes but got 2");
  EXPECT_EQ(siblings(), 0u);

  broken = make();
  broken.tensors[1].write = [](artifact::Sink) {
    return llvm::createStringError("the weights are gone");
  };
  EXPECT_EQ(write(std::move(broken)), "the weights are gone");
  EXPECT_EQ(siblings(), 0u);

  broken = make();
  broken.tensors[1].tensor.offset = 2;
  EXPECT_EQ(write(std::move(broken)),
            "tensor 'b' overlaps the one before it in the payload");
  EXPECT_EQ(siblings(), 0u);

  // What stands there stays.
  ASSERT_EQ(write(make()), "");
  std::vector<uint8_t> before = readBytes(path + "/weights.ggw");
  broken = make();
  broken.model.capacity = 0;
  EXPECT_NE(write(std::move(broken)), "");
  EXPECT_EQ(siblings(), 1u);
  EXPECT_EQ(readBytes(path + "/weights.ggw"), before);

  path = folder / "no/such/place.gg";
  EXPECT_NE(write(make()).find("No such file"), std::string::npos);
}

// Larger than the pieces that files are written in, from sources of odd sizes.
TEST_F(ArtifactTest, WritesLargeTensors) {
  artifact::Artifact large = make();
  std::vector<uint8_t> bytes(9'000'001);
  for (size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<uint8_t>(i * 2654435761u >> 13);
  large.tensors.push_back(
      TensorSource::of(tensor("large", 8192, bytes.size()), bytes));
  large.tensors.push_back(
      TensorSource::of(tensor("last", 8192 + bytes.size(), 3), {a, 3}));
  ASSERT_EQ(write(std::move(large)), "");
  std::string error;
  std::unique_ptr<ArtifactReader> reader = ArtifactReader::open(path, error);
  ASSERT_TRUE(reader) << error;
  EXPECT_TRUE(reader->verifyPayload(error)) << error;
  EXPECT_EQ(std::memcmp(reader->payload() + 8192, bytes.data(), bytes.size()),
            0);
  EXPECT_EQ(std::memcmp(reader->payload() + 8192 + bytes.size(), a, 3), 0);
}
