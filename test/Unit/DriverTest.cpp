//===- DriverTest.cpp - Compilation of a model --------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelFiles.h"
#include "gg/Driver/Compile.h"
#include "gg/Weights/ArtifactReader.h"
#include "gtest/gtest.h"

using namespace gg;
using namespace gg::test;

namespace {

namespace fs = std::filesystem;

TEST(CompileOptions, TakesEachValue) {
  CompileOptions options;
  auto set = [&](llvm::StringRef name, llvm::StringRef value) {
    EXPECT_TRUE(succeeded(setOption(options, name, value)))
        << name.str() << "=" << value.str();
  };
  for (const char *value : {"f32", "bf16", "rf8"})
    set("weights", value);
  for (const char *value : {"e4r3", "e4r3d"})
    set("rf8", value);
  for (const char *value : {"nearest", "feedback", "greedy"})
    set("rounding", value);
  set("lookups", "bf16");
  set("rate", "0.25");
  for (const char *value : {"none", "self", "tokens.npy"})
    set("calibrate", value);
  set("statistics", "seen.ggs");
  for (const char *value : {"tensor-pow2", "channel", "group:64"})
    set("scale", value);
  for (const char *value : {"f32", "bf16"})
    set("kv", value);
  for (const char *value : {"rounded", "exact"})
    set("activations", value);
  for (const char *value : {"weights.html", "weights.json"})
    set("report", value);
  for (const char *value : {"packed", "small"})
    set("store", value);
  for (const char *value : {"zstd", "exp-golomb"})
    set("code", value);
  for (const char *value : {"onnx", "linalg", "rf8", "llvm", "obj", "artifact"})
    set("emit", value);
  set("context", "2147483647");
  set("batch", "3");
  set("cpu", "x86-64-v3,x86-64-v4");
  set("target", "aarch64-linux-gnu");
  EXPECT_EQ(options.weights, "rf8");
  EXPECT_EQ(options.rf8, "e4r3d");
  EXPECT_EQ(options.rounding, "greedy");
  EXPECT_EQ(options.lookups, "bf16");
  EXPECT_EQ(options.rate, 0.25);
  EXPECT_EQ(options.calibrate, "tokens.npy");
  EXPECT_EQ(options.statistics, "seen.ggs");
  EXPECT_EQ(options.scale, "group:64");
  EXPECT_EQ(options.kv, "bf16");
  EXPECT_EQ(options.activations, "exact");
  EXPECT_EQ(options.store, "small");
  EXPECT_EQ(options.code, "exp-golomb");
  EXPECT_EQ(options.emit, Emit::Artifact);
  EXPECT_EQ(options.context, 2147483647);
  EXPECT_EQ(options.batch, 3);
  EXPECT_EQ(options.cpu, "x86-64-v3,x86-64-v4");
  EXPECT_EQ(options.triple, "aarch64-linux-gnu");
}

TEST(CompileOptions, RefusesTheRestAndKeepsWhatWas) {
  CompileOptions options;
  for (auto [name, value] : std::initializer_list<std::array<const char *, 2>>{
           {"weights", "f16"},
           {"weights", ""},
           {"rf8", "e4m3"},
           {"rounding", "Nearest"},
           {"calibrate", ""},
           {"statistics", ""},
           {"rate", "-1"},
           {"rate", "inf"},
           {"lookups", "f32"},
           {"scale", "group:"},
           {"scale", "group:0"},
           {"scale", "group:-4"},
           {"scale", "row"},
           {"kv", "rf8"},
           {"activations", "bf16"},
           {"store", "zstd"},
           {"code", "rans"},
           {"emit", "so"},
           {"report", ""},
           {"report", "r.txt"},
           {"context", "0"},
           {"context", "1k"},
           {"context", "2147483648"},
           {"context", "99999999999999999999"},
           {"batch", "0"},
           {"batch", "-1"},
           {"batch", ""},
           {"cpu", ""},
           {"input", "x"},
           {"", ""}})
    EXPECT_TRUE(failed(setOption(options, name, value)))
        << name << "=" << value;
  CompileOptions fresh;
  EXPECT_EQ(options.weights, fresh.weights);
  EXPECT_EQ(options.scale, fresh.scale);
  EXPECT_EQ(options.context, fresh.context);
  EXPECT_EQ(options.batch, fresh.batch);
  EXPECT_EQ(options.cpu, fresh.cpu);
}

class DriverTest : public ::testing::Test {
protected:
  /// Compiles `model` to out.gg.
  llvm::LogicalResult compile(const Bytes &model) {
    options.input = writeModel(folder, model);
    options.output = folder / "out.gg";
    errors.clear();
    return compileModel(options, [&](Severity severity, llvm::StringRef text) {
      if (severity == Severity::Error)
        errors.push_back(text.str());
    });
  }

  /// The names in the folder beside the model.
  std::vector<std::string> listFiles() {
    std::vector<std::string> names;
    for (const auto &entry : fs::directory_iterator(folder.path))
      if (entry.path().filename() != "model.onnx")
        names.push_back(entry.path().filename());
    return names;
  }

