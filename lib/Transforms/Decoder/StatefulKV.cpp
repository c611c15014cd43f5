//===- StatefulKV.cpp - Gives decoders caches and static entries ----------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Transforms/Passes.h"

#include "../Signature.h"
#include "EntryBuilder.h"
#include "LoosenSequence.h"
#include "gg/Dialect/GG/IR/GG.h"
#include "mlir/Pass/PassManager.h"

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
constexpr int64_t kSmallestContext = 4;

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
    bool isDecoder = model.analyze(reason);
    if (model.fixedLength)
      return specializeFixed(model);
    if (!model.ids)
      return keepFunction(function, reason);
    int64_t standard =
        model.hasPast ? kDefaultContext : kDefaultContextWithoutPast;
    if (!isDecoder || !specialize(model, standard, reason))
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

  /// What an input is in a call over the whole sequence, or "".
  static StringRef getRecomputeRole(const DecoderModel &model,
                                    BlockArgument argument) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (argument == model.ids || !type)
      return argument == model.ids ? "ids" : "";
    Type element = type.getElementType();
    StringRef name = gg::getArgumentName(model.function, argument);
    if (type.getRank() == 2 && (element.isInteger(32) || element.isInteger(64)))
      return name.contains("mask")       ? "attention_mask"
             : name.contains("position") ? "position_ids"
                                         : "";
    // The call begins with an empty past, which what an encoder hands over is
    // not.
    auto idsType = cast<RankedTensorType>(model.ids.getType());
    bool isEmptied = type.getNumDynamicDims() >= 1 + idsType.isDynamicDim(0) &&
                     type.getRank() > 2 && isa<FloatType>(element) &&
                     isPast(argument);
    return isEmptied ? "past" : "";
  }

  /// Marks what takes part in a call over the whole sequence.
  void recompute(DecoderModel &model, StringRef reason) {
    func::FuncOp function = model.function;
    SmallVector<StringRef> roles;
    for (BlockArgument argument : function.getArguments())
      roles.push_back(getRecomputeRole(model, argument));
    if (model.isSingle || llvm::is_contained(roles, ""))
      return keepTensors(function, reason);
    for (auto [number, role] : llvm::enumerate(roles))
      function.setArgAttr(number, gg::ir::kRoleAttr,
                          StringAttr::get(&getContext(), role));
    widenLogits(model);
    function.emitRemark() << "no cache is derived, so that each step computes "
                             "the whole sequence again: "
                          << reason;
    setEntry(function, "recompute");
  }

  /// Callers read logits of f32.
  void widenLogits(DecoderModel &model) {
    func::FuncOp function = model.function;
    Operation *end = function.getBody().front().getTerminator();
    unsigned number =
        llvm::find(end->getOperands(), model.logits) - end->operand_begin();
    function.setResultAttr(number, gg::ir::kRoleAttr,
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

  /// Gives the function the batch that is asked for, so that all of its sizes
  /// are known; false where its nodes do not take that.
  bool fixBatch(func::FuncOp function, BlockArgument ids) {
    if (!cast<RankedTensorType>(ids.getType()).isDynamicDim(0))
      return true;
    StringRef name = gg::getDimName(function, ids, 0);
    for (BlockArgument argument : function.getArguments()) {
      auto type = dyn_cast<RankedTensorType>(argument.getType());
      if (!type)
        continue;
      SmallVector<int64_t> shape(type.getShape());
      for (auto [axis, size] : llvm::enumerate(shape))
        if (ShapedType::isDynamic(size) &&
            (axis == 0 || (!name.empty() &&
                           gg::getDimName(function, argument, axis) == name)))
          size = batch;
      argument.setType(type.clone(shape));
    }
    function.setType(
        function.cloneTypeWith(function.getBody().front().getArgumentTypes(),
                               function.getResultTypes()));
    OpPassManager passes(func::FuncOp::getOperationName());
    passes.addPass(gg::createOnnxInferShapes());
    ScopedDiagnosticHandler quiet(&getContext(),
                                  [](Diagnostic &) { return success(); });
    return succeeded(runPipeline(passes, function));
  }

  /// Derives entries from a graph of a fixed number of tokens: from a copy that
  /// takes any number of them. The graph itself stays where that fails, since
  /// it may be called with its own number only.
  void specializeFixed(DecoderModel &fixed) {
    func::FuncOp function = fixed.function;
    int64_t length = *fixed.fixedLength;
    std::string reason;
    func::FuncOp copy = function.clone();
    copy.setName("main.loose");
    function->getBlock()->getOperations().insertAfter(function->getIterator(),
                                                      copy);
    BlockArgument ids = copy.getArgument(fixed.ids.getArgNumber());
    DecoderModel model(copy);
    model.loosenedFrom = model.capacity = length;
    bool isDone = false;
    if (!fixBatch(copy, ids)) {
      reason = ("it takes no batch of " + Twine(batch)).str();
    } else if (loosenSequence(copy, ids, reason) && model.analyze(reason)) {
      if (model.hasPast)
        reason = "its past is not empty";
      else
        isDone = specialize(model, std::min(length, kDefaultContext), reason);
    }
    if (isDone) {
      function.emitRemark()
          << "a cache is derived from a graph that takes exactly " << length
          << " tokens, the longest context";
      function.erase();
      return;
    }
    copy.erase();
    keepTensors(
        function,
        ("it takes exactly " + Twine(length) + " tokens, and " + reason).str());
  }

  /// Replaces the function by entries; false, with a reason, if it has none.
  /// What the options ask for in vain is an error.
  bool specialize(DecoderModel &model, int64_t standardContext,
                  std::string &reason) {
    func::FuncOp function = model.function;
    auto refuse = [&]() {
      signalPassFailure();
      return true;
    };
    const DimMeaning &rows = model.inputs.find(model.ids)->second.dims[0];
    if (rows.of == DimMeaning::Fixed && rows.size != batch) {
      function.emitError() << "expected a batch of " << rows.size
                           << ", which the graph fixes, but got "
                           << int64_t(batch);
      return refuse();
    }
    PositionEvaluator evaluator(model);
    PositionForms forms(model, evaluator, batch,
                        model.isSingle ? 1 : int64_t(chunk));
    int64_t found =
        forms.findContext(context ? int64_t(context) : standardContext);
    if (found < kSmallestContext) {
      reason = ("its tables hold no more than " + Twine(found) +
                " positions (" + evaluator.getError() + ")")
                   .str();
      return false;
    }
    if (context && found < context) {
      function.emitError() << "expected a context of at most " << found
                           << ", which the graph's tables and caches hold, "
                              "but got "
                           << int64_t(context);
      return refuse();
    }
    forms.setContext(found);
    SequenceCheck check(model, evaluator);
    if (!check.run() || !forms.run()) {
      reason = (check.getError().empty() ? forms.getError() : check.getError())
                   .str();
      return false;
    }
    // Of fewer tokens than it takes, the last one is not that of the call.
    if (model.loosenedFrom && check.getLastTokenOp()) {
      reason = "it has logits for its last token only";
      return false;
    }
    return build(model, evaluator, forms, check, reason);
  }

  /// Writes the entries in place of the function.
  bool build(DecoderModel &model, PositionEvaluator &evaluator,
             PositionForms &forms, const SequenceCheck &check,
             std::string &reason) {
    Type type = kv == "bf16" ? Type(BFloat16Type::get(&getContext()))
                             : Type(Float32Type::get(&getContext()));
    EntryOptions options{batch, forms.getChunk(), forms.getContext(),
                         cast<FloatType>(type)};
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
        reason = builder.getError().str();
        return false;
      }
      entries.push_back(entry);
    }
    model.function.erase();
    return true;
  }
};

} // namespace
