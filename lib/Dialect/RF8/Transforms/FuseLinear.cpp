//===- FuseLinear.cpp - Contractions to rf8.linear ------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/RF8/Transforms/ConstantWeights.h"

#include "gg/Dialect/RF8/Transforms/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/Threading.h"

#include <map>

using namespace mlir;
using namespace gg::rf8;

namespace gg::rf8 {
#define GEN_PASS_DEF_RF8FUSELINEARPASS
#include "gg/Dialect/RF8/Transforms/Passes.h.inc"
} // namespace gg::rf8

namespace {

/// A weight as it is stored, and how the contraction reads it.
struct StoredWeight {
  Location loc;
  ElementsAttr values;
  ElementsAttr scales; ///< null for floats
  GranularityAttr granularity;
  bool stepsFirst; ///< [steps, outputs], else [outputs, steps]

  using Key = std::tuple<const void *, const void *, const void *, bool>;
  Key key() const {
    return {values.getAsOpaquePointer(), scales.getAsOpaquePointer(),
            granularity.getAsOpaquePointer(), stepsFirst};
  }
};

struct PackedWeight {
  ElementsAttr values;
  ElementsAttr scales; ///< null for floats
  IntegerAttr groupSize;
};

struct FuseLinearPass : gg::rf8::impl::RF8FuseLinearPassBase<FuseLinearPass> {
  using Base::Base;

  void runOnOperation() override;

private:
  FailureOr<std::optional<PackedWeight>> getPacked(const StoredWeight &stored);
  FailureOr<bool> fuse(const MatrixContraction &match);
  void readPacked(tensor::ExtractOp op);
  FailureOr<std::optional<PackedWeight>> pack(const StoredWeight &stored);
  FailureOr<ElementsAttr> packValues(const StoredWeight &stored,
                                     const ConstantMatrix &matrix);
  FailureOr<std::optional<ElementsAttr>>
  packScales(const StoredWeight &stored, int64_t outputs, int64_t steps);

  std::map<StoredWeight::Key, std::optional<PackedWeight>> packed;
  ConstantMaker constants;
};

/// Replaces a contraction by rf8.linear over a packed weight.
class Replacement {
public:
  explicit Replacement(MatrixContraction match)
      : match(match), builder(match.op), loc(match.op.getLoc()) {}

  void run(const PackedWeight &weight);
  void run(Value values, Value scales = {}, IntegerAttr groupSize = {});

private:
  Value transpose(Value value, ArrayRef<int64_t> permutation);
  Value toMatrix(Value input);
  Value fromMatrix(Value result, ArrayRef<OpFoldResult> rowSizes);

  MatrixContraction match;
  OpBuilder builder;
  Location loc;
};

} // namespace

//===----------------------------------------------------------------------===//
// Rewriting
//===----------------------------------------------------------------------===//

Value Replacement::transpose(Value value, ArrayRef<int64_t> permutation) {
  if (isIdentityPermutation(permutation))
    return value;
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(builder, loc, value);
  applyPermutationToVector(sizes, permutation);
  Value init = tensor::EmptyOp::create(builder, loc, sizes,
                                       getElementTypeOrSelf(value.getType()));
  return linalg::TransposeOp::create(builder, loc, value, init, permutation)
      ->getResult(0);
}

/// [rows..., steps] to [rows, steps].
Value Replacement::toMatrix(Value input) {
  auto type = cast<RankedTensorType>(input.getType());
  int64_t rank = type.getRank();
  if (rank == 2)
    return input;
  if (rank == 1)
    return tensor::ExpandShapeOp::create(
        builder, loc,
        RankedTensorType::get({1, type.getDimSize(0)}, type.getElementType()),
        input, ArrayRef<ReassociationIndices>{{0, 1}});
  ReassociationIndices rows =
      llvm::to_vector<2>(llvm::seq(int64_t(0), rank - 1));
  return tensor::CollapseShapeOp::create(
      builder, loc, input, ArrayRef<ReassociationIndices>{rows, {rank - 1}});
}

