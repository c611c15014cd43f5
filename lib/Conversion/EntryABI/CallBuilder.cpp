//===- CallBuilder.cpp - Accesses to gg_call -----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "CallBuilder.h"

#include "gg/Weights/EntryABI.h"
#include "mlir/Conversion/LLVMCommon/MemRefBuilder.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace gg;

CallBuilder::CallBuilder(const LLVMTypeConverter &converter, Value call)
    : converter(converter), call(call) {
  MLIRContext *context = call.getContext();
  pointer = LLVM::LLVMPointerType::get(context);
  i64 = IntegerType::get(context, 64);
  view = LLVM::LLVMStructType::getLiteral(
      context, {pointer, LLVM::LLVMArrayType::get(i64, GG_MAX_RANK)});
  callType = LLVM::LLVMStructType::getLiteral(
      context, {pointer, pointer, i64, pointer, pointer, pointer, pointer,
                pointer, pointer, pointer});
}

Value CallBuilder::offset(OpBuilder &builder, Location loc, Type type,
                          Value base, ArrayRef<LLVM::GEPArg> indices) const {
  return LLVM::GEPOp::create(builder, loc, pointer, type, base, indices,
                             LLVM::GEPNoWrapFlags::inbounds);
}

// The caller leaves the call alone while the entry runs, so loads from it are
// invariant: stores to buffers do not make LLVM load them again.
static Value loadInvariant(OpBuilder &builder, Location loc, Type type,
                           Value address) {
  return LLVM::LoadOp::create(builder, loc, type, address, /*alignment=*/0,
                              /*isVolatile=*/false, /*isNonTemporal=*/false,
                              /*isInvariant=*/true);
}

Value CallBuilder::load(OpBuilder &builder, Location loc,
                        CallMember member) const {
  Type type = member == CallMember::ArenaBytes ? i64 : pointer;
  return loadInvariant(
      builder, loc, type,
      offset(builder, loc, callType, call, {0, int32_t(member)}));
}

Value CallBuilder::wrap(OpBuilder &builder, Location loc, MemRefType type,
                        Value memory, ArrayRef<Value> sizes) const {
  Type descriptorType = converter.convertType(type);
  auto desc = MemRefDescriptor::poison(builder, loc, descriptorType);
  desc.setAllocatedPtr(builder, loc, memory);
  desc.setAlignedPtr(builder, loc, memory);
  desc.setConstantOffset(builder, loc, 0);
  Value stride = LLVM::ConstantOp::create(builder, loc, i64, 1);
  int64_t knownStride = 1;
  for (int64_t dim = type.getRank() - 1; dim >= 0; --dim) {
    // Constants where they are known, for LLVM's sake.
    bool isStatic = !type.isDynamicDim(dim);
    Value size = isStatic ? LLVM::ConstantOp::create(builder, loc, i64,
                                                     type.getDimSize(dim))
                          : sizes[dim];
    desc.setSize(builder, loc, dim, size);
    desc.setStride(builder, loc, dim, stride);
    if (isStatic && knownStride >= 0) {
      knownStride *= type.getDimSize(dim);
      stride = LLVM::ConstantOp::create(builder, loc, i64, knownStride);
    } else {
      knownStride = -1;
      stride = LLVM::MulOp::create(builder, loc, stride, size);
    }
  }
  return UnrealizedConversionCastOp::create(builder, loc, type, Value(desc))
      .getResult(0);
}

Value CallBuilder::loadInput(OpBuilder &builder, Location loc, unsigned index,
                             MemRefType type) const {
  Value inputs = load(builder, loc, CallMember::Inputs);
  auto at = [&](ArrayRef<LLVM::GEPArg> indices) {
    return offset(builder, loc, view, inputs, indices);
  };
  Value memory = loadInvariant(builder, loc, pointer, at({int32_t(index), 0}));
  SmallVector<Value> sizes(type.getRank());
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    if (type.isDynamicDim(dim))
      sizes[dim] = loadInvariant(builder, loc, i64,
                                 at({int32_t(index), 1, int32_t(dim)}));
  return wrap(builder, loc, type, memory, sizes);
}

void CallBuilder::storeOutput(OpBuilder &builder, Location loc, unsigned index,
                              Value buffer) const {
  auto type = cast<MemRefType>(buffer.getType());
  Value outputs = load(builder, loc, CallMember::Outputs);
  auto at = [&](ArrayRef<LLVM::GEPArg> indices) {
    return offset(builder, loc, view, outputs, indices);
  };
  Value packed = UnrealizedConversionCastOp::create(
                     builder, loc, converter.convertType(type), buffer)
                     .getResult(0);
  MemRefDescriptor desc(packed);
  LLVM::StoreOp::create(builder, loc, desc.alignedPtr(builder, loc),
                        at({int32_t(index), 0}));
  for (int64_t dim = 0; dim < type.getRank(); ++dim)
    LLVM::StoreOp::create(builder, loc, desc.size(builder, loc, dim),
                          at({int32_t(index), 1, int32_t(dim)}));
}
