//===- NativeTest.cpp - CPUs, objects and shared objects ----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "TemporaryFolder.h"
#include "gg/InitAll.h"
#include "gg/Target/Native/Emit.h"
#include "gg/Weights/CPUFeatures.h"
#include "mlir/Parser/Parser.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/TargetParser/Host.h"
#include "gtest/gtest.h"

#include <dlfcn.h>
#include <fstream>

using namespace gg;
using namespace gg::native;
using namespace llvm;

namespace {

std::string errorOf(Error error) { return toString(std::move(error)); }

//===----------------------------------------------------------------------===//
// CPU
//===----------------------------------------------------------------------===//

constexpr char kX86[] = "x86_64-linux-gnu", kArm[] = "aarch64-linux-gnu";

CPU get(StringRef spec, StringRef triple = kX86) {
  Expected<CPU> cpu = parseCPU(spec, triple);
  if (cpu)
    return *cpu;
  ADD_FAILURE() << errorOf(cpu.takeError());
  return {};
}

TEST(CPU, LevelsHaveTheirFeatures) {
  // The x86-64 psABI's table.
  CPU v1 = get("x86-64"), v2 = get("x86-64-v2"), v3 = get("x86-64-v3"),
      v4 = get("x86-64-v4");
  EXPECT_TRUE(v1.has("sse2") && !v1.has("sse3"));
  EXPECT_TRUE(v2.has("sse4.1") && v2.has("popcnt") && !v2.has("avx"));
  EXPECT_TRUE(v3.has("avx2") && v3.has("fma") && v3.has("f16c"));
  EXPECT_FALSE(v3.has("avx512f"));
  for (const char *feature : {"avx512f", "avx512bw", "avx512dq", "avx512vl"})
    EXPECT_TRUE(v4.has(feature)) << feature;
  EXPECT_FALSE(v4.has("avx512bf16"));
}

TEST(CPU, TakesFeatures) {
  CPU cpu = get("x86-64-v4+avx512bf16");
  EXPECT_EQ(cpu.level, "x86-64-v4+avx512bf16");
  EXPECT_EQ(cpu.name, "x86-64-v4");
  EXPECT_TRUE(cpu.has("avx512bf16"));
  // avx512f brings what it needs.
  EXPECT_TRUE(get("x86-64+avx512f").has("avx2"));
  EXPECT_TRUE(get("generic+dotprod", kArm).has("dotprod"));
}

// The runtime refuses code that needs what it cannot find out about.
TEST(CPU, NeedsOnlyWhatProgramsCanFindOut) {
  for (const char *name :
       {"generic", "cortex-a72", "neoverse-n1", "neoverse-v2", "ampere1"}) {
    CPU cpu = get(name, kArm);
    EXPECT_TRUE(cpu.has("neon")) << name;
    for (const std::string &feature : cpu.features)
      EXPECT_TRUE(llvm::any_of(
          gg::weights::kAArch64Features,
          [&](const auto &known) { return feature == known.name; }))
          << name << " " << feature;
  }
  EXPECT_TRUE(get("neoverse-v2", kArm).has("sve2"));
  for (const char *name : {"x86-64-v4", "znver4", "znver5", "sapphirerapids",
                           "emeraldrapids", "diamondrapids"})
    for (const std::string &feature : get(name).features)
      EXPECT_TRUE(llvm::any_of(
          gg::weights::x86::kFeatures,
          [&](const auto &known) { return feature == known.name; }))
          << name << " " << feature;
  // What is asked for is kept, so that the runtime can refuse it.
  EXPECT_FALSE(get("sapphirerapids").has("uintr"));
  EXPECT_TRUE(get("sapphirerapids+uintr").has("uintr"));
  EXPECT_TRUE(get("neoverse-v2+sve2p1", kArm).has("sve2p1"));
  EXPECT_FALSE(get("cortex-a72", kArm).has("sve"));
}

TEST(CPU, NativeIsThisMachine) {
  CPU cpu = get("native", "");
  EXPECT_FALSE(cpu.name.empty());
  EXPECT_NE(cpu.name, "native");
  EXPECT_EQ(cpu.level, cpu.name);
}

TEST(CPU, RefusesWhatLLVMDoesNotKnow) {
  auto error = [](StringRef spec, StringRef triple) {
    Expected<CPU> cpu = parseCPU(spec, triple);
    return cpu ? "" : errorOf(cpu.takeError());
  };
  EXPECT_EQ(error("pentium9000", kX86), "unknown CPU 'pentium9000'");
  EXPECT_EQ(error("", kX86), "unknown CPU ''");
  EXPECT_EQ(error("x86-64-v3+teleport", kX86),
            "unknown CPU feature 'teleport'");
  EXPECT_EQ(error("x86-64-v3+", kX86),
            "expected a feature after '+' in 'x86-64-v3+'");
  EXPECT_EQ(error("pentium4", kX86), "CPU 'pentium4' is not a 64-bit one");
  EXPECT_EQ(error("x86-64-v3", kArm), "unknown CPU 'x86-64-v3'");
  if (Triple(sys::getProcessTriple()).isX86_64())
    EXPECT_EQ(error("native", kArm),
              "'native' is not a CPU of 'aarch64-unknown-linux-gnu'; name one, "
              "as 'generic'");
  EXPECT_EQ(error("generic", "riscv64-linux-gnu"),
            "expected an x86-64 or aarch64 target but got "
            "'riscv64-unknown-linux-gnu'");
  EXPECT_NE(error("generic", "pdp11-linux-gnu"), "");
}

TEST(CPU, ListsEachOnce) {
  auto cpus = parseCPUList("x86-64-v3, x86-64-v4,x86-64-v3", kX86);
  ASSERT_TRUE(bool(cpus)) << errorOf(cpus.takeError());
  ASSERT_EQ(cpus->size(), 2u);
  EXPECT_EQ((*cpus)[0].level, "x86-64-v3");
  EXPECT_EQ((*cpus)[1].level, "x86-64-v4");
  auto bad = parseCPUList("x86-64-v3,,x86-64-v4", kX86);
  ASSERT_FALSE(bool(bad));
  EXPECT_EQ(errorOf(bad.takeError()), "unknown CPU ''");
}

//===----------------------------------------------------------------------===//
// Objects
//===----------------------------------------------------------------------===//

/// y[i] += x[i], and a memset as LLVM makes it of a loop over zeros.
constexpr char kProgram[] = R"(
llvm.func @gg_add(%x: !llvm.ptr, %y: !llvm.ptr, %n: i64) {
  %zero = llvm.mlir.constant(0 : i64) : i64
  %one = llvm.mlir.constant(1 : i64) : i64
  llvm.br ^loop(%zero : i64)
^loop(%i: i64):
  %more = llvm.icmp "slt" %i, %n : i64
  llvm.cond_br %more, ^body, ^done
^body:
  %px = llvm.getelementptr %x[%i] : (!llvm.ptr, i64) -> !llvm.ptr, f32
  %py = llvm.getelementptr %y[%i] : (!llvm.ptr, i64) -> !llvm.ptr, f32
  %a = llvm.load %px : !llvm.ptr -> f32
  %b = llvm.load %py : !llvm.ptr -> f32
  %c = llvm.fadd %a, %b : f32
  llvm.store %c, %py : f32, !llvm.ptr
  %next = llvm.add %i, %one : i64
  llvm.br ^loop(%next : i64)
^done:
  llvm.return
}
llvm.func @gg_clear(%x: !llvm.ptr, %n: i64) {
  %zero = llvm.mlir.constant(0 : i8) : i8
  "llvm.intr.memset"(%x, %zero, %n) <{isVolatile = false}> : (!llvm.ptr, i8, i64) -> ()
  llvm.return
}
)";

