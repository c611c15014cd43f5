//===- ConstantWeights.cpp - Constant matrices and their uses -------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ConstantWeights.h"

#include "gg/RF8/Float.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"

#include <cerrno>
#include <cstring>

using namespace mlir;
using namespace gg::rf8;

//===----------------------------------------------------------------------===//
// ConstantMatrix
//===----------------------------------------------------------------------===//

static int64_t getElementBytes(Type element) {
  return isRF8(element) ? 1 : element.getIntOrFloatBitWidth() / 8;
}

FailureOr<std::optional<ConstantMatrix>>
ConstantMatrix::get(Location loc, ElementsAttr value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  if (!type || type.getRank() != 2 || type.getNumElements() == 0)
    return std::optional<ConstantMatrix>();
  Type element = type.getElementType();
  if (!isRF8(element) && !element.isF32() && !element.isF16() &&
      !element.isBF16())
    return std::optional<ConstantMatrix>();
  ConstantMatrix matrix;
  matrix.type = type;
  matrix.elementBytes = getElementBytes(element);
  auto dense = dyn_cast<DenseElementsAttr>(value);
  matrix.splat = dense && dense.isSplat();
  std::optional<ArrayRef<char>> bytes =
      matrix.splat ? dense.getRawData() : getRawBytes(value);
  if (!bytes)
    return emitError(loc, "expected ")
           << type.getNumElements() * matrix.elementBytes
           << " bytes for a constant of type " << type;
  matrix.bytes = *bytes;
  return std::optional<ConstantMatrix>(matrix);
}

const char *ConstantMatrix::rawRow(int64_t row,
                                   SmallVectorImpl<char> &scratch) const {
  int64_t rowBytes = columns() * elementBytes;
  if (!splat)
    return bytes.data() + row * rowBytes;
  scratch.resize(rowBytes);
  for (int64_t i = 0; i < rowBytes; i += elementBytes)
    std::memcpy(scratch.data() + i, bytes.data(), elementBytes);
  return scratch.data();
}

void ConstantMatrix::floatRow(int64_t row,
                              MutableArrayRef<float> values) const {
  SmallVector<char> scratch;
  const char *raw = rawRow(row, scratch);
  if (element().isF32()) {
    std::memcpy(values.data(), raw, values.size() * sizeof(float));
    return;
  }
  bool isBF16 = element().isBF16();
  for (auto [i, value] : llvm::enumerate(values)) {
    uint16_t bits;
    std::memcpy(&bits, raw + i * 2, 2);
    value = isBF16 ? bf16ToFloat(bits) : halfToFloat(bits);
  }
}

//===----------------------------------------------------------------------===//
// Uses
//===----------------------------------------------------------------------===//

/// Whether `op` copies a matrix, perhaps widened; `transposed` says how.
static bool isMatrixCopy(linalg::LinalgOp op, bool &transposed) {
  if (op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1 ||
      op.getNumLoops() != 2 || op.getNumParallelLoops() != 2)
    return false;
  AffineMap in = op.getMatchingIndexingMap(op.getDpsInputOperand(0));
  AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (!in.isPermutation() || !out.isPermutation())
    return false;
  transposed = in != out;
  Value yielded = op.getBlock()->getTerminator()->getOperand(0);
  if (auto cast = yielded.getDefiningOp<arith::ExtFOp>())
    yielded = cast.getIn();
  return yielded == op.getBlock()->getArgument(0);
}

std::optional<WeightSource> gg::rf8::findWeightSource(Value value) {
  bool transposed = false;
  while (Operation *op = value.getDefiningOp()) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type || type.getRank() != 2)
      return std::nullopt;
    bool swaps;
    if (isa<arith::ConstantOp, DequantizeOp>(op))
      return WeightSource{value, transposed};
    if (auto cast = dyn_cast<arith::ExtFOp>(op)) {
      value = cast.getIn();
      continue;
    }
    auto copy = dyn_cast<linalg::LinalgOp>(op);
    if (!copy || !copy.hasPureTensorSemantics() || !isMatrixCopy(copy, swaps))
      return std::nullopt;
    transposed ^= swaps;
    value = copy.getDpsInputs()[0];
  }
  return std::nullopt;
}

