//===- KernelTarget.h - What kernels know of a target --------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_CONVERSION_RF8TOVECTOR_KERNELTARGET_H
#define GG_LIB_CONVERSION_RF8TOVECTOR_KERNELTARGET_H

#include "gg/Conversion/Passes.h"

#include "mlir/IR/ImplicitLocOpBuilder.h"

namespace gg {

/// How a kernel is cut into pieces. The figures behind the shapes are in
/// docs/Rationale.md.
struct KernelShape {
  /// Up to this many rows, weights are decoded in registers as they are read;
  /// beyond, a chunk of a panel is decoded once for all rows.
  int64_t vectorRows;
  /// Sums of 16 outputs that such kernels keep, to hide the latency of an
  /// addition: several of an output where there are fewer outputs.
  int64_t vectorSums;
  /// The most sums that they keep; where all blocks of a panel have more, they
  /// go over the panel in parts.
  int64_t mostSums;
  /// Rows and blocks of 16 outputs whose sums are in registers at a time.
  int64_t tileRows, tileBlocks;
  /// Steps of a chunk, a multiple of 4: what is decoded stays in the L1 cache.
  int64_t chunkSteps;
};

/// How weights are decoded and multiplied on a target.
class KernelTarget {
public:
  static const KernelTarget &get(KernelISA isa);

  /// Whether an intrinsic is the look-up of some target.
  static bool isLookup(llvm::StringRef intrinsic);

  /// Whether weights of this type are multiplied as pairs of bf16.
  bool multipliesPairs(mlir::Type element) const;

  /// Kernels that multiply in f32, and those that multiply pairs of bf16.
  KernelShape floats, pairs;
  /// Whether a fused multiply-add is an instruction, and whether a dot product
  /// of pairs of bf16 is one.
  bool hasFMA, hasDot;
  /// Bytes of a register in which a byte look-up works, and the intrinsic; 0
  /// where codes are decoded by arithmetic.
  int64_t lookupBytes;
  llvm::StringRef lookup;

  /// Gives bytes of a block as a vector.
  using Load = llvm::function_ref<mlir::Value(int64_t first, int64_t count)>;

  /// Decodes a block of 64 codes in the packed order: the values of 16 outputs,
  /// step by step, in f32.
  llvm::SmallVector<mlir::Value> decodeBlock(mlir::ImplicitLocOpBuilder &b,
                                             Load load) const;

  /// The same two steps by two: a vector of i32, each the bf16 of two steps.
  llvm::SmallVector<mlir::Value>
  decodeBlockToPairs(mlir::ImplicitLocOpBuilder &b, Load load) const;

  /// The two look-ups: bf16 bytes, high and low, of a register of codes.
  std::pair<mlir::Value, mlir::Value> lookUp(mlir::ImplicitLocOpBuilder &b,
                                             mlir::Value codes) const;
};

/// The two bf16 of each of a vector of i32, widened: low halves, high halves.
std::pair<mlir::Value, mlir::Value> splitPairs(mlir::ImplicitLocOpBuilder &b,
                                               mlir::Value pairs);

} // namespace gg

#endif // GG_LIB_CONVERSION_RF8TOVECTOR_KERNELTARGET_H
