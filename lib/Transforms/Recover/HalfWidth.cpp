//===- HalfWidth.cpp - Tables whose last dim repeats itself ---------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

//
// The standard's RotaryEmbedding wants one cosine per pair of elements, but
// most exporters write one per element. The repetition is made by a Concat, a
// Tile or an Expand at the bottom and carried up through elementwise ops and
// look-ups, or sits in a constant.
//
//===----------------------------------------------------------------------===//

#include "HalfWidth.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "llvm/ADT/DenseMap.h"

using namespace mlir;
using namespace gg::onnx;

namespace gg::recover {

namespace {

/// The bytes of a constant that is no splat.
std::optional<ArrayRef<char>> getRawBytes(ElementsAttr attr) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(attr)) {
    AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    return blob ? std::optional(blob->getData()) : std::nullopt;
  }
  auto dense = dyn_cast<DenseElementsAttr>(attr);
  if (!dense || dense.isSplat())
    return std::nullopt;
  return dense.getRawData();
}

class HalfWidth {
public:
  explicit HalfWidth(Repeat repeat) : repeat(repeat) {}

  /// Proves the repetition with `emit` null, else builds the half. Returns a
  /// null value on failure, any other one on a proof.
  Value visit(Value value, Emit *emit, unsigned depth = 0) {
    value = skipCopies(value);
    int64_t size = dimOf(value, -1);
    Operation *op = value.getDefiningOp();
    // Sub-graphs of this kind are chains of about ten ops.
    if (!op || ShapedType::isDynamic(size) || size % 2 != 0 || depth > 24)
      return {};
    auto found = built.find(value);
    if (found != built.end())
      return found->second;
    Value half = visitOp(op, value, emit, depth + 1);
    built[value] = half;
    return half;
  }

private:
  Value visitOp(Operation *op, Value value, Emit *emit, unsigned depth) {
    if (Value source = getRepeated(op, value))
      return source;
    if (auto constant = dyn_cast<ConstantOp>(op))
      return visitConstant(constant, emit);
    if (isa<CosOp, SinOp, NegOp>(op))
      return rebuild(op, value, emit, depth, {0});
    if (auto cast = dyn_cast<CastOp>(op))
      return isa<FloatType>(getElementType(cast.getInput()))
                 ? rebuild(op, value, emit, depth, {0})
                 : Value();
    if (isa<AddOp, SubOp, MulOp, DivOp>(op))
      return visitBinary(op, value, emit, depth);
    if (movesOtherDims(op, value))
      return rebuild(op, value, emit, depth, {0});
    if (isa<ReshapeOp, ExpandOp>(op))
      return visitShaped(op, value, emit, depth);
    return {};
  }

  //===--- Where the repetition comes from --------------------------------===//

  /// The tensor that `op` repeats by construction.
  Value getRepeated(Operation *op, Value value) {
    if (repeat == Repeat::Halves) {
      if (auto concat = dyn_cast<ConcatOp>(op)) {
        int64_t axis = concat.getAxis();
        bool isLast = axis == -1 || axis == rankOf(value) - 1;
        ValueRange parts = concat.getInputs();
        return isLast && parts.size() == 2 &&
                       skipCopies(parts[0]) == skipCopies(parts[1])
                   ? parts[0]
                   : Value();
      }
      if (auto tile = dyn_cast<TileOp>(op)) {
        auto repeats = getInts(tile.getRepeats());
        return repeats && !repeats->empty() && repeats->back() == 2 &&
                       llvm::all_of(ArrayRef(*repeats).drop_back(),
                                    [](int64_t n) { return n == 1; })
                   ? tile.getInput()
                   : Value();
      }
      return {};
    }
    if (auto gather = dyn_cast<GatherOp>(op))
      return getPairGather(gather);
    // [.., d] -> [.., d, 1] -> [.., d, 2] -> [.., 2 d]
    auto reshape = dyn_cast<ReshapeOp>(op);
    if (!reshape || rankOf(reshape.getData()) != rankOf(value) + 1 ||
        dimOf(reshape.getData(), -1) != 2 ||
        dimOf(reshape.getData(), -2) * 2 != dimOf(value, -1))
      return {};
    Operation *inner = skipCopies(reshape.getData()).getDefiningOp();
    if (auto concat = dyn_cast_or_null<ConcatOp>(inner)) {
      ValueRange parts = concat.getInputs();
      if (parts.size() != 2 || skipCopies(parts[0]) != skipCopies(parts[1]) ||
          dimOf(parts[0], -1) != 1)
        return {};
      return getLastUnsqueezed(parts[0]);
    }
    if (auto expand = dyn_cast_or_null<ExpandOp>(inner))
      return rankOf(expand.getInput()) == rankOf(reshape.getData())
                 ? getLastUnsqueezed(expand.getInput())
                 : Value();
    return {};
  }

  /// The operand of an Unsqueeze that adds a last dim.
  static Value getLastUnsqueezed(Value value) {
    auto unsqueeze = defining<UnsqueezeOp>(value);
    auto axes = unsqueeze ? getInts(unsqueeze.getAxes()) : std::nullopt;
    if (!axes || axes->size() != 1 ||
        (axes->front() != -1 && axes->front() != rankOf(value) - 1))
      return {};
    return unsqueeze.getData();
  }

  /// Gather along the last dim by 0, 0, 1, 1, …
  static Value getPairGather(GatherOp op) {
    int64_t rank = rankOf(op.getData());
    auto indices = getInts(op.getIndices());
    if (rank < 1 || (op.getAxis() != -1 && op.getAxis() != rank - 1) ||
        !indices || rankOf(op.getIndices()) != 1 ||
        static_cast<int64_t>(indices->size()) != 2 * dimOf(op.getData(), -1))
      return {};
    for (auto [place, index] : llvm::enumerate(*indices))
      if (index != static_cast<int64_t>(place / 2))
        return {};
    return op.getData();
  }

