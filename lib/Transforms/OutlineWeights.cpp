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

  gg::ir::WeightOp getOrCreate(Location loc, ElementsAttr value,
                               int64_t bytes) {
    gg::ir::WeightOp &weight = byValue[value];
    if (weight)
      return weight;
    // The entries of a decoder may hold equal copies of one tensor, each with
    // its own resource. Hash what the bytes are, then compare them.
    ArrayRef<char> data = getStoredBytes(value);
    llvm::XXH128_hash_t hash = llvm::xxh3_128bits(
        ArrayRef(reinterpret_cast<const uint8_t *>(data.data()), data.size()));
    SmallVector<gg::ir::WeightOp, 1> &equal =
        byContent[{hash.low64, hash.high64}];
    for (gg::ir::WeightOp other : equal)
      if (other.getValue().getShapedType() == value.getShapedType() &&
          getStoredBytes(other.getValue()) == data)
        return weight = other;

    offset = llvm::alignTo(offset, bytes >= kPage ? kPage : kLine);
    std::string name = "weight";
    if (auto named = loc->findInstanceOf<NameLoc>())
      name = named.getName().str();
    weight = gg::ir::WeightOp::create(builder, loc, name, offset, bytes, value);
    symbols.insert(weight);
    builder.setInsertionPointAfter(weight);
    offset += bytes;
    equal.push_back(weight);
    return weight;
  }

private:
  SymbolTable symbols;
  OpBuilder builder;
  int64_t offset = 0;
  DenseMap<Attribute, gg::ir::WeightOp> byValue;
  DenseMap<std::pair<uint64_t, uint64_t>, SmallVector<gg::ir::WeightOp, 1>>
      byContent;
};

struct OutlineWeightsPass
    : public gg::impl::OutlineWeightsPassBase<OutlineWeightsPass> {
  using OutlineWeightsPassBase::OutlineWeightsPassBase;

  void runOnOperation() override {
    SmallVector<arith::ConstantOp> constants;
    getOperation().walk([&](arith::ConstantOp op) {
      if (isa<RankedTensorType>(op.getType()) &&
          isa<ElementsAttr>(op.getValue()))
        constants.push_back(op);
    });
    WeightTable table(getOperation());
    for (arith::ConstantOp op : constants)
      if (failed(outline(op, table)))
        return signalPassFailure();
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
      gg::ir::WeightOp weight = table.getOrCreate(op.getLoc(), value, bytes);
      auto bufferType = MemRefType::get(type.getShape(), type.getElementType());
      Value buffer = gg::ir::GetWeightOp::create(
          builder, op.getLoc(), bufferType, weight.getSymName());
      tensor = bufferization::ToTensorOp::create(builder, op.getLoc(), type,
                                                 buffer, /*restrict=*/true);
    } else {
      return op.emitOpError("expected dense or dense_resource elements");
    }
    op.replaceAllUsesWith(tensor);
    op.erase();
    return success();
  }
};

} // namespace
