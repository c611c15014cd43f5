//===- RF8Ops.cpp - Operations of the rf8 dialect -------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/DestinationStyle.h"
#include "gg/Dialect/RF8/IR/RF8.h"

#include "gg/RF8/Float.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/AsmState.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/PatternMatch.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace gg::rf8;

#define GET_OP_CLASSES
#include "gg/Dialect/RF8/IR/RF8Ops.cpp.inc"

/// Constants beyond this many elements are not folded: a compiler that loads a
/// model must not decode its weights.
static constexpr int64_t kFoldLimit = 1024;

static bool isFoldable(ShapedType type) {
  return type.hasStaticShape() && type.getNumElements() <= kFoldLimit;
}

/// The f32 values of a constant of floats; nothing where there is none.
static std::optional<SmallVector<float>> getFloats(Attribute value) {
  auto elements = dyn_cast_or_null<ElementsAttr>(value);
  if (!elements || !isFoldable(elements.getShapedType()))
    return std::nullopt;
  Type element = elements.getElementType();
  if (auto splat = dyn_cast<SplatElementsAttr>(elements)) {
    // Widening to float is exact for the types that the operations take.
    double number = splat.getSplatValue<APFloat>().convertToDouble();
    return SmallVector<float>(splat.getNumElements(), number);
  }
  std::optional<ArrayRef<char>> bytes = getRawBytes(elements);
  if (!bytes)
    return std::nullopt;
  SmallVector<float> values(elements.getNumElements());
  for (auto [i, value] : llvm::enumerate(values)) {
    if (element.isF32()) {
      std::memcpy(&value, bytes->data() + i * 4, 4);
      continue;
    }
    uint16_t bits;
    std::memcpy(&bits, bytes->data() + i * 2, 2);
    value = element.isBF16() ? bf16ToFloat(bits) : halfToFloat(bits);
  }
  return values;
}

/// The bytes of a small RF8 constant whose codes are all valid.
static std::optional<ArrayRef<char>> getCodes(Attribute value) {
  auto elements = dyn_cast_or_null<ElementsAttr>(value);
  if (!elements || !isFoldable(elements.getShapedType()))
    return std::nullopt;
  std::optional<ArrayRef<char>> bytes = getRawBytes(elements);
  if (!bytes || !hasValidCodes(elements.getElementType(), *bytes))
    return std::nullopt;
  return bytes;
}

/// A verifier for what quantize and dequantize have in common.
static LogicalResult verifyScaled(Operation *op, ShapedType weights,
                                  ShapedType codes, ShapedType scales,
                                  GranularityAttr granularity) {
  if (weights.getRank() != 2)
    return op->emitOpError("expected a matrix of weights but got ") << weights;
  if (failed(verifyCompatibleShape(weights, codes)))
    return op->emitOpError("expected codes of the shape of the weights, ")
           << weights << ", but got " << codes;
  SmallVector<int64_t> expected = granularity.getScaleShape(codes.getShape());
  if (failed(verifyCompatibleShape(scales.getShape(), expected)))
    return op->emitOpError("expected scales of type ")
           << RankedTensorType::get(expected, scales.getElementType())
           << " but got " << scales;
  return success();
}

//===----------------------------------------------------------------------===//
// QuantizeOp
//===----------------------------------------------------------------------===//

LogicalResult QuantizeOp::verify() {
  return verifyScaled(*this, getWeights().getType(), getCodes().getType(),
                      getScales().getType(), getGranularity());
}

LogicalResult QuantizeOp::fold(FoldAdaptor adaptor,
                               SmallVectorImpl<OpFoldResult> &results) {
  RankedTensorType type = getCodes().getType();
  std::optional<SmallVector<float>> weights = getFloats(adaptor.getWeights());
  if (!weights || !type.hasStaticShape())
    return failure();
  ScaleGrid grid = getGranularity().getScaleGrid(type.getShape());
  SmallVector<float> scales(grid.count(), 0.0f);
  for (int64_t r = 0; r < grid.rows; ++r)
    absMaxRow(grid, r, weights->data() + r * grid.columns, scales.data());
  for (float &scale : scales) {
    if (!std::isfinite(scale))
      return failure();
    scale = getGranularity().getKind() == GranularityKind::TensorPow2
                ? powerOfTwoScale(scale)
                : absMaxScale(scale);
  }
  SmallVector<uint8_t> codes(weights->size());
  for (int64_t r = 0; r < grid.rows; ++r)
    encodeRow(grid, r, weights->data() + r * grid.columns, scales.data(),
              getFormat(type.getElementType()),
              getRounding() == RoundingMode::Greedy ? Rounding::Greedy
                                                    : Rounding::Nearest,
              codes.data() + r * grid.columns);
  ArrayRef<char> bytes(reinterpret_cast<char *>(codes.data()), codes.size());
  results.push_back(DenseResourceElementsAttr::get(
      type, "rf8_codes",
      HeapAsmResourceBlob::allocateAndCopyWithAlign(bytes, 64)));
  results.push_back(DenseElementsAttr::get(
      RankedTensorType::get(getGranularity().getScaleShape(type.getShape()),
                            Float32Type::get(getContext())),
      ArrayRef<float>(scales)));
  return success();
}

