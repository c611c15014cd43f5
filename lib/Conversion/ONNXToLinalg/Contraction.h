//===- Contraction.h - Sums of products -------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_CONVERSION_ONNXTOLINALG_CONTRACTION_H
#define GG_LIB_CONVERSION_ONNXTOLINALG_CONTRACTION_H

#include "Emitter.h"

namespace gg::onnx {

/// A linalg contraction: the sum over the reduction loops of products of `a`
/// and `b`, read by their maps. It is computed in the room and the element type
/// of `init`, to which narrower floats are widened inside. Maps have one dim
/// for each loop.
mlir::Value contract(Emitter &e, mlir::Value init, mlir::Value a, mlir::Value b,
                     llvm::ArrayRef<mlir::AffineMap> maps,
                     llvm::ArrayRef<mlir::utils::IteratorType> iterators);

/// The type in which products of elements are summed.
mlir::Type getSumType(mlir::Type element);

} // namespace gg::onnx

#endif // GG_LIB_CONVERSION_ONNXTOLINALG_CONTRACTION_H
