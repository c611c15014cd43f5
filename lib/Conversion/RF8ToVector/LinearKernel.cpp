//===- LinearKernel.cpp - The kernel of rf8.linear ------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "LinearKernel.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace gg;

LinearKernel::LinearKernel(OpBuilder &builder, rf8::LinearOp op,
                           const KernelTarget &target, Value panel)
    : b(op.getLoc(), builder), op(op), target(target), packing(op.getPacking()),
      panel(panel), weights(op.getWeights()),
      floats(VectorType::get({rf8::Packing::kOutputs}, builder.getF32Type())),
      steps(op.getSteps()), outputs(op.getOutputs()) {
  auto type = cast<MemRefType>(weights.getType());
  if (!rf8::isRF8(type.getElementType()))
    return;
  // Codes are loaded as bytes.
  auto bytes = MemRefType::get(type.getShape(), b.getI8Type(), type.getLayout(),
                               type.getMemorySpace());
  weights = UnrealizedConversionCastOp::create(b, bytes, weights).getResult(0);
}

void LinearKernel::emit() {
  int64_t rows = op.getInputType().getDimSize(0);
  if (!ShapedType::isDynamic(rows) && rows <= target.vectorRows)
    emitVector(rows);
  else
    emitMatrix();
}

//===----------------------------------------------------------------------===//
// Pieces
//===----------------------------------------------------------------------===//

Value LinearKernel::index(int64_t value) {
  return arith::ConstantIndexOp::create(b, value);
}

Value LinearKernel::add(Value lhs, Value rhs) {
  return arith::AddIOp::create(b, lhs, rhs);
}

Value LinearKernel::scaled(Value value, int64_t factor) {
  return factor == 1 ? value : arith::MulIOp::create(b, value, index(factor));
}

Value LinearKernel::zero() {
  return arith::ConstantOp::create(b, b.getZeroAttr(floats));
}

Value LinearKernel::multiplyAdd(Value lhs, Value rhs, Value sum) {
  if (target.hasFMA)
    return vector::FMAOp::create(b, lhs, rhs, sum);
  return arith::AddFOp::create(b, arith::MulFOp::create(b, lhs, rhs), sum);
}

SmallVector<Value>
LinearKernel::loop(int64_t from, int64_t to, ArrayRef<Value> carried,
                   function_ref<Rows(Value, ValueRange)> body) {
  if (from >= to)
    return SmallVector<Value>(carried);
  if (to - from == 1)
    return body(index(from), carried);
  auto op = scf::ForOp::create(
      b, index(from), index(to), index(1), carried,
      [&](OpBuilder &builder, Location, Value i, ValueRange args) {
        OpBuilder::InsertionGuard guard(b);
        b.restoreInsertionPoint(builder.saveInsertionPoint());
        scf::YieldOp::create(b, body(i, args));
      });
  return SmallVector<Value>(op.getResults());
}

/// The values of a block: 16 outputs, step by step, in f32, unscaled.
SmallVector<Value> LinearKernel::loadBlock(Value stepBlock, int64_t block) {
  Type element = cast<MemRefType>(weights.getType()).getElementType();
  auto load = [&](int64_t first, int64_t count) -> Value {
    return vector::LoadOp::create(
        b, VectorType::get({count}, element), weights,
        ValueRange{panel, stepBlock, index(block), index(first)});
  };
  switch (packing.order) {
  case rf8::BlockOrder::Codes:
    return target.decodeBlock(b, load);
  case rf8::BlockOrder::Pairs: {
    Value pairs = vector::BitCastOp::create(
        b, VectorType::get({rf8::Packing::kOutputs}, b.getI32Type()),
        load(0, packing.blockElements()));
    auto [even, odd] = splitPairs(b, pairs);
    return {even, odd};
  }
  case rf8::BlockOrder::Rows:
    break;
  }
  SmallVector<Value> values;
  for (int64_t k = 0; k < packing.steps(); ++k) {
    Value row = load(k * rf8::Packing::kOutputs, rf8::Packing::kOutputs);
    values.push_back(element.isF32()
                         ? row
                         : arith::ExtFOp::create(b, floats, row).getResult());
  }
  return values;
}

