//===- SplitParallel.h - Loops of one thread's share ------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_SPLITPARALLEL_H
#define GG_LIB_TRANSFORMS_SPLITPARALLEL_H

#include "mlir/Dialect/SCF/IR/SCF.h"

namespace gg {

/// About how many operations `op` executes; a dynamic extent counts as large.
int64_t estimateWork(mlir::Operation *op);

/// Replaces a parallel loop by loops over the calling thread's share of it: a
/// contiguous block of the largest dimension.
void splitParallel(mlir::scf::ParallelOp loop, mlir::Value thread,
                   mlir::Value threads);

} // namespace gg

#endif // GG_LIB_TRANSFORMS_SPLITPARALLEL_H