constexpr char kUndefined[] = R"(
llvm.func @elsewhere()
llvm.func @gg_main() {
  llvm.call @elsewhere() : () -> ()
  llvm.return
}
)";

class NativeTest : public ::testing::Test {
protected:
  static mlir::DialectRegistry makeRegistry() {
    mlir::DialectRegistry registry;
    registerAllDialects(registry);
    registerTranslations(registry);
    return registry;
  }

  Bytes emit(const char *program, const CPU &cpu) {
    auto module = mlir::parseSourceString<mlir::ModuleOp>(program, &context);
    EXPECT_TRUE(bool(module));
    Expected<Bytes> object = emitObject(*module, cpu);
    if (object)
      return std::move(*object);
    ADD_FAILURE() << errorOf(object.takeError());
    return {};
  }

  mlir::MLIRContext context{makeRegistry()};
};

struct Target {
  const char *cpu, *triple;
  unsigned machine;
};

const Target kTargets[] = {{"x86-64", kX86, ELF::EM_X86_64},
                           {"x86-64-v2", kX86, ELF::EM_X86_64},
                           {"x86-64-v3", kX86, ELF::EM_X86_64},
                           {"x86-64-v4", kX86, ELF::EM_X86_64},
                           {"x86-64-v4+avx512bf16", kX86, ELF::EM_X86_64},
                           {"generic", kArm, ELF::EM_AARCH64},
                           {"neoverse-v2", kArm, ELF::EM_AARCH64}};

