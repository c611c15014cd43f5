//===- LayoutShapes.cpp - Shapes of ops that move elements ----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ShapeCall.h"

using namespace mlir;
using namespace gg::onnx;

/// What -1 stands for: the operand's elements over those of the other
/// dimensions. Dimensions that occur in both cancel first, since a product of
/// symbols cannot be divided otherwise.
static AffineExpr solveOpenDim(ShapeCall &call, ArrayRef<AffineExpr> from,
                               ArrayRef<AffineExpr> known) {
  SmallVector<AffineExpr> above(from), below;
  for (AffineExpr dim : known) {
    auto *it = llvm::find_if(
        above, [&](AffineExpr other) { return areEqualDims(dim, other); });
    if (it != above.end())
      above.erase(it);
    else
      below.push_back(dim);
  }
  MLIRContext *context = call.op->getContext();
  AffineExpr quotient =
      divideDims(multiplyDims(above, context), multiplyDims(below, context));
  return quotient ? quotient : call.unknown();
}

static bool inferReshape(ShapeCall &call) {
  std::optional<SymbolicShape> from = call.shape(0);
  std::optional<SymbolicShape> target = call.elements(1);
  if (!target) {
    // The number of dimensions is that of the list.
    std::optional<int64_t> rank = call.length(1);
    return rank && call.emit(call.unknowns(*rank));
  }
  bool allowZero = call.getInt("allowzero", 0);
  SymbolicShape shape, known;
  std::optional<size_t> open;
  for (auto [axis, dim] : llvm::enumerate(*target)) {
    std::optional<int64_t> value = getNumber(dim);
    if (value == 0 && !allowZero) {
      if (from && axis >= from->size())
        return call.fail("expected dimension " + Twine(axis) + " to copy");
      dim = from ? (*from)[axis] : call.unknown();
    } else if (value == -1) {
      if (open)
        return call.fail("expected at most one dimension of -1");
      open = axis;
      shape.push_back(dim);
      continue;
    } else if (value && *value < 0) {
      return call.fail("expected dimensions of at least -1 but got " +
                       Twine(*value));
    }
    shape.push_back(dim);
    known.push_back(dim);
  }
  if (open)
    shape[*open] = from ? solveOpenDim(call, *from, known) : call.unknown();
  if (from) {
    MLIRContext *context = call.op->getContext();
    std::optional<int64_t> before = getNumber(multiplyDims(*from, context));
    std::optional<int64_t> after = getNumber(multiplyDims(shape, context));
    if (before && after && *before != *after)
      return call.fail("expected a shape of " + Twine(*before) +
                       " elements but got " + Twine(*after));
  }
  return call.emit(shape);
}

static bool inferFlatten(ShapeCall &call) {
  std::optional<SymbolicShape> from = call.shape(0);
  if (!from)
    return call.emit(call.unknowns(2));
  int64_t axis = call.getInt("axis", 1), rank = from->size();
  if (axis < 0)
    axis += rank;
  if (axis < 0 || axis > rank)
    return call.fail("expected an axis within rank " + Twine(rank));
  ArrayRef<AffineExpr> dims(*from);
  MLIRContext *context = call.op->getContext();
  return call.emit({multiplyDims(dims.take_front(axis), context),
                    multiplyDims(dims.drop_front(axis), context)});
}

static bool inferSqueeze(ShapeCall &call) {
  std::optional<SymbolicShape> from = call.shape(0);
  if (!from)
    return false;
  SmallVector<bool> drop(from->size(), false);
  if (call.has(1)) {
    auto axes = call.numbers(1);
    if (!axes) {
      // Each axis drops one dimension, whichever it is.
      std::optional<int64_t> count = call.length(1);
      return count && *count <= int64_t(from->size()) &&
             call.emit(call.unknowns(from->size() - *count));
    }
    for (int64_t axis : *axes) {
      if (!call.normalizeAxis(axis, from->size()))
        return false;
      drop[axis] = true;
    }
  } else {
    // A dimension that is not a number may or may not be 1.
    for (auto [axis, dim] : llvm::enumerate(*from)) {
      if (!getNumber(dim))
        return false;
      drop[axis] = getNumber(dim) == 1;
    }
  }
  SymbolicShape shape;
  for (auto [axis, dim] : llvm::enumerate(*from))
    if (!drop[axis])
      shape.push_back(dim);
  return call.emit(shape);
}