Value LinearKernel::firstOutput(int64_t block) {
  return add(scaled(panel, packing.panelOutputs()),
             index(block * rf8::Packing::kOutputs));
}

Value LinearKernel::loadScale(Value group, int64_t block) {
  SmallVector<Value> at{firstOutput(block)};
  if (op.getGroupSize())
    at.insert(at.begin(), group);
  return vector::LoadOp::create(b, floats, op.getScales(), at);
}

Value LinearKernel::loadInput(Value row, Value step) {
  Value x = memref::LoadOp::create(b, op.getInput(), ValueRange{row, step});
  return vector::BroadcastOp::create(b, floats, x);
}

/// Which outputs of a block exist; null where all of every panel do.
Value LinearKernel::mask(int64_t block) {
  if (outputs % packing.panelOutputs() == 0)
    return {};
  Value left = arith::SubIOp::create(b, index(outputs), firstOutput(block));
  return vector::CreateMaskOp::create(
      b, VectorType::get(floats.getShape(), b.getI1Type()), ValueRange{left});
}

Value LinearKernel::loadOutput(Value row, int64_t block) {
  SmallVector<Value> at{row, firstOutput(block)};
  if (Value exists = mask(block))
    return vector::MaskedLoadOp::create(b, floats, op.getInit(), at, exists,
                                        zero());
  return vector::LoadOp::create(b, floats, op.getInit(), at);
}

void LinearKernel::storeOutput(Value sum, Value row, int64_t block) {
  SmallVector<Value> at{row, firstOutput(block)};
  if (Value exists = mask(block))
    vector::MaskedStoreOp::create(b, op.getInit(), at, exists, sum);
  else
    vector::StoreOp::create(b, sum, op.getInit(), at);
}

//===----------------------------------------------------------------------===//
// Few rows: weights are decoded as they are read
//===----------------------------------------------------------------------===//

/// Adds a block of steps, the first `count` of it, to the sums: [rows][blocks].
void LinearKernel::addBlock(int64_t rows, Value stepBlock, int64_t count,
                            MutableArrayRef<Value> sums) {
  SmallVector<SmallVector<Value>> values;
  for (int64_t block = 0; block < packing.blocks; ++block)
    values.push_back(loadBlock(stepBlock, block));
  Value first = scaled(stepBlock, packing.steps());
  for (int64_t k = 0; k < count; ++k) {
    Value step = add(first, index(k));
    for (int64_t row = 0; row < rows; ++row) {
      Value x = loadInput(index(row), step);
      for (int64_t block = 0; block < packing.blocks; ++block) {
        Value &sum = sums[row * packing.blocks + block];
        sum = multiplyAdd(values[block][k], x, sum);
      }
    }
  }
}

/// Sums over `stepBlocks` blocks of steps from `first` on, and over the first
/// `tail` steps of the next: [rows][blocks].
SmallVector<Value> LinearKernel::sumSteps(int64_t rows, Value first,
                                          int64_t stepBlocks, int64_t tail) {
  // Sums of consecutive blocks do not wait for each other. As many are kept
  // as hide the latency of the additions.
  int64_t width = rows * packing.blocks;
  int64_t chains = std::max<int64_t>(1, 8 / width);
  int64_t unroll = std::max<int64_t>(chains, 4 / packing.steps());
  SmallVector<Value> sums(width * chains, zero());
  auto chain = [&](MutableArrayRef<Value> all, int64_t i) {
    return all.slice(i % chains * width, width);
  };
  int64_t rounds = stepBlocks / unroll;
  sums = loop(0, rounds, sums, [&](Value round, ValueRange carried) {
    SmallVector<Value> next(carried);
    Value start = add(first, scaled(round, unroll));
    for (int64_t i = 0; i < unroll; ++i)
      addBlock(rows, add(start, index(i)), packing.steps(), chain(next, i));
    return next;
  });
  for (int64_t i = rounds * unroll; i < stepBlocks; ++i)
    addBlock(rows, add(first, index(i)), packing.steps(), chain(sums, i));
  if (tail)
    addBlock(rows, add(first, index(stepBlocks)), tail,
             chain(sums, stepBlocks));
  for (int64_t i = width; i < width * chains; ++i)
    sums[i % width] = arith::AddFOp::create(b, sums[i % width], sums[i]);
  sums.resize(width);
  return sums;
}

