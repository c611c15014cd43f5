//===- StartEmpty.cpp - An entry of a decoder over empty caches ----------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Dialect/GG/IR/GG.h"
#include "gg/Transforms/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace gg {
#define GEN_PASS_DEF_STARTEMPTYPASS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;

/// How many tokens a row of the entry takes.
static int64_t getTokens(func::FuncOp func) {
  for (BlockArgument argument : func.getArguments())
    if (gg::ir::getRole(func.getArgAttrDict(argument.getArgNumber())) == "ids")
      return cast<ShapedType>(argument.getType()).getShape().back();
  return 0;
}

/// What an argument of a role is where rows begin with the entry's tokens; null
/// where a tensor of that type can't be it.
static ElementsAttr getValue(func::FuncOp func, StringRef role, Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return {};
  Builder builder(func.getContext());
  if (role == "counts" && tensor.getElementType().isInteger(64))
    return DenseElementsAttr::get(tensor,
                                  builder.getI64IntegerAttr(getTokens(func)));
  return dyn_cast_or_null<ElementsAttr>(builder.getZeroAttr(type));
}

/// Positions and caches become zeros, counts all tokens.
static LogicalResult replaceArguments(func::FuncOp func) {
  BitVector erased(func.getNumArguments());
  OpBuilder builder = OpBuilder::atBlockBegin(&func.front());
  for (BlockArgument argument : func.getArguments()) {
    StringRef role =
        gg::ir::getRole(func.getArgAttrDict(argument.getArgNumber()));
    if (role != "positions" && role != "cache" && role != "counts")
      continue;
    ElementsAttr value = getValue(func, role, argument.getType());
    if (!value)
      return func.emitOpError("expected a tensor of numbers of static shape "
                              "with the role '")
             << role << "' but got " << argument.getType();
    argument.replaceAllUsesWith(
        arith::ConstantOp::create(builder, func.getLoc(), value));
    erased.set(argument.getArgNumber());
  }
  return func.eraseArguments(erased);
}

/// Results of the role cache vanish.
static LogicalResult eraseCaches(func::FuncOp func) {
  BitVector erased(func.getNumResults());
  for (unsigned i = 0; i < func.getNumResults(); ++i)
    if (gg::ir::getRole(func.getResultAttrDict(i)) == "cache")
      erased.set(i);
  func.front().getTerminator()->eraseOperands(erased);
  return func.eraseResults(erased);
}

namespace {

struct StartEmptyPass : gg::impl::StartEmptyPassBase<StartEmptyPass> {
  using Base::Base;

  void runOnOperation() override {
    auto funcs = llvm::to_vector(getOperation().getOps<func::FuncOp>());
    for (func::FuncOp func : funcs) {
      auto name = func->getAttrOfType<StringAttr>(gg::ir::kEntryAttr);
      if (!name)
        continue;
      if (name.getValue() != entry)
        func.erase();
      else if (failed(replaceArguments(func)) || failed(eraseCaches(func)))
        return signalPassFailure();
    }
  }
};

} // namespace
