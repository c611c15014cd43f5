//===- Backend.cpp - From buffers to code and artifacts ------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Backend.h"

#include "ModelSection.h"
#include "gg/Target/Native/Emit.h"

using namespace mlir;
using namespace gg;

/// Lowers a copy of `module` for `cpu` and emits it; none after an error.
template <typename T>
static std::optional<T>
generate(Job &job, ModuleOp module, const native::CPU &cpu,
         llvm::Expected<T> (*emit)(ModuleOp, const native::CPU &),
         weights::Model *model) {
  OwningOpRef<ModuleOp> copy = module.clone();
  CodegenOptions codegen;
  codegen.features = cpu.features;
  codegen.cpu = cpu.name;
  codegen.activations = job.options.activations;
  if (failed(job.runPasses(*copy,
                           [&](OpPassManager &pm, PipelineErrorHandler errors) {
                             return buildCodegenPipeline(pm, codegen, errors);
                           })))
    return std::nullopt;
  if (model)
    describeArenas(*copy, *model);
  llvm::Expected<T> result = emit(*copy, cpu);
  if (result)
    return std::move(*result);
  (void)job.error(llvm::toString(result.takeError()));
  return std::nullopt;
}

LogicalResult gg::writeArtifact(Job &job, ModuleOp module,
                                ArrayRef<native::CPU> cpus,
                                weights::Model model, artifact::Store store,
                                StringRef output) {
  artifact::Artifact result;
  result.model = std::move(model);
  result.store = store;
  std::vector<native::Bytes> code;
  for (const native::CPU &cpu : cpus) {
    job.progress("code for " + cpu.level);
    auto object = generate(job, module, cpu, native::emitObject, &result.model);
    if (!object)
      return failure();
    auto shared = native::linkShared(*object, cpu);
    if (!shared)
      return job.error(llvm::toString(shared.takeError()));
    code.push_back(std::move(*shared));
  }
  for (auto [cpu, bytes] : llvm::zip_equal(cpus, code)) {
    weights::Code entry;
    entry.level = cpu.level;
    entry.fileName = "code." + cpu.level + ".so";
    entry.architecture = cpu.triple.isX86_64() ? "x86_64" : "aarch64";
    entry.features = cpu.features;
    result.codes.push_back(
        {std::move(entry),
         {reinterpret_cast<const uint8_t *>(bytes.data()), bytes.size()}});
  }
  if (failed(collectWeights(module, result.tensors)))
    return failure();
  job.progress("writing " + output);
  if (llvm::Error failed = artifact::write(result, output))
    return job.error(llvm::toString(std::move(failed)));
  return success();
}

std::optional<std::string> gg::emitCode(Job &job, ModuleOp module,
                                        const native::CPU &cpu, bool asText) {
  job.progress("code for " + cpu.level);
  if (asText)
    return generate(job, module, cpu, native::emitLLVM, nullptr);
  auto object = generate(job, module, cpu, native::emitObject, nullptr);
  if (!object)
    return std::nullopt;
  return std::string(object->data(), object->size());
}