  Value visitConstant(ConstantOp op, Emit *emit) {
    auto type = dyn_cast<RankedTensorType>(op.getType());
    auto bytes = getRawBytes(op.getValue());
    if (!type || !bytes || !type.getElementType().isIntOrFloat() ||
        type.getElementTypeBitWidth() % 8 != 0)
      return {};
    size_t element = type.getElementTypeBitWidth() / 8;
    size_t row = type.getShape().back() * element, half = row / 2;
    if (bytes->size() != type.getNumElements() * element)
      return {};
    std::vector<char> halves;
    halves.reserve(emit ? bytes->size() / 2 : 0);
    for (const char *p = bytes->begin(); p != bytes->end(); p += row) {
      if (!isRowRepeated(p, half, element))
        return {};
      if (!emit)
        continue;
      if (repeat == Repeat::Halves)
        halves.insert(halves.end(), p, p + half);
      else
        for (size_t i = 0; i < row; i += 2 * element)
          halves.insert(halves.end(), p + i, p + i + element);
    }
    if (!emit)
      return op.getResult();
    SmallVector<int64_t> shape(type.getShape());
    shape.back() /= 2;
    return emit->constant(type.clone(shape), halves);
  }

  bool isRowRepeated(const char *row, size_t half, size_t element) {
    if (repeat == Repeat::Halves)
      return std::equal(row, row + half, row + half);
    for (size_t i = 0; i < 2 * half; i += 2 * element)
      if (!std::equal(row + i, row + i + element, row + i + element))
        return false;
    return true;
  }

  //===--- What carries it on ---------------------------------------------===//

  /// An operand of one column broadcasts over the half as well.
  static bool isColumn(Value value) {
    return rankOf(value) == 0 || dimOf(value, -1) == 1;
  }

  Value visitBinary(Operation *op, Value value, Emit *emit, unsigned depth) {
    SmallVector<unsigned> wide;
    for (unsigned i : {0, 1})
      if (!isColumn(op->getOperand(i)))
        wide.push_back(i);
    return rebuild(op, value, emit, depth, wide);
  }

  /// True if `op` changes dims of its first operand before the last one only,
  /// and says so by numbers that hold for the half too.
  static bool movesOtherDims(Operation *op, Value value) {
    int64_t rank = rankOf(op->getNumOperands() ? op->getOperand(0) : value);
    if (rank < 1)
      return false;
    if (auto gather = dyn_cast<GatherOp>(op))
      return gather.getAxis() != -1 && gather.getAxis() != rank - 1;
    if (auto transpose = dyn_cast<TransposeOp>(op))
      return getPermutation(transpose.getPerm(), rank).back() == rank - 1;
    auto avoidsLast = [](Value axes, int64_t rank) {
      auto given = getInts(axes);
      return given && llvm::none_of(*given, [&](int64_t axis) {
               return axis == -1 || axis == rank - 1;
             });
    };
    if (auto unsqueeze = dyn_cast<UnsqueezeOp>(op))
      return avoidsLast(unsqueeze.getAxes(), rankOf(value));
    if (auto squeeze = dyn_cast<SqueezeOp>(op))
      return isPresent(squeeze.getAxes()) &&
             avoidsLast(squeeze.getAxes(), rank);
    if (auto slice = dyn_cast<SliceOp>(op))
      return isPresent(slice.getAxes()) && avoidsLast(slice.getAxes(), rank);
    return false;
  }

  /// Reshape and Expand that leave the last dim as it is.
  Value visitShaped(Operation *op, Value value, Emit *emit, unsigned depth) {
    Value source = op->getOperand(0), shape = op->getOperand(1);
    int64_t size = dimOf(value, -1), length = dimOf(shape, 0);
    if (dimOf(source, -1) != size || ShapedType::isDynamic(length) ||
        length < 1)
      return {};
    Value half = visit(source, emit, depth);
    if (!half || !emit)
      return half;
    // The last number of the shape, for an Expand, says nothing new as 1.
    int64_t last = isa<ExpandOp>(op) ? 1 : size / 2;
    Value newShape = emit->ints(last);
    if (length > 1)
      newShape =
          emit->concat({emit->sliceLast(shape, 0, length - 1), newShape}, 0);
    return clone(op, value, *emit, {half, newShape});
  }

  /// The op on the halves of the operands at `wide`.
  Value rebuild(Operation *op, Value value, Emit *emit, unsigned depth,
                ArrayRef<unsigned> wide) {
    SmallVector<Value> operands(op->getOperands());
    for (unsigned i : wide) {
      operands[i] = visit(operands[i], emit, depth);
      if (!operands[i])
        return {};
    }
    if (wide.empty())
      return {};
    return emit ? clone(op, value, *emit, operands) : value;
  }

  static Value clone(Operation *op, Value value, Emit &emit,
                     ValueRange operands) {
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<int64_t> shape(type.getShape());
    shape.back() /= 2;
    OperationState state(emit.loc, op->getName(), operands,
                         TypeRange(Type(type.clone(shape))), op->getAttrs());
    return emit.builder.create(state)->getResult(0);
  }

  Repeat repeat;
  DenseMap<Value, Value> built;
};

} // namespace

bool isRepeated(Value value, Repeat repeat) {
  return static_cast<bool>(HalfWidth(repeat).visit(value, nullptr));
}

Value getHalfWidth(Emit &emit, Value value, Repeat repeat) {
  return HalfWidth(repeat).visit(value, &emit);
}

} // namespace gg::recover
