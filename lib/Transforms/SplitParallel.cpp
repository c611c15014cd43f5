//===- SplitParallel.cpp - Loops of one thread's share -------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SplitParallel.h"
#include "gg/Dialect/GG/IR/GG.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace gg;

// A share of the innermost, contiguous dimension is a multiple of this: whole
// vectors, and no cache line written by two threads.
static constexpr int64_t kInnermostMultiple = 16;

static constexpr int64_t kDynamicExtent = 1 << 16;

/// The trip count where it is known.
static std::optional<int64_t> getTripCount(Value lower, Value upper,
                                           Value step) {
  std::optional<int64_t> lb = getConstantIntValue(lower);
  std::optional<int64_t> ub = getConstantIntValue(upper);
  std::optional<int64_t> by = getConstantIntValue(step);
  if (!lb || !ub || !by || *by <= 0)
    return std::nullopt;
  return std::max<int64_t>(0, llvm::divideCeilSigned(*ub - *lb, *by));
}

int64_t gg::estimateWork(Operation *op) {
  // Saturates well below overflow: a loop of 2^40 operations is large.
  constexpr int64_t kMost = int64_t(1) << 40;
  int64_t work = 1;
  for (Region &region : op->getRegions())
    for (Operation &inner : region.getOps())
      work = std::min(kMost, work + estimateWork(&inner));
  auto repeat = [&](std::optional<int64_t> trips) {
    work = std::min(kMost, work * std::min<int64_t>(
                                      trips.value_or(kDynamicExtent), 1 << 20));
  };
  if (auto loop = dyn_cast<scf::ForOp>(op)) {
    repeat(getTripCount(loop.getLowerBound(), loop.getUpperBound(),
                        loop.getStep()));
  } else if (auto loop = dyn_cast<scf::ParallelOp>(op)) {
    for (auto [lower, upper, step] : llvm::zip_equal(
             loop.getLowerBound(), loop.getUpperBound(), loop.getStep()))
      repeat(getTripCount(lower, upper, step));
  } else if (isa<scf::WhileOp>(op)) {
    repeat(std::nullopt);
  }
  return work;
}

/// True for the dimension that walks along memory: the innermost loop.
static bool isContiguous(scf::ParallelOp loop, unsigned dim) {
  return dim + 1 == loop.getNumLoops() &&
         llvm::none_of(loop.getBody()->getOperations(), [](Operation &op) {
           return isa<LoopLikeOpInterface>(op);
         });
}

namespace {

/// Builds the loops of a thread.
class LoopBuilder {
public:
  explicit LoopBuilder(scf::ParallelOp loop)
      : loop(loop), builder(loop), loc(loop.getLoc()) {}

  Value getTrips(unsigned dim) {
    Value lower = loop.getLowerBound()[dim], upper = loop.getUpperBound()[dim],
          step = loop.getStep()[dim];
    if (std::optional<int64_t> trips = getTripCount(lower, upper, step))
      return constant(*trips);
    Value length = arith::MaxSIOp::create(
        builder, loc, arith::SubIOp::create(builder, loc, upper, lower),
        constant(0));
    return isOneInteger(step)
               ? length
               : arith::CeilDivUIOp::create(builder, loc, length, step);
  }

  /// Iteration `count` of dimension `dim` as a loop bound.
  Value getBound(unsigned dim, Value count) {
    Value lower = loop.getLowerBound()[dim], step = loop.getStep()[dim];
    if (!isOneInteger(step))
      count = arith::MulIOp::create(builder, loc, count, step);
    return matchPattern(lower, m_Zero())
               ? count
               : arith::AddIOp::create(builder, loc, lower, count);
  }

  /// The fewest iterations of `dim` that a thread may claim.
  Value getMultiple(unsigned dim) {
    return constant(isContiguous(loop, dim) ? kInnermostMultiple : 1);
  }

  Value equals(Value a, Value b) {
    return arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, a, b);
  }

  Value select(Value condition, Value a, Value b) {
    return arith::SelectOp::create(builder, loc, condition, a, b);
  }

  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }

  /// A loop that claims until nothing is left; building goes on in its body.
  /// Returns the range.
  std::pair<Value, Value> claim(int64_t number, Value trips, Value multiple) {
    std::pair<Value, Value> range;
    auto test = [&](OpBuilder &inner, Location loc, ValueRange) {
      auto claim = ir::ClaimOp::create(inner, loc, number, trips, multiple);
      Value more = arith::CmpIOp::create(inner, loc, arith::CmpIPredicate::ult,
                                         claim.getBegin(), claim.getEnd());
      scf::ConditionOp::create(inner, loc, more, claim.getResults());
    };
    auto run = [&](OpBuilder &inner, Location loc, ValueRange claimed) {
      range = {claimed[0], claimed[1]};
      scf::YieldOp::create(inner, loc);
    };
    Type index = builder.getIndexType();
    auto loop = scf::WhileOp::create(builder, loc, TypeRange{index, index}, {},
                                     test, run);
    builder.setInsertionPointToStart(loop.getAfterBody());
    return range;
  }

  scf::ParallelOp loop;
  OpBuilder builder;
  Location loc;
};

} // namespace