static bool inferUnsqueeze(ShapeCall &call) {
  std::optional<SymbolicShape> from = call.shape(0);
  auto axes = call.numbers(1);
  if (!from)
    return false;
  if (!axes) {
    std::optional<int64_t> count = call.length(1);
    return count && call.emit(call.unknowns(from->size() + *count));
  }
  int64_t rank = from->size() + axes->size();
  SmallVector<bool> added(rank, false);
  for (int64_t axis : *axes) {
    if (!call.normalizeAxis(axis, rank))
      return false;
    if (added[axis])
      return call.fail("expected distinct axes");
    added[axis] = true;
  }
  SymbolicShape shape;
  const AffineExpr *next = from->begin();
  for (bool isNew : added)
    shape.push_back(isNew ? call.number(1) : *next++);
  return call.emit(shape);
}

static bool inferTranspose(ShapeCall &call) {
  std::optional<SymbolicShape> from = call.shape(0);
  if (!from)
    return false;
  SymbolicShape shape;
  auto perm = call.getInts("perm");
  if (!perm) {
    shape.append(from->rbegin(), from->rend());
    return call.emit(shape);
  }
  if (perm->size() != from->size())
    return call.fail("expected a permutation of " + Twine(from->size()) +
                     " axes");
  for (int64_t axis : *perm) {
    if (!call.normalizeAxis(axis, from->size()))
      return false;
    shape.push_back((*from)[axis]);
  }
  return call.emit(shape);
}

static bool inferExpand(ShapeCall &call) {
  std::optional<SymbolicShape> from = call.shape(0), to = call.elements(1);
  if (!from)
    return false;
  if (!to) {
    std::optional<int64_t> rank = call.length(1);
    return rank &&
           call.emit(call.unknowns(std::max<size_t>(from->size(), *rank)));
  }
  SymbolicShape shape;
  return call.broadcast({*from, *to}, shape) && call.emit(shape);
}

static bool inferTile(ShapeCall &call) {
  std::optional<SymbolicShape> from = call.shape(0), repeats = call.elements(1);
  if (!from)
    return false;
  if (!repeats)
    return call.emit(call.unknowns(from->size()));
  if (repeats->size() != from->size())
    return call.fail("expected one repetition count for each axis");
  SymbolicShape shape;
  for (auto [dim, count] : llvm::zip(*from, *repeats))
    shape.push_back(mulDims(dim, count));
  return call.emit(shape);
}

static bool inferConcat(ShapeCall &call) {
  std::optional<SymbolicShape> joined;
  AffineExpr length = call.number(0);
  bool lengthKnown = true;
  int64_t axis = 0;
  for (unsigned index = 0; index < call.op->getNumOperands(); ++index) {
    std::optional<SymbolicShape> shape = call.shape(index);
    if (!shape) {
      lengthKnown = false;
      continue;
    }
    if (!joined) {
      joined = shape;
      axis = call.getInt("axis", 0);
      if (!call.normalizeAxis(axis, shape->size()))
        return false;
    }
    if (shape->size() != joined->size())
      return call.fail("expected operands of one rank");
    for (auto [at, pair] : llvm::enumerate(llvm::zip(*joined, *shape))) {
      if (static_cast<int64_t>(at) == axis)
        continue;
      auto &[mine, other] = pair;
      mine = call.unify(mine, other, "dimensions " + Twine(at));
      if (!mine)
        return false;
    }
    length = addDims(length, (*shape)[axis]);
  }
  if (!joined)
    return false;
  (*joined)[axis] = lengthKnown ? length : call.unknown();
  return call.emit(*joined);
}