/// [rows, outputs] to [rows..., outputs].
Value Replacement::fromMatrix(Value result, ArrayRef<OpFoldResult> rowSizes) {
  int64_t rank = rowSizes.size() + 1;
  if (rank == 2)
    return result;
  if (rank == 1)
    return tensor::CollapseShapeOp::create(
        builder, loc, result, ArrayRef<ReassociationIndices>{{0, 1}});
  SmallVector<OpFoldResult> sizes(rowSizes);
  sizes.push_back(tensor::getMixedSize(builder, loc, result, 1));
  SmallVector<int64_t> shape;
  for (OpFoldResult size : sizes)
    shape.push_back(getConstantIntValue(size).value_or(ShapedType::kDynamic));
  ReassociationIndices rows =
      llvm::to_vector<2>(llvm::seq(int64_t(0), rank - 1));
  auto type = RankedTensorType::get(shape, builder.getF32Type());
  return tensor::ExpandShapeOp::create(
      builder, loc, type, result,
      ArrayRef<ReassociationIndices>{rows, {rank - 1}}, sizes);
}

void Replacement::run(const PackedWeight &weight) {
  Value values = arith::ConstantOp::create(builder, loc, weight.values);
  Value scales;
  if (weight.scales)
    scales = arith::ConstantOp::create(builder, loc, weight.scales);
  run(values, scales, weight.groupSize);
}

void Replacement::run(Value values, Value scales, IntegerAttr groupSize) {
  linalg::LinalgOp op = match.op;
  AffineMap inputMap = op.getMatchingIndexingMap(match.input);
  OpOperand *init = op.getDpsInitOperand(0);
  AffineMap outMap = op.getMatchingIndexingMap(init);

  // Rows in the order of the result, then the steps.
  auto positionOf = [](AffineMap map, unsigned dim) -> int64_t {
    return *map.getResultPosition(getAffineDimExpr(dim, map.getContext()));
  };
  SmallVector<int64_t> inputOrder, outOrder(outMap.getNumResults());
  int64_t row = 0;
  for (auto [i, expr] : llvm::enumerate(outMap.getResults())) {
    unsigned dim = cast<AffineDimExpr>(expr).getPosition();
    if (dim == match.outputDim) {
      outOrder[i] = outMap.getNumResults() - 1;
      continue;
    }
    outOrder[i] = row++;
    inputOrder.push_back(positionOf(inputMap, dim));
  }
  inputOrder.push_back(positionOf(inputMap, match.stepDim));

  auto matrixType = cast<RankedTensorType>(match.weight->get().getType());
  int64_t outputs = matrixType.getDimSize(match.stepsFirst ? 1 : 0);
  int64_t steps = matrixType.getDimSize(match.stepsFirst ? 0 : 1);

  Value input = transpose(match.input->get(), inputOrder);
  auto inputType = cast<RankedTensorType>(input.getType());
  SmallVector<int64_t> shape(inputType.getShape());
  if (ShapedType::isDynamic(shape.back())) {
    shape.back() = steps;
    input = tensor::CastOp::create(
        builder, loc, RankedTensorType::get(shape, builder.getF32Type()),
        input);
  }
  SmallVector<OpFoldResult> rowSizes =
      tensor::getMixedSizes(builder, loc, input);
  rowSizes.pop_back();
  Value x = toMatrix(input);

  Value empty = tensor::EmptyOp::create(
      builder, loc,
      ArrayRef<OpFoldResult>{tensor::getMixedSize(builder, loc, x, 0),
                             builder.getIndexAttr(outputs)},
      builder.getF32Type());
  Value result =
      LinearOp::create(builder, loc, empty.getType(), x, values, scales,
                       /*counts=*/Value(), empty, groupSize)
          .getResult();
  result = transpose(fromMatrix(result, rowSizes), outOrder);
  Type type = op->getResult(0).getType();
  if (result.getType() != type)
    result = tensor::CastOp::create(builder, loc, type, result);

  // rf8.linear writes its destination; linalg adds to it.
  auto fill = init->get().getDefiningOp<linalg::FillOp>();
  Value initial = fill ? fill.getInputs()[0] : init->get();
  if (!matchPattern(initial, m_AnyZeroFloat())) {
    Value sum = tensor::EmptyOp::create(
        builder, loc, tensor::getMixedSizes(builder, loc, init->get()),
        builder.getF32Type());
    if (sum.getType() != type)
      sum = tensor::CastOp::create(builder, loc, type, sum);
    result =
        linalg::AddOp::create(builder, loc, TypeRange{type},
                              ValueRange{result, init->get()}, ValueRange{sum})
            ->getResult(0);
  }
  op->getResult(0).replaceAllUsesWith(result);
  op->erase();
}