/// The largest dimension, the outermost among equals; none where the sizes are
/// known at run time only.
static std::optional<unsigned> getLargest(scf::ParallelOp loop) {
  unsigned best = 0;
  int64_t most = -1;
  for (unsigned dim = 0; dim < loop.getNumLoops(); ++dim) {
    std::optional<int64_t> trips =
        getTripCount(loop.getLowerBound()[dim], loop.getUpperBound()[dim],
                     loop.getStep()[dim]);
    if (!trips)
      return std::nullopt;
    // A range of the contiguous dimension is coarser than its trip count says.
    if (isContiguous(loop, dim))
      *trips /= kInnermostMultiple;
    if (*trips > most) {
      most = *trips;
      best = dim;
    }
  }
  return best;
}

/// Whether terms may be added in another order than the loop's.
static bool hasFreeOrder(scf::ParallelOp loop) {
  return loop
      ->walk([](arith::ArithFastMathInterface op) {
        auto flags = op.getFastMathFlagsAttr();
        return flags && bitEnumContainsAll(flags.getValue(),
                                           arith::FastMathFlags::reassoc)
                   ? WalkResult::interrupt()
                   : WalkResult::advance();
      })
      .wasInterrupted();
}

/// Keeps LLVM from unrolling or vectorizing a loop. An iteration would be one
/// of several forms of the code then, which add terms in different orders, and
/// which form it is would depend on the range that a thread claims.
static void keepRolled(scf::ForOp loop) {
  MLIRContext *context = loop.getContext();
  auto disable = BoolAttr::get(context, true);
  auto vectorize =
      LLVM::LoopVectorizeAttr::get(context, disable, {}, {}, {}, {}, {}, {});
  auto unroll =
      LLVM::LoopUnrollAttr::get(context, disable, {}, {}, {}, {}, {}, {});
  loop->setAttr("loop_annotation", LLVM::LoopAnnotationAttr::get(
                                       context, {}, vectorize, {}, unroll, {},
                                       {}, {}, {}, {}, {}, {}, {}, {}, {}, {}));
}

void gg::splitParallel(scf::ParallelOp loop, int64_t number) {
  LoopBuilder build(loop);
  unsigned dims = loop.getNumLoops();
  std::optional<unsigned> largest = dims == 1 ? 0 : getLargest(loop);
  Value which, trips, multiple;
  if (largest) {
    trips = build.getTrips(*largest);
    multiple = build.getMultiple(*largest);
  } else {
    which = build.constant(0);
    trips = build.getTrips(0);
    multiple = build.getMultiple(0);
    for (unsigned dim = 1; dim < dims; ++dim) {
      Value other = build.getTrips(dim);
      Value more = arith::CmpIOp::create(
          build.builder, build.loc, arith::CmpIPredicate::ugt, other, trips);
      which = build.select(more, build.constant(dim), which);
      trips = build.select(more, other, trips);
      multiple = build.select(more, build.getMultiple(dim), multiple);
    }
  }

  auto [begin, end] = build.claim(number, trips, multiple);
  SmallVector<Value> lower(loop.getLowerBound()), upper(loop.getUpperBound());
  for (unsigned dim = 0; dim < dims; ++dim) {
    if (largest && *largest != dim)
      continue;
    Value first = build.getBound(dim, begin), last = build.getBound(dim, end);
    if (!largest) {
      // Every dimension is run whole unless it turns out to be the largest.
      Value chosen = build.equals(which, build.constant(dim));
      first = build.select(chosen, first, lower[dim]);
      last = build.select(chosen, last, upper[dim]);
    }
    lower[dim] = first;
    upper[dim] = last;
  }

  bool isOrderFree = hasFreeOrder(loop);
  SmallVector<Value> indices;
  scf::ForOp inner;
  for (unsigned dim = 0; dim < dims; ++dim) {
    inner = scf::ForOp::create(build.builder, build.loc, lower[dim], upper[dim],
                               loop.getStep()[dim]);
    if (isOrderFree)
      keepRolled(inner);
    indices.push_back(inner.getInductionVar());
    build.builder.setInsertionPointToStart(inner.getBody());
  }
  Block *body = loop.getBody();
  body->getTerminator()->erase();
  for (auto [argument, index] : llvm::zip_equal(body->getArguments(), indices))
    argument.replaceAllUsesWith(index);
  inner.getBody()->getOperations().splice(inner.getBody()->begin(),
                                          body->getOperations());
  loop.erase();
}
