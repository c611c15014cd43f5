//===- GG.h - The gg dialect ------------------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DIALECT_GG_IR_GG_H
#define GG_DIALECT_GG_IR_GG_H

#include "mlir/Bytecode/BytecodeOpInterface.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinAttributeInterfaces.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Dialect.h"
#include "mlir/IR/OpDefinition.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/InferTypeOpInterface.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

#include "gg/Dialect/GG/IR/GGDialect.h.inc"
#include "gg/Dialect/GG/IR/GGEnums.h.inc"

#define GET_ATTRDEF_CLASSES
#include "gg/Dialect/GG/IR/GGAttributes.h.inc"

#define GET_OP_CLASSES
#include "gg/Dialect/GG/IR/GGOps.h.inc"

namespace gg::ir {

/// The unit-less string attribute that makes a function an entry, "step" or
/// "main"; the exported symbol is gg_ followed by its value.
inline constexpr llvm::StringLiteral kEntryAttr = "gg.entry";

/// On arguments and results of entries: what they mean to the runtime, "ids",
/// "positions", "counts", "cache" or "logits" for example.
inline constexpr llvm::StringLiteral kRoleAttr = "gg.role";

/// The role that the attributes of an argument or of a result tell, or "".
inline llvm::StringRef getRole(mlir::DictionaryAttr attributes) {
  auto role = attributes ? attributes.getAs<mlir::StringAttr>(kRoleAttr)
                         : mlir::StringAttr();
  return role ? role.getValue() : llvm::StringRef();
}

/// On the argument of a decoder's entry that says how many tokens of each row
/// of the batch are valid: an integer, the tokens with those that are not. A
/// matrix of so many rows has one for each token, in order.
inline constexpr llvm::StringLiteral kTokenRowsAttr = "gg.token_rows";

/// On an entry after gg-plan-arena: the bytes of the arena that it needs, and
/// whether it takes more at run time.
inline constexpr llvm::StringLiteral kArenaBytesAttr = "gg.arena_bytes";
inline constexpr llvm::StringLiteral kArenaDynamicAttr = "gg.arena_dynamic";

/// On an entry after gg-number-phases: its phases, a line of text each, as
/// EntryABI.h describes them.
inline constexpr llvm::StringLiteral kPhasesAttr = "gg.phases";

/// On a memref.alloc after gg-privatize: every thread has a buffer of its own.
inline constexpr llvm::StringLiteral kPrivateAttr = "gg.private";

/// On an argument after gg-bufferize: the entry updates it in place.
inline constexpr llvm::StringLiteral kInPlaceAttr = "gg.in_place";

/// On arguments and results of a train step: a parameter (a ParamAttr), and the
/// loss, a float or a tensor of one, which is a result.
inline constexpr llvm::StringLiteral kParamAttr = "gg.param";
inline constexpr llvm::StringLiteral kLossAttr = "gg.loss";

/// Whether ν can be the shape of parameters: from 0.1 to 10.
inline bool isShape(double nu) { return nu >= 0.1 && nu <= 10; }

/// On what gg-inject-backslash adds to a train step; the pass says what it is.
inline constexpr llvm::StringLiteral kLambdaAttr = "gg.lambda";
inline constexpr llvm::StringLiteral kShapesAttr = "gg.shapes";
inline constexpr llvm::StringLiteral kStepAttr = "gg.step";
inline constexpr llvm::StringLiteral kRateAttr = "gg.rate";

/// On constants after gg-fit: the #gg.ggd of all weights, and the
/// #gg.ggd_channels where asked for.
inline constexpr llvm::StringLiteral kGGDAttr = "gg.ggd";
inline constexpr llvm::StringLiteral kGGDChannelsAttr = "gg.ggd_channels";

/// The position of a function in gg_math; empty where it has no such member.
std::optional<unsigned> getMathTableIndex(llvm::StringRef function);

/// How many bytes an element takes in a buffer: whole bytes; none for types
/// that no buffer holds.
std::optional<int64_t> getElementBytes(mlir::Type type);

} // namespace gg::ir

#endif // GG_DIALECT_GG_IR_GG_H
