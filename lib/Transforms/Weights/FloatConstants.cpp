//===- FloatConstants.cpp - Constants that hold weights -------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FloatConstants.h"

#include "gg/Dialect/RF8/Transforms/ConstantWeights.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace gg;

Location FloatConstant::getLoc() const { return ops.front()->getLoc(); }

std::string FloatConstant::getName() const {
  if (auto name = getLoc()->findInstanceOf<NameLoc>())
    return name.getName().str();
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value))
    return resource.getRawHandle().getKey().str();
  return "constant";
}

static std::optional<weights::ElementType> getElementType(Type type) {
  if (type.isF32())
    return weights::ElementType::F32;
  if (type.isF16())
    return weights::ElementType::F16;
  if (type.isBF16())
    return weights::ElementType::BF16;
  return std::nullopt;
}

FailureOr<WeightSamples> FloatConstant::getSamples() const {
  RankedTensorType type = getType();
  auto dense = dyn_cast<DenseElementsAttr>(value);
  if (dense && dense.isSplat())
    return WeightSamples(*getElementType(type.getElementType()),
                         dense.getRawData().data(), type.getNumElements(),
                         /*stride=*/0);
  std::optional<ArrayRef<char>> bytes = rf8::getRawBytes(value);
  if (!bytes)
    return emitError(getLoc(), "expected ")
           << type.getNumElements() * type.getElementTypeBitWidth() / 8
           << " bytes for a constant of type " << type;
  return getSamplesOf(*bytes);
}

WeightSamples FloatConstant::getSamplesOf(ArrayRef<char> bytes) const {
  return {*getElementType(getType().getElementType()), bytes.data(),
          getType().getNumElements()};
}

FailureOr<WeightMoments> FloatConstant::measure(const WeightSamples &samples,
                                                ParallelFor parallel) const {
  WeightMoments moments = measureMoments(samples, parallel);
  if (moments.isFinite)
    return moments;
  return emitError(getLoc(), "expected finite weights but got NaN or infinity "
                             "in a constant of type ")
         << getType();
}

rf8::ScaleGrid FloatConstant::getScaleGrid() const {
  int64_t rows = getType().getRank() < 2 ? 1 : getType().getDimSize(0);
  int64_t columns = getType().getNumElements() / rows;
  if (!channelAxis)
    return {rows, columns, rows, columns};
  return {rows, columns, *channelAxis == 0 ? 1 : rows,
          *channelAxis == 0 ? columns : 1};
}

SmallVector<FloatConstant> gg::findFloatConstants(ModuleOp module,
                                                  int64_t minElements) {
  llvm::MapVector<Attribute, FloatConstant> constants;
  module.walk([&](arith::ConstantOp op) {
    auto value = dyn_cast<ElementsAttr>(op.getValue());
    auto type = dyn_cast<RankedTensorType>(op.getType());
    if (!value || !type || op->hasAttr("rf8.keep") ||
        !getElementType(type.getElementType()) || type.getNumElements() == 0 ||
        type.getNumElements() < minElements)
      return;
    FloatConstant &constant = constants[value];
    constant.value = value;
    constant.ops.push_back(op);
  });
  // Contractions decide, as for the scales of rf8-quantize.
  llvm::SmallPtrSet<Attribute, 8> multiplied;
  rf8::forEachWeightUse(module, [&](const rf8::WeightUse &use) {
    auto op = use.source.root.getDefiningOp<arith::ConstantOp>();
    auto it = constants.find(op.getValue());
    if (it == constants.end() ||
        (multiplied.contains(it->first) && !use.channelAxis))
      return;
    if (use.channelAxis && !multiplied.insert(it->first).second)
      return;
    int64_t axis = use.channelAxis.value_or(0);
    it->second.channelAxis = use.source.transposed ? 1 - axis : axis;
  });
  return llvm::map_to_vector(constants,
                             [](auto &entry) { return entry.second; });
}
