//===- PipelinesTest.cpp - The named pipelines --------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Pipelines/Pipelines.h"
#include "ModelFiles.h"
#include "gg/InitAll.h"
#include "gg/Target/ONNX/ImportONNX.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/Pass/PassRegistry.h"
#include "gtest/gtest.h"

using namespace gg;
using namespace gg::test;
using namespace mlir;

namespace {

class PipelinesTest : public ::testing::Test {
protected:
  PipelinesTest() {
    static const bool registered = [] {
      registerAllPasses();
      return true;
    }();
    (void)registered;
    DialectRegistry registry;
    registerAllDialects(registry);
    context.appendDialectRegistry(registry);
  }

  /// Runs pipelines, as gg-opt would, over y = x · w.
  OwningOpRef<ModuleOp> run(StringRef pipelines) {
    auto owner = std::make_shared<const std::string>(makeLinear().data);
    OwningOpRef<ModuleOp> module =
        importONNX(*owner, owner, "model.onnx", &context);
    PassManager pm(&context);
    if (!module || failed(parsePassPipeline(pipelines, pm)) ||
        failed(pm.run(*module)))
      return nullptr;
    return module;
  }

  /// The ops of `module` whose name is `name`.
  static int count(ModuleOp module, StringRef name) {
    int count = 0;
    module.walk(
        [&](Operation *op) { count += op->getName().getStringRef() == name; });
    return count;
  }

  /// What parsing `pipeline` says.
  std::string errorOf(StringRef pipeline) {
    std::string message;
    llvm::raw_string_ostream stream(message);
    OpPassManager pm(ModuleOp::getOperationName());
    EXPECT_TRUE(failed(parsePassPipeline(pipeline, pm, stream)))
        << pipeline.str();
    return message;
  }

