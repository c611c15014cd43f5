//===- BufferRange.cpp - What memory a buffer occupies -------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Transforms/BufferRange.h"

#include "gg/Dialect/GG/IR/GG.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

using namespace mlir;
using namespace gg;

bool BufferRange::mayOverlap(const BufferRange &other) const {
  if (kind == Unknown || other.kind == Unknown)
    return true;
  if (kind != other.kind)
    return false;
  switch (kind) {
  case Arena:
  case Private:
    return object == other.object && begin < other.end && other.begin < end;
  case Constant:
    return true;
  default:
    return object == other.object;
  }
}

/// All of a buffer on the stack.
static BufferRange getStackRange(Value buffer) {
  return {BufferRange::Private, 0, std::numeric_limits<int64_t>::max(), buffer};
}

/// A piece of the arena or of the stack at a constant offset, or from the
/// arena's dynamic rest.
static BufferRange getViewRange(memref::ViewOp view) {
  Operation *base = view.getSource().getDefiningOp();
  bool isArena = isa<ir::ArenaOp>(base);
  std::optional<int64_t> offset = getConstantIntValue(view.getByteShift());
  MemRefType type = view.getType();
  if (!offset || !type.hasStaticShape())
    return isArena ? BufferRange{BufferRange::Object, 0, 0, view.getResult()}
                   : getStackRange(view.getSource());
  int64_t bytes =
      type.getNumElements() * *ir::getElementBytes(type.getElementType());
  return {isArena ? BufferRange::Arena : BufferRange::Private, *offset,
          *offset + bytes, view.getSource()};
}

BufferRange gg::getBufferRange(Value buffer) {
  while (Operation *op = buffer.getDefiningOp()) {
    if (auto view = dyn_cast<memref::ViewOp>(op);
        view && isa_and_present<ir::ArenaOp, memref::AllocaOp>(
                    view.getSource().getDefiningOp()))
      return getViewRange(view);
    if (auto view = dyn_cast<ViewLikeOpInterface>(op)) {
      buffer = view.getViewSource();
      continue;
    }
    if (isa<memref::AllocaOp>(op))
      return getStackRange(buffer);
    if (isa<memref::AllocOp>(op))
      return {BufferRange::Object, 0, 0, buffer};
    if (isa<ir::GetWeightOp, memref::GetGlobalOp>(op))
      return {BufferRange::Constant, 0, 0, buffer};
    return {};
  }
  auto argument = cast<BlockArgument>(buffer);
  if (isa<func::FuncOp>(argument.getOwner()->getParentOp()))
    return {BufferRange::Object, 0, 0, buffer};
  return {};
}

static void addAccess(const MemoryEffects::EffectInstance &effect,
                      SmallVectorImpl<BufferAccess> &accesses) {
  bool isWrite = isa<MemoryEffects::Write>(effect.getEffect());
  if (!isWrite && !isa<MemoryEffects::Read>(effect.getEffect()))
    return;
  BufferAccess access{{}, isWrite};
  if (Value value = effect.getValue())
    access.range = getBufferRange(value);
  if (access.range.kind != BufferRange::Private &&
      (isWrite || access.range.kind != BufferRange::Constant))
    accesses.push_back(access);
}

/// An intrinsic on registers, a table look-up of a kernel for instance. Its op
/// does not say that it touches no memory; without a pointer it cannot.
static bool isRegisterIntrinsic(Operation *op) {
  return isa<LLVM::CallIntrinsicOp>(op) &&
         llvm::none_of(op->getOperandTypes(), [](Type type) {
           return isa<LLVM::LLVMPointerType, BaseMemRefType>(type);
         });
}

static bool collectAccesses(Operation *op,
                            SmallVectorImpl<BufferAccess> &accesses) {
  // It claims to write, lest it be removed.
  if (isa<memref::PrefetchOp>(op))
    return true;
  bool isRecursive = op->hasTrait<OpTrait::HasRecursiveMemoryEffects>();
  if (auto interface = dyn_cast<MemoryEffectOpInterface>(op)) {
    SmallVector<MemoryEffects::EffectInstance> effects;
    interface.getEffects(effects);
    for (const MemoryEffects::EffectInstance &effect : effects)
      addAccess(effect, accesses);
  } else if (!isRecursive) {
    return isRegisterIntrinsic(op);
  }
  if (!isRecursive)
    return true;
  for (Region &region : op->getRegions())
    for (Operation &inner : region.getOps())
      if (!collectAccesses(&inner, accesses))
        return false;
  return true;
}

std::optional<SmallVector<BufferAccess>> gg::getSharedAccesses(Operation *op) {
  SmallVector<BufferAccess> accesses;
  if (!collectAccesses(op, accesses))
    return std::nullopt;
  return accesses;
}
