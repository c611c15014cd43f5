//===- OpCall.h - An op that a table of functions handles -------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_ANALYSIS_OPCALL_H
#define GG_LIB_ANALYSIS_OPCALL_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Operation.h"

namespace gg::onnx {

/// What the evaluator's kernels and the shape functions, which know their op by
/// its name only, share: its attributes, and how a failure is reported.
class OpCall {
public:
  explicit OpCall(mlir::Operation *op) : op(op) {}

  int64_t getInt(llvm::StringRef name, int64_t standard) const {
    auto attr = op->getAttrOfType<mlir::IntegerAttr>(name);
    return attr ? attr.getValue().getSExtValue() : standard;
  }
  std::optional<llvm::ArrayRef<int64_t>> getInts(llvm::StringRef name) const {
    auto attr = op->getAttrOfType<mlir::DenseI64ArrayAttr>(name);
    if (!attr)
      return std::nullopt;
    return attr.asArrayRef();
  }
  llvm::StringRef getString(llvm::StringRef name,
                            llvm::StringRef standard) const {
    auto attr = op->getAttrOfType<mlir::StringAttr>(name);
    return attr ? attr.getValue() : standard;
  }

  bool fail(const llvm::Twine &message) {
    error = message.str();
    return false;
  }
  /// Turns a possibly negative `axis` into 0 ≤ axis < rank, or reports it.
  bool normalizeAxis(int64_t &axis, int64_t rank) {
    if (axis < -rank || axis >= rank)
      return fail("expected an axis within rank " + llvm::Twine(rank) +
                  " but got " + llvm::Twine(axis));
    if (axis < 0)
      axis += rank;
    return true;
  }

  mlir::Operation *op;
  std::string error;
};

} // namespace gg::onnx

#endif // GG_LIB_ANALYSIS_OPCALL_H
