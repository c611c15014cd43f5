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

/// How kernels are shaped and codes decoded on a target. The figures behind the
/// shapes are in docs/Rationale.md.
class KernelTarget {
public:
  static const KernelTarget &get(KernelISA isa);

  /// Whether an intrinsic is the look-up of some target.
  static bool isLookup(llvm::StringRef intrinsic);

  /// Up to this many rows, weights are decoded in registers as they are read;
  /// beyond, a chunk of a panel is decoded once for all rows.
  int64_t vectorRows;
  /// Rows and blocks of 16 outputs whose sums are in registers at a time.
  int64_t tileRows, tileBlocks;
  /// Steps of a chunk, a multiple of 4: what is decoded stays in the L1 cache.
  int64_t chunkSteps;
  /// Whether a fused multiply-add is an instruction.
  bool hasFMA;
  /// Bytes of a register in which a byte look-up works, and the intrinsic; 0
  /// where codes are decoded by arithmetic.
  int64_t lookupBytes;
  llvm::StringRef lookup;

  /// Decodes a block of 64 codes in the packed order, `load` giving bytes of it
  /// as a vector: the values of 16 outputs, step by step, in f32.
  llvm::SmallVector<mlir::Value> decodeBlock(
      mlir::ImplicitLocOpBuilder &b,
      llvm::function_ref<mlir::Value(int64_t first, int64_t count)> load) const;

  /// The two look-ups: bf16 bytes, high and low, of a register of codes.
  std::pair<mlir::Value, mlir::Value> lookUp(mlir::ImplicitLocOpBuilder &b,
                                             mlir::Value codes) const;
};

/// The two bf16 of each of a vector of i32, widened: low halves, high halves.
std::pair<mlir::Value, mlir::Value> splitPairs(mlir::ImplicitLocOpBuilder &b,
                                               mlir::Value pairs);

} // namespace gg

#endif // GG_LIB_CONVERSION_RF8TOVECTOR_KERNELTARGET_H
