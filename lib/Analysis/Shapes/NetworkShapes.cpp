//===- NetworkShapes.cpp - Shapes of elementwise ops and network layers ---===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ShapeCall.h"

using namespace mlir;
using namespace gg::onnx;

//===----------------------------------------------------------------------===//
// Elementwise ops
//===----------------------------------------------------------------------===//

/// All operands that are there broadcast.
static bool inferBroadcast(ShapeCall &call) {
  SmallVector<SymbolicShape> shapes;
  for (unsigned index = 0; index < call.op->getNumOperands(); ++index) {
    if (!call.has(index))
      continue;
    std::optional<SymbolicShape> shape = call.shape(index);
    if (!shape)
      return false;
    shapes.push_back(std::move(*shape));
  }
  SymbolicShape result;
  return call.broadcast(shapes, result) && call.emit(result);
}

/// The shape of the first operand.
static bool inferSame(ShapeCall &call) {
  std::optional<SymbolicShape> shape = call.shape(0);
  return shape && call.emit(*shape);
}

static bool inferDropout(ShapeCall &call) {
  std::optional<SymbolicShape> shape = call.shape(0);
  return shape && call.emit(*shape) && call.emit(*shape);
}

/// As the first operand; the statistics have 1 from `axis` on.
static bool inferLayerNorm(ShapeCall &call) {
  std::optional<SymbolicShape> shape = call.shape(0);
  if (!shape)
    return false;
  int64_t axis = call.getInt("axis", -1);
  if (!call.normalizeAxis(axis, shape->size()))
    return false;
  call.emit(*shape);
  std::fill(shape->begin() + axis, shape->end(), call.number(1));
  return call.emit(*shape) && call.emit(*shape);
}

/// As the first operand; so is the sum, the fourth result.
static bool inferSkipNorm(ShapeCall &call) {
  std::optional<SymbolicShape> shape = call.shape(0);
  if (!shape)
    return false;
  return call.emit(*shape) && call.emitUnknown() && call.emitUnknown() &&
         call.emit(*shape);
}

static bool inferEmbedLayerNorm(ShapeCall &call) {
  std::optional<SymbolicShape> ids = call.shape(0), table = call.shape(2);
  if (!ids || ids->size() != 2 || !table || table->size() != 2)
    return false;
  SymbolicShape shape = {(*ids)[0], (*ids)[1], (*table)[1]};
  return call.emit(shape) && call.emit({(*ids)[0]}) && call.emit(shape);
}

//===----------------------------------------------------------------------===//
// Products
//===----------------------------------------------------------------------===//

static bool inferMatMul(ShapeCall &call) {
  std::optional<SymbolicShape> a = call.shape(0), b = call.shape(1);
  if (!a || !b)
    return false;
  if (a->empty() || b->empty())
    return call.fail("expected operands of rank 1 or more");
  bool vectorLeft = a->size() == 1, vectorRight = b->size() == 1;
  AffineExpr inner = vectorRight ? (*b)[0] : (*b)[b->size() - 2];
  if (!call.unify(a->back(), inner, "inner dimensions"))
    return false;
  SymbolicShape batchA(a->begin(), a->end() - (vectorLeft ? 1 : 2));
  SymbolicShape batchB(b->begin(), b->end() - (vectorRight ? 1 : 2));
  SymbolicShape shape;
  if (!call.broadcast({batchA, batchB}, shape))
    return false;
  if (!vectorLeft)
    shape.push_back((*a)[a->size() - 2]);
  if (!vectorRight)
    shape.push_back(b->back());
  return call.emit(shape);
}

static bool inferGemm(ShapeCall &call) {
  std::optional<SymbolicShape> a = call.shape(0), b = call.shape(1);
  if (!a || !b)
    return false;
  if (a->size() != 2 || b->size() != 2)
    return call.fail("expected matrices");
  if (call.getInt("transA", 0))
    std::swap((*a)[0], (*a)[1]);
  if (call.getInt("transB", 0))
    std::swap((*b)[0], (*b)[1]);
  if (!call.unify((*a)[1], (*b)[0], "inner dimensions"))
    return false;
  return call.emit({(*a)[0], (*b)[1]});
}

/// The operand's shape with N in the last place.
static bool inferMatMulNBits(ShapeCall &call) {
  std::optional<SymbolicShape> shape = call.shape(0);
  if (!shape || shape->empty())
    return false;
  shape->back() = call.number(call.getInt("N", 0));
  return call.emit(*shape);
}

//===----------------------------------------------------------------------===//
// Attention
//===----------------------------------------------------------------------===//

