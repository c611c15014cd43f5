//===- Dims.cpp - Which dims are provably equal ---------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Dims.h"

using namespace mlir;
using namespace gg::onnx;

namespace gg::recover {

bool Dims::areSame(Value a, int64_t axisA, Value b, int64_t axisB) {
  axisA += axisA < 0 ? rankOf(a) : 0;
  axisB += axisB < 0 ? rankOf(b) : 0;
  if (axisA < 0 || axisA >= rankOf(a) || axisB < 0 || axisB >= rankOf(b))
    return false;
  if (a == b && axisA == axisB)
    return true;
  int64_t sizeA = dimOf(a, axisA), sizeB = dimOf(b, axisB);
  if (!ShapedType::isDynamic(sizeA) && !ShapedType::isDynamic(sizeB))
    return sizeA == sizeB;
  if (isFresh(a) || isFresh(b))
    return false;
  return shapes.areEqual(a, axisA, b, axisB);
}

bool Dims::isProduct(Value value, int64_t axis, Value factors, int64_t first,
                     int64_t second) {
  if (isFresh(value) || isFresh(factors))
    return false;
  std::optional<SymbolicShape> shape = shapes.getShape(value),
                               parts = shapes.getShape(factors);
  return shape && parts &&
         areEqualDims((*shape)[axis],
                      mulDims((*parts)[first], (*parts)[second]));
}

bool Dims::broadcastsInto(Value value, Value large) {
  int64_t rank = rankOf(value);
  if (rank < 0 || rank > rankOf(large))
    return false;
  for (int64_t i = 1; i <= rank; ++i)
    if (dimOf(value, -i) != 1 && !areSame(value, -i, large, -i))
      return false;
  return true;
}

} // namespace gg::recover
