//===- WeightsTest.cpp - The artifact format and its reader ---------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TestArtifact.h"
#include "gg/Weights/ArtifactReader.h"
#include "gtest/gtest.h"

using namespace gg::test;
using namespace gg::weights;

//===----------------------------------------------------------------------===//
// Checksum
//===----------------------------------------------------------------------===//

static std::vector<uint8_t> pattern(size_t size) {
  std::vector<uint8_t> bytes(size);
  for (size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<uint8_t>(i * 7 + 3);
  return bytes;
}

// The expected sums are those of the reference implementation (python xxhash).
TEST(Checksum, AgreesWithTheReference) {
  const std::pair<size_t, uint64_t> expected[] = {
      {0, 0xef46db3751d8e999},   {1, 0x1f25c8d0bc1f4bb6},
      {3, 0x31d2363f52e564c9},   {4, 0x9bb64b7d66ee9fda},
      {8, 0xdab99d95c6f90092},   {31, 0xa2aa5f33cc4a6119},
      {32, 0x23c3c17ef790fd97},  {33, 0x50a7cfc7ba588784},
      {63, 0x5e3e54b431c7493c},  {64, 0x0eb64b3ef6eeb01f},
      {100, 0xa61f8d4c170fe531}, {1000, 0x5f235fa033f1a3fb}};
  for (auto [size, sum] : expected)
    EXPECT_EQ(checksum(pattern(size).data(), size), sum) << size;
}

TEST(Checksum, DoesNotDependOnThePieces) {
  std::vector<uint8_t> bytes = pattern(200);
  uint64_t whole = checksum(bytes.data(), bytes.size());
  for (size_t piece = 1; piece < 70; ++piece) {
    Checksum sum;
    for (size_t at = 0; at < bytes.size(); at += piece)
      sum.update(bytes.data() + at, std::min(piece, bytes.size() - at));
    EXPECT_EQ(sum.finish(), whole) << piece;
  }
}

//===----------------------------------------------------------------------===//
// Reading
//===----------------------------------------------------------------------===//

namespace {

struct ReaderTest : testing::Test {
  ReaderTest() {
    std::filesystem::create_directory(artifact);
    model = decoderModel(2, 16, 4, 10, 3, 8);
    Code code;
    code.fileName = "code.base.so";
    code.level = "base";
    code.features = {"avx2", "fma"};
    code.bytes = 5;
    code.checksum = checksum("hello", 5);
    model.codes = {code};
    writeBytes(artifact + "/code.base.so", {'h', 'e', 'l', 'l', 'o'});
    Tensor first;
    first.name = "first";
    first.dims = {3, 2};
    first.bytes = 24;
    Tensor second;
    second.name = "second";
    second.type = ElementType::RF8E4R3D;
    second.layout = Layout::Packed64;
    second.dims = {5, 3};
    second.offset = 64;
    second.bytes = 64;
    table = {first, second};
    payload = pattern(128);
  }

  void store() { write(weightsFile(model, table, payload)); }
  void write(const std::vector<uint8_t> &bytes) {
    writeBytes(artifact + "/weights.ggw", bytes);
  }

  /// The error of opening, "" if it works.
  std::string open() {
    std::string error;
    reader = ArtifactReader::open(artifact, error);
    EXPECT_EQ(reader == nullptr, !error.empty());
    return error;
  }

  void expectError(const std::string &part) {
    std::string error = open();
    EXPECT_NE(error.find(part), std::string::npos)
        << "expected '" << part << "' in '" << error << "'";
  }

  void expectStoredError(const std::string &part) {
    store();
    expectError(part);
  }

  TemporaryFolder folder;
  std::string artifact = folder / "toy.gg";
  Model model;
  std::vector<Tensor> table;
  std::vector<uint8_t> payload;
  std::unique_ptr<ArtifactReader> reader;
};

} // namespace

TEST_F(ReaderTest, ReadsWhatWasWritten) {
  store();
  ASSERT_EQ(open(), "");
  EXPECT_EQ(serializeModel(reader->model()), serializeModel(model));
  ASSERT_EQ(reader->tensors().size(), 2u);
  EXPECT_EQ(reader->tensors()[1].name, "second");
  EXPECT_EQ(reader->tensors()[1].layout, Layout::Packed64);
  EXPECT_EQ(reader->payloadBytes(), payload.size());
  EXPECT_EQ(reinterpret_cast<uintptr_t>(reader->payload()) % 4096, 0u);
  EXPECT_EQ(std::memcmp(reader->payload(), payload.data(), payload.size()), 0);
  std::string error;
  EXPECT_TRUE(reader->verifyPayload(error)) << error;
  EXPECT_TRUE(reader->verifyCode(reader->model().codes[0], error)) << error;
}

TEST_F(ReaderTest, ReadsScoreEntriesWithoutCounts) {
  std::vector<Value> &inputs = model.entries[2].inputs;
  inputs.erase(inputs.begin() + 2);
  store();
  EXPECT_EQ(open(), "");
}

TEST_F(ReaderTest, ReadsAnEmptyPayload) {
  table.clear();
  payload.clear();
  store();
  EXPECT_EQ(open(), "");
  EXPECT_EQ(reader->payloadBytes(), 0u);
}

TEST_F(ReaderTest, RefusesWhatIsNoArtifact) {
  expectError("holds no weights.ggw");
  artifact = folder / "nothing.gg";
  expectError("No such file");
  artifact = folder / "file";
  writeBytes(artifact, {1, 2, 3});
  expectError("is no artifact");
}

TEST_F(ReaderTest, RefusesAForeignFile) {
  write({'G', 'G', 'U', 'F', 3, 0, 0, 0});
  expectError("is no gg weights file");
  write({});
  expectError("is no gg weights file");
  std::filesystem::remove(artifact + "/weights.ggw");
  std::filesystem::create_directory(artifact + "/weights.ggw");
  expectError("is no regular file");
}

TEST_F(ReaderTest, RefusesAnotherMajorVersion) {
  std::vector<uint8_t> bytes = weightsFile(model, table, payload);
  bytes[4] = majorVersion + 1;
  write(bytes);
  expectError("is of format version " + std::to_string(majorVersion + 1) +
              ".0 but this gg reads versions " +
              std::to_string(oldestMajorVersion) + " to " +
              std::to_string(majorVersion) + ": use a newer gg");
  bytes[4] = 0;
  write(bytes);
  expectError("compile the model again");
}

/// Turns a file of a packed payload into one of major version 2, whose table
/// ends with the tensors.
static void makeVersion2(std::vector<uint8_t> &bytes) {
  Header header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  header.major = 2;
  header.table.bytes -= sizeof(uint64_t) + sizeof(uint32_t);
  header.table.checksum =
      checksum(bytes.data() + header.table.offset, header.table.bytes);
  header.checksum = headerChecksum(header);
  std::memcpy(bytes.data(), &header, sizeof(header));
}

TEST_F(ReaderTest, ReadsVersion2) {
  std::vector<uint8_t> bytes = weightsFile(model, table, payload);
  makeVersion2(bytes);
  write(bytes);
  ASSERT_EQ(open(), "");
  EXPECT_EQ(reader->tensors().size(), 2u);
  EXPECT_FALSE(reader->isSmall());
  EXPECT_EQ(reader->payloadBytes(), payload.size());
  EXPECT_EQ(std::memcmp(reader->payload(), payload.data(), payload.size()), 0);
  std::string error;
  EXPECT_TRUE(reader->verifyPayload(error)) << error;
}

TEST_F(ReaderTest, ReadsANewerMinorVersionWithMoreFields) {
  std::vector<uint8_t> bytes = weightsFile(model, table, payload);
  Header header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  // The model section grows into the zeros before the payload.
  header.model.bytes += 8;
  header.model.checksum =
      checksum(bytes.data() + header.model.offset, header.model.bytes);
  auto seal = [&] {
    header.checksum = headerChecksum(header);
    std::memcpy(bytes.data(), &header, sizeof(header));
    write(bytes);
  };
  seal();
  expectError("the model section is malformed");
  header.minor = minorVersion + 1;
  seal();
  EXPECT_EQ(open(), "");
}

// The file is changed in place: rewriting it thousands of times makes some file
// systems flush it each time.
TEST_F(ReaderTest, FindsEveryTruncation) {
  store();
  std::string path = artifact + "/weights.ggw";
  for (size_t size = readBytes(path).size(); size-- > 0;) {
    std::filesystem::resize_file(path, size);
    ASSERT_NE(open(), "") << size;
  }
}

TEST_F(ReaderTest, FindsEveryBitFlipBeforeThePayload) {
  store();
  std::vector<uint8_t> bytes = readBytes(artifact + "/weights.ggw");
  Header header;
  std::memcpy(&header, bytes.data(), sizeof(header));
  std::fstream file(artifact + "/weights.ggw",
                    std::ios::in | std::ios::out | std::ios::binary);
  auto put = [&](size_t at, uint8_t byte) {
    file.seekp(static_cast<std::streamoff>(at));
    file.put(static_cast<char>(byte)).flush();
  };
  uint64_t end = header.model.offset + header.model.bytes;
  for (size_t at = 0; at < end; ++at) {
    put(at, bytes[at] ^ static_cast<uint8_t>(1 << (at % 8)));
    ASSERT_NE(open(), "") << at;
    put(at, bytes[at]);
  }
  EXPECT_EQ(open(), "");
}

TEST_F(ReaderTest, FindsADamagedTensorAndDamagedCode) {
  std::vector<uint8_t> bytes = weightsFile(model, table, payload);
  bytes[bytes.size() - 1] ^= 1;
  write(bytes);
  ASSERT_EQ(open(), "");
  std::string error;
  EXPECT_FALSE(reader->verifyPayload(error));
  EXPECT_NE(error.find("tensor 'second' does not match"), std::string::npos);
  writeBytes(artifact + "/code.base.so", {'h', 'e', 'l', 'l', 'O'});
  EXPECT_FALSE(reader->verifyCode(model.codes[0], error));
  EXPECT_NE(error.find("code.base.so: is damaged"), std::string::npos);
}

/// Sections whose checksums are right and whose content is not.
TEST_F(ReaderTest, SurvivesAnyBytesInTheSections) {
  std::vector<uint8_t> tableBytes = serializeTable(smallTable(table, payload));
  std::vector<uint8_t> modelBytes = serializeModel(model);
  std::string error;
  auto tryAll = [&](std::vector<uint8_t> bytes, auto parse) {
    for (size_t at = 0; at < bytes.size(); ++at) {
      uint8_t before = bytes[at];
      for (uint8_t flip : {0x01, 0x80, 0xff}) {
        bytes[at] = before ^ flip;
        parse(Bytes{bytes.data(), bytes.size()});
      }
      bytes[at] = before;
      // The exact size on the heap, for AddressSanitizer.
      std::vector<uint8_t> shorter(
          bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
      EXPECT_FALSE(parse(Bytes{shorter.data(), shorter.size()})) << at;
    }
  };
  tryAll(tableBytes, [&](Bytes bytes) {
    Table read;
    bool parsed = parseTable(bytes, false, read, error);
    return parsed && verifyTable(read, storedBytes(read), error);
  });
  tryAll(modelBytes, [&](Bytes bytes) {
    Model read;
    bool parsed = parseModel(bytes, false, read, error);
    return parsed && verifyModel(read, error);
  });
}

//===----------------------------------------------------------------------===//
// What table and model must hold
//===----------------------------------------------------------------------===//

TEST_F(ReaderTest, ChecksTensors) {
  std::vector<Tensor> good = table;
  table[0].bytes = 20;
  expectStoredError("tensor 'first' has a size that does not fit");
  table = good;
  table[1].bytes = 14;
  expectStoredError("tensor 'second' has a size that does not fit");
  table = good;
  table[1].offset = 65;
  expectStoredError("tensor 'second' lies outside of the payload");
  table[1].offset = UINT64_MAX;
  expectStoredError("tensor 'second' lies outside of the payload");
  table = good;
  table[0].dims = {-3, -2};
  expectStoredError("tensor 'first' has impossible dimensions");
  table[0].dims = {int64_t(1) << 62, 16};
  expectStoredError("tensor 'first' has impossible dimensions");
  table[0].dims.assign(9, 1);
  expectStoredError("tensor 'first' has more than 8 dimensions");
  table = good;
  table[0].type = static_cast<ElementType>(0);
  expectStoredError("unknown element type");
  table = good;
  table[0].name.assign(maxNameBytes + 1, 'x');
  expectStoredError("is malformed");
}

TEST_F(ReaderTest, ChecksThePayloadsSize) {
  Table bad{table, 100, {}};
  write(weightsFile(model, bad, payload));
  expectError("tensor 'second' lies outside of the payload");
  bad.payloadBytes = 192;
  write(weightsFile(model, bad, payload));
  expectError("expected a payload of 192 bytes but got 128");
  bad.payloadBytes = UINT64_MAX;
  write(weightsFile(model, bad, payload));
  expectError("the payload is impossibly large");
}

TEST_F(ReaderTest, ChecksFrames) {
  std::vector<uint8_t> stored(88);
  Table good = smallTable(table, payload);
  write(weightsFile(model, good, stored));
  ASSERT_EQ(open(), "");

  Table bad = good;
  bad.tensors[1].offset = 16;
  write(weightsFile(model, bad, stored));
  expectError("tensor 'second' overlaps the one before it");

  bad = good;
  bad.frames.pop_back();
  write(weightsFile(model, bad, stored));
  expectError("expected 2 frames but got 1");

  for (auto [code, bytes] :
       {std::pair(FrameCode::Raw, 63), std::pair(FrameCode::Zstd, 64),
        std::pair(FrameCode::ExpGolomb, 0)}) {
    bad = good;
    bad.frames[1].code = code;
    bad.frames[1].bytes = static_cast<uint64_t>(bytes);
    write(weightsFile(model, bad, stored));
    expectError("frame 1 has a size that does not fit its piece");
  }

  bad = good;
  bad.frames[1].code = FrameCode::Zstd;
  bad.frames[1].bytes = 60;
  write(weightsFile(model, bad, stored));
  expectError("expected a payload of 84 bytes but got 88");

  bad = good;
  bad.frames[1].code = static_cast<FrameCode>(3);
  write(weightsFile(model, bad, stored));
  expectError("the tensor table is malformed");
}

TEST_F(ReaderTest, ExpandsFrames) {
  for (Tensor &tensor : table)
    tensor.checksum = checksum(payload.data() + tensor.offset, tensor.bytes);
  std::vector<uint8_t> stored(payload.begin(), payload.begin() + 24);
  stored.insert(stored.end(), payload.begin() + 64, payload.end());
  std::vector<uint8_t> file =
      weightsFile(model, smallTable(table, payload), stored);
  write(file);
  ASSERT_EQ(open(), "");
  EXPECT_TRUE(reader->isSmall());
  EXPECT_EQ(reader->payloadBytes(), payload.size());
  EXPECT_EQ(reader->fileBytes(), file.size());
  std::string error;
  EXPECT_TRUE(reader->verifyPayload(error)) << error;
  FrameDecoder decoder;
  std::vector<uint8_t> expanded(payload.size()), expected = payload;
  std::fill(expected.begin() + 24, expected.begin() + 64, uint8_t(0));
  for (size_t frame = 0; frame < reader->frames().size(); ++frame)
    EXPECT_TRUE(reader->expand(frame, decoder, expanded.data(), error))
        << error;
  EXPECT_EQ(expanded, expected);

  // A frame that does not match its own checksum, and then a tensor.
  file.back() ^= 1;
  write(file);
  ASSERT_EQ(open(), "");
  EXPECT_FALSE(reader->verifyPayload(error));
  EXPECT_NE(error.find("frame 1, of tensor 'second', does not match"),
            std::string::npos)
      << error;
  EXPECT_FALSE(reader->expand(1, decoder, expanded.data(), error));
  table[0].checksum ^= 1;
  write(weightsFile(model, smallTable(table, payload), stored));
  ASSERT_EQ(open(), "");
  EXPECT_FALSE(reader->verifyPayload(error));
  EXPECT_NE(error.find("tensor 'first' does not match its checksum"),
            std::string::npos)
      << error;
}

TEST_F(ReaderTest, ChecksEntries) {
  Model good = model;
  model.entries[0].name = "a-b";
  expectStoredError("is no identifier");
  model = good;
  model.entries[0].name = "other";
  expectStoredError("the entry 'step' is missing");
  model = good;
  model.entries.pop_back();
  store();
  EXPECT_EQ(open(), "");
  model = good;
  model.entries[0].name = "score";
  expectStoredError("two entries are named 'score'");
  model = good;
  model.entries[0].arenaBytes = UINT64_MAX;
  expectStoredError("impossible arena");
  model = good;
  model.codes[0].fileName = "../code.so";
  expectStoredError("no plain file name");
  model.codes[0].fileName = "..";
  expectStoredError("no plain file name");
  model = good;
  model.kind = ModelKind::RecomputeDecoder;
  expectStoredError("the entry 'main' is missing");
  model.kind = ModelKind::Tensors;
  store();
  EXPECT_EQ(open(), "");
  model.entries.clear();
  expectStoredError("the model has no entry");
}

TEST_F(ReaderTest, ChecksDecoders) {
  Model good = model;
  model.capacity = 0;
  expectStoredError("not between 1 and 2^30");
  model = good;
  model.vocabulary = 11;
  expectStoredError("logits of an unexpected type or shape");
  model = good;
  model.batch = 3;
  expectStoredError("token ids of an unexpected type or shape");
  model = good;
  model.entries[0].inputs[1].role = Role::Plain;
  expectStoredError("entry 'step' has no positions");
  model = good;
  model.entries[1].inputs[1].role = Role::Ids;
  expectStoredError("entry 'prefill' has two token ids");
  model = good;
  model.entries[0].inputs.push_back(good.entries[1].inputs[2]);
  expectStoredError("entry 'step' has the unexpected input 'counts'");
  model = good;
  model.entries[2].inputs.push_back(good.entries[1].inputs[2]);
  expectStoredError("entry 'score' has two counts");
  model = good;
  model.entries[1].inputs[3].dims[2].size = 16;
  expectStoredError("entry 'prefill': the cache 'cache' has an unexpected "
                    "shape");
  model = good;
  model.entries[1].inputs[3].dims[2].size = -1;
  expectStoredError("is a cache with dynamic dimensions");
  model = good;
  model.entries[1].inputs[3].type = ElementType::BF16;
  expectStoredError("entry 'prefill' has other caches than 'step'");
  model = good;
  model.entries[0].outputs.push_back(model.entries[0].outputs[0]);
  model.entries[0].outputs[1].role = Role::Plain;
  expectStoredError("other outputs than its logits");
}

TEST_F(ReaderTest, ChecksRecomputingDecoders) {
  model = Model();
  model.kind = ModelKind::RecomputeDecoder;
  model.vocabulary = 10;
  Entry entry;
  entry.name = "main";
  entry.inputs = {
      value("ids", ElementType::I64, Role::Ids, {-1, -1}),
      value("mask", ElementType::I32, Role::AttentionMask, {-1, -1})};
  entry.outputs = {
      value("logits", ElementType::F32, Role::Logits, {-1, -1, 10})};
  model.entries = {entry};
  store();
  EXPECT_EQ(open(), "");
  Model good = model;
  model.entries[0].outputs[0].dims[2].size = 9;
  expectStoredError("logits of an unexpected type or shape");
  model = good;
  model.entries[0].inputs[1].role = Role::Plain;
  expectStoredError("has the unexpected input 'mask'");
  model = good;
  model.entries[0].inputs[1].type = ElementType::F32;
  expectStoredError("'mask' is no i64 or i32");
  model = good;
  model.entries[0].inputs[0].dims.pop_back();
  expectStoredError("'ids' is not [batch, sequence]");
  model = good;
  model.entries[0].inputs.erase(model.entries[0].inputs.begin());
  expectStoredError("entry 'main' has no token ids");
}
