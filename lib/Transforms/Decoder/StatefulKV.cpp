//===- StatefulKV.cpp - Gives decoders caches and static entries ----------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Transforms/Passes.h"

#include "EntryBuilder.h"

namespace gg {
#define GEN_PASS_DEF_STATEFULKVPASS
#include "gg/Transforms/Passes.h.inc"
} // namespace gg

using namespace mlir;
using namespace gg::onnx;
using namespace gg::decoder;

namespace {

/// Contexts that are chosen where nobody asks for one: what the graph's
/// tables hold, up to these. Longer ones cost memory for every session.
constexpr int64_t kDefaultContext = 2048;
/// A graph without past is evaluated for the whole context at once.
constexpr int64_t kDefaultContextWithoutPast = 1024;
/// The analyses compare runs of a few tokens at a few positions.
constexpr int64_t kSmallestContext = 8;

struct StatefulKV final : gg::impl::StatefulKVPassBase<StatefulKV> {
  using StatefulKVPassBase::StatefulKVPassBase;

  void runOnOperation() override {
    auto function = getOperation().lookupSymbol<func::FuncOp>("main");
    if (!function || function.isExternal())
      return;
    if (!function.getBody().hasOneBlock())
      return setEntry(function, "main");
    if (batch < 1 || chunk < 1 || context < 0 ||
        (kv != "f32" && kv != "bf16")) {
      function.emitError()
          << "expected batch and chunk of at least 1, a context of at least 0 "
             "and kv of f32 or bf16 but got batch="
          << int64_t(batch) << " chunk=" << int64_t(chunk)
          << " context=" << int64_t(context) << " kv=" << StringRef(kv);
      return signalPassFailure();
    }
    std::string reason;
    DecoderModel model(function);
    if (model.analyze(reason))
      return specialize(model);
    if (!model.ids)
      return keepFunction(function, reason);
    recompute(model, reason);
  }

  /// Leaves a function that is no decoder as it is.
  void keepFunction(func::FuncOp function, StringRef reason) {
    // Something was taken for what it is in a decoder.
    if (auto by = function->getAttrOfType<StringAttr>("gg.decoder_by")) {
      function.emitError() << "expected a decoder behind " << by.getValue()
                           << " but found that " << reason;
      return signalPassFailure();
    }
    setEntry(function, "main");
  }

  void setEntry(func::FuncOp function, StringRef entry) {
    function->setAttr("gg.entry", StringAttr::get(&getContext(), entry));
  }

  /// Leaves a decoder to callers that fill its inputs themselves.
  void keepTensors(func::FuncOp function, StringRef reason) {
    function.emitRemark() << "no cache is derived, and no call over the whole "
                             "sequence, so that it stays tensors in, tensors "
                             "out: "
                          << reason;
    keepFunction(function, reason);
  }

  /// Marks what takes part in a call over the whole sequence.
  void recompute(DecoderModel &model, const Twine &reason) {
    func::FuncOp function = model.function;
    std::string why = reason.str();
    auto setRole = [&](BlockArgument argument, StringRef role) {
      function.setArgAttr(argument.getArgNumber(), "gg.role",
                          StringAttr::get(&getContext(), role));
    };
    for (BlockArgument argument : function.getArguments()) {
      auto type = dyn_cast<RankedTensorType>(argument.getType());
      if (!type || !isa<FloatType>(type.getElementType()) || type.getRank() < 3)
        continue;
      // The call begins with an empty past, which what an encoder hands over
      // is not.
      if (!isPast(argument) ||
          type.getNumDynamicDims() <
              1 + cast<RankedTensorType>(model.ids.getType()).isDynamicDim(0))
        return keepTensors(function, why);
      setRole(argument, "past");
    }
    if (model.isSingle)
      return keepTensors(function, why);
    setRole(model.ids, "ids");
    widenLogits(model);
    function.emitRemark() << "no cache is derived, so that each step computes "
                             "the whole sequence again: "
                          << why;
    setEntry(function, "recompute");
  }

  /// Callers read logits of f32.
  void widenLogits(DecoderModel &model) {
    func::FuncOp function = model.function;
    Operation *end = function.getBody().front().getTerminator();
    unsigned number =
        llvm::find(end->getOperands(), model.logits) - end->operand_begin();
    function.setResultAttr(number, "gg.role",
                           StringAttr::get(&getContext(), "logits"));
    auto type = cast<TensorType>(model.logits.getType());
    Type wide = Float32Type::get(&getContext());
    if (type.getElementType() == wide)
      return;
    OpBuilder builder(end);
    Value cast =
        CastOp::create(builder, model.logits.getLoc(), type.clone(wide),
                       model.logits, TypeAttr::get(wide));
    end->setOperand(number, cast);
    function.setType(builder.getFunctionType(function.getArgumentTypes(),
                                             end->getOperandTypes()));
  }

  void specialize(DecoderModel &model) {
    func::FuncOp function = model.function;
    const DimMeaning &rows = model.inputs.find(model.ids)->second.dims[0];
    if (rows.of == DimMeaning::Fixed && rows.size != batch) {
      function.emitError() << "expected a batch of " << rows.size
                           << ", which the graph fixes, but got "
                           << int64_t(batch);
      return signalPassFailure();
    }
    PositionEvaluator evaluator(model);
    PositionForms forms(model, evaluator, batch,
                        model.isSingle ? 1 : int64_t(chunk));
    int64_t standard =
        model.hasPast ? kDefaultContext : kDefaultContextWithoutPast;
    int64_t found = forms.findContext(context ? int64_t(context) : standard);
    if (found < kSmallestContext)
      return recompute(model, "its tables hold no more than " + Twine(found) +
                                  " positions (" + evaluator.getError() + ")");
    if (context && found < context) {
      function.emitError() << "expected a context of at most " << found
                           << ", which the graph's tables and caches hold, "
                              "but got "
                           << int64_t(context);
      return signalPassFailure();
    }
    forms.setContext(found);
    SequenceCheck check(model, evaluator);
    if (!check.run())
      return recompute(model, check.getError());
    if (!forms.run())
      return recompute(model, forms.getError());

    EntryOptions options{batch, forms.getChunk(), found,
                         kv == "bf16"
                             ? FloatType(BFloat16Type::get(&getContext()))
                             : FloatType(Float32Type::get(&getContext()))};
    SmallVector<EntryKind> kinds = {EntryKind::Score, EntryKind::Prefill,
                                    EntryKind::Step};
    // A graph that chooses the last token itself has no logits for others.
    if (check.getLastTokenOp())
      kinds.erase(kinds.begin());
    SmallVector<func::FuncOp> entries;
    for (EntryKind kind : kinds) {
      EntryBuilder builder(model, evaluator, forms, check, options, kind);
      func::FuncOp entry = builder.build();
      if (!entry) {
        for (func::FuncOp built : entries)
          built.erase();
        return recompute(model, builder.getError());
      }
      entries.push_back(entry);
    }
    function.erase();
  }
};

} // namespace
