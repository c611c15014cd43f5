//===- AnnotateCosts.cpp - What operations cost, in their locations -------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Dialect/RF8/IR/RF8.h"
#include "gg/Transforms/BufferRange.h"
#include "gg/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace gg {
#define GEN_PASS_DEF_ANNOTATECOSTSPASS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg;

namespace {

/// A number of things per call, and per position that the rows hold.
struct Count {
  int64_t fixed = 0, slot = 0;

  void add(const Count &other) {
    fixed = fixed < 0 || other.fixed < 0 ? -1 : fixed + other.fixed;
    slot = slot < 0 || other.slot < 0 ? -1 : slot + other.slot;
  }
};

/// Where a buffer lies, as far as costs go.
enum class Place { Scratch, Weights, Cache };

class CostModel {
public:
  explicit CostModel(func::FuncOp func) : func(func) {
    for (unsigned i = 0; i < func.getNumArguments(); ++i)
      hasCaches |= isCache(func.getArgument(i));
  }

  /// Null for what is not counted.
  ir::CostAttr get(Operation *op) {
    if (auto linear = dyn_cast<rf8::LinearOp>(op))
      return getLinear(linear);
    if (auto attention = dyn_cast<ir::AttentionOp>(op))
      return getAttention(attention);
    if (auto generic = dyn_cast<linalg::LinalgOp>(op))
      return getLinalg(generic);
    return nullptr;
  }

private:
  bool isCache(Value value) {
    auto argument = dyn_cast<BlockArgument>(value);
    if (!argument || argument.getOwner() != &func.front())
      return false;
    return ir::getRole(func.getArgAttrDict(argument.getArgNumber())) == "cache";
  }

  Place getPlace(Value buffer) {
    BufferRange range = getBufferRange(buffer);
    if (range.kind == BufferRange::Constant)
      return range.object.getDefiningOp<ir::GetWeightOp>() ? Place::Weights
                                                           : Place::Scratch;
    return range.object && isCache(range.object) ? Place::Cache
                                                 : Place::Scratch;
  }

  /// The product of sizes of which one may be the number of positions.
  Count product(ArrayRef<int64_t> sizes, int64_t each) {
    bool dynamic = false;
    for (int64_t size : sizes) {
      if (!ShapedType::isDynamic(size))
        each *= size;
      else if (dynamic || !hasCaches)
        return {-1, -1};
      else
        dynamic = true;
    }
    return dynamic ? Count{0, each} : Count{each, 0};
  }

  Count getBytes(Value buffer) {
    auto type = cast<MemRefType>(buffer.getType());
    return product(type.getShape(),
                   ir::getElementBytes(type.getElementType()).value_or(0));
  }

  /// A cache is needed as far as it is filled, also where code reads all.
  Count getCacheBytes(Value buffer) {
    constexpr unsigned slots = 2;
    Count bytes = getBytes(buffer);
    auto type = cast<MemRefType>(buffer.getType());
    auto cache = cast<MemRefType>(getBufferRange(buffer).object.getType());
    if (bytes.fixed <= 0 || type.getShape() != cache.getShape() ||
        type.getRank() <= slots)
      return bytes;
    return {0, bytes.fixed / type.getDimSize(slots)};
  }

  ir::CostAttr make(StringRef kind, const Count &bytes, const Count &flops) {
    return ir::CostAttr::get(func.getContext(), next++, kind, bytes.fixed,
                             bytes.slot, flops.fixed, flops.slot);
  }

  ir::CostAttr getLinear(rf8::LinearOp op) {
    Count bytes = getBytes(op.getWeights());
    if (op.getScales())
      bytes.add(getBytes(op.getScales()));
    int64_t sizes[] = {op.getInputType().getDimSize(0), op.getOutputs(),
                       op.getSteps()};
    return make("linear", bytes, product(sizes, 2));
  }

  ir::CostAttr getAttention(ir::AttentionOp op) {
    Count bytes;
    for (Value operand : {op.getKey(), op.getValue()})
      if (getPlace(operand) == Place::Cache)
        bytes.add(getCacheBytes(operand));
    // A product and a sum with each number of a key and of a value.
    ArrayRef<int64_t> key = op.shaped(op.getKey()).getShape(),
                      value = op.shaped(op.getValue()).getShape(),
                      query = op.shaped(op.getQuery()).getShape();
    SmallVector<int64_t> sizes(query.drop_back());
    sizes.push_back(getPlace(op.getKey()) == Place::Cache ? ShapedType::kDynamic
                                                          : key[2]);
    return make("attention", bytes,
                product(sizes, 2 * (key.back() + value.back())));
  }

  ir::CostAttr getLinalg(linalg::LinalgOp op) {
    SmallVector<int64_t> sizes = op.getStaticLoopRanges();
    StringRef kind = op.getNumReductionLoops() ? "reduction" : "elementwise";
    Count bytes;
    for (OpOperand &operand : op->getOpOperands()) {
      if (!isa<MemRefType>(operand.get().getType()))
        continue;
      Place place = getPlace(operand.get());
      if (op.isDpsInit(&operand)) {
        if (place == Place::Cache)
          kind = "append";
      } else if (place != Place::Scratch) {
        bytes.add(place == Place::Cache ? getCacheBytes(operand.get())
                                        : getBytes(operand.get()));
        if (place == Place::Cache)
          kind = "attention";
      }
    }
    int64_t operations = 0;
    op->walk([&](Operation *inner) {
      operations += countOperations(inner);
      auto load = dyn_cast<memref::LoadOp>(inner);
      if (!load || getPlace(load.getMemref()) != Place::Weights)
        return;
      kind = "look-up";
      Count all = getBytes(load.getMemref());
      Count rows =
          product(sizes, ir::getElementBytes(load.getType()).value_or(0));
      bytes.add(rows.fixed < 0 || rows.fixed < all.fixed ? rows : all);
    });
    return make(kind, bytes, product(sizes, operations));
  }

  static int64_t countOperations(Operation *op) {
    bool isNumber = isa_and_present<arith::ArithDialect, math::MathDialect>(
                        op->getDialect()) &&
                    op->getNumResults() == 1 &&
                    isa<FloatType>(op->getResultTypes()[0]);
    if (!isNumber || op->hasTrait<OpTrait::ConstantLike>() ||
        isa<CastOpInterface, arith::SelectOp>(op))
      return 0;
    return isa<math::FmaOp>(op) ? 2 : 1;
  }

  func::FuncOp func;
  bool hasCaches = false;
  int64_t next = 0;
};

struct AnnotateCostsPass
    : public gg::impl::AnnotateCostsPassBase<AnnotateCostsPass> {
  void runOnOperation() override {
    func::FuncOp func = getOperation();
    if (!func->hasAttr(ir::kEntryAttr))
      return;
    CostModel model(func);
    func.walk([&](Operation *op) {
      if (ir::CostAttr cost = model.get(op))
        op->setLoc(FusedLoc::get(op->getContext(), op->getLoc(), cost));
    });
  }
};

} // namespace
