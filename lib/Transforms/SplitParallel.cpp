//===- SplitParallel.cpp - Loops of one thread's share -------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "SplitParallel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
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

/// Builds the bounds of one thread's share.
class ShareBuilder {
public:
  ShareBuilder(scf::ParallelOp loop, Value thread, Value threads)
      : loop(loop), builder(loop), loc(loop.getLoc()), thread(thread),
        threads(threads) {}

  /// Iterations [first, second) of dimension `dim`, in units of the step.
  std::pair<Value, Value> getShare(unsigned dim, Value trips) {
    Value chunk = arith::CeilDivUIOp::create(builder, loc, trips, threads);
    if (isContiguous(loop, dim)) {
      Value padded = arith::AddIOp::create(builder, loc, chunk,
                                           constant(kInnermostMultiple - 1));
      chunk = arith::AndIOp::create(builder, loc, padded,
                                    constant(-kInnermostMultiple));
    }
    Value first = arith::MinUIOp::create(
        builder, loc, arith::MulIOp::create(builder, loc, thread, chunk),
        trips);
    Value last = arith::MinUIOp::create(
        builder, loc, arith::AddIOp::create(builder, loc, first, chunk), trips);
    return {first, last};
  }

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

  Value constant(int64_t value) {
    return arith::ConstantIndexOp::create(builder, loc, value);
  }

  scf::ParallelOp loop;
  OpBuilder builder;
  Location loc;
  Value thread, threads;
};

} // namespace

/// The largest dimension, the outermost among equals; none where the sizes are
/// known at run time only.
static std::optional<unsigned> getStaticSplit(scf::ParallelOp loop) {
  unsigned best = 0;
  int64_t most = -1;
  for (unsigned dim = 0; dim < loop.getNumLoops(); ++dim) {
    std::optional<int64_t> trips =
        getTripCount(loop.getLowerBound()[dim], loop.getUpperBound()[dim],
                     loop.getStep()[dim]);
    if (!trips)
      return std::nullopt;
    // A share of the contiguous dimension is coarser than its trip count says.
    if (isContiguous(loop, dim))
      *trips /= kInnermostMultiple;
    if (*trips > most) {
      most = *trips;
      best = dim;
    }
  }
  return best;
}

void gg::splitParallel(scf::ParallelOp loop, Value thread, Value threads) {
  ShareBuilder share(loop, thread, threads);
  OpBuilder &builder = share.builder;
  unsigned dims = loop.getNumLoops();
  SmallVector<Value> lower(loop.getLowerBound()), upper(loop.getUpperBound());
  auto split = [&](unsigned dim) {
    auto [first, last] = share.getShare(dim, share.getTrips(dim));
    lower[dim] = share.getBound(dim, first);
    upper[dim] = share.getBound(dim, last);
  };

  if (dims == 1) {
    split(0);
  } else if (std::optional<unsigned> dim = getStaticSplit(loop)) {
    split(*dim);
  } else {
    // Every dimension gets bounds that are the whole of it unless it turns out
    // to be the largest.
    SmallVector<Value> trips;
    for (unsigned dim = 0; dim < dims; ++dim)
      trips.push_back(share.getTrips(dim));
    Value best = share.constant(0), most = trips[0];
    for (unsigned dim = 1; dim < dims; ++dim) {
      Value more = arith::CmpIOp::create(
          builder, share.loc, arith::CmpIPredicate::ugt, trips[dim], most);
      best = arith::SelectOp::create(builder, share.loc, more,
                                     share.constant(dim), best);
      most =
          arith::SelectOp::create(builder, share.loc, more, trips[dim], most);
    }
    for (unsigned dim = 0; dim < dims; ++dim) {
      Value chosen =
          arith::CmpIOp::create(builder, share.loc, arith::CmpIPredicate::eq,
                                best, share.constant(dim));
      auto [first, last] = share.getShare(dim, trips[dim]);
      lower[dim] = arith::SelectOp::create(
          builder, share.loc, chosen, share.getBound(dim, first), lower[dim]);
      upper[dim] = arith::SelectOp::create(
          builder, share.loc, chosen, share.getBound(dim, last), upper[dim]);
    }
  }

  SmallVector<Value> indices;
  scf::ForOp inner;
  for (unsigned dim = 0; dim < dims; ++dim) {
    inner = scf::ForOp::create(builder, share.loc, lower[dim], upper[dim],
                               loop.getStep()[dim]);
    indices.push_back(inner.getInductionVar());
    builder.setInsertionPointToStart(inner.getBody());
  }
  Block *body = loop.getBody();
  body->getTerminator()->erase();
  for (auto [argument, index] : llvm::zip_equal(body->getArguments(), indices))
    argument.replaceAllUsesWith(index);
  inner.getBody()->getOperations().splice(inner.getBody()->begin(),
                                          body->getOperations());
  loop.erase();
}
