//===- LoadedModel.cpp - What the driver compiles to run it --------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LoadedModel.h"

#include "Backend.h"

using namespace mlir;
using namespace gg;

FailureOr<LoadedModel> LoadedModel::compile(Job &job, ModuleOp module,
                                            weights::Model description,
                                            StringRef name) {
  // It runs here, whatever machine the user's model is compiled for.
  auto cpus = native::parseCPUList("native");
  if (!cpus)
    return job.error(llvm::toString(cpus.takeError()));
  FailureOr<StringRef> folder = job.getTemporaryFolder();
  if (failed(folder))
    return failure();
  std::string path = (*folder + "/" + name).str();
  if (failed(writeArtifact(job, module, *cpus, std::move(description),
                           artifact::Store::Packed, path)))
    return failure();
  LoadedModel result;
  gg_model *model = nullptr;
  if (gg_model_load(path.c_str(), &model))
    return job.error(gg_last_error());
  result.model.reset(model);
  gg_session *session = nullptr;
  if (gg_session_create(model, /*threads=*/0, &session))
    return job.error(gg_last_error());
  result.theSession.reset(session);
  return result;
}
