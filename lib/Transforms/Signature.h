//===- Signature.h - Function types after a refinement ----------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_SIGNATURE_H
#define GG_LIB_TRANSFORMS_SIGNATURE_H

#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace gg {

/// The graph's name of an input, or "".
inline llvm::StringRef getArgumentName(mlir::func::FuncOp function,
                                       mlir::BlockArgument argument) {
  auto name = function.getArgAttrOfType<mlir::StringAttr>(
      argument.getArgNumber(), "onnx.name");
  return name ? name.getValue() : llvm::StringRef();
}

/// The name of an input's dynamic dim, or "".
inline llvm::StringRef getDimName(mlir::func::FuncOp function,
                                  mlir::BlockArgument argument, unsigned axis) {
  auto dims = function.getArgAttrOfType<mlir::ArrayAttr>(
      argument.getArgNumber(), "onnx.dims");
  auto name = dims && axis < dims.size()
                  ? llvm::dyn_cast<mlir::StringAttr>(dims[axis])
                  : mlir::StringAttr();
  return name ? name.getValue() : llvm::StringRef();
}

/// After values got more precise types: the function returns what its
/// terminator hands over.
inline void updateResultTypes(mlir::func::FuncOp function) {
  mlir::Region &body = function.getFunctionBody();
  if (!body.hasOneBlock())
    return;
  mlir::Operation *terminator = body.front().getTerminator();
  function.setType(function.cloneTypeWith(function.getArgumentTypes(),
                                          terminator->getOperandTypes()));
}

} // namespace gg

#endif // GG_LIB_TRANSFORMS_SIGNATURE_H