//===----------------------------------------------------------------------===//
// Packing
//===----------------------------------------------------------------------===//

/// The constant, and its scales, that `source` leads to.
static std::optional<StoredWeight> getStored(const WeightSource &source,
                                             bool stepsFirst) {
  Location loc = source.root.getLoc();
  ElementsAttr values, scales;
  if (auto dequantize = source.root.getDefiningOp<DequantizeOp>()) {
    // Narrower weights between here and the use would have been rounded.
    if (!dequantize.getWeights().getType().getElementType().isF32() ||
        !matchPattern(dequantize.getCodes(), m_Constant(&values)) ||
        !matchPattern(dequantize.getScales(), m_Constant(&scales)))
      return std::nullopt;
    return StoredWeight{loc, values, scales, dequantize.getGranularity(),
                        stepsFirst};
  }
  if (!matchPattern(source.root, m_Constant(&values)))
    return std::nullopt;
  return StoredWeight{loc, values, {}, {}, stepsFirst};
}

/// The packed weight that `source` leads to where it was packed before, and is
/// read as [outputs, steps].
static Value getUnpacked(const WeightSource &source, bool stepsFirst) {
  auto unpack = source.root.getDefiningOp<UnpackOp>();
  if (!unpack || stepsFirst ||
      isRF8(getElementTypeOrSelf(unpack.getPacked().getType())))
    return {};
  return unpack.getPacked();
}

FailureOr<ElementsAttr>
FuseLinearPass::packValues(const StoredWeight &stored,
                           const ConstantMatrix &matrix) {
  int64_t outputs = stored.stepsFirst ? matrix.columns() : matrix.rows();
  int64_t steps = stored.stepsFirst ? matrix.rows() : matrix.columns();
  RankedTensorType type =
      getPackedType(matrix.element(), outputs, steps, blocks);
  FailureOr<MutableArrayRef<char>> bytes = constants.allocate(stored.loc, type);
  if (failed(bytes))
    return failure();

  // The place of an element is that of its row plus that of its column.
  Packing packing = getPacking(matrix.element(), blocks);
  std::vector<int64_t> ofColumn(matrix.columns());
  for (auto [column, place] : llvm::enumerate(ofColumn))
    place = stored.stepsFirst ? packing.index(column, 0, steps)
                              : packing.index(0, column, steps);
  parallelFor(&getContext(), 0, matrix.rows(), [&](size_t row) {
    int64_t place = stored.stepsFirst ? packing.index(0, row, steps)
                                      : packing.index(row, 0, steps);
    auto scatter = [&](auto element, const char *from) {
      char *to = bytes->data() + place * sizeof(element);
      for (int64_t i = 0, e = matrix.columns(); i < e; ++i)
        std::memcpy(to + ofColumn[i] * sizeof(element),
                    from + i * sizeof(element), sizeof(element));
    };
    SmallVector<char> scratch;
    const char *raw = matrix.rawRow(row, scratch);
    if (packing.elementBytes == 1)
      scatter(uint8_t(), raw);
    else if (packing.elementBytes == 2)
      scatter(uint16_t(), raw);
    else
      scatter(uint32_t(), raw);
  });
  return constants.get(type, "rf8_packed", *bytes);
}

