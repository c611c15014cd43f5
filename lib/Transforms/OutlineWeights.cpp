//===- OutlineWeights.cpp - Large constants to the weights file ----------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/xxhash.h"

namespace gg {
#define GEN_PASS_DEF_OUTLINEWEIGHTSPASS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg;

// A weight of a page or more starts a page, so that its pages hold nothing
// else; a smaller one starts a cache line.
static constexpr int64_t kPage = 4096;
static constexpr int64_t kLine = 64;

static ArrayRef<char> getStoredBytes(ElementsAttr value) {
  if (auto resource = dyn_cast<DenseResourceElementsAttr>(value)) {
    const AsmResourceBlob *blob = resource.getRawHandle().getBlob();
    return blob ? blob->getData() : ArrayRef<char>();
  }
  return cast<DenseElementsAttr>(value).getRawData();
}

namespace {

/// The weights of a module: places each distinct value once.
class WeightTable {
public:
  explicit WeightTable(ModuleOp module)
      : symbols(module), builder(OpBuilder::atBlockBegin(module.getBody())) {}

  /// The weight of `parts`, one after the other.
  gg::ir::WeightOp getOrCreate(Location loc, ArrayAttr parts, int64_t bytes) {
    gg::ir::WeightOp &weight = byValue[parts];
    if (weight)
      return weight;
    // The entries of a decoder may hold equal copies of one tensor, each with
    // its own resource. Hash what the bytes are, then compare them.
    SmallVector<gg::ir::WeightOp, 1> &equal = byContent[hash(parts)];
    for (gg::ir::WeightOp other : equal)
      if (llvm::equal(parts, other.getParts(), isEqual))
        return weight = other;

    offset = llvm::alignTo(offset, bytes >= kPage ? kPage : kLine);
    std::string name = "weight";
    if (auto named = loc->findInstanceOf<NameLoc>())
      name = named.getName().str();
    weight = gg::ir::WeightOp::create(builder, loc, name, offset, bytes, parts);
    symbols.insert(weight);
    builder.setInsertionPointAfter(weight);
    offset += bytes;
    equal.push_back(weight);
    return weight;
  }

private:
  using Hash = std::pair<uint64_t, uint64_t>;

  static Hash hash(ArrayAttr parts) {
    SmallVector<uint64_t> hashes;
    for (auto part : parts.getAsRange<ElementsAttr>()) {
      llvm::XXH128_hash_t hash =
          llvm::xxh3_128bits(asBytes(getStoredBytes(part)));
      hashes.append({hash.low64, hash.high64});
    }
    llvm::XXH128_hash_t hash = llvm::xxh3_128bits(asBytes(ArrayRef(hashes)));
    return {hash.low64, hash.high64};
  }

  template <typename T> static ArrayRef<uint8_t> asBytes(ArrayRef<T> data) {
    return {reinterpret_cast<const uint8_t *>(data.data()),
            data.size() * sizeof(T)};
  }

  static bool isEqual(Attribute lhs, Attribute rhs) {
    auto a = cast<ElementsAttr>(lhs), b = cast<ElementsAttr>(rhs);
    return a.getShapedType() == b.getShapedType() &&
           getStoredBytes(a) == getStoredBytes(b);
  }

  SymbolTable symbols;
  OpBuilder builder;
  int64_t offset = 0;
  DenseMap<Attribute, gg::ir::WeightOp> byValue;
  DenseMap<Hash, SmallVector<gg::ir::WeightOp, 1>> byContent;
};

struct OutlineWeightsPass
    : public gg::impl::OutlineWeightsPassBase<OutlineWeightsPass> {
  using OutlineWeightsPassBase::OutlineWeightsPassBase;

  void runOnOperation() override {
    WeightTable table(getOperation());
    SmallVector<tensor::ConcatOp> joints;
    getOperation().walk([&](tensor::ConcatOp op) { joints.push_back(op); });
    for (tensor::ConcatOp op : joints)
      outline(op, table);

    SmallVector<arith::ConstantOp> constants;
    getOperation().walk([&](arith::ConstantOp op) {
      if (isa<RankedTensorType>(op.getType()) &&
          isa<ElementsAttr>(op.getValue()))
        constants.push_back(op);
    });
    for (arith::ConstantOp op : constants)
      if (failed(outline(op, table)))
        return signalPassFailure();
  }

  /// Constants joined along the first dimension lie side by side.
  static void outline(tensor::ConcatOp op, WeightTable &table) {
    RankedTensorType type = op.getResultType();
    std::optional<int64_t> elementBytes =
        gg::ir::getElementBytes(type.getElementType());
    if (op.getDim() != 0 || !elementBytes || !type.hasStaticShape())
      return;
    SmallVector<Attribute> parts;
    for (Value input : op.getInputs()) {
      DenseResourceElementsAttr part;
      if (!matchPattern(input, m_Constant(&part)) ||
          !part.getRawHandle().getBlob())
        return;
      parts.push_back(part);
    }
    OpBuilder builder(op);
    SmallVector<Value> inputs(op.getInputs());
    op.replaceAllUsesWith(
        getWeight(builder, op.getLoc(), type, builder.getArrayAttr(parts),
                  type.getNumElements() * *elementBytes, table));
    op.erase();
    for (Value input : inputs)
      if (input.use_empty())
        input.getDefiningOp()->erase();
  }

  static Value getWeight(OpBuilder &builder, Location loc,
                         RankedTensorType type, ArrayAttr parts, int64_t bytes,
                         WeightTable &table) {
    gg::ir::WeightOp weight = table.getOrCreate(loc, parts, bytes);
    auto bufferType = MemRefType::get(type.getShape(), type.getElementType());
    Value buffer = gg::ir::GetWeightOp::create(builder, loc, bufferType,
                                               weight.getSymName());
    return bufferization::ToTensorOp::create(builder, loc, type, buffer,
                                             /*restrict=*/true);
  }

  LogicalResult outline(arith::ConstantOp op, WeightTable &table) {
    auto type = cast<RankedTensorType>(op.getType());
    auto value = cast<ElementsAttr>(op.getValue());
    std::optional<int64_t> elementBytes =
        gg::ir::getElementBytes(type.getElementType());
    if (!elementBytes)
      return op.emitOpError("expected elements that a buffer holds but got ")
             << type;
    int64_t bytes = type.getNumElements() * *elementBytes;
    if (bytes <= threshold)
      return success();

    OpBuilder builder(op);
    Value tensor;
    if (auto dense = dyn_cast<DenseElementsAttr>(value);
        dense && dense.isSplat()) {
      Value scalar = arith::ConstantOp::create(
          builder, op.getLoc(), dense.getSplatValue<TypedAttr>());
      Value empty = tensor::EmptyOp::create(
          builder, op.getLoc(), type.getShape(), type.getElementType());
      tensor = linalg::FillOp::create(builder, op.getLoc(), scalar, empty)
                   .getResult(0);
    } else if (isa<DenseIntOrFPElementsAttr, DenseResourceElementsAttr>(
                   value)) {
      auto resource = dyn_cast<DenseResourceElementsAttr>(value);
      if (resource && !resource.getRawHandle().getBlob())
        return op.emitOpError("expected the bytes of resource '")
               << resource.getRawHandle().getKey() << "' but got none";
      tensor = getWeight(builder, op.getLoc(), type,
                         builder.getArrayAttr(value), bytes, table);
    } else {
      return op.emitOpError("expected dense or dense_resource elements");
    }
    op.replaceAllUsesWith(tensor);
    op.erase();
    return success();
  }
};

} // namespace