void LinearKernel::emitVector(int64_t rows) {
  int64_t stepBlocks = steps / packing.steps(), tail = steps % packing.steps();
  SmallVector<Value> sums;
  auto scale = [&](MutableArrayRef<Value> values, Value group,
                   ValueRange totals) {
    for (auto [i, value] : llvm::enumerate(values)) {
      Value factor = loadScale(group, i % packing.blocks);
      value = totals.empty() ? arith::MulFOp::create(b, value, factor)
                             : multiplyAdd(value, factor, totals[i]);
    }
  };
  if (!op.getGroupSize()) {
    sums = sumSteps(rows, index(0), stepBlocks, tail);
    if (op.getScales())
      scale(sums, {}, {});
  } else {
    int64_t perGroup = *op.getGroupSize() / packing.steps();
    int64_t groups = stepBlocks / perGroup;
    SmallVector<Value> totals(rows * packing.blocks, zero());
    totals = loop(0, groups, totals, [&](Value group, ValueRange carried) {
      SmallVector<Value> next =
          sumSteps(rows, scaled(group, perGroup), perGroup, 0);
      scale(next, group, carried);
      return next;
    });
    sums = totals;
    if (stepBlocks % perGroup != 0 || tail != 0) {
      sums =
          sumSteps(rows, index(groups * perGroup), stepBlocks % perGroup, tail);
      scale(sums, index(groups), totals);
    }
  }
  for (auto [i, sum] : llvm::enumerate(sums))
    storeOutput(sum, index(i / packing.blocks), i % packing.blocks);
}

//===----------------------------------------------------------------------===//
// Many rows: a chunk of the panel is decoded once
//===----------------------------------------------------------------------===//

void LinearKernel::emitMatrix() {
  bool plain = cast<MemRefType>(weights.getType()).getElementType().isF32() &&
               !op.getScales();
  // Panels of f32 are read where they are: they look like a decoded chunk.
  int64_t chunk = std::min(steps, target.chunkSteps);
  if (!plain) {
    auto type = MemRefType::get({chunk, packing.blocks, rf8::Packing::kOutputs},
                                b.getF32Type());
    scratch = memref::AllocaOp::create(b, type, b.getI64IntegerAttr(64));
  }
  if (steps == chunk)
    return emitChunk(index(0), steps, /*isWhole=*/true);
  emitTiles([&](Value row, int64_t rows) {
    for (int64_t i = 0; i < rows; ++i)
      for (int64_t block = 0; block < packing.blocks; ++block)
        storeOutput(zero(), add(row, index(i)), block);
  });
  loop(0, steps / chunk, {}, [&](Value i, ValueRange) -> Rows {
    emitChunk(scaled(i, chunk), chunk, /*isWhole=*/false);
    return {};
  });
  if (steps % chunk)
    emitChunk(index(steps / chunk * chunk), steps % chunk, /*isWhole=*/false);
}