//===----------------------------------------------------------------------===//
// DequantizeOp
//===----------------------------------------------------------------------===//

LogicalResult DequantizeOp::verify() {
  return verifyScaled(*this, getWeights().getType(), getCodes().getType(),
                      getScales().getType(), getGranularity());
}

OpFoldResult DequantizeOp::fold(FoldAdaptor adaptor) {
  RankedTensorType type = getWeights().getType();
  std::optional<ArrayRef<char>> codes = ::getCodes(adaptor.getCodes());
  std::optional<SmallVector<float>> scales = getFloats(adaptor.getScales());
  if (!codes || !scales || !type.hasStaticShape())
    return {};
  ScaleGrid grid = getGranularity().getScaleGrid(type.getShape());
  SmallVector<Attribute> values;
  for (int64_t r = 0; r < grid.rows; ++r)
    for (int64_t c = 0; c < grid.columns; ++c) {
      uint8_t code = static_cast<uint8_t>((*codes)[r * grid.columns + c]);
      APFloat value(decode(code) * (*scales)[grid.index(r, c)]);
      bool losesInfo;
      value.convert(cast<FloatType>(type.getElementType()).getFloatSemantics(),
                    APFloat::rmNearestTiesToEven, &losesInfo);
      values.push_back(FloatAttr::get(type.getElementType(), value));
    }
  return DenseElementsAttr::get(type, values);
}

namespace {

/// tensor.extract of a dequantized matrix: only the element is decoded.
struct ExtractOfDequantize : OpRewritePattern<tensor::ExtractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::ExtractOp op,
                                PatternRewriter &rewriter) const override {
    auto dequantize = op.getTensor().getDefiningOp<DequantizeOp>();
    if (!dequantize)
      return failure();
    Location loc = op.getLoc();
    Value code = tensor::ExtractOp::create(rewriter, loc, dequantize.getCodes(),
                                           op.getIndices());
    Value scale = tensor::ExtractOp::create(
        rewriter, loc, dequantize.getScales(),
        dequantize.getGranularity().getScaleIndices(
            rewriter, loc, op.getIndices()[0], op.getIndices()[1]));
    Type f32 = rewriter.getF32Type();
    Value value = DecodeOp::create(rewriter, loc, f32, code);
    value = arith::MulFOp::create(rewriter, loc, value, scale);
    if (op.getType() != f32)
      value = arith::TruncFOp::create(rewriter, loc, op.getType(), value);
    rewriter.replaceOp(op, value);
    return success();
  }
};

} // namespace

void DequantizeOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                               MLIRContext *context) {
  patterns.add<ExtractOfDequantize>(context);
}

//===----------------------------------------------------------------------===//
// DecodeOp
//===----------------------------------------------------------------------===//

LogicalResult DecodeOp::verify() {
  auto codes = dyn_cast<VectorType>(getCodes().getType());
  auto values = dyn_cast<VectorType>(getValues().getType());
  if (bool(codes) != bool(values) ||
      (codes && (codes.getShape() != values.getShape() ||
                 codes.getScalableDims() != values.getScalableDims())))
    return emitOpError("expected values of the shape of the codes, ")
           << getCodes().getType() << ", but got " << getValues().getType();
  return success();
}

//===----------------------------------------------------------------------===//
// PackOp and UnpackOp
//===----------------------------------------------------------------------===//

static LogicalResult verifyPacking(Operation *op, RankedTensorType weights,
                                   RankedTensorType packed, LayoutAttr layout) {
  if (weights.getRank() != 2 || !weights.hasStaticShape())
    return op->emitOpError("expected a matrix of static shape but got ")
           << weights;
  RankedTensorType expected =
      getPackedType(weights.getElementType(), weights.getDimSize(0),
                    weights.getDimSize(1), layout.getBlocks());
  if (packed != expected)
    return op->emitOpError("expected a packed weight of type ")
           << expected << " but got " << packed;
  return success();
}

LogicalResult PackOp::verify() {
  return verifyPacking(*this, getWeights().getType(), getPacked().getType(),
                       getLayout());
}

OpFoldResult PackOp::fold(FoldAdaptor) {
  // Only what rf8.pack made is known to have zeros as padding.
  auto unpack = getWeights().getDefiningOp<UnpackOp>();
  if (!unpack || unpack.getLayout() != getLayout() ||
      unpack.getPacked().getType() != getPacked().getType() ||
      !unpack.getPacked().getDefiningOp<PackOp>())
    return {};
  return unpack.getPacked();
}

LogicalResult UnpackOp::verify() {
  return verifyPacking(*this, getWeights().getType(), getPacked().getType(),
                       getLayout());
}

