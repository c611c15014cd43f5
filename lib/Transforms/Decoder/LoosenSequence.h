//===- LoosenSequence.h - Any number of tokens for a fixed one --*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_DECODER_LOOSENSEQUENCE_H
#define GG_LIB_TRANSFORMS_DECODER_LOOSENSEQUENCE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace gg::decoder {

/// Rewrites a graph of a fixed batch and number of tokens into one that takes
/// up to as many. Exporters that trace write the number into lists of dims, and
/// fold positions and masks into constants of that length; the lists get an
/// open dim. Positions and masks, constant or computed of inputs, keep their
/// length and are cut off where they meet what is computed of tokens.
///
/// Of the fixed number of tokens, the graph computes what it did; whether the
/// new one means the same of fewer is for others to prove (SequenceCheck and
/// PositionForms: where tokens see no later ones, padding behind them changes
/// nothing). So a dim that is taken for the sequence by mistake can only lead
/// to a refusal. False with a reason where the graph has no such form; the
/// function is of no use then.
bool loosenSequence(mlir::func::FuncOp function, mlir::BlockArgument ids,
                    std::string &reason);

} // namespace gg::decoder

#endif // GG_LIB_TRANSFORMS_DECODER_LOOSENSEQUENCE_H
