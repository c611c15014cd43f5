//===- Calibrate.h - What linear layers are fed with ------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Rounding with error feedback wants the second moments of what each linear
// layer is fed with. So the model runs, segment by segment, over windows of a
// calibration text; before a segment runs, the weights that it begins with are
// rounded as rf8-quantize will round them, so that later layers see what
// quantized earlier ones make of the text.
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_DRIVER_CALIBRATE_H
#define GG_LIB_DRIVER_CALIBRATE_H

#include "Job.h"
#include "gg/Weights/Format.h"
#include "mlir/IR/OwningOpRef.h"

namespace gg {

/// Whether `options` ask for weights that are rounded by statistics.
bool needsStatistics(const CompileOptions &options);

/// The path of a statistics file of `graph`, a decoder in the onnx dialect that
/// will be `model`; read or gathered as the options say. The file lasts as long
/// as the job does, or stays where the user wants it.
llvm::FailureOr<std::string>
gatherStatistics(Job &job, mlir::OwningOpRef<mlir::ModuleOp> graph,
                 const weights::Model &model);

} // namespace gg

#endif // GG_LIB_DRIVER_CALIBRATE_H
