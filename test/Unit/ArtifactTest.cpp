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

// Pieces of every kind: a whole one, a short one, one that no code makes
// smaller, gaps, nothing; the source's pieces are odd.
TEST_F(ArtifactTest, StoresWhatItIsGivenInAnyForm) {
  std::vector<uint8_t> codes(2 * frameBytes + 12345), random(5000);
  for (size_t i = 0; i < codes.size(); ++i)
    codes[i] = static_cast<uint8_t>((i * 2654435761u >> 13) % 37 * 5 % 11);
  for (size_t i = 0; i < random.size(); ++i)
    random[i] = static_cast<uint8_t>(i * 2654435761u >> 13);
  auto fill = [&](artifact::Artifact &artifact) {
    uint64_t end = 8192 + codes.size();
    artifact.tensors.push_back(
        {tensor("codes", 8192, codes.size()), [&](artifact::Sink sink) {
           llvm::ArrayRef<uint8_t> left = codes;
           for (; left.size() > 7777; left = left.drop_front(7777))
             if (llvm::Error error = sink(left.take_front(7777)))
               return error;
           return sink(left);
         }});
    artifact.tensors.push_back(TensorSource::of(tensor("none", end, 0), {}));
    artifact.tensors.push_back(
        TensorSource::of(tensor("random", end + 100, random.size()), random));
  };
  artifact::Artifact packed = make();
  fill(packed);
  ASSERT_EQ(write(std::move(packed)), "");
  std::string error;
  auto expected = ArtifactReader::open(path, error);
  ASSERT_TRUE(expected) << error;

  for (artifact::Store store :
       {artifact::Store::Zstd, artifact::Store::ExpGolomb}) {
    for (const char *name : {"one.gg", "two.gg"}) {
      artifact::Artifact small = make();
      fill(small);
      small.store = store;
      path = folder / name;
      ASSERT_EQ(write(std::move(small)), "");
    }
    EXPECT_EQ(readBytes(folder / "one.gg/weights.ggw"),
              readBytes(folder / "two.gg/weights.ggw"));
    auto reader = ArtifactReader::open(path, error);
    ASSERT_TRUE(reader) << error;
    EXPECT_TRUE(reader->isSmall());
    EXPECT_LT(reader->fileBytes(), expected->fileBytes());
    EXPECT_TRUE(reader->verifyPayload(error)) << error;
    ASSERT_EQ(reader->payloadBytes(), expected->payloadBytes());
    FrameDecoder decoder;
    std::vector<uint8_t> payload(reader->payloadBytes());
    for (size_t i = 0; i < reader->frames().size(); ++i)
      ASSERT_TRUE(reader->expand(i, decoder, payload.data(), error)) << error;
    EXPECT_EQ(std::memcmp(payload.data(), expected->payload(), payload.size()),
              0);
  }
}

TEST_F(ArtifactTest, DescribesFramesInTheManifest) {
  artifact::Artifact small = make();
  small.store = artifact::Store::Zstd;
  std::vector<uint8_t> zeros(1000);
  small.tensors.push_back(
      TensorSource::of(tensor("zeros", 8192, zeros.size()), zeros));
  ASSERT_EQ(write(std::move(small)), "");
  std::string error;
  auto reader = ArtifactReader::open(path, error);
  ASSERT_TRUE(reader) << error;
  std::vector<uint8_t> bytes = readBytes(path + "/manifest.json");
  auto manifest = llvm::json::parse(
      llvm::StringRef(reinterpret_cast<char *>(bytes.data()), bytes.size()));
  ASSERT_TRUE(static_cast<bool>(manifest));
  const llvm::json::Object &root = *manifest->getAsObject();
  EXPECT_EQ(root.getString("store"), "small");
  EXPECT_EQ(root.getInteger("resident_bytes"),
            static_cast<int64_t>(reader->payloadBytes()));
  const llvm::json::Array &tensors = *root.getArray("tensors");
  auto frame = [&](size_t index) -> const llvm::json::Object & {
    return *(*tensors[index].getAsObject()->getArray("frames"))[0]
                .getAsObject();
  };
  EXPECT_EQ(frame(0).getString("code"), "raw");
  EXPECT_EQ(frame(2).getString("code"), "zstd");
  EXPECT_EQ(root.getInteger("stored_bytes"), *frame(0).getInteger("bytes") +
                                                 *frame(1).getInteger("bytes") +
                                                 *frame(2).getInteger("bytes"));
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
  broken.store = artifact::Store::Zstd;
  broken.tensors[1].write = [this](artifact::Sink sink) -> llvm::Error {
    for (int i = 0; i < 3; ++i)
      if (llvm::Error error = sink({a, 3}))
        return error;
    return llvm::Error::success();
  };
  EXPECT_EQ(write(std::move(broken)), "tensor 'b': expected 5 bytes but got 9");
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