OpFoldResult UnpackOp::fold(FoldAdaptor) {
  auto pack = getPacked().getDefiningOp<PackOp>();
  if (pack && pack.getLayout() == getLayout() &&
      pack.getWeights().getType() == getWeights().getType())
    return pack.getWeights();
  return {};
}

namespace {

/// tensor.extract of an unpacked weight: the element is read where it lies.
struct ExtractOfUnpack : OpRewritePattern<tensor::ExtractOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(tensor::ExtractOp op,
                                PatternRewriter &rewriter) const override {
    auto unpack = op.getTensor().getDefiningOp<UnpackOp>();
    if (!unpack)
      return failure();
    Packing packing = getPacking(op.getType(), unpack.getLayout().getBlocks());
    rewriter.replaceOpWithNewOp<tensor::ExtractOp>(
        op, unpack.getPacked(),
        getPackedIndices(rewriter, op.getLoc(), packing, op.getIndices()[0],
                         op.getIndices()[1]));
    return success();
  }
};

} // namespace

void UnpackOp::getCanonicalizationPatterns(RewritePatternSet &patterns,
                                           MLIRContext *context) {
  patterns.add<ExtractOfUnpack>(context);
}

//===----------------------------------------------------------------------===//
// LinearOp
//===----------------------------------------------------------------------===//

Packing LinearOp::getPacking() {
  ShapedType type = getWeightsType();
  return ::getPacking(type.getElementType(), type.getDimSize(2));
}

LogicalResult LinearOp::verify() {
  ShapedType input = getInputType(), weights = getWeightsType(),
             init = getInitType();
  bool tensors = isa<TensorType>(init);
  for (Value operand : getOperands())
    if (isa<TensorType>(operand.getType()) != tensors)
      return emitOpError("expected only tensors or only memrefs but got ")
             << operand.getType() << " beside " << init;
  if (tensors != bool(getResult()))
    return emitOpError("expected ") << (tensors ? "a result" : "no result")
                                    << " for a destination of " << init;
  if (tensors && getResult().getType() != init)
    return emitOpError("expected a result of the destination's type, ")
           << init << ", but got " << getResult().getType();

  if (input.getRank() != 2 || input.isDynamicDim(1))
    return emitOpError("expected an input [rows, steps] with static steps but "
                       "got ")
           << input;
  if (init.getRank() != 2 || init.isDynamicDim(1))
    return emitOpError("expected a destination [rows, outputs] with static "
                       "outputs but got ")
           << init;
  int64_t rows = input.getDimSize(0), initRows = init.getDimSize(0);
  if (!input.isDynamicDim(0) && !init.isDynamicDim(0) && rows != initRows)
    return emitOpError("expected a destination of ")
           << rows << " rows but got " << initRows;
  if (getCounts()) {
    auto counts = cast<ShapedType>(getCounts().getType());
    if (input.isDynamicDim(0) || counts.isDynamicDim(0) ||
        counts.getDimSize(0) < 1 || rows % counts.getDimSize(0) != 0)
      return emitOpError("expected counts of groups that divide the rows of ")
             << input << " but got " << counts;
  }

  // The number of blocks in a panel tells the rest of the shape.
  if (weights.getRank() != 4 || weights.getDimSize(2) < 1)
    return emitOpError("expected a packed weight of rank 4 but got ")
           << weights;
  RankedTensorType expected =
      getPackedType(weights.getElementType(), getOutputs(), getSteps(),
                    weights.getDimSize(2));
  if (weights.getShape() != expected.getShape())
    return emitOpError("expected a packed weight of type ")
           << expected << " but got " << weights;

  if (!getScales()) {
    if (getGroupSize())
      return emitOpError("expected scales for groups of ")
             << *getGroupSize() << " but got none";
    return success();
  }
  Packing packing = getPacking();
  SmallVector<int64_t> shape;
  if (std::optional<int64_t> size = getGroupSize()) {
    if (*size < 1 || *size % packing.steps() != 0)
      return emitOpError("expected a group size that is a multiple of ")
             << packing.steps() << " but got " << *size;
    shape.push_back(llvm::divideCeil(getSteps(), *size));
  }
  shape.push_back(weights.getDimSize(0) * packing.panelOutputs());
  auto scales = cast<ShapedType>(getScales().getType());
  if (scales.getShape() != ArrayRef(shape))
    return emitOpError("expected scales of type ")
           << RankedTensorType::get(shape, scales.getElementType())
           << " but got " << scales;
  return success();
}

LogicalResult LinearOp::reifyResultShapes(OpBuilder &builder,
                                          ReifiedRankedShapedTypeDims &shapes) {
  shapes.push_back(tensor::getMixedSizes(builder, getLoc(), getInit()));
  return success();
}

void LinearOp::getEffects(
    SmallVectorImpl<SideEffects::EffectInstance<MemoryEffects::Effect>>
        &effects) {
  gg::getDestinationStyleEffects(*this, effects);
}
