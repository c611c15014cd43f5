//===- ONNXTensorTest.cpp - Elements of ONNX tensors ----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ONNXBytes.h"
#include "TemporaryFolder.h"
#include "gg/Target/ONNX/ElementType.h"
#include "gg/Target/ONNX/TensorData.h"

#include "gtest/gtest.h"

#include <fstream>

using namespace gg;
using namespace gg::test;
using llvm::StringRef;

namespace {

void writeFile(const std::string &path, StringRef bytes) {
  std::ofstream(path, std::ios::binary).write(bytes.data(), bytes.size());
}

/// The elements of a tensor message; external data lies beside `model`.
llvm::Expected<TensorData> read(const Bytes &tensor,
                                const std::string &model = "model.onnx") {
  auto owner = std::make_shared<const std::string>(tensor.data);
  auto proto = proto::parseTensor({*owner, owner->data()});
  if (!proto)
    return proto.takeError();
  ExternalFiles files(model);
  return readTensor(*proto, owner, files);
}

std::string errorOf(const Bytes &tensor,
                    const std::string &model = "model.onnx") {
  llvm::Expected<TensorData> data = read(tensor, model);
  return data ? "" : toString(data.takeError());
}

template <typename T> std::vector<T> elements(const Bytes &tensor) {
  llvm::Expected<TensorData> data = read(tensor);
  if (!data) {
    ADD_FAILURE() << toString(data.takeError());
    return {};
  }
  std::vector<T> values(data->bytes.size() / sizeof(T));
  if (!values.empty())
    std::memcpy(values.data(), data->bytes.data(), data->bytes.size());
  return values;
}

Bytes makeTyped(int type, int64_t count, const Bytes &fields) {
  return Bytes().integer(1, count).integer(2, type).bytes(8, "t").raw(
      fields.data);
}

TEST(TensorData, RawBytesAreAView) {
  auto owner = std::make_shared<const std::string>(
      makeTensor("t", 1, {1, 2}, Bytes().plain(1.0f).plain(2.0f).data).data);
  auto proto = proto::parseTensor({*owner, owner->data()});
  ASSERT_TRUE(bool(proto));
  ExternalFiles files("model.onnx");
  auto data = readTensor(*proto, owner, files);
  ASSERT_TRUE(bool(data));
  EXPECT_EQ(data->owner, owner);
  EXPECT_GE(data->bytes.data(), owner->data());
  EXPECT_LE(data->bytes.end(), owner->data() + owner->size());
}

TEST(TensorData, ReadsTypedFields) {
  std::string floats = Bytes().plain(1.0f).plain(2.0f).data;
  EXPECT_EQ(elements<float>(makeTyped(1, 2, Bytes().bytes(4, floats))),
            (std::vector<float>{1, 2}));
  EXPECT_EQ(elements<float>(makeTyped(1, 2, Bytes().real(4, 1).real(4, 2))),
            (std::vector<float>{1, 2}));
  EXPECT_EQ(
      elements<float>(makeTyped(1, 3, Bytes().bytes(4, floats).real(4, 3))),
      (std::vector<float>{1, 2, 3}));
  EXPECT_EQ(elements<double>(
                makeTyped(11, 1, Bytes().bytes(10, Bytes().plain(2.5).data))),
            (std::vector<double>{2.5}));
  EXPECT_EQ(
      elements<int64_t>(makeTyped(7, 2, Bytes().integer(7, -1).integer(7, 5))),
      (std::vector<int64_t>{-1, 5}));
  EXPECT_EQ(elements<int32_t>(makeTyped(6, 1, Bytes().integer(5, -7))),
            (std::vector<int32_t>{-7}));
  EXPECT_EQ(elements<int16_t>(makeTyped(5, 1, Bytes().integer(5, -7))),
            (std::vector<int16_t>{-7}));
  EXPECT_EQ(elements<int8_t>(makeTyped(3, 1, Bytes().integer(5, -7))),
            (std::vector<int8_t>{-7}));
  EXPECT_EQ(elements<uint16_t>(makeTyped(10, 1, Bytes().integer(5, 0x3c00))),
            (std::vector<uint16_t>{0x3c00}));
  EXPECT_EQ(elements<uint32_t>(makeTyped(12, 1, Bytes().integer(11, 4e9))),
            (std::vector<uint32_t>{4000000000}));
  EXPECT_EQ(elements<uint64_t>(makeTyped(13, 1, Bytes().integer(11, -1))),
            (std::vector<uint64_t>{~uint64_t(0)}));
  EXPECT_EQ(elements<uint8_t>(
                makeTyped(22, 3, Bytes().integer(5, 0x21).integer(5, 0x0f))),
            (std::vector<uint8_t>{0x21, 0x0f}));
}

TEST(TensorData, MakesBooleansZeroOrOne) {
  EXPECT_EQ(elements<uint8_t>(makeTensor("t", 9, {3}, StringRef("\0\1\7", 3))),
            (std::vector<uint8_t>{0, 1, 1}));
}

TEST(TensorData, ReadsEmptyTensors) {
  EXPECT_TRUE(elements<float>(makeTensor("t", 1, {0, 5}, "")).empty());
  EXPECT_TRUE(elements<float>(makeTyped(1, 0, {})).empty());
  EXPECT_TRUE(elements<int64_t>(makeTyped(7, 0, {})).empty());
}

TEST(TensorData, RefusesWrongSizes) {
  EXPECT_EQ(errorOf(makeTensor("t", 1, {2}, "abcd")),
            "tensor 't': expected 8 bytes of elements but got 4");
  EXPECT_EQ(errorOf(makeTensor("t", 1, {}, "")),
            "tensor 't': expected 4 bytes of elements but got 0");
  EXPECT_EQ(errorOf(makeTensor("t", 22, {3}, "a")),
            "tensor 't': expected 2 bytes of elements but got 1");
  EXPECT_EQ(errorOf(makeTyped(6, 2, Bytes().integer(5, 1))),
            "tensor 't': expected 8 bytes of elements but got 4");
}

TEST(TensorData, RefusesWrongShapes) {
  EXPECT_EQ(errorOf(makeTensor("t", 1, {-1}, "")),
            "tensor 't': expected a dimension of at least 0 but got -1");
  EXPECT_EQ(
      errorOf(makeTensor("t", 1, {int64_t(1) << 40, int64_t(1) << 40}, "")),
      "tensor 't': the shape has more elements than 64 bits hold");
  EXPECT_EQ(errorOf(makeTensor("t", 1, {0, int64_t(1) << 62, 8}, "")),
            "tensor 't': the shape has more elements than 64 bits hold");
  Bytes deep = makeTensor("t", 1, {}, "");
  for (int i = 0; i < 65; ++i)
    deep.integer(1, 1);
  EXPECT_EQ(errorOf(deep),
            "tensor 't': expected at most 64 dimensions but got 65");
}

TEST(TensorData, RefusesWrongTypes) {
  EXPECT_EQ(errorOf(makeTensor("t", 8, {1}, "")),
            "tensor 't': element type STRING is not supported");
  EXPECT_EQ(errorOf(makeTensor("t", 14, {1}, "")),
            "tensor 't': element type COMPLEX64 is not supported");
  EXPECT_EQ(errorOf(makeTensor("t", 99, {1}, "")),
            "tensor 't': element type an unknown type is not supported");
  EXPECT_EQ(errorOf(makeTyped(1, 1, Bytes().integer(5, 1))),
            "tensor 't': expected the elements of FLOAT in field 4 but "
            "another field holds some");
  EXPECT_EQ(errorOf(makeTyped(2, 1, Bytes().integer(5, 256))),
            "tensor 't': element 0: 256 does not fit UINT8");
  EXPECT_EQ(errorOf(makeTyped(1, 1, Bytes().integer(4, 1))),
            "tensor 't': byte 7: field 4 of TensorProto: expected a "
            "length-delimited value but got a varint");
  EXPECT_EQ(errorOf(makeTensor("t", 1, {1}, "abcd").real(4, 1)),
            "tensor 't': expected one of raw, typed and external data but got "
            "several");
}

TEST(TensorData, NamesEveryElementType) {
  EXPECT_EQ(getElementTypeName(1), "FLOAT");
  EXPECT_EQ(getElementTypeName(0), "UNDEFINED");
  EXPECT_EQ(getElementTypeName(-5), "an unknown type");
}

class ExternalData : public testing::Test {
protected:
  ExternalData() : model(folder / "model.onnx") {
    writeFile(model, "");
    writeFile(folder / "data", "0123456789abcdef");
  }

