//===- OrderLoops.cpp - Contiguous loops innermost -----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/IR/PatternMatch.h"

namespace gg {
#define GEN_PASS_DEF_ORDERLOOPSPASS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;

/// How many operands a loop over dimension `dim` walks with a stride.
static unsigned countStrides(linalg::GenericOp op, unsigned dim) {
  return llvm::count_if(op.getIndexingMapsArray(), [&](AffineMap map) {
    if (map.getNumResults() == 0)
      return false;
    return llvm::any_of(map.getResults().drop_back(), [&](AffineExpr expr) {
      return expr.isFunctionOfDim(dim);
    });
  });
}

/// The order of loops: the new loop i is the old loop order[i].
static SmallVector<unsigned> getLoopOrder(linalg::GenericOp op) {
  unsigned loops = op.getNumLoops();
  SmallVector<utils::IteratorType> kinds = op.getIteratorTypesArray();
  auto isReduction = [&](unsigned dim) {
    return linalg::isReductionIterator(kinds[dim]);
  };
  auto rank = [&](unsigned dim) {
    // Among equals a reduction stays innermost: its sum stays in a register.
    return std::make_tuple(countStrides(op, dim), !isReduction(dim),
                           loops - dim);
  };
  unsigned innermost = 0;
  for (unsigned dim = 1; dim < loops; ++dim)
    if (rank(dim) < rank(innermost))
      innermost = dim;

  SmallVector<unsigned> order;
  for (bool reduction : {false, true})
    for (unsigned dim = 0; dim < loops; ++dim)
      if (dim != innermost && isReduction(dim) == reduction)
        order.push_back(dim);
  order.push_back(innermost);
  return order;
}

namespace {

struct OrderLoopsPass : public gg::impl::OrderLoopsPassBase<OrderLoopsPass> {
  void runOnOperation() override {
    SmallVector<linalg::GenericOp> ops;
    getOperation()->walk([&](linalg::GenericOp op) { ops.push_back(op); });
    IRRewriter rewriter(&getContext());
    for (linalg::GenericOp op : ops) {
      if (op.getNumLoops() < 2)
        continue;
      SmallVector<unsigned> order = getLoopOrder(op);
      if (llvm::is_sorted(order))
        continue;
      rewriter.setInsertionPoint(op);
      if (failed(linalg::interchangeGenericOp(rewriter, op, order))) {
        op.emitOpError("cannot be interchanged");
        return signalPassFailure();
      }
    }
  }
};

} // namespace
