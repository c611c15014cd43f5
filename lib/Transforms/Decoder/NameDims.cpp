//===- NameDims.cpp - Relates the sizes of a decoder's inputs -------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Transforms/Passes.h"

#include "../Signature.h"
#include "DecoderModel.h"
#include "llvm/ADT/StringMap.h"

namespace gg {
#define GEN_PASS_DEF_NAMEDIMSPASS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg::onnx;

namespace {

/// A dim of an argument.
struct Place {
  BlockArgument argument;
  unsigned axis;
};

struct NameDims final : gg::impl::NameDimsPassBase<NameDims> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    if (function.isExternal() || !function.getBody().hasOneBlock())
      return;
    BlockArgument ids;
    for (BlockArgument argument : function.getArguments()) {
      auto type = dyn_cast<RankedTensorType>(argument.getType());
      if (type && type.getRank() == 2 &&
          isa<IntegerType>(type.getElementType()))
        if (!ids && gg::decoder::getTableRows(argument))
          ids = argument;
      for (int64_t axis = 0; type && axis < type.getRank(); ++axis)
        if (type.isDynamicDim(axis))
          ++uses[gg::getDimName(function, argument, axis)];
    }
    if (!ids)
      return;
    SmallVector<Place> batch = {{ids, 0}}, sequence = {{ids, 1}}, past;
    bool hasBatch = cast<RankedTensorType>(ids.getType()).isDynamicDim(0);
    for (BlockArgument argument : function.getArguments())
      if (argument != ids)
        sort(argument, hasBatch, batch, sequence, past);
    if (batch.size() + sequence.size() + past.size() == 2)
      return;
    relate(batch, "batch");
    relate(sequence, "sequence");
    relate(past, "past");
  }

private:
  /// Finds the dims of an argument that are those of the tokens or the past.
  void sort(BlockArgument argument, bool hasBatch, SmallVector<Place> &batch,
            SmallVector<Place> &sequence, SmallVector<Place> &past) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type)
      return;
    StringRef name = gg::getArgumentName(getOperation(), argument);
    bool isPosition = name.contains("position");
    if (isa<IntegerType>(type.getElementType()) && type.getRank() == 2 &&
        (isPosition || name.contains("mask"))) {
      batch.push_back({argument, 0});
      if (isPosition)
        sequence.push_back({argument, 1});
    }
    if (!isa<FloatType>(type.getElementType()) || type.getRank() < 3 ||
        !gg::decoder::isPast(argument))
      return;
    SmallVector<unsigned> open;
    for (int64_t axis = 0; axis + 1 < type.getRank(); ++axis)
      if (type.isDynamicDim(axis))
        open.push_back(axis);
    if (open.size() != 1u + hasBatch)
      return;
    if (hasBatch)
      batch.push_back({argument, open.front()});
    past.push_back({argument, open.back()});
  }

  /// Gives the dims that have no name, or one that nothing else has, the name
  /// of the others.
  void relate(ArrayRef<Place> places, StringRef fallback) {
    func::FuncOp function = getOperation();
    StringRef shared, own;
    for (const Place &place : places) {
      StringRef name = gg::getDimName(function, place.argument, place.axis);
      if (isFree(name)) {
        own = own.empty() ? name : own;
      } else {
        if (!shared.empty() && shared != name)
          return;
        shared = name;
      }
    }
    std::string chosen = (!shared.empty() ? shared
                          : !own.empty()  ? own
                                          : fallback)
                             .str();
    if (chosen == fallback && uses.lookup(chosen) && shared != chosen &&
        own != chosen)
      return;
    for (const Place &place : places) {
      auto type = cast<RankedTensorType>(place.argument.getType());
      if (!type.isDynamicDim(place.axis) ||
          !isFree(gg::getDimName(function, place.argument, place.axis)))
        continue;
      SmallVector<StringRef> names;
      for (unsigned axis = 0; axis < type.getRank(); ++axis)
        names.push_back(gg::getDimName(function, place.argument, axis));
      names[place.axis] = chosen;
      function.setArgAttr(place.argument.getArgNumber(), "onnx.dims",
                          Builder(&getContext()).getStrArrayAttr(names));
    }
  }

  bool isFree(StringRef name) const {
    return name.empty() || uses.lookup(name) == 1;
  }

  /// How many dims of the inputs have a name.
  llvm::StringMap<unsigned> uses;
};

} // namespace