FailureOr<std::optional<ElementsAttr>>
FuseLinearPass::packScales(const StoredWeight &stored, int64_t outputs,
                           int64_t steps) {
  bool grouped = stored.granularity.getKind() == GranularityKind::Group;
  int64_t outputAxis = stored.stepsFirst ? 1 : 0;
  int64_t groups = 1;
  switch (stored.granularity.getKind()) {
  case GranularityKind::TensorPow2:
    break;
  case GranularityKind::Channel:
    if (stored.granularity.getAxis() != outputAxis)
      return std::optional<ElementsAttr>();
    break;
  case GranularityKind::Group:
    if (stored.granularity.getAxis() == outputAxis ||
        stored.granularity.getSize() % 4 != 0)
      return std::optional<ElementsAttr>();
    groups = llvm::divideCeil(steps, stored.granularity.getSize());
    break;
  }
  std::optional<ArrayRef<char>> bytes = getRawBytes(stored.scales);
  auto splat = dyn_cast<SplatElementsAttr>(stored.scales);
  if (!bytes && !splat)
    return emitError(stored.loc, "expected the bytes of the scales of type ")
           << stored.scales.getType();
  auto scaleAt = [&](int64_t index) {
    float value;
    if (splat)
      return splat.getSplatValue<float>();
    std::memcpy(&value, bytes->data() + index * sizeof(float), sizeof(float));
    return value;
  };
  int64_t rows = stored.stepsFirst ? steps : outputs;
  int64_t columns = stored.stepsFirst ? outputs : steps;
  GranularityAttr granularity = stored.granularity;
  ScaleGrid grid = granularity.getScaleGrid({rows, columns});

  Packing packing = getPacking(E4R3Type::get(&getContext()), blocks);
  int64_t padded = packing.panels(outputs) * packing.panelOutputs();
  SmallVector<int64_t> shape;
  if (grouped)
    shape.push_back(groups);
  shape.push_back(padded);
  auto type = RankedTensorType::get(shape, Float32Type::get(&getContext()));
  FailureOr<MutableArrayRef<char>> data = constants.allocate(stored.loc, type);
  if (failed(data))
    return failure();
  auto *scales = reinterpret_cast<float *>(data->data());
  int64_t groupSize = grouped ? stored.granularity.getSize() : steps;
  for (int64_t g = 0; g < groups; ++g)
    for (int64_t n = 0; n < outputs; ++n) {
      int64_t k = g * groupSize;
      scales[g * padded + n] =
          scaleAt(stored.stepsFirst ? grid.index(k, n) : grid.index(n, k));
    }
  return std::optional(constants.get(type, "rf8_packed_scales", *data));
}

FailureOr<std::optional<PackedWeight>>
FuseLinearPass::pack(const StoredWeight &stored) {
  FailureOr<std::optional<ConstantMatrix>> matrix =
      ConstantMatrix::get(stored.loc, stored.values);
  if (failed(matrix))
    return failure();
  if (!*matrix || (*matrix)->rows() * (*matrix)->columns() < minElements)
    return std::optional<PackedWeight>();
  PackedWeight result;
  if (stored.scales) {
    int64_t outputs =
        stored.stepsFirst ? (*matrix)->columns() : (*matrix)->rows();
    int64_t steps =
        stored.stepsFirst ? (*matrix)->rows() : (*matrix)->columns();
    FailureOr<std::optional<ElementsAttr>> scales =
        packScales(stored, outputs, steps);
    if (failed(scales))
      return failure();
    if (!*scales)
      return std::optional<PackedWeight>();
    result.scales = **scales;
    if (stored.granularity.getKind() == GranularityKind::Group)
      result.groupSize = IntegerAttr::get(IntegerType::get(&getContext(), 64),
                                          stored.granularity.getSize());
  }
  FailureOr<ElementsAttr> values = packValues(stored, **matrix);
  if (failed(values))
    return failure();
  result.values = *values;
  return std::optional(result);
}

/// The same, packed once.
FailureOr<std::optional<PackedWeight>>
FuseLinearPass::getPacked(const StoredWeight &stored) {
  auto entry = packed.find(stored.key());
  if (entry != packed.end())
    return entry->second;
  FailureOr<std::optional<PackedWeight>> weight = pack(stored);
  if (succeeded(weight))
    packed.insert({stored.key(), *weight});
  return weight;
}

/// Replaces a contraction, if its weight is one that can be packed, or is.
FailureOr<bool> FuseLinearPass::fuse(const MatrixContraction &match) {
  // The weight may be narrow, and widened where it is multiplied by.
  linalg::LinalgOp op = match.op;
  auto isF32 = [](OpOperand *operand) {
    return getElementTypeOrSelf(operand->get().getType()).isF32();
  };
  if (!isa<FloatType>(getElementTypeOrSelf(match.weight->get().getType())) ||
      !isF32(match.input) || !isF32(op.getDpsInitOperand(0)))
    return false;
  std::optional<WeightSource> source = findWeightSource(match.weight->get());
  if (!source)
    return false;
  bool stepsFirst = match.stepsFirst != source->transposed;
  if (Value values = getUnpacked(*source, stepsFirst)) {
    Replacement(match).run(values);
    return true;
  }
  std::optional<StoredWeight> stored = getStored(*source, stepsFirst);
  if (!stored)
    return false;
  FailureOr<std::optional<PackedWeight>> weight = getPacked(*stored);
  if (failed(weight))
    return failure();
  if (!*weight)
    return false;
  Replacement(match).run(**weight);
  return true;
}