TEST_F(NativeTest, EmitsObjectsThatNeedNothing) {
  for (const Target &target : kTargets) {
    Bytes object = emit(kProgram, get(target.cpu, target.triple));
    auto file = object::ObjectFile::createELFObjectFile(
        MemoryBufferRef(StringRef(object.data(), object.size()), "object"));
    ASSERT_TRUE(bool(file)) << errorOf(file.takeError());
    auto *elf = cast<object::ELFObjectFileBase>(file->get());
    EXPECT_EQ(elf->getEMachine(), target.machine) << target.cpu;
    std::vector<std::string> defined;
    for (object::ELFSymbolRef symbol : elf->symbols()) {
      StringRef name = cantFail(symbol.getName());
      uint32_t flags = cantFail(symbol.getFlags());
      if (name.empty()) // the first entry of every symbol table
        continue;
      EXPECT_FALSE(flags & object::SymbolRef::SF_Undefined)
          << target.cpu << ": " << name.str();
      if (name.starts_with("gg_"))
        defined.push_back(name.str());
    }
    EXPECT_EQ(defined, (std::vector<std::string>{"gg_add", "gg_clear"}))
        << target.cpu;
  }
}

TEST_F(NativeTest, SaysTheCPUInLLVMIR) {
  auto module = mlir::parseSourceString<mlir::ModuleOp>(kProgram, &context);
  Expected<std::string> text = emitLLVM(*module, get("x86-64-v4"));
  ASSERT_TRUE(bool(text)) << errorOf(text.takeError());
  EXPECT_NE(text->find("\"target-cpu\"=\"x86-64-v4\""), std::string::npos);
  EXPECT_NE(text->find("<16 x float>"), std::string::npos);
  text = emitLLVM(*module, get("x86-64-v2"));
  ASSERT_TRUE(bool(text)) << errorOf(text.takeError());
  EXPECT_NE(text->find("<4 x float>"), std::string::npos);
  EXPECT_EQ(text->find("<16 x float>"), std::string::npos);
}

/// Whether this machine runs code of an x86-64 level.
bool runs(const CPU &cpu) {
  Expected<CPU> host = parseCPU("native");
  if (!host) {
    consumeError(host.takeError());
    return false;
  }
  return host->triple.getArch() == cpu.triple.getArch() &&
         all_of(cpu.features,
                [&](const std::string &feature) { return host->has(feature); });
}

TEST_F(NativeTest, LinksCodeThatRuns) {
  for (const Target &target : kTargets) {
    CPU cpu = get(target.cpu, target.triple);
    Bytes object = emit(kProgram, cpu);
    Expected<Bytes> shared = linkShared(object, cpu);
    ASSERT_TRUE(bool(shared)) << errorOf(shared.takeError());
    if (!runs(cpu))
      continue;
    test::TemporaryFolder folder;
    std::string path = folder / "code.so";
    std::ofstream(path, std::ios::binary)
        .write(shared->data(), std::streamsize(shared->size()));
    void *library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    ASSERT_TRUE(library) << dlerror();
    auto add = reinterpret_cast<void (*)(const float *, float *, int64_t)>(
        dlsym(library, "gg_add"));
    auto clear = reinterpret_cast<void (*)(float *, int64_t)>(
        dlsym(library, "gg_clear"));
    ASSERT_TRUE(add && clear);
    std::vector<float> x(37), y(37), want(37);
    for (int i = 0; i < 37; ++i) {
      x[i] = float(i), y[i] = float(100 - 3 * i);
      want[i] = float(100 - 2 * i);
    }
    add(x.data(), y.data(), 37);
    EXPECT_EQ(y, want) << target.cpu;
    clear(y.data(), 36 * sizeof(float));
    want.assign(37, 0);
    want[36] = 28;
    EXPECT_EQ(y, want) << target.cpu;
    dlclose(library);
  }
}

TEST_F(NativeTest, SaysWhatDoesNotLink) {
  CPU cpu = get("x86-64-v3");
  Expected<Bytes> shared = linkShared(emit(kUndefined, cpu), cpu);
  ASSERT_FALSE(bool(shared));
  std::string error = errorOf(shared.takeError());
  EXPECT_NE(error.find("linking failed"), std::string::npos) << error;
  EXPECT_NE(error.find("undefined symbol: elsewhere"), std::string::npos)
      << error;
}

TEST_F(NativeTest, LinksNothingButObjects) {
  const char text[] = "this is no object";
  Expected<Bytes> shared = linkShared(text, get("x86-64-v3"));
  ASSERT_FALSE(bool(shared));
  EXPECT_NE(errorOf(shared.takeError()).find("linking failed"),
            std::string::npos);
}

} // namespace
