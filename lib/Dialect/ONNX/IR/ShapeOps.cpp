//===- ShapeOps.cpp - ONNX ops that move elements -------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Verify.h"
#include "gg/Dialect/ONNX/IR/ONNX.h"
#include "llvm/Support/InterleavedRange.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::onnx::detail;

/// An operand that lists dims has one entry for each of `count`.
static LogicalResult verifyList(Operation *op, const Twine &what, Value list,
                                int64_t count) {
  std::optional<ArrayRef<int64_t>> shape = getShape(list);
  if (!shape || (shape->size() == 1 && (ShapedType::isDynamic(shape->front()) ||
                                        shape->front() == count)))
    return success();
  return op->emitOpError("expected ")
         << what << " with " << count << " elements but got " << list.getType();
}

LogicalResult ReshapeOp::verify() {
  if (failed(verifyRank(*this, "a shape", getShape(), 1)))
    return failure();
  std::optional<SmallVector<int64_t>> dims = getConstantInts(getShape());
  if (!dims)
    return success();
  if (llvm::count(*dims, -1) > 1)
    return emitOpError("expected at most one -1 in the shape but got ")
           << llvm::count(*dims, -1);
  for (int64_t dim : *dims)
    if (dim < -1)
      return emitOpError("expected dims of at least -1 but got ") << dim;
  return verifyRank(*this, "a result", getReshaped(), dims->size());
}

LogicalResult FlattenOp::verify() {
  return verifyRank(*this, "a result", getOutput(), 2);
}

LogicalResult SqueezeOp::verify() {
  if (isPresent(getAxes()) && failed(verifyRank(*this, "axes", getAxes(), 1)))
    return failure();
  std::optional<SmallVector<int64_t>> axes = getConstantInts(getAxes());
  std::optional<ArrayRef<int64_t>> shape = getShape(getData());
  if (!axes || !shape)
    return success();
  if (failed(verifyAxes(*this, shape->size(), *axes)))
    return failure();
  for (int64_t axis : normalizeAxes(*axes, shape->size())) {
    int64_t dim = (*shape)[axis];
    if (dim != 1 && !ShapedType::isDynamic(dim))
      return emitOpError("expected dim ")
             << axis << " of size 1 but got " << dim;
  }
  return verifyRank(*this, "a result", getSqueezed(),
                    shape->size() - axes->size());
}

LogicalResult UnsqueezeOp::verify() {
  std::optional<SmallVector<int64_t>> axes = getConstantInts(getAxes());
  std::optional<int64_t> rank = getRank(getData());
  if (!axes || !rank)
    return success();
  int64_t expected = *rank + axes->size();
  if (failed(verifyAxes(*this, expected, *axes)))
    return failure();
  return verifyRank(*this, "a result", getExpanded(), expected);
}

LogicalResult TransposeOp::verify() {
  std::optional<ArrayRef<int64_t>> shape = getShape(getData());
  if (!shape)
    return success();
  int64_t rank = shape->size();
  SmallVector<int64_t> perm = getPermutation(getPerm(), rank);
  SmallVector<int64_t> expected;
  SmallVector<bool> seen(rank);
  for (int64_t source : perm) {
    if (source < 0 || source >= rank || std::exchange(seen[source], true))
      break;
    expected.push_back((*shape)[source]);
  }
  if (static_cast<int64_t>(perm.size()) != rank ||
      static_cast<int64_t>(expected.size()) != rank)
    return emitOpError("expected a permutation of ")
           << rank << " dims but got [" << llvm::interleaved(perm) << "]";
  return verifyResultShape(*this, getTransposed(), expected);
}

LogicalResult ExpandOp::verify() {
  return verifyRank(*this, "a shape", getShape(), 1);
}

LogicalResult TileOp::verify() {
  std::optional<int64_t> rank = getRank(getInput());
  if (!rank)
    return success();
  if (failed(verifyList(*this, "repeats", getRepeats(), *rank)))
    return failure();
  return verifyRank(*this, "a result", getOutput(), *rank);
}

LogicalResult ShapeOp::verify() {
  return verifyRank(*this, "a result", getShape(), 1);
}