  TemporaryFolder folder;
  CompileOptions options;
  std::vector<std::string> errors;
};

TEST_F(DriverTest, CompilesForSeveralCPUs) {
  options.cpu = "x86-64-v2,x86-64-v4,x86-64-v2";
  options.triple = "x86_64-linux-gnu";
  ASSERT_TRUE(succeeded(compile(makeLinear()))) << errors.front();
  EXPECT_EQ(listFiles(), std::vector<std::string>{"out.gg"});
  std::string error;
  auto artifact = weights::ArtifactReader::open(options.output, error);
  ASSERT_TRUE(artifact) << error;
  ASSERT_EQ(artifact->model().codes.size(), 2u);
  const char *levels[] = {"x86-64-v2", "x86-64-v4"};
  for (int i = 0; i < 2; ++i) {
    const weights::Code &code = artifact->model().codes[i];
    EXPECT_EQ(code.level, levels[i]);
    EXPECT_EQ(code.fileName, std::string("code.") + levels[i] + ".so");
    EXPECT_EQ(code.architecture, "x86_64");
    EXPECT_TRUE(artifact->verifyCode(code, error)) << error;
  }
  // Code without AVX asks for no AVX.
  auto needsAVX = [&](int code) {
    const auto &features = artifact->model().codes[code].features;
    return std::count(features.begin(), features.end(), "avx") > 0;
  };
  EXPECT_FALSE(needsAVX(0));
  EXPECT_TRUE(needsAVX(1));
}

TEST_F(DriverTest, CompilesForAnotherArchitecture) {
  options.cpu = "generic";
  options.triple = "aarch64-linux-gnu";
  ASSERT_TRUE(succeeded(compile(makeLinear()))) << errors.front();
  std::string error;
  auto artifact = weights::ArtifactReader::open(options.output, error);
  ASSERT_TRUE(artifact) << error;
  EXPECT_EQ(artifact->model().codes.front().architecture, "aarch64");
}

TEST_F(DriverTest, EmitsEachStage) {
  options.cpu = "x86-64-v3";
  options.triple = "x86_64-linux-gnu";
  for (auto [stage, text] :
       std::initializer_list<std::pair<Emit, const char *>>{
           {Emit::ONNX, "onnx.MatMul"},
           {Emit::Linalg, "linalg."},
           {Emit::RF8, "rf8.linear"},
           {Emit::LLVM, "@gg_main"},
           {Emit::Object, "\177ELF"}}) {
    options.emit = stage;
    ASSERT_TRUE(succeeded(compile(makeLinear()))) << text << errors.front();
    std::ifstream file(options.output, std::ios::binary);
    std::string content{std::istreambuf_iterator<char>(file), {}};
    EXPECT_NE(content.find(text), std::string::npos) << text;
  }
}

TEST_F(DriverTest, FailuresLeaveNothing) {
  auto expect = [&](const Bytes &model, const char *message) {
    EXPECT_TRUE(failed(compile(model))) << message;
    ASSERT_EQ(errors.size(), 1u);
    EXPECT_EQ(errors.front().find(options.input + ": "), 0u) << errors.front();
    EXPECT_NE(errors.front().find(message), std::string::npos)
        << errors.front();
    EXPECT_TRUE(listFiles().empty());
  };
  expect(Bytes().raw("no model"), "");
  expect(makeUnsupported(), "Frobnicate");
  options.weights = "f8";
  expect(makeLinear(), "expected weights of f32, bf16 or rf8 but got 'f8'");
  options.weights = "f32";
  options.kv = "f64";
  expect(makeLinear(), "kv=f64");
  options.kv = "f32";
  options.cpu = "x86-64-v3,pentium9000";
  options.triple = "x86_64-linux-gnu";
  expect(makeLinear(), "unknown CPU 'pentium9000'");
}

TEST_F(DriverTest, KeepsWhatIsNoArtifact) {
  fs::create_directory(folder / "out.gg");
  std::ofstream(folder / "out.gg/notes.txt") << "mine";
  EXPECT_TRUE(failed(compile(makeLinear())));
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_NE(errors.front().find("not replaced"), std::string::npos)
      << errors.front();
  EXPECT_TRUE(fs::exists(folder / "out.gg/notes.txt"));
  EXPECT_EQ(listFiles(), std::vector<std::string>{"out.gg"});
}

TEST_F(DriverTest, ReplacesAnArtifactAsAWhole) {
  options.cpu = "x86-64-v2";
  options.triple = "x86_64-linux-gnu";
  ASSERT_TRUE(succeeded(compile(makeLinear()))) << errors.front();
  options.cpu = "x86-64-v3";
  ASSERT_TRUE(succeeded(compile(makeLinear()))) << errors.front();
  EXPECT_FALSE(fs::exists(folder / "out.gg/code.x86-64-v2.so"));
  EXPECT_TRUE(fs::exists(folder / "out.gg/code.x86-64-v3.so"));
  EXPECT_EQ(listFiles(), std::vector<std::string>{"out.gg"});
}

TEST_F(DriverTest, ChecksOperators) {
  auto check = [&](const Bytes &model, std::string &text) {
    llvm::raw_string_ostream out(text);
    return checkModel(writeModel(folder, model), out,
                      [&](Severity, llvm::StringRef) {});
  };
  std::string text;
  EXPECT_TRUE(succeeded(check(makeLinear(), text)));
  EXPECT_NE(text.find("MatMul"), std::string::npos);
  text.clear();
  EXPECT_TRUE(failed(check(makeUnsupported(), text)));
  EXPECT_NE(text.find("Frobnicate"), std::string::npos);
}

} // namespace
