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
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"

using namespace mlir;
using namespace gg;

LinearKernel::LinearKernel(OpBuilder &builder, rf8::LinearOp op,
                           const KernelTarget &target,
                           const Activations &activations, Value panel,
                           int64_t prefetchBytes)
    : b(op.getLoc(), builder), op(op), target(target),
      shape(activations.inPairs() ? target.pairs : target.floats),
      activations(activations), packing(op.getPacking()), panel(panel),
      weights(op.getWeights()),
      floats(VectorType::get({rf8::Packing::kOutputs}, builder.getF32Type())),
      factors(activations.inPairs()
                  ? VectorType::get({2 * rf8::Packing::kOutputs},
                                    builder.getBF16Type())
                  : floats),
      steps(op.getSteps()), outputs(op.getOutputs()),
      prefetchBytes(prefetchBytes) {
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
  // Going over a panel in parts saves decoding, where there is some.
  int64_t most =
      packing.order == rf8::BlockOrder::Codes
          ? shape.vectorRows
          : std::min(shape.vectorRows, shape.mostSums / packing.blocks);
  if (!ShapedType::isDynamic(rows) && rows <= most)
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

int64_t LinearKernel::factorsOf(int64_t count) {
  return llvm::divideCeil(count, activations.depth());
}

Value LinearKernel::factorAt(Value step) {
  int64_t depth = activations.depth();
  return depth == 1 ? step : arith::DivUIOp::create(b, step, index(depth));
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

/// Fetches what is that far behind a block of 64 bytes. Panels lie one behind
/// the other, so that at the end of one it is the next that is fetched.
void LinearKernel::prefetch(Value stepBlock, int64_t block) {
  int64_t ahead = prefetchBytes / (packing.blocks * rf8::Packing::kBlockBytes);
  if (ahead == 0)
    return;
  memref::PrefetchOp::create(
      b, weights,
      ValueRange{panel, add(stepBlock, index(ahead)), index(block), index(0)},
      /*isWrite=*/false, /*localityHint=*/3, /*isDataCache=*/true);
}

/// The factors of a block, unscaled: of 16 outputs each, step by step in f32,
/// or two steps by two in bf16.
SmallVector<Value> LinearKernel::loadBlock(Value stepBlock, int64_t block) {
  Type element = cast<MemRefType>(weights.getType()).getElementType();
  auto load = [&](int64_t first, int64_t count) -> Value {
    return vector::LoadOp::create(
        b, VectorType::get({count}, element), weights,
        ValueRange{panel, stepBlock, index(block), index(first)});
  };
  switch (packing.order) {
  case rf8::BlockOrder::Codes: {
    if (!activations.inPairs())
      return target.decodeBlock(b, load);
    SmallVector<Value> pairs = target.decodeBlockToPairs(b, load);
    for (Value &pair : pairs)
      pair = vector::BitCastOp::create(b, factors, pair);
    return pairs;
  }
  case rf8::BlockOrder::Pairs: {
    Value block = load(0, packing.blockElements());
    if (activations.inPairs())
      return {block};
    Value pairs = vector::BitCastOp::create(
        b, VectorType::get({rf8::Packing::kOutputs}, b.getI32Type()), block);
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

/// The terms of the activations that factor number `at` of a row's weights is
/// multiplied by.
SmallVector<Value> LinearKernel::loadInput(Value row, Value at) {
  if (!activations.inPairs()) {
    Value x =
        memref::LoadOp::create(b, activations.buffer, ValueRange{row, at});
    return {vector::BroadcastOp::create(b, floats, x)};
  }
  SmallVector<Value> terms;
  auto type = VectorType::get(floats.getShape(), b.getI32Type());
  for (int64_t term = 0; term < activations.terms; ++term) {
    Value pair = memref::LoadOp::create(b, activations.buffer,
                                        ValueRange{row, index(term), at});
    terms.push_back(vector::BitCastOp::create(
        b, factors, vector::BroadcastOp::create(b, type, pair)));
  }
  return terms;
}

/// Adds the product of a factor and of an activation, in terms, to a sum.
void LinearKernel::multiplyTerms(Value factor, ValueRange terms, Value &sum) {
  for (Value term : terms)
    sum = activations.inPairs()
              ? x86vector::DotBF16Op::create(b, sum, factor, term).getResult()
              : multiplyAdd(factor, term, sum);
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
void LinearKernel::addBlock(const Tile &tile, Value stepBlock, int64_t count,
                            MutableArrayRef<Value> sums) {
  // Block by block, so that few decoded factors are in registers at a time.
  Value first = scaled(stepBlock, factorsOf(packing.steps()));
  for (int64_t block = 0; block < tile.blocks; ++block) {
    prefetch(stepBlock, tile.firstBlock + block);
    SmallVector<Value> values = loadBlock(stepBlock, tile.firstBlock + block);
    for (int64_t k = 0; k < factorsOf(count); ++k)
      for (int64_t row = 0; row < tile.rows; ++row)
        multiplyTerms(values[k], loadInput(index(row), add(first, index(k))),
                      sums[row * tile.blocks + block]);
  }
}

/// Sums over `stepBlocks` blocks of steps from `first` on, and over the first
/// `tail` steps of the next: [rows][blocks].
SmallVector<Value> LinearKernel::sumSteps(const Tile &tile, Value first,
                                          int64_t stepBlocks, int64_t tail) {
  // Sums of consecutive blocks do not wait for each other.
  int64_t width = tile.rows * tile.blocks;
  int64_t chains = std::max<int64_t>(1, shape.vectorSums / width);
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
      addBlock(tile, add(start, index(i)), packing.steps(), chain(next, i));
    return next;
  });
  for (int64_t i = rounds * unroll; i < stepBlocks; ++i)
    addBlock(tile, add(first, index(i)), packing.steps(), chain(sums, i));
  if (tail)
    addBlock(tile, add(first, index(stepBlocks)), tail,
             chain(sums, stepBlocks));
  for (int64_t i = width; i < width * chains; ++i)
    sums[i % width] = arith::AddFOp::create(b, sums[i % width], sums[i]);
  sums.resize(width);
  return sums;
}

void LinearKernel::emitVector(int64_t rows) {
  int64_t blocks =
      std::clamp<int64_t>(shape.mostSums / rows, 1, packing.blocks);
  for (int64_t first = 0; first < packing.blocks; first += blocks)
    emitVector({rows, first, std::min(blocks, packing.blocks - first)});
}

void LinearKernel::emitVector(const Tile &tile) {
  int64_t stepBlocks = steps / packing.steps(), tail = steps % packing.steps();
  SmallVector<Value> sums;
  auto scale = [&](MutableArrayRef<Value> values, Value group,
                   ValueRange totals) {
    for (auto [i, value] : llvm::enumerate(values)) {
      Value factor = loadScale(group, tile.firstBlock + i % tile.blocks);
      value = totals.empty() ? arith::MulFOp::create(b, value, factor)
                             : multiplyAdd(value, factor, totals[i]);
    }
  };
  if (!op.getGroupSize()) {
    sums = sumSteps(tile, index(0), stepBlocks, tail);
    if (op.getScales())
      scale(sums, {}, {});
  } else {
    int64_t perGroup = *op.getGroupSize() / packing.steps();
    int64_t groups = stepBlocks / perGroup;
    SmallVector<Value> totals(tile.rows * tile.blocks, zero());
    totals = loop(0, groups, totals, [&](Value group, ValueRange carried) {
      SmallVector<Value> next =
          sumSteps(tile, scaled(group, perGroup), perGroup, 0);
      scale(next, group, carried);
      return next;
    });
    sums = totals;
    if (stepBlocks % perGroup != 0 || tail != 0) {
      sums =
          sumSteps(tile, index(groups * perGroup), stepBlocks % perGroup, tail);
      scale(sums, index(groups), totals);
    }
  }
  for (auto [i, sum] : llvm::enumerate(sums))
    storeOutput(sum, index(i / tile.blocks), tile.firstBlock + i % tile.blocks);
}

//===----------------------------------------------------------------------===//
// Many rows: a chunk of the panel is decoded once
//===----------------------------------------------------------------------===//

void LinearKernel::emitMatrix() {
  // Chunks of about the same size.
  int64_t chunks = llvm::divideCeil(steps, shape.chunkSteps);
  int64_t chunk =
      llvm::alignTo(llvm::divideCeil(steps, chunks), packing.steps());
  // A chunk has whole groups, or is part of one.
  int64_t group = op.getGroupSize().value_or(chunk * chunks);
  if (group < chunk)
    chunk = chunk / group * group;
  // What a factor is loaded from as it is looks like a decoded chunk.
  if (packing.steps() != activations.depth() ||
      packing.order == rf8::BlockOrder::Codes) {
    auto type = MemRefType::get(
        {factorsOf(chunk), packing.blocks, factors.getDimSize(0)},
        factors.getElementType());
    scratch = memref::AllocaOp::create(b, type, b.getI64IntegerAttr(64));
  }
  isWhole = steps <= std::min(chunk, group);
  if (isWhole)
    return emitChunk(index(0), steps);
  emitTiles([&](Value row, int64_t rows) { storeZeros(row, rows); });
  if (group <= chunk || group >= steps)
    return emitChunks(index(0), steps, chunk);
  loop(0, steps / group, {}, [&](Value i, ValueRange) -> Rows {
    emitChunks(scaled(i, group), group, chunk);
    return {};
  });
  if (steps % group)
    emitChunks(index(steps / group * group), steps % group, chunk);
}

/// Covers `count` steps by chunks.
void LinearKernel::emitChunks(Value firstStep, int64_t count, int64_t chunk) {
  loop(0, count / chunk, {}, [&](Value i, ValueRange) -> Rows {
    emitChunk(add(firstStep, scaled(i, chunk)), chunk);
    return {};
  });
  if (count % chunk)
    emitChunk(add(firstStep, index(count / chunk * chunk)), count % chunk);
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
  int64_t size = shape.tileRows;
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

/// Decodes `count` steps of the panel into the scratch buffer.
void LinearKernel::decodeChunk(Value firstStep, int64_t count) {
  int64_t perBlock = packing.steps(), factorsPerBlock = factorsOf(perBlock);
  Value firstBlock = arith::DivUIOp::create(b, firstStep, index(perBlock));
  // Behind the last step is padding, so blocks are whole.
  int64_t stepBlocks = llvm::divideCeil(count, perBlock);
  loop(0, stepBlocks, {}, [&](Value i, ValueRange) -> Rows {
    Value at = scaled(i, factorsPerBlock);
    for (int64_t block = 0; block < packing.blocks; ++block)
      for (auto [k, factor] :
           llvm::enumerate(loadBlock(add(firstBlock, i), block)))
        vector::StoreOp::create(
            b, factor, scratch,
            ValueRange{add(at, index(k)), index(block), index(0)});
    return {};
  });
}

void LinearKernel::emitChunk(Value firstStep, int64_t count) {
  if (scratch)
    decodeChunk(firstStep, count);
  emitTiles([&](Value row, int64_t rows) {
    OpBuilder::InsertionGuard guard(b);
    if (Value wanted = isWanted(row)) {
      auto branch = scf::IfOp::create(b, wanted, /*withElseRegion=*/isWhole);
      if (isWhole) {
        b.setInsertionPointToStart(branch.elseBlock());
        storeZeros(row, rows);
      }
      b.setInsertionPointToStart(branch.thenBlock());
    }
    for (int64_t block = 0; block < packing.blocks; block += shape.tileBlocks)
      emitTile(row, rows, block,
               std::min(shape.tileBlocks, packing.blocks - block), firstStep,
               count);
  });
}

void LinearKernel::storeZeros(Value row, int64_t rows) {
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t block = 0; block < packing.blocks; ++block)
      storeOutput(zero(), add(row, index(i)), block);
}

/// Whether a row of the tile that starts there is; null where all are.
Value LinearKernel::isWanted(Value row) {
  if (!op.getCounts())
    return {};
  int64_t groups = cast<ShapedType>(op.getCounts().getType()).getDimSize(0);
  int64_t size = op.getInputType().getDimSize(0) / groups;
  // A tile lies in one group.
  if (groups > 1 && size % shape.tileRows != 0)
    return {};
  Value group = index(0), inGroup = row;
  if (groups > 1) {
    group = arith::DivUIOp::create(b, row, index(size));
    inGroup = arith::RemUIOp::create(b, row, index(size));
  }
  Value count = arith::IndexCastOp::create(
      b, b.getIndexType(), memref::LoadOp::create(b, op.getCounts(), group));
  return arith::CmpIOp::create(b, arith::CmpIPredicate::slt, inGroup, count);
}

/// `rows` times `blocks` sums over the `count` steps of a chunk, scaled group
/// by group.
void LinearKernel::emitTile(Value row, int64_t rows, int64_t firstBlock,
                            int64_t blocks, Value firstStep, int64_t count) {
  int64_t group = op.getGroupSize().value_or(steps);
  auto emitPart = [&](Value inChunk, int64_t part) {
    Rows sums =
        sumPart(row, rows, firstBlock, blocks, firstStep, inChunk, part);
    Value step = add(firstStep, inChunk);
    for (int64_t block = 0; block < blocks; ++block) {
      Value scale;
      if (op.getScales())
        scale = loadScale(arith::DivUIOp::create(b, step, index(group)),
                          firstBlock + block);
      for (int64_t i = 0; i < rows; ++i)
        storeSum(sums[i * blocks + block], scale, add(row, index(i)),
                 firstBlock + block);
    }
  };
  if (group >= count)
    return emitPart(index(0), count);
  loop(0, count / group, {}, [&](Value i, ValueRange) -> Rows {
    emitPart(scaled(i, group), group);
    return {};
  });
  if (count % group)
    emitPart(index(count / group * group), count % group);
}

/// The sums over `count` steps of a chunk, in registers: [rows][blocks].
SmallVector<Value> LinearKernel::sumPart(Value row, int64_t rows,
                                         int64_t firstBlock, int64_t blocks,
                                         Value firstStep, Value inChunk,
                                         int64_t count) {
  SmallVector<Value> sums(rows * blocks, zero());
  Value inBuffer = factorAt(inChunk);
  Value inRow = factorAt(add(firstStep, inChunk));
  return loop(0, factorsOf(count), sums, [&](Value k, ValueRange carried) {
    SmallVector<Value> next(carried), values;
    Value at = add(inRow, k);
    for (int64_t block = 0; block < blocks; ++block) {
      Value blockAt = index(firstBlock + block);
      values.push_back(vector::LoadOp::create(
          b, factors, scratch ? scratch : weights,
          scratch ? ValueRange{add(inBuffer, k), blockAt, index(0)}
                  : ValueRange{panel, at, blockAt, index(0)}));
    }
    for (int64_t i = 0; i < rows; ++i) {
      SmallVector<Value> terms = loadInput(add(row, index(i)), at);
      for (int64_t block = 0; block < blocks; ++block)
        multiplyTerms(values[block], terms, next[i * blocks + block]);
    }
    return next;
  });
}

/// Writes a sum, or adds it to those of the chunks before.
void LinearKernel::storeSum(Value sum, Value scale, Value row, int64_t block) {
  if (isWhole) {
    if (scale)
      sum = arith::MulFOp::create(b, sum, scale);
  } else {
    Value before = loadOutput(row, block);
    sum = scale ? multiplyAdd(sum, scale, before)
                : arith::AddFOp::create(b, sum, before).getResult();
  }
  storeOutput(sum, row, block);
}
