//===- WeightSources.cpp - The bytes of weights --------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ModelSection.h"
#include "gg/Dialect/GG/IR/GG.h"
#include "mlir/IR/DialectResourceBlobManager.h"

using namespace mlir;
using namespace gg;

static ArrayRef<uint8_t> asBytes(ArrayRef<char> data) {
  return {reinterpret_cast<const uint8_t *>(data.data()), data.size()};
}

/// The elements of a small constant that MLIR packs: a byte each.
static std::vector<uint8_t> unpack(DenseElementsAttr value) {
  std::vector<uint8_t> bytes;
  for (const llvm::APInt &element : value.getValues<llvm::APInt>())
    bytes.push_back(element.getZExtValue());
  return bytes;
}

static llvm::Error writePart(ElementsAttr value, artifact::Sink sink) {
  // Elements of 2 and 4 bits are bytes since the conversion to linalg.
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    return sink(asBytes(resource.getRawHandle().getBlob()->getData()));
  auto dense = cast<DenseElementsAttr>(value);
  if (dense.getElementType().isInteger(1))
    return sink(unpack(dense));
  return sink(asBytes(dense.getRawData()));
}

LogicalResult gg::collectWeights(ModuleOp module,
                                 std::vector<artifact::TensorSource> &tensors) {
  for (auto op : module.getOps<ir::WeightOp>()) {
    RankedTensorType type = op.getType();
    weights::Tensor tensor;
    std::optional<weights::ElementType> element =
        getElementType(type.getElementType());
    if (!element)
      return op.emitOpError("expected an element type of artifacts but got ")
             << type.getElementType();
    tensor.name = op.getSymName().substr(0, weights::maxNameBytes).str();
    tensor.type = *element;
    tensor.dims.assign(type.getShape().begin(), type.getShape().end());
    tensor.offset = op.getOffset();
    tensor.bytes = op.getBytes();
    auto write = [parts = op.getParts()](artifact::Sink sink) -> llvm::Error {
      for (auto part : parts.getAsRange<ElementsAttr>())
        if (llvm::Error error = writePart(part, sink))
          return error;
      return llvm::Error::success();
    };
    tensors.push_back({std::move(tensor), std::move(write)});
  }
  llvm::sort(tensors, [](const auto &a, const auto &b) {
    return a.tensor.offset < b.tensor.offset;
  });
  return success();
}
