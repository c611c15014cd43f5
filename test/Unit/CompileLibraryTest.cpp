//===- CompileLibraryTest.cpp - The compiler's C API --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelFiles.h"
#include "gg-c/Compile.h"
#include "gg/Weights/ArtifactReader.h"
#include "gtest/gtest.h"

using namespace gg;
using namespace gg::test;

// CompileLibrary.c, which shows that the header is C.
extern "C" {
struct messages {
  int counts[4];
  char error[1000];
};
int compileFromC(const char *input, const char *output,
                 const char *const *names, const char *const *values, int count,
                 messages *messages);
int compileSilentlyFromC(const char *input, const char *output);
}

namespace {

struct Compilation {
  int result;
  messages said;
};

Compilation
compile(const std::string &input, const std::string &output,
        std::initializer_list<std::array<const char *, 2>> options) {
  std::vector<const char *> names, values;
  for (auto [name, value] : options) {
    names.push_back(name);
    values.push_back(value);
  }
  Compilation done;
  done.result = compileFromC(input.c_str(), output.c_str(), names.data(),
                             values.data(), int(names.size()), &done.said);
  return done;
}

TEST(CompileLibrary, CompilesWithOptions) {
  TemporaryFolder folder;
  std::string output = folder / "linear.gg";
  Compilation done = compile(writeModel(folder, makeLinear()), output,
                             {{"weights", "rf8"},
                              {"rf8", "e4r3d"},
                              {"rounding", "greedy"},
                              {"cpu", "x86-64-v3,x86-64-v4"},
                              {"target", "x86_64-linux-gnu"}});
  EXPECT_EQ(done.result, 0) << done.said.error;
  EXPECT_EQ(done.said.counts[GG_ERROR], 0);
  EXPECT_GT(done.said.counts[GG_PROGRESS], 0);

  std::string error;
  auto artifact = weights::ArtifactReader::open(output, error);
  ASSERT_TRUE(artifact) << error;
  EXPECT_EQ(artifact->model().weightsType, "e4r3d,greedy,channel");
  EXPECT_EQ(artifact->model().producer,
            std::string("gg ") + gg_compiler_version());
  std::vector<std::string> levels;
  for (const weights::Code &code : artifact->model().codes) {
    levels.push_back(code.level);
    EXPECT_TRUE(artifact->verifyCode(code, error)) << error;
  }
  EXPECT_EQ(levels, (std::vector<std::string>{"x86-64-v3", "x86-64-v4"}));
  EXPECT_TRUE(artifact->verifyPayload(error)) << error;
  EXPECT_TRUE(
      llvm::any_of(artifact->tensors(), [](const weights::Tensor &tensor) {
        return tensor.type == weights::ElementType::RF8E4R3D;
      }));
}

TEST(CompileLibrary, TakesNoHandler) {
  TemporaryFolder folder;
  std::string output = folder / "linear.gg";
  EXPECT_EQ(compileSilentlyFromC(writeModel(folder, makeLinear()).c_str(),
                                 output.c_str()),
            0);
  std::string error;
  EXPECT_TRUE(weights::ArtifactReader::open(output, error)) << error;
  EXPECT_EQ(compileSilentlyFromC((folder / "none.onnx").c_str(),
                                 (folder / "none.gg").c_str()),
            1);
}

TEST(CompileLibrary, RefusesOptions) {
  for (auto [name, value] :
       std::initializer_list<std::array<const char *, 2>>{{"weights", "int3"},
                                                          {"rf8", "e5m2"},
                                                          {"rounding", "up"},
                                                          {"scale", "group:0"},
                                                          {"context", "0"},
                                                          {"batch", "-1"},
                                                          {"kv", "f16"},
                                                          {"emit", "ptx"},
                                                          {"cpu", ""},
                                                          {"colour", "blue"}}) {
    Compilation done = compile("unused", "unused", {{name, value}});
    EXPECT_EQ(done.result, -1) << name << " " << value;
  }
}

/// Expects one error that has `text` in it, and nothing on disk.
void expectError(const std::string &input, const char *text,
                 std::initializer_list<std::array<const char *, 2>> options) {
  TemporaryFolder folder;
  Compilation done = compile(input, folder / "out.gg", options);
  EXPECT_EQ(done.result, 1);
  EXPECT_EQ(done.said.counts[GG_ERROR], 1);
  EXPECT_NE(std::string(done.said.error).find(text), std::string::npos)
      << done.said.error;
  EXPECT_TRUE(std::filesystem::is_empty(folder.path));
}

TEST(CompileLibrary, ReportsErrors) {
  TemporaryFolder folder;
  expectError(folder / "none.onnx", "none.onnx", {});
  std::string truncated = makeLinear().data;
  truncated.resize(truncated.size() - 3);
  expectError(writeModel(folder, Bytes().raw(truncated)), "model.onnx", {});
  expectError(writeModel(folder, makeUnsupported()), "Frobnicate", {});
  expectError(writeModel(folder, makeLinear()), "unknown CPU 'pentium9000'",
              {{"cpu", "pentium9000"}});
}

} // namespace
