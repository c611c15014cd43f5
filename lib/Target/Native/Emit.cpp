//===- Emit.cpp - From the LLVM dialect to an object ---------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Target/Native/Emit.h"

#include "Builtins.h"
#include "mlir/Target/LLVMIR/Dialect/ArmNeon/ArmNeonToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;
using namespace gg::native;

void gg::native::registerTranslations(mlir::DialectRegistry &registry) {
  mlir::registerArmNeonDialectTranslation(registry);
  mlir::registerBuiltinDialectTranslation(registry);
  mlir::registerLLVMDialectTranslation(registry);
}

static Error makeError(const Twine &message) {
  return createStringError(inconvertibleErrorCode(), message);
}

static Expected<std::unique_ptr<TargetMachine>>
createTargetMachine(const CPU &cpu) {
  InitializeAllTargetInfos();
  InitializeAllTargets();
  InitializeAllTargetMCs();
  InitializeAllAsmPrinters();
  std::string message;
  const Target *target = TargetRegistry::lookupTarget(cpu.triple, message);
  if (!target)
    return makeError(message);
  TargetOptions options;
  options.FunctionSections = true;
  options.DataSections = true;
  return std::unique_ptr<TargetMachine>(target->createTargetMachine(
      cpu.triple, cpu.name, cpu.featureString, options, Reloc::PIC_,
      std::nullopt, CodeGenOptLevel::Aggressive));
}

static void setFunctionAttributes(Module &module, const CPU &cpu) {
  for (Function &function : module) {
    if (function.isDeclaration())
      continue;
    function.addFnAttr("target-cpu", cpu.name);
    function.addFnAttr("target-features", cpu.featureString);
    // LLVM would stop at 256 bits on CPUs whose first models slowed down.
    if (cpu.has("avx512f"))
      function.addFnAttr("prefer-vector-width", "512");
    function.addFnAttr(Attribute::NoUnwind);
    // Entries call a kernel once a layer: inlining would undo the sharing.
    if (function.hasInternalLinkage())
      function.addFnAttr(Attribute::NoInline);
  }
}

static void optimize(Module &module, TargetMachine &machine) {
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager sccs;
  ModuleAnalysisManager modules;
  PipelineTuningOptions tuning;
  tuning.LoopVectorization = true;
  tuning.SLPVectorization = true;
  PassBuilder builder(&machine, tuning);
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(sccs);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, sccs, modules);
  builder.buildPerModuleDefaultPipeline(OptimizationLevel::O3)
      .run(module, modules);
}

namespace {

/// A module, optimized for a CPU, with what it rests on.
struct Program {
  std::unique_ptr<LLVMContext> context;
  std::unique_ptr<TargetMachine> machine;
  std::unique_ptr<Module> module;
};

} // namespace

/// Translates and optimizes.
static Expected<Program> build(mlir::ModuleOp module, const CPU &cpu) {
  auto machine = createTargetMachine(cpu);
  if (!machine)
    return machine.takeError();
  Program program{std::make_unique<LLVMContext>(), std::move(*machine),
                  nullptr};
  program.module =
      mlir::translateModuleToLLVMIR(module, *program.context, "gg");
  if (!program.module)
    return makeError("the module does not translate to LLVM IR");
  program.module->setTargetTriple(cpu.triple);
  program.module->setDataLayout(program.machine->createDataLayout());
  defineBuiltins(*program.module);
  setFunctionAttributes(*program.module, cpu);
  optimize(*program.module, *program.machine);
  return program;
}

Expected<std::string> gg::native::emitLLVM(mlir::ModuleOp module,
                                           const CPU &cpu) {
  Expected<Program> program = build(module, cpu);
  if (!program)
    return program.takeError();
  std::string text;
  raw_string_ostream stream(text);
  program->module->print(stream, nullptr);
  return text;
}

Expected<Bytes> gg::native::emitObject(mlir::ModuleOp module, const CPU &cpu) {
  Expected<Program> program = build(module, cpu);
  if (!program)
    return program.takeError();
  Bytes object;
  raw_svector_ostream stream(object);
  legacy::PassManager passes;
  if (program->machine->addPassesToEmitFile(passes, stream, nullptr,
                                            CodeGenFileType::ObjectFile))
    return makeError("no object file can be emitted for '" + cpu.triple.str() +
                     "'");
  passes.run(*program->module);
  return object;
}