/// A look-up in copies of a constant, transposed or widened, reads the
/// constant.
static void readInPlace(tensor::ExtractOp op) {
  std::optional<WeightSource> source = findWeightSource(op.getTensor());
  if (!source || source->root == op.getTensor())
    return;
  OpBuilder builder(op);
  SmallVector<Value> indices(op.getIndices());
  if (source->transposed)
    std::swap(indices[0], indices[1]);
  Value element =
      tensor::ExtractOp::create(builder, op.getLoc(), source->root, indices);
  if (element.getType() != op.getType())
    element =
        arith::ExtFOp::create(builder, op.getLoc(), op.getType(), element);
  op.replaceAllUsesWith(element);
  op.erase();
}

/// Element [n, k] of a packed weight of `shape`, at `op`.
static Value extractPacked(tensor::ExtractOp op, const PackedWeight &weight,
                           ArrayRef<int64_t> shape, Value n, Value k) {
  Location loc = op.getLoc();
  // The constants, in front of what was read so far.
  OpBuilder builder(op.getTensor().getDefiningOp());
  auto values = arith::ConstantOp::create(builder, loc, weight.values);
  auto packed = cast<RankedTensorType>(values.getType());
  Value matrix = UnpackOp::create(
      builder, loc, RankedTensorType::get(shape, packed.getElementType()),
      values, LayoutAttr::get(op.getContext(), packed.getDimSize(2)));
  Value scales;
  if (weight.scales)
    scales = arith::ConstantOp::create(builder, loc, weight.scales);

  builder.setInsertionPoint(op);
  Value element =
      tensor::ExtractOp::create(builder, loc, matrix, ValueRange{n, k});
  if (!scales)
    return element;
  SmallVector<Value> place{n};
  if (weight.groupSize) {
    Value size =
        arith::ConstantIndexOp::create(builder, loc, weight.groupSize.getInt());
    place = {arith::DivUIOp::create(builder, loc, k, size), n};
  }
  Value scale = tensor::ExtractOp::create(builder, loc, scales, place);
  element = DecodeOp::create(builder, loc, builder.getF32Type(), element);
  return arith::MulFOp::create(builder, loc, element, scale);
}

/// A look-up in a weight that was packed for a contraction reads the packed
/// one, so that a tied embedding is stored once.
void FuseLinearPass::readPacked(tensor::ExtractOp op) {
  std::optional<WeightSource> source = findWeightSource(op.getTensor());
  if (!source || source->root != op.getTensor())
    return;
  for (bool stepsFirst : {false, true}) {
    std::optional<StoredWeight> stored = getStored(*source, stepsFirst);
    auto entry = stored ? packed.find(stored->key()) : packed.end();
    if (entry == packed.end() || !entry->second)
      continue;
    SmallVector<int64_t, 2> shape(op.getTensor().getType().getShape());
    SmallVector<Value, 2> indices(op.getIndices());
    if (stepsFirst) {
      std::swap(shape[0], shape[1]);
      std::swap(indices[0], indices[1]);
    }
    Value element =
        extractPacked(op, *entry->second, shape, indices[0], indices[1]);
    op.replaceAllUsesWith(element);
    op.erase();
    return;
  }
}

void FuseLinearPass::runOnOperation() {
  packed.clear();
  if (blocks < 1 || blocks > 64) {
    emitError(getOperation().getLoc(), "expected 1 to 64 blocks but got ")
        << int64_t(blocks);
    return signalPassFailure();
  }
  getOperation().walk(readInPlace);
  SmallVector<linalg::LinalgOp> contractions;
  getOperation().walk([&](linalg::LinalgOp op) {
    if (op.getNumDpsInputs() == 2)
      contractions.push_back(op);
  });
  for (linalg::LinalgOp op : contractions)
    for (unsigned operand : {1, 0}) {
      std::optional<MatrixContraction> match = matchContraction(op, operand);
      if (!match)
        continue;
      FailureOr<bool> fused = fuse(*match);
      if (failed(fused))
        return signalPassFailure();
      if (*fused)
        break;
    }
  getOperation().walk([&](tensor::ExtractOp op) { readPacked(op); });
}
