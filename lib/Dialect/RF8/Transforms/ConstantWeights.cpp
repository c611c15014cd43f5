//===- ConstantWeights.cpp - Constant matrices and their uses -------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/RF8/Transforms/ConstantWeights.h"

#include "gg/RF8/Float.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Threading.h"

#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstring>

using namespace mlir;
using namespace gg::rf8;

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
    if (isa<arith::ConstantOp, DequantizeOp, UnpackOp>(op))
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

FailureOr<ElementsAttr> gg::rf8::narrowMatrix(Location loc,
                                              const ConstantMatrix &matrix,
                                              FloatType element,
                                              ConstantMaker &constants) {
  auto type = RankedTensorType::get({matrix.rows(), matrix.columns()}, element);
  FailureOr<MutableArrayRef<char>> bytes = constants.allocate(loc, type);
  if (failed(bytes))
    return failure();
  bool isBF16 = element.isBF16();
  std::atomic<bool> overflows = false;
  parallelFor(loc.getContext(), 0, matrix.rows(), [&](size_t row) {
    SmallVector<float> wide(matrix.columns());
    matrix.floatRow(row, wide);
    auto *to =
        reinterpret_cast<uint16_t *>(bytes->data()) + row * matrix.columns();
    for (float value : wide) {
      *to = isBF16 ? floatToBF16(value) : floatToHalf(value);
      float back = isBF16 ? bf16ToFloat(*to) : halfToFloat(*to);
      if (std::isinf(back) && !std::isinf(value))
        overflows = true;
      ++to;
    }
  });
  if (overflows)
    return emitError(loc, "expected weights within the range of ")
           << element << " but got larger ones";
  return constants.get(type, "rf8_narrow", *bytes);
}