LogicalResult ConcatOp::verify() {
  if (getInputs().empty())
    return emitOpError("expected at least one operand but got none");
  int64_t axis = getAxis();
  SmallVector<int64_t> joined;
  for (auto [index, input] : llvm::enumerate(getInputs())) {
    std::optional<ArrayRef<int64_t>> shape = getShape(input);
    if (!shape)
      return success();
    if (index == 0) {
      if (failed(verifyAxis(*this, input, axis)))
        return failure();
      axis = normalizeAxis(axis, shape->size());
      joined.assign(shape->begin(), shape->end());
      continue;
    }
    if (shape->size() != joined.size())
      return emitOpError("expected operands of rank ")
             << joined.size() << " but got " << input.getType();
    for (auto [dim, pair] : llvm::enumerate(llvm::zip(joined, *shape))) {
      auto &[sum, next] = pair;
      bool unknown = ShapedType::isDynamic(sum) || ShapedType::isDynamic(next);
      if (static_cast<int64_t>(dim) == axis)
        sum = unknown ? ShapedType::kDynamic : sum + next;
      else if (ShapedType::isDynamic(sum))
        sum = next;
      else if (!unknown && sum != next)
        return emitOpError("expected dim ")
               << dim << " of size " << sum << " but got " << input.getType();
    }
  }
  return verifyResultShape(*this, getConcatResult(), joined);
}

LogicalResult SplitOp::verify() {
  int64_t count = getOutputs().size();
  if (count == 0)
    return emitOpError("expected at least one result but got none");
  if (std::optional<int64_t> parts = getNumOutputs())
    if (*parts != count)
      return emitOpError("expected ") << *parts << " results but got " << count;
  if (isPresent(getSplit()) &&
      failed(verifyList(*this, "sizes", getSplit(), count)))
    return failure();
  for (Value part : getOutputs()) {
    if (getElementType(part) != getElementType(getInput()))
      return emitOpError("expected results of element type ")
             << getElementType(getInput()) << " but got " << part.getType();
    if (std::optional<int64_t> rank = getRank(getInput()))
      if (failed(verifyRank(*this, "results", part, *rank)))
        return failure();
  }
  return success();
}

LogicalResult SliceOp::verify() {
  if (failed(verifyRank(*this, "starts", getStarts(), 1)))
    return failure();
  int64_t count = ShapedType::kDynamic;
  if (std::optional<ArrayRef<int64_t>> shape = getShape(getStarts()))
    count = shape->front();
  std::pair<StringRef, Value> lists[] = {
      {"ends", getEnds()}, {"axes", getAxes()}, {"steps", getSteps()}};
  for (auto [what, list] : lists) {
    if (!isPresent(list))
      continue;
    if (ShapedType::isDynamic(count)
            ? failed(verifyRank(*this, what, list, 1))
            : failed(verifyList(*this, what, list, count)))
      return failure();
  }
  if (std::optional<SmallVector<int64_t>> steps = getConstantInts(getSteps()))
    if (llvm::is_contained(*steps, 0))
      return emitOpError("expected steps other than 0");
  std::optional<int64_t> rank = getRank(getData());
  if (!rank)
    return success();
  if (std::optional<SmallVector<int64_t>> axes = getConstantInts(getAxes())) {
    if (failed(verifyAxes(*this, *rank, *axes)))
      return failure();
  } else if (!isPresent(getAxes()) && !ShapedType::isDynamic(count) &&
             count > *rank) {
    return emitOpError("expected at most ")
           << *rank << " starts but got " << count;
  }
  return verifyRank(*this, "a result", getOutput(), *rank);
}

LogicalResult TriluOp::verify() {
  if (isPresent(getK()) && failed(verifyScalar(*this, "a diagonal", getK())))
    return failure();
  std::optional<ArrayRef<int64_t>> shape = getShape(getInput());
  if (!shape)
    return success();
  if (shape->size() < 2)
    return emitOpError("expected an operand of rank 2 or more but got ")
           << getInput().getType();
  return verifyResultShape(*this, getOutput(), *shape);
}
