//===- CallBuilder.h - Accesses to gg_call ----------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_CONVERSION_ENTRYABI_CALLBUILDER_H
#define GG_LIB_CONVERSION_ENTRYABI_CALLBUILDER_H

#include "mlir/Conversion/LLVMCommon/TypeConverter.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"

namespace gg {

/// The members of gg_call (EntryABI.h), in order.
enum class CallMember {
  Weights,
  Arena,
  ArenaBytes,
  Inputs,
  Outputs,
  Barrier,
  Team,
  Fail,
  Math,
  Claim,
};

/// Builds accesses to the gg_call that an entry was given.
class CallBuilder {
public:
  CallBuilder(const mlir::LLVMTypeConverter &converter, mlir::Value call);

  /// A member; constant during the call.
  mlir::Value load(mlir::OpBuilder &builder, mlir::Location loc,
                   CallMember member) const;
  /// Input `index` as a memref of `type`.
  mlir::Value loadInput(mlir::OpBuilder &builder, mlir::Location loc,
                        unsigned index, mlir::MemRefType type) const;
  /// Fills output `index`.
  void storeOutput(mlir::OpBuilder &builder, mlir::Location loc, unsigned index,
                   mlir::Value buffer) const;
  /// A memref of static or, where `sizes` are given, dynamic shape.
  mlir::Value wrap(mlir::OpBuilder &builder, mlir::Location loc,
                   mlir::MemRefType type, mlir::Value pointer,
                   mlir::ArrayRef<mlir::Value> sizes = {}) const;

private:
  mlir::Value offset(mlir::OpBuilder &builder, mlir::Location loc,
                     mlir::Type type, mlir::Value base,
                     mlir::ArrayRef<mlir::LLVM::GEPArg> indices) const;

  const mlir::LLVMTypeConverter &converter;
  mlir::Value call;
  mlir::Type pointer, i64, view, callType;
};

} // namespace gg

#endif // GG_LIB_CONVERSION_ENTRYABI_CALLBUILDER_H
