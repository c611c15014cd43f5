//===- BufferRange.h - What memory a buffer occupies ------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TRANSFORMS_BUFFERRANGE_H
#define GG_TRANSFORMS_BUFFERRANGE_H

#include "mlir/IR/Operation.h"
#include <optional>

namespace gg {

/// The memory behind a memref in an entry.
struct BufferRange {
  enum Kind {
    Unknown,  ///< could be anywhere
    Arena,    ///< bytes [begin, end) of the arena
    Object,   ///< memory of its own: an argument or a buffer without a place
    Private,  ///< bytes [begin, end) of an object on the thread's stack
    Constant, ///< never written: weights and globals
  };
  Kind kind = Unknown;
  int64_t begin = 0, end = 0;
  mlir::Value object;

  bool mayOverlap(const BufferRange &other) const;
};

/// Traces `buffer` through views to the memory it lies in.
BufferRange getBufferRange(mlir::Value buffer);

/// One way in which an operation touches memory that threads share.
struct BufferAccess {
  BufferRange range;
  bool isWrite = false;
};

/// Every access of `op` and what is nested in it; none where they cannot be
/// told. Private and constant memory is left out.
std::optional<llvm::SmallVector<BufferAccess>>
getSharedAccesses(mlir::Operation *op);

} // namespace gg

#endif // GG_TRANSFORMS_BUFFERRANGE_H
