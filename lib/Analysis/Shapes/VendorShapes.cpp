//===- VendorShapes.cpp - Shapes of com.microsoft attention ---------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ShapeCall.h"

using namespace mlir;
using namespace gg::onnx;

/// Rows of [2, batch, heads, length, size], or no more than the first dims.
static bool inferPackedAttention(ShapeCall &call) {
  std::optional<SymbolicShape> x = call.shape(0), weights = call.shape(1);
  if (!x || x->size() != 3 || !weights || weights->size() != 2)
    return false;
  AffineExpr values = divideDims((*weights)[1], call.number(3));
  if (std::optional<ArrayRef<int64_t>> sizes = call.getInts("qkv_hidden_sizes"))
    values = sizes->size() == 3 ? call.number(sizes->back()) : AffineExpr();
  if (!values)
    return false;
  call.emit({(*x)[0], (*x)[1], values});
  AffineExpr heads = call.number(call.getInt("num_heads", 0));
  AffineExpr size = divideDims(values, heads), length = (*x)[1];
  if (std::optional<SymbolicShape> past = call.shape(4)) {
    if (past->size() != 5)
      return call.fail("expected a past of rank 5 but got rank " +
                       Twine(past->size()));
    length = addDims((*past)[3], length);
  }
  return call.emit(
      {call.number(2), (*x)[0], heads, length, size ? size : call.unknown()});
}

static bool inferMultiHeadAttention(ShapeCall &call) {
  std::optional<SymbolicShape> q = call.shape(0), k = call.shape(1),
                               v = call.shape(2);
  if (!q || !k || !v || q->size() != 3 || k->size() != v->size())
    return false;
  AffineExpr heads = call.number(call.getInt("num_heads", 0));
  AffineExpr keySize, valueSize, length;
  if (k->size() == 3) {
    keySize = divideDims((*k)[2], heads);
    valueSize = divideDims((*v)[2], heads);
    length = (*k)[1];
  } else if (k->size() == 4) {
    keySize = (*k)[3], valueSize = (*v)[3], length = (*k)[2];
  }
  if (!keySize || !valueSize)
    return false;
  call.emit({(*q)[0], (*q)[1], mulDims(heads, valueSize)});
  if (std::optional<SymbolicShape> past = call.shape(6)) {
    if (past->size() != 4)
      return call.fail("expected a past of rank 4 but got rank " +
                       Twine(past->size()));
    length = addDims((*past)[2], length);
  }
  return call.emit({(*q)[0], heads, length, keySize}) &&
         call.emit({(*q)[0], heads, length, valueSize}) && call.emitUnknown();
}

static bool inferGroupQueryAttention(ShapeCall &call) {
  std::optional<SymbolicShape> q = call.shape(0);
  int64_t heads = call.getInt("num_heads", 0),
          keyHeads = call.getInt("kv_num_heads", 0);
  if (!q || q->size() != 3 || heads <= 0 || keyHeads <= 0)
    return false;
  AffineExpr size = divideDims(
      (*q)[2], call.number(call.has(1) ? heads : heads + 2 * keyHeads));
  if (!size)
    return false;
  call.emit({(*q)[0], (*q)[1], mulDims(call.number(heads), size)});
  // As long as the past or the total, whichever is longer.
  SymbolicShape cache = {(*q)[0], call.number(keyHeads), call.unknown(), size};
  return call.emit(cache) && call.emit(cache) && call.emitUnknown();
}

void gg::onnx::addVendorShapes(ShapeFunctionTable &table) {
  table["onnx.ms.Attention"] = inferPackedAttention;
  table["onnx.ms.MultiHeadAttention"] = inferMultiHeadAttention;
  table["onnx.ms.GroupQueryAttention"] = inferGroupQueryAttention;
}
