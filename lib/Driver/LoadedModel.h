//===- LoadedModel.h - What the driver compiles to run it -------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_DRIVER_LOADEDMODEL_H
#define GG_LIB_DRIVER_LOADEDMODEL_H

#include "Job.h"
#include "gg-runtime/gg.h"
#include "gg/Weights/Format.h"

#include <memory>

namespace gg {

/// An artifact in the job's temporary folder, for this machine, and a session.
class LoadedModel {
public:
  /// Compiles the entries of `module`, which is at buffers.
  static llvm::FailureOr<LoadedModel> compile(Job &job, mlir::ModuleOp module,
                                              weights::Model description,
                                              llvm::StringRef name);

  gg_session *session() const { return theSession.get(); }
  gg_model_info info() const {
    gg_model_info result;
    gg_model_get_info(model.get(), &result);
    return result;
  }

private:
  struct Deleter {
    void operator()(gg_model *model) const { gg_model_free(model); }
    void operator()(gg_session *session) const { gg_session_free(session); }
  };

  std::unique_ptr<gg_model, Deleter> model;
  std::unique_ptr<gg_session, Deleter> theSession;
};

} // namespace gg

#endif // GG_LIB_DRIVER_LOADEDMODEL_H
