//===- LinearKernel.h - The kernel of rf8.linear -------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_CONVERSION_RF8TOVECTOR_LINEARKERNEL_H
#define GG_LIB_CONVERSION_RF8TOVECTOR_LINEARKERNEL_H

#include "Activations.h"
#include "KernelTarget.h"

#include "gg/Dialect/RF8/IR/RF8.h"

namespace gg {

/// Emits what computes one panel of outputs of an rf8.linear on memrefs.
class LinearKernel {
public:
  LinearKernel(mlir::OpBuilder &builder, rf8::LinearOp op,
               const KernelTarget &target, const Activations &activations,
               mlir::Value panel, int64_t prefetchBytes);

  void emit();

private:
  using Rows = llvm::SmallVector<mlir::Value>;

  /// All rows, and the blocks of the panel that are summed at a time.
  struct Tile {
    int64_t rows, firstBlock, blocks;
  };
  void emitVector(int64_t rows);
  void emitVector(const Tile &tile);
  llvm::SmallVector<mlir::Value> sumSteps(const Tile &tile, mlir::Value first,
                                          int64_t stepBlocks, int64_t tail);
  void addBlock(const Tile &tile, mlir::Value stepBlock, int64_t steps,
                llvm::MutableArrayRef<mlir::Value> sums);

  void emitMatrix();
  void emitChunks(mlir::Value firstStep, int64_t steps, int64_t chunk);
  void emitChunk(mlir::Value firstStep, int64_t steps);
  void decodeChunk(mlir::Value firstStep, int64_t steps);
  void emitTile(mlir::Value row, int64_t rows, int64_t firstBlock,
                int64_t blocks, mlir::Value firstStep, int64_t steps);
  Rows sumPart(mlir::Value row, int64_t rows, int64_t firstBlock,
               int64_t blocks, mlir::Value firstStep, mlir::Value inChunk,
               int64_t steps);
  void storeSum(mlir::Value sum, mlir::Value scale, mlir::Value row,
                int64_t block);
  void emitTiles(llvm::function_ref<void(mlir::Value, int64_t)> tile);
  void storeZeros(mlir::Value row, int64_t rows);
  mlir::Value isWanted(mlir::Value row);

  void prefetch(mlir::Value stepBlock, int64_t block);
  llvm::SmallVector<mlir::Value> loadBlock(mlir::Value stepBlock,
                                           int64_t block);
  mlir::Value loadScale(mlir::Value group, int64_t block);
  Rows loadInput(mlir::Value row, mlir::Value at);
  void multiplyTerms(mlir::Value factor, mlir::ValueRange terms,
                     mlir::Value &sum);
  mlir::Value loadOutput(mlir::Value row, int64_t block);
  void storeOutput(mlir::Value sum, mlir::Value row, int64_t block);
  mlir::Value firstOutput(int64_t block);
  mlir::Value mask(int64_t block);

  mlir::Value index(int64_t value);
  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value scaled(mlir::Value value, int64_t factor);
  mlir::Value multiplyAdd(mlir::Value lhs, mlir::Value rhs, mlir::Value sum);
  mlir::Value zero();
  /// How many factors `steps` steps have, and the number of the one at `step`.
  int64_t factorsOf(int64_t steps);
  mlir::Value factorAt(mlir::Value step);
  llvm::SmallVector<mlir::Value>
  loop(int64_t from, int64_t to, llvm::ArrayRef<mlir::Value> carried,
       llvm::function_ref<Rows(mlir::Value, mlir::ValueRange)> body);

  mlir::ImplicitLocOpBuilder b;
  rf8::LinearOp op;
  const KernelTarget &target;
  const KernelShape &shape;
  const Activations &activations;
  rf8::Packing packing;
  mlir::Value panel, weights, scratch;
  /// Sums, and what is multiplied: a step in f32, or two in bf16.
  mlir::VectorType floats, factors;
  int64_t steps, outputs, prefetchBytes;
  /// Whether a tile's sums are those of all steps.
  bool isWhole = true;
};

} // namespace gg

#endif // GG_LIB_CONVERSION_RF8TOVECTOR_LINEARKERNEL_H
