//===- RF8.h - The rf8 dialect -------------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_RF8_IR_RF8_H
#define GG_DIALECT_RF8_IR_RF8_H

#include "gg/RF8/Codec.h"
#include "gg/RF8/Packing.h"
#include "gg/RF8/Quantize.h"
#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Interfaces/DataLayoutInterfaces.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "gg/Dialect/RF8/IR/RF8Dialect.h.inc"
#include "gg/Dialect/RF8/IR/RF8Enums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "gg/Dialect/RF8/IR/RF8Attributes.h.inc"

#define GET_TYPEDEF_CLASSES
#include "gg/Dialect/RF8/IR/RF8Types.h.inc"

#define GET_OP_CLASSES
#include "gg/Dialect/RF8/IR/RF8Ops.h.inc"

namespace gg::rf8 {

/// Whether `type` is one of the RF8 element types.
inline bool isRF8(mlir::Type type) {
  return mlir::isa<E4R3Type, E4R3DType>(type);
}

/// The codec's name of an RF8 element type, and the other way round.
Format getFormat(mlir::Type type);
mlir::Type getFormatType(mlir::MLIRContext *context, Format format);

/// How weights of `element` (RF8, bf16, f16 or f32) are packed.
Packing getPacking(mlir::Type element, int64_t blocks);

/// The type of a packed weight of `outputs` times `steps` elements.
mlir::RankedTensorType getPackedType(mlir::Type element, int64_t outputs,
                                     int64_t steps, int64_t blocks);

/// The indices of step `k` of output `n` in a weight that is packed so.
llvm::SmallVector<mlir::Value> getPackedIndices(mlir::OpBuilder &builder,
                                                mlir::Location loc,
                                                const Packing &packing,
                                                mlir::Value n, mlir::Value k);

/// The bytes of a dense or dense_resource constant, row-major; nothing for
/// splats and whatever is stored in another way.
std::optional<llvm::ArrayRef<char>> getRawBytes(mlir::Attribute value);

/// Whether all codes of a constant are valid in the format of its type.
bool hasValidCodes(mlir::Type element, llvm::ArrayRef<char> codes);

} // namespace gg::rf8

#endif // GG_DIALECT_RF8_IR_RF8_H
