//===- OpCall.h - What kernels and shape functions share --------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_ANALYSIS_OPCALL_H
#define GG_LIB_ANALYSIS_OPCALL_H

#include "mlir/IR/Operation.h"
#include <optional>
#include <string>

namespace gg::onnx {

/// An op that is computed, in part or as a whole: its attributes, and what is
/// wrong with it.
class OpCall {
public:
  explicit OpCall(mlir::Operation *op) : op(op) {}

  int64_t getInt(llvm::StringRef name, int64_t standard) const;
  std::optional<llvm::ArrayRef<int64_t>> getInts(llvm::StringRef name) const;
  llvm::StringRef getString(llvm::StringRef name,
                            llvm::StringRef standard) const;

  /// Takes what is wrong; returns false.
  bool fail(const llvm::Twine &message);
  /// Turns a possibly negative `axis` into 0 ≤ axis < rank, or reports it.
  bool normalizeAxis(int64_t &axis, int64_t rank);

  mlir::Operation *op;
  std::string error;
};

} // namespace gg::onnx

#endif // GG_LIB_ANALYSIS_OPCALL_H