  MLIRContext context;
};

const std::string kLinalg = "gg-import-pipeline,gg-decoder-pipeline,"
                            "gg-linalg-pipeline";

TEST_F(PipelinesTest, ImportInfersShapes) {
  auto module = run("gg-import-pipeline");
  ASSERT_TRUE(module);
  ASSERT_EQ(count(*module, "onnx.MatMul"), 1);
  module->walk([](Operation *op) {
    for (Type type : op->getResultTypes())
      EXPECT_FALSE(isa<UnrankedTensorType>(type));
  });
}

TEST_F(PipelinesTest, LinalgLeavesNoOnnx) {
  auto module = run(kLinalg);
  ASSERT_TRUE(module);
  module->walk([](Operation *op) {
    EXPECT_NE(op->getName().getDialectNamespace(), "onnx");
  });
}

TEST_F(PipelinesTest, WeightsBecomeWhatIsAsked) {
  auto module = run(kLinalg + ",gg-weights-pipeline");
  ASSERT_TRUE(module);
  EXPECT_EQ(count(*module, "rf8.linear"), 1);
  std::string text;
  llvm::raw_string_ostream(text) << *module;
  EXPECT_EQ(text.find("!rf8.e4r3"), std::string::npos);

  module = run(kLinalg + ",gg-weights-pipeline{weights=rf8 format=e4r3d "
                         "rounding=greedy scale=tensor-pow2}");
  ASSERT_TRUE(module);
  EXPECT_EQ(count(*module, "rf8.linear"), 1);
  text.clear();
  llvm::raw_string_ostream(text) << *module;
  EXPECT_NE(text.find("!rf8.e4r3d"), std::string::npos);

  module = run(kLinalg + ",gg-weights-pipeline{weights=bf16}");
  ASSERT_TRUE(module);
  text.clear();
  llvm::raw_string_ostream(text) << *module;
  EXPECT_NE(text.find("xbf16>"), std::string::npos);
}

TEST_F(PipelinesTest, BuffersLeaveNoTensors) {
  auto module = run(kLinalg + ",gg-weights-pipeline,gg-buffer-pipeline");
  ASSERT_TRUE(module);
  EXPECT_EQ(count(*module, "gg.weight"), 1);
  module->walk([](Operation *op) {
    for (Type type : op->getResultTypes())
      EXPECT_FALSE(isa<TensorType>(type)) << op->getName().getStringRef().str();
  });
}

TEST_F(PipelinesTest, CodegenLeavesLLVMOnly) {
  for (const char *features :
       {"", "{features=sse2}", "{features=sse2,avx2,fma,f16c}",
        "{features=avx512f,avx512bw,avx512vl,fma}",
        "{features=avx512f,avx512bw,avx512vl,avx512bf16,fma activations=exact}",
        "{features=neon}"}) {
    auto module = run(kLinalg +
                      ",gg-weights-pipeline{weights=rf8},"
                      "gg-buffer-pipeline,gg-codegen-pipeline" +
                      features);
    ASSERT_TRUE(module) << features;
    bool found = false;
    module->walk([&](LLVM::LLVMFuncOp func) {
      found |= func.getName() == "gg_main";
      func.walk([](Operation *op) {
        EXPECT_EQ(op->getName().getDialectNamespace().take_front(4), "llvm")
            << op->getName().getStringRef().str();
      });
    });
    EXPECT_TRUE(found) << features;
  }
}

/// Which dot products and prefetches a CPU's name brings.
TEST_F(PipelinesTest, CodegenTunesForTheCPU) {
  auto expect = [&](StringRef cpu, bool dots, bool prefetches) {
    auto module = run(kLinalg +
                      ",gg-weights-pipeline{weights=rf8},gg-buffer-pipeline,"
                      "gg-codegen-pipeline{features=sse2,avx512f,avx512bw,"
                      "avx512vl,avx512bf16,fma cpu=" +
                      cpu.str() + "}");
    ASSERT_TRUE(module);
    std::string text;
    llvm::raw_string_ostream(text) << *module;
    EXPECT_EQ(text.find("dpbf16ps") != std::string::npos, dots) << cpu.str();
    EXPECT_EQ(text.find("llvm.intr.prefetch") != std::string::npos, prefetches)
        << cpu.str();
  };
  expect("znver4", true, false);
  expect("emeraldrapids", false, true);
  expect("x86-64-v4", true, true);
}

TEST_F(PipelinesTest, RefusesOptions) {
  auto expect = [&](StringRef pipeline, StringRef message) {
    std::string error = errorOf(pipeline);
    EXPECT_NE(error.find(message.str()), std::string::npos) << error;
  };
  expect("gg-import-pipeline{fast=true}", "no such option fast");
  expect("gg-decoder-pipeline{context=long}", "context=long");
  expect("gg-weights-pipeline{weights=int3}",
         "expected weights of f32, bf16 or rf8 but got 'int3'");
  expect("gg-weights-pipeline{weights=rf8 format=e5m2}", "e5m2");
  expect("gg-weights-pipeline{weights=rf8 rounding=up}", "up");
  expect("gg-codegen-pipeline{activations=f64}",
         "expected activations rounded or exact but got 'f64'");
}

/// What a pass finds out when it runs is a diagnostic of it.
TEST_F(PipelinesTest, PassesRefuseTheirOptions) {
  auto expect = [&](StringRef pipelines, StringRef message) {
    std::string errors;
    ScopedDiagnosticHandler handler(
        &context, [&](Diagnostic &diagnostic) { errors += diagnostic.str(); });
    EXPECT_FALSE(run(pipelines)) << pipelines.str();
    EXPECT_NE(errors.find(message.str()), std::string::npos) << errors;
  };
  expect("gg-import-pipeline,gg-decoder-pipeline{kv=f64}", "kv=f64");
  expect(kLinalg + ",gg-weights-pipeline{weights=rf8 scale=row}", "row");
}

TEST_F(PipelinesTest, HandOnWhatIsWrong) {
  PassManager pm(&context);
  WeightsOptions options;
  options.weights = "f8";
  std::string message;
  EXPECT_TRUE(failed(buildWeightsPipeline(
      pm, options, [&](const Twine &text) -> LogicalResult {
        message = text.str();
        return failure();
      })));
  EXPECT_EQ(message, "expected weights of f32, bf16 or rf8 but got 'f8'");
}

} // namespace
