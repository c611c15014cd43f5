//===- Axes.cpp - Axes that only the run may know -------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Axes.h"

using namespace mlir;
using namespace gg::onnx;

SmallVector<Value> gg::onnx::emitAxisFlags(Emitter &e, Value axes,
                                           int64_t rank) {
  e.checkRange(axes, e.index(-rank), e.index(rank), "an axis out of range");
  Type element = getElementTypeOrSelf(axes.getType());
  SmallVector<Value> flags;
  for (int64_t dim = 0; dim < rank; ++dim) {
    Value front = e.integer(element, dim),
          back = e.integer(element, dim - rank);
    Value any = e.reduce(
        axes, 0, e.integer(e.b.getI1Type(), 0),
        [&](OpBuilder &b, Location loc, ValueRange args) -> Value {
          auto equals = [&](Value number) {
            return arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq,
                                         args[0], number);
          };
          Value hit = arith::OrIOp::create(b, loc, equals(front), equals(back));
          return arith::OrIOp::create(b, loc, hit, args[1]);
        });
    flags.push_back(e.scalar(any));
  }
  return flags;
}

Sizes gg::onnx::emitKeptSizes(Emitter &e, ArrayRef<OpFoldResult> sizes,
                              ArrayRef<Value> dropped, int64_t rank) {
  Sizes kept(rank, e.index(1));
  OpFoldResult count = e.index(0);
  for (auto [size, drop] : llvm::zip(sizes, dropped)) {
    for (int64_t to = 0; to < rank; ++to) {
      Value here = e.compare(arith::CmpIPredicate::eq, count, e.index(to));
      Value keeps = arith::XOrIOp::create(e.b, e.loc, drop,
                                          e.integer(e.b.getI1Type(), 1));
      kept[to] = e.select(arith::AndIOp::create(e.b, e.loc, here, keeps), size,
                          kept[to]);
    }
    count = e.add(count, e.select(drop, e.index(0), e.index(1)));
  }
  e.checkEqual(count, e.index(rank), "an unexpected number of dims");
  return kept;
}