static bool inferSplit(ShapeCall &call) {
  std::optional<SymbolicShape> from = call.shape(0);
  if (!from)
    return false;
  int64_t axis = call.getInt("axis", 0), count = call.op->getNumResults();
  if (!call.normalizeAxis(axis, from->size()))
    return false;
  std::optional<SymbolicShape> lengths = call.elements(1);
  if (lengths && static_cast<int64_t>(lengths->size()) != count)
    return call.fail("expected " + Twine(count) + " lengths but got " +
                     Twine(lengths->size()));
  std::optional<int64_t> dim = getNumber((*from)[axis]);
  for (int64_t part = 0; part < count; ++part) {
    SymbolicShape shape = *from;
    if (lengths)
      shape[axis] = (*lengths)[part];
    else if (call.has(1))
      shape[axis] = call.unknown();
    else if (dim)
      shape[axis] = call.number(
          std::clamp<int64_t>(*dim - part * ((*dim + count - 1) / count), 0,
                              (*dim + count - 1) / count));
    else if (AffineExpr equal = divideDims((*from)[axis], call.number(count)))
      shape[axis] = equal;
    else
      shape[axis] = call.unknown();
    call.emit(shape);
  }
  return true;
}

static bool inferConstantOfShape(ShapeCall &call) {
  if (std::optional<SymbolicShape> shape = call.elements(0))
    return call.emit(*shape);
  std::optional<int64_t> rank = call.length(0);
  return rank && call.emit(call.unknowns(*rank));
}

static bool inferRange(ShapeCall &call) {
  std::optional<SymbolicShape> start = call.elements(0),
                               limit = call.elements(1),
                               delta = call.elements(2);
  if (!start || !limit || !delta || start->size() != 1 || limit->size() != 1 ||
      delta->size() != 1)
    return call.emit({call.unknown()});
  std::optional<int64_t> step = getNumber(delta->front());
  if (step == 0)
    return call.fail("expected a step other than 0");
  AffineExpr distance = subDims(limit->front(), start->front());
  std::optional<int64_t> length = getNumber(distance);
  if (length && step) {
    int64_t up = *step > 0 ? *length : -*length;
    int64_t stride = *step > 0 ? *step : -*step;
    return call.emit({call.number(up <= 0 ? 0 : (up - 1) / stride + 1)});
  }
  return call.emit(
      {step == 1 && isNonNegative(distance) ? distance : call.unknown()});
}

static bool inferShapeOp(ShapeCall &call) {
  std::optional<SymbolicShape> from = call.shape(0);
  if (!from)
    return call.emit({call.unknown()});
  int64_t rank = from->size();
  auto clamp = [&](int64_t index) {
    return std::clamp(index < 0 ? index + rank : index, int64_t(0), rank);
  };
  int64_t start = clamp(call.getInt("start", 0));
  int64_t end = clamp(call.getInt("end", rank));
  return call.emit({call.number(std::max<int64_t>(end - start, 0))});
}

static bool inferScalar(ShapeCall &call) { return call.emit({}); }

void gg::onnx::addLayoutShapes(ShapeFunctionTable &table) {
  table["onnx.Reshape"] = inferReshape;
  table["onnx.Flatten"] = inferFlatten;
  table["onnx.Squeeze"] = inferSqueeze;
  table["onnx.Unsqueeze"] = inferUnsqueeze;
  table["onnx.Transpose"] = inferTranspose;
  table["onnx.Expand"] = inferExpand;
  table["onnx.Tile"] = inferTile;
  table["onnx.Concat"] = inferConcat;
  table["onnx.Split"] = inferSplit;
  table["onnx.ConstantOfShape"] = inferConstantOfShape;
  table["onnx.Range"] = inferRange;
  table["onnx.Shape"] = inferShapeOp;
  table["onnx.Size"] = inferScalar;
}
