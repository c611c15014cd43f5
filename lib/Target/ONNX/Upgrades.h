//===- Upgrades.h - From older operators to the newest --------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TARGET_ONNX_UPGRADES_H
#define GG_LIB_TARGET_ONNX_UPGRADES_H

#include "Operators.h"

namespace gg {

// Steps: what the standard changed between two versions of an operator, done
// to a node. Each one leaves a node alone that is of the newer form already.

/// Attributes that became operands.
llvm::LogicalResult axesToOperand(NodeImporter &node);
llvm::LogicalResult splitToOperand(NodeImporter &node);
llvm::LogicalResult sliceToOperands(NodeImporter &node);
llvm::LogicalResult clipToOperands(NodeImporter &node);
llvm::LogicalResult ratioToOperand(NodeImporter &node);
llvm::LogicalResult kToOperand(NodeImporter &node);
llvm::LogicalResult shapeToOperand(NodeImporter &node);

/// Clip-6 limits to the range of f32 where nothing is said.
llvm::LogicalResult limitClip(NodeImporter &node);

/// Split takes the number of parts from its outputs if nothing else says it.
llvm::LogicalResult countOutputs(NodeImporter &node);

/// Concat-1 has a default axis.
llvm::LogicalResult defaultConcatAxis(NodeImporter &node);

/// The attribute `to` of Cast: a number, or the type's name before version 6.
llvm::LogicalResult castToType(NodeImporter &node);
llvm::LogicalResult castNameToType(NodeImporter &node);

/// Dropout-1 and -6 drop unless `is_test` is set, and their mask, like that of
/// Dropout-7, is no boolean.
llvm::LogicalResult requireTestMode(NodeImporter &node);
llvm::LogicalResult refuseNumericMask(NodeImporter &node);

/// Before version 7, B is laid over A's dims from the attribute `axis` on
/// instead of over the last ones.
llvm::LogicalResult alignBroadcast(NodeImporter &node);

/// Gemm-1 and -6 ask for C to be broadcast, which it always is since then.
llvm::LogicalResult dropBroadcast(NodeImporter &node);

/// Before version 13, Softmax and LogSoftmax make their input a matrix and
/// work on its rows.
llvm::LogicalResult importFlattened(NodeImporter &node, llvm::StringRef op);
template <typename Op> llvm::LogicalResult importFlattened(NodeImporter &node) {
  return importFlattened(node, Op::getOperationName());
}

// Operators with an importer of their own.
llvm::LogicalResult importConstant(NodeImporter &node);
llvm::LogicalResult importIf(NodeImporter &node);
llvm::LogicalResult importEinsum(NodeImporter &node);

} // namespace gg

#endif // GG_LIB_TARGET_ONNX_UPGRADES_H