/// Calls `tile` for tiles of rows, then for the rows that are left over.
void LinearKernel::emitTiles(function_ref<void(Value, int64_t)> tile) {
  auto body = [&](int64_t rows) {
    return [=](OpBuilder &builder, Location, Value row, ValueRange) {
      OpBuilder::InsertionGuard guard(b);
      b.restoreInsertionPoint(builder.saveInsertionPoint());
      tile(row, rows);
      scf::YieldOp::create(b);
    };
  };
  int64_t rows = op.getInputType().getDimSize(0);
  int64_t size = target.tileRows;
  if (ShapedType::isDynamic(rows)) {
    Value all = memref::DimOp::create(b, op.getInput(), 0);
    Value whole = scaled(arith::DivUIOp::create(b, all, index(size)), size);
    scf::ForOp::create(b, index(0), whole, index(size), ValueRange(),
                       body(size));
    scf::ForOp::create(b, whole, all, index(1), ValueRange(), body(1));
    return;
  }
  int64_t whole = rows / size * size;
  if (whole == size)
    tile(index(0), size);
  else if (whole)
    scf::ForOp::create(b, index(0), index(whole), index(size), ValueRange(),
                       body(size));
  if (whole != rows)
    tile(index(whole), rows - whole);
}

/// Decodes and scales `count` steps of the panel into the scratch buffer.
void LinearKernel::decodeChunk(Value firstStep, int64_t count) {
  int64_t perBlock = packing.steps();
  Value firstBlock = arith::DivUIOp::create(b, firstStep, index(perBlock));
  // Where groups are larger than a step block, all its steps share a scale.
  auto decode = [&](Value i, int64_t present) {
    Value stepBlock = add(firstBlock, i);
    Value group;
    if (op.getGroupSize())
      group = arith::DivUIOp::create(b, stepBlock,
                                     index(*op.getGroupSize() / perBlock));
    Value row = scaled(i, perBlock);
    for (int64_t block = 0; block < packing.blocks; ++block) {
      SmallVector<Value> values = loadBlock(stepBlock, block);
      Value scale = op.getScales() ? loadScale(group, block) : Value();
      for (int64_t k = 0; k < present; ++k) {
        Value value = values[k];
        if (scale)
          value = arith::MulFOp::create(b, value, scale);
        vector::StoreOp::create(
            b, value, scratch,
            ValueRange{add(row, index(k)), index(block), index(0)});
      }
    }
  };
  loop(0, count / perBlock, {}, [&](Value i, ValueRange) -> Rows {
    decode(i, perBlock);
    return {};
  });
  if (count % perBlock)
    decode(index(count / perBlock), count % perBlock);
}

void LinearKernel::emitChunk(Value firstStep, int64_t count, bool isWhole) {
  if (scratch)
    decodeChunk(firstStep, count);
  emitTiles([&](Value row, int64_t rows) {
    for (int64_t block = 0; block < packing.blocks; block += target.tileBlocks)
      emitTile(row, rows, block,
               std::min(target.tileBlocks, packing.blocks - block), firstStep,
               count, isWhole);
  });
}

/// `rows` times `blocks` sums in registers over `count` steps.
void LinearKernel::emitTile(Value row, int64_t rows, int64_t firstBlock,
                            int64_t blocks, Value firstStep, int64_t count,
                            bool isWhole) {
  auto rowAt = [&](int64_t i) { return add(row, index(i)); };
  SmallVector<Value> sums;
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t block = 0; block < blocks; ++block)
      sums.push_back(isWhole ? zero()
                             : loadOutput(rowAt(i), firstBlock + block));
  sums = loop(0, count, sums, [&](Value k, ValueRange carried) {
    SmallVector<Value> next(carried), values;
    Value step = add(firstStep, k);
    for (int64_t block = 0; block < blocks; ++block) {
      Value at = index(firstBlock + block);
      values.push_back(vector::LoadOp::create(
          b, floats, scratch ? scratch : weights,
          scratch ? ValueRange{k, at, index(0)}
                  : ValueRange{panel, step, at, index(0)}));
    }
    for (int64_t i = 0; i < rows; ++i) {
      Value x = loadInput(rowAt(i), step);
      for (int64_t block = 0; block < blocks; ++block) {
        Value &sum = next[i * blocks + block];
        sum = multiplyAdd(values[block], x, sum);
      }
    }
    return next;
  });
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t block = 0; block < blocks; ++block)
      storeOutput(sums[i * blocks + block], rowAt(i), firstBlock + block);
}
