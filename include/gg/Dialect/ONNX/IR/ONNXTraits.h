//===- ONNXTraits.h - What many onnx ops verify -----------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_ONNX_IR_ONNXTRAITS_H
#define GG_DIALECT_ONNX_IR_ONNXTRAITS_H

#include "mlir/IR/OpDefinition.h"

namespace gg::onnx {
namespace detail {
llvm::LogicalResult verifySameElementType(mlir::Operation *op, int operands,
                                          int results);
llvm::LogicalResult verifyBroadcasts(mlir::Operation *op);
llvm::LogicalResult verifyAxis(mlir::Operation *op, mlir::Value value,
                               int64_t axis, int64_t extra = 0);
llvm::LogicalResult verifyReduction(mlir::Operation *op, mlir::Value data,
                                    mlir::Value axes, bool keepDims,
                                    mlir::Value result);
} // namespace detail

namespace OpTrait {

/// The operands and results in the bit masks (-1: all) share an element type.
template <int operands, int results> struct SameElementType {
  template <typename ConcreteOp>
  class Impl : public mlir::OpTrait::TraitBase<ConcreteOp, Impl> {
  public:
    static llvm::LogicalResult verifyTrait(mlir::Operation *op) {
      return detail::verifySameElementType(op, operands, results);
    }
  };
};

/// The operands broadcast to the shape of the first result.
template <typename ConcreteOp>
class Broadcasts : public mlir::OpTrait::TraitBase<ConcreteOp, Broadcasts> {
public:
  static llvm::LogicalResult verifyTrait(mlir::Operation *op) {
    return detail::verifyBroadcasts(op);
  }
};

/// The attribute `axis` lies in [-rank, rank + extra) of the operand.
template <int operand, int extra> struct AxisInRange {
  template <typename ConcreteOp>
  class Impl : public mlir::OpTrait::TraitBase<ConcreteOp, Impl> {
  public:
    static llvm::LogicalResult verifyTrait(mlir::Operation *op) {
      return detail::verifyAxis(op, op->getOperand(operand),
                                llvm::cast<ConcreteOp>(op).getAxis(), extra);
    }
  };
};

} // namespace OpTrait
} // namespace gg::onnx

#endif // GG_DIALECT_ONNX_IR_ONNXTRAITS_H