std::optional<MatrixContraction> gg::rf8::matchContraction(linalg::LinalgOp op,
                                                           unsigned operand) {
  if (!op.hasPureTensorSemantics() || !linalg::isaContractionOpInterface(op))
    return std::nullopt;
  MatrixContraction match{op,
                          op.getDpsInputOperand(operand),
                          op.getDpsInputOperand(1 - operand),
                          0,
                          0,
                          false};
  AffineMap weight = op.getMatchingIndexingMap(match.weight);
  AffineMap input = op.getMatchingIndexingMap(match.input);
  AffineMap out = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
  if (weight.getNumResults() != 2)
    return std::nullopt;
  unsigned outputs = 0, steps = 0;
  SmallVector<utils::IteratorType> kinds = op.getIteratorTypesArray();
  for (unsigned dim = 0; dim < op.getNumLoops(); ++dim) {
    bool inWeight = weight.isFunctionOfDim(dim);
    bool inInput = input.isFunctionOfDim(dim);
    bool inOut = out.isFunctionOfDim(dim);
    bool parallel = kinds[dim] == utils::IteratorType::parallel;
    if (inWeight && !inInput && inOut && parallel) {
      ++outputs;
      match.outputDim = dim;
    } else if (inWeight && inInput && !inOut && !parallel) {
      ++steps;
      match.stepDim = dim;
    } else if (inWeight || !inInput || !inOut || !parallel) {
      return std::nullopt;
    }
  }
  if (outputs != 1 || steps != 1)
    return std::nullopt;
  match.stepsFirst =
      cast<AffineDimExpr>(weight.getResult(0)).getPosition() == match.stepDim;
  return match;
}

void gg::rf8::forEachWeightUse(Operation *root,
                               function_ref<void(const WeightUse &)> visit) {
  auto visitOperand = [&](OpOperand &operand,
                          std::optional<int64_t> channelAxis) {
    std::optional<WeightSource> source = findWeightSource(operand.get());
    auto constant =
        source ? source->root.getDefiningOp<arith::ConstantOp>() : nullptr;
    if (constant && !constant->hasAttr("rf8.keep") &&
        isa<FloatType>(getElementTypeOrSelf(constant.getType())))
      visit({&operand, *source, channelAxis});
  };
  root->walk([&](linalg::LinalgOp op) {
    for (unsigned i = 0; i < 2; ++i) {
      if (op.getNumDpsInputs() != 2)
        break;
      if (std::optional<MatrixContraction> match = matchContraction(op, i))
        visitOperand(*match->weight, match->stepsFirst ? 1 : 0);
    }
    op->walk([&](tensor::ExtractOp extract) {
      visitOperand(extract.getTensorMutable(), std::nullopt);
    });
  });
}

//===----------------------------------------------------------------------===//
// ConstantMaker
//===----------------------------------------------------------------------===//

FailureOr<MutableArrayRef<char>>
ConstantMaker::allocate(Location loc, RankedTensorType type) {
  size_t bytes = type.getNumElements() * getElementBytes(type.getElementType());
  if (!store)
    store = gg::WeightsStore::create();
  uint8_t *data = store ? store->allocate(bytes) : nullptr;
  if (!data)
    return emitError(loc, "no room for ")
           << bytes << " bytes of weights in the folder of temporary files "
           << "($TMPDIR, or /tmp): " << std::strerror(errno);
  return MutableArrayRef<char>(reinterpret_cast<char *>(data), bytes);
}

ElementsAttr ConstantMaker::get(RankedTensorType type, StringRef name,
                                ArrayRef<char> bytes) {
  // Folders read single elements, which they cannot of a resource.
  if (type.getNumElements() == 1 && type.getElementType().isF32())
    return DenseElementsAttr::getFromRawBuffer(type, bytes);
  // The store lives as long as a constant that lies in it.
  AsmResourceBlob blob(
      bytes, /*dataAlignment=*/64, [store = store](void *, size_t, size_t) {},
      /*dataIsMutable=*/false);
  return DenseResourceElementsAttr::get(type, name, std::move(blob));
}
