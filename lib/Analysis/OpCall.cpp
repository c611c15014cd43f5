//===- OpCall.cpp - What kernels and shape functions share ---------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "OpCall.h"

#include "mlir/IR/BuiltinAttributes.h"

using namespace mlir;
using namespace gg::onnx;

int64_t OpCall::getInt(StringRef name, int64_t standard) const {
  auto attr = op->getAttrOfType<IntegerAttr>(name);
  return attr ? attr.getValue().getSExtValue() : standard;
}

std::optional<ArrayRef<int64_t>> OpCall::getInts(StringRef name) const {
  auto attr = op->getAttrOfType<DenseI64ArrayAttr>(name);
  if (!attr)
    return std::nullopt;
  return attr.asArrayRef();
}

StringRef OpCall::getString(StringRef name, StringRef standard) const {
  auto attr = op->getAttrOfType<StringAttr>(name);
  return attr ? attr.getValue() : standard;
}

bool OpCall::fail(const Twine &message) {
  error = message.str();
  return false;
}

bool OpCall::normalizeAxis(int64_t &axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    return fail("expected an axis within rank " + Twine(rank) + " but got " +
                Twine(axis));
  if (axis < 0)
    axis += rank;
  return true;
}
