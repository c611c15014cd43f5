//===- Axes.h - Axes that only the run may know -----------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_CONVERSION_ONNXTOLINALG_AXES_H
#define GG_LIB_CONVERSION_ONNXTOLINALG_AXES_H

#include "Emitter.h"

namespace gg::onnx {

/// For each dim of a tensor of rank `rank`, whether `axes` (a converted list of
/// integers) names it: booleans, computed at run time after a check that all
/// axes exist.
llvm::SmallVector<mlir::Value> emitAxisFlags(Emitter &e, mlir::Value axes,
                                             int64_t rank);

/// The sizes of the dims that are not dropped, of which there must be `rank`.
Sizes emitKeptSizes(Emitter &e, llvm::ArrayRef<mlir::OpFoldResult> sizes,
                    llvm::ArrayRef<mlir::Value> dropped, int64_t rank);

} // namespace gg::onnx

#endif // GG_LIB_CONVERSION_ONNXTOLINALG_AXES_H
