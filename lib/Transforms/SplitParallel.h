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

/// Replaces a parallel loop by loops over ranges of its largest dimension that
/// the calling thread claims until none are left. `number` tells apart the
/// loops between two barriers.
void splitParallel(mlir::scf::ParallelOp loop, int64_t number);

} // namespace gg

#endif // GG_LIB_TRANSFORMS_SPLITPARALLEL_H