  std::string error(StringRef location, StringRef offset, StringRef length) {
    return errorOf(makeExternal("t", {2}, location, offset, length), model);
  }

  TemporaryFolder folder;
  std::string model;
};

TEST_F(ExternalData, IsAViewOfTheFile) {
  auto data = read(makeExternal("t", {2}, "data", "3", "8"), model);
  ASSERT_TRUE(bool(data));
  EXPECT_EQ(StringRef(data->bytes.data(), data->bytes.size()), "3456789a");
  EXPECT_EQ(error("data", "8", ""), "");
  EXPECT_EQ(error("./data", "", ""), "");
}

TEST_F(ExternalData, IsBounded) {
  EXPECT_EQ(error("data", "9", "8"),
            "tensor 't': external data 'data': expected 8 bytes at offset 9 "
            "but the file has 16");
  EXPECT_EQ(error("data", "18446744073709551615", ""),
            "tensor 't': external data 'data': expected 8 bytes at offset "
            "18446744073709551615 but the file has 16");
  EXPECT_EQ(error("data", "0", "16"),
            "tensor 't': expected 8 bytes of elements but got 16");
  EXPECT_EQ(error("data", "-1", ""),
            "tensor 't': expected a number as external offset but got '-1'");
  EXPECT_EQ(error("data", "0", "x"),
            "tensor 't': expected a number as external length but got 'x'");
}

TEST_F(ExternalData, StaysInTheModelsFolder) {
  EXPECT_EQ(error(folder / "data", "", ""),
            "tensor 't': external data '" + folder / "data" +
                "': expected a path relative to the model but it is absolute");
  EXPECT_EQ(error("sub/../data", "", ""),
            "tensor 't': external data 'sub/../data': expected a path below "
            "the model but it holds '..'");
  EXPECT_EQ(error("", "", ""), "tensor 't': the external data has no location");
  EXPECT_EQ(error(StringRef("data\0x", 6), "", ""),
            "tensor 't': external data 'data" + std::string(1, '\0') +
                "x': expected the name of a file");
  TemporaryFolder elsewhere;
  writeFile(elsewhere / "secret", "0123456789abcdef");
  std::filesystem::create_symlink(elsewhere / "secret", folder / "link");
  EXPECT_EQ(error("link", "", ""),
            "tensor 't': external data 'link': expected a file in the model's "
            "folder but the link leads elsewhere");
}

/// Download caches hold links to the model and to its data.
TEST_F(ExternalData, MayLieBesideTheRealModel) {
  TemporaryFolder snapshot;
  std::filesystem::create_symlink(model, snapshot / "model.onnx");
  std::filesystem::create_symlink(folder / "data", snapshot / "data");
  EXPECT_EQ(
      errorOf(makeExternal("t", {2}, "data", "", ""), snapshot / "model.onnx"),
      "");
}

TEST_F(ExternalData, MustBeARegularFile) {
  EXPECT_EQ(error("missing", "", ""),
            "tensor 't': external data 'missing': No such file or directory");
  std::filesystem::create_directory(folder / "sub");
  EXPECT_EQ(error("sub", "", ""),
            "tensor 't': external data 'sub': not a regular file");
  writeFile(folder / "empty", "");
  EXPECT_EQ(error("empty", "", ""),
            "tensor 't': external data 'empty': expected 8 bytes at offset 0 "
            "but the file has 0");
}

TEST(TensorFile, ReadsATensorProto) {
  TemporaryFolder folder;
  writeFile(folder / "t.pb", makeTensor("t", 2, {2}, "ab").data);
  auto data = readTensorFile(folder / "t.pb");
  ASSERT_TRUE(bool(data));
  EXPECT_EQ(data->elementType, 2);
  EXPECT_EQ(StringRef(data->bytes.data(), 2), "ab");
  writeFile(folder / "t.pb", "\x0f");
  EXPECT_EQ(toString(readTensorFile(folder / "t.pb").takeError()),
            "byte 0: field 1 of TensorProto: expected wire type 0, 1, 2 or 5 "
            "but got 7");
  EXPECT_EQ(toString(readTensorFile(folder / "none.pb").takeError()),
            "No such file or directory");
}

} // namespace