namespace {
/// [batch, heads, sequence, head size] of one of Q, K and V.
struct Heads {
  AffineExpr batch, heads, sequence, size;
};
} // namespace

static std::optional<Heads> splitHeads(ShapeCall &call, unsigned operand,
                                       StringRef headsAttr) {
  std::optional<SymbolicShape> shape = call.shape(operand);
  if (!shape)
    return std::nullopt;
  if (shape->size() == 4)
    return Heads{(*shape)[0], (*shape)[1], (*shape)[2], (*shape)[3]};
  int64_t count = call.getInt(headsAttr, 0);
  if (shape->size() != 3 || count <= 0) {
    call.fail("expected operand " + Twine(operand) +
              " of rank 4, or of rank 3 and a number of heads");
    return std::nullopt;
  }
  AffineExpr size = divideDims((*shape)[2], call.number(count));
  return Heads{(*shape)[0], call.number(count), (*shape)[1],
               size ? size : call.unknown()};
}

static bool inferAttention(ShapeCall &call) {
  std::optional<Heads> q = splitHeads(call, 0, "q_num_heads"),
                       k = splitHeads(call, 1, "kv_num_heads"),
                       v = splitHeads(call, 2, "kv_num_heads");
  if (!q || !k || !v)
    return false;
  AffineExpr batch = call.unify(q->batch, k->batch, "batch dimensions");
  AffineExpr size = batch ? call.unify(q->size, k->size, "head sizes") : batch;
  if (!size)
    return false;
  AffineExpr total = k->sequence;
  if (std::optional<SymbolicShape> past = call.shape(4)) {
    if (past->size() != 4)
      return call.fail("expected a past of rank 4");
    total = addDims((*past)[2], total);
  }
  if (call.shape(0)->size() == 4)
    call.emit({batch, q->heads, q->sequence, v->size});
  else
    call.emit({batch, q->sequence, mulDims(q->heads, v->size)});
  return call.emit({batch, k->heads, total, size}) &&
         call.emit({batch, k->heads, total, v->size}) &&
         call.emit({batch, q->heads, q->sequence, total});
}

//===----------------------------------------------------------------------===//
// Table
//===----------------------------------------------------------------------===//

void gg::onnx::addNetworkShapes(ShapeFunctionTable &table) {
  for (StringRef name : {"Add",
                         "Sub",
                         "Mul",
                         "Div",
                         "Mod",
                         "Pow",
                         "Max",
                         "Min",
                         "Equal",
                         "Less",
                         "LessOrEqual",
                         "Greater",
                         "GreaterOrEqual",
                         "And",
                         "Or",
                         "Xor",
                         "Where",
                         "BitwiseAnd",
                         "BitwiseOr",
                         "BitwiseXor",
                         "SwiGLU"})
    table[("onnx." + name).str()] = inferBroadcast;
  for (StringRef name : {"Sqrt",
                         "Reciprocal",
                         "Neg",
                         "Abs",
                         "Sign",
                         "Floor",
                         "Ceil",
                         "Round",
                         "Clip",
                         "Exp",
                         "Log",
                         "Sin",
                         "Cos",
                         "Tan",
                         "Tanh",
                         "Erf",
                         "Sigmoid",
                         "Softplus",
                         "Relu",
                         "Gelu",
                         "Swish",
                         "Not",
                         "IsNaN",
                         "IsInf",
                         "Cast",
                         "CastLike",
                         "Identity",
                         "Softmax",
                         "LogSoftmax",
                         "LpNormalization",
                         "RMSNormalization",
                         "Trilu",
                         "CumSum",
                         "ScatterND",
                         "ScatterElements",
                         "TensorScatter",
                         "RotaryEmbedding",
                         "BitwiseNot",
                         "ms.SimplifiedLayerNormalization",
                         "ms.Gelu",
                         "ms.QuickGelu",
                         "ms.FastGelu",
                         "ms.BiasGelu",
                         "ms.RotaryEmbedding"})
    table[("onnx." + name).str()] = inferSame;
  table["onnx.Dropout"] = inferDropout;
  table["onnx.LayerNormalization"] = inferLayerNorm;
  table["onnx.ms.SkipLayerNormalization"] = inferSkipNorm;
  table["onnx.ms.SkipSimplifiedLayerNormalization"] = inferSkipNorm;
  table["onnx.ms.EmbedLayerNormalization"] = inferEmbedLayerNorm;
  table["onnx.MatMul"] = inferMatMul;
  table["onnx.Gemm"] = inferGemm;
  table["onnx.ms.MatMulNBits"] = inferMatMulNBits;
  table["onnx.Attention"] = inferAttention;
}
