//===- DecoderModel.cpp - What the inputs of a decoder are ----------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "DecoderModel.h"

#include "../Signature.h"
#include "gg/Analysis/Evaluator.h"

using namespace mlir;
using namespace gg::onnx;
using namespace gg::decoder;

int64_t DimMeaning::at(const Point &point) const {
  switch (of) {
  case Batch:
    return point.batch;
  case Sequence:
    return point.sequence;
  case Past:
    return point.past;
  case Total:
    return point.total();
  case Fixed:
    return size;
  }
  return size;
}

Kind DecoderModel::getKind(Value value) const {
  auto it = kinds.find(value);
  return it == kinds.end() ? Kind::Static : it->second;
}

const AttentionSite *DecoderModel::getSite(Operation *op) const {
  auto it = siteOf.find(op);
  return it == siteOf.end() ? nullptr : &sites[it->second];
}

SmallVector<Value> DecoderModel::getDataOperands(Operation *op) const {
  if (const AttentionSite *site = getSite(op))
    return {AttentionOp(site->op).getQ(), site->newKeys, site->newValues};
  SmallVector<Value> result;
  for (Value operand : op->getOperands())
    if (getKind(operand) == Kind::Data)
      result.push_back(operand);
  return result;
}

std::optional<int64_t> gg::decoder::getTableRows(Value ids) {
  for (OpOperand &use : ids.getUses()) {
    Operation *user = use.getOwner();
    if (isa<CastOp, IdentityOp, ReshapeOp>(user))
      if (auto rows = getTableRows(user->getResult(0)))
        return rows;
    auto gather = dyn_cast<GatherOp>(user);
    if (!gather || use.getOperandNumber() != 1 || gather.getAxis() != 0)
      continue;
    auto type = dyn_cast<RankedTensorType>(gather.getData().getType());
    if (type && type.getRank() == 2 && !type.isDynamicDim(0))
      return type.getDimSize(0);
  }
  return std::nullopt;
}

static bool isPast(Value value, unsigned depth) {
  return llvm::any_of(value.getUses(), [&](OpOperand &use) {
    Operation *user = use.getOwner();
    unsigned index = use.getOperandNumber();
    if (isa<ConcatOp, TensorScatterOp>(user))
      return index == 0;
    if (isa<AttentionOp>(user))
      return index == 4 || index == 5;
    if (isa<MSGroupQueryAttentionOp>(user))
      return index == 3 || index == 4;
    if (isa<MSMultiHeadAttentionOp>(user))
      return index == 6 || index == 7;
    if (isa<MSAttentionOp>(user))
      return index == 4;
    bool isMoved = isa<ReshapeOp, TransposeOp, SqueezeOp, UnsqueezeOp,
                       IdentityOp, CastOp, SliceOp, SplitOp, GatherOp>(user);
    return isMoved && index == 0 && depth < 8 &&
           llvm::any_of(
               user->getResults(),
               [&](Value result) { return isPast(result, depth + 1); });
  });
}

bool gg::decoder::isPast(Value value) { return ::isPast(value, /*depth=*/0); }

//===----------------------------------------------------------------------===//
// Tokens and logits
//===----------------------------------------------------------------------===//

/// The token ids are a [batch, sequence] of integers, and the logits a float
/// result whose last dim is the vocabulary: the rows of the table in which the
/// ids are looked up, unless the names settle it.
bool DecoderModel::findTokens(std::string &reason) {
  SmallVector<BlockArgument> candidates;
  for (BlockArgument argument : function.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (type && type.getRank() == 2 &&
        (type.getElementType().isInteger(64) ||
         type.getElementType().isInteger(32)))
      candidates.push_back(argument);
  }
  Operation *terminator = function.getBody().front().getTerminator();
  for (auto [index, value] : llvm::enumerate(terminator->getOperands())) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (!type || !isa<FloatType>(type.getElementType()) || type.getRank() < 2 ||
        type.getRank() > 3 || type.isDynamicDim(type.getRank() - 1))
      continue;
    auto name = function.getResultAttrOfType<StringAttr>(index, "onnx.name");
    bool isNamed = name && name.getValue() == "logits";
    int64_t columns = type.getShape().back();
    for (BlockArgument candidate : candidates) {
      bool isLookup = getTableRows(candidate) == columns;
      bool hasName = getArgumentName(function, candidate) == "input_ids";
      if (!isLookup && !(isNamed && hasName))
        continue;
      ids = candidate;
      logits = value;
      vocabulary = columns;
      int64_t length = cast<RankedTensorType>(ids.getType()).getDimSize(1);
      isSingle = length == 1;
      if (!isSingle && !ShapedType::isDynamic(length))
        fixedLength = length;
      if (isLookup && isNamed)
        return true;
    }
  }
  if (!ids)
    reason = "no [batch, sequence] of token ids leads to logits";
  return bool(ids);
}

//===----------------------------------------------------------------------===//
// Attention sites
//===----------------------------------------------------------------------===//

/// Follows a cached tensor back through ops that only move its elements.
/// `hasRoom` allows that something is appended to it, and tells whether that
/// was so: what a TensorScatter overwrites, or hides by the number of valid
/// entries, may be anything.
BlockArgument DecoderModel::traceCache(Value value, bool &hasRoom) const {
  bool roomAllowed = std::exchange(hasRoom, false);
  while (Operation *op = value.getDefiningOp()) {
    if (isa<ConcatOp>(op) && roomAllowed) {
      hasRoom = true;
      value = op->getOperand(0);
      continue;
    }
    if (!isa<ReshapeOp, TransposeOp, SqueezeOp, UnsqueezeOp, IdentityOp, CastOp,
             SliceOp, SplitOp, GatherOp, FlattenOp>(op))
      return {};
    value = op->getOperand(0);
  }
  auto argument = dyn_cast<BlockArgument>(value);
  auto type = argument ? dyn_cast<RankedTensorType>(argument.getType())
                       : RankedTensorType();
  if (!type || !isa<FloatType>(type.getElementType()))
    return {};
  return argument;
}

static int64_t getRankOf(Value value) {
  return gg::onnx::getRank(value).value_or(0);
}

/// The size of a head in the entries written to a cache, if their type tells.
static std::optional<int64_t> getHeadSize(AttentionOp op, Value entries) {
  std::optional<ArrayRef<int64_t>> shape = gg::onnx::getShape(entries);
  if (!shape || ShapedType::isDynamic(shape->back()))
    return std::nullopt;
  int64_t heads = shape->size() == 3 ? op.getKvNumHeads().value_or(1) : 1;
  return shape->back() / heads;
}

bool DecoderModel::readSite(AttentionOp op, std::string &reason) {
  AttentionSite site{op, op.getK(), op.getV(), {}, {}};
  auto fail = [&](const Twine &why) {
    reason = ("node '" + getNodeName(op) + "': " + why).str();
    return false;
  };
  if (isPresent(op.getQkMatmulOutput()) && !op.getQkMatmulOutput().use_empty())
    return fail("the scores themselves are used");
  if (isPresent(op.getPastKey())) {
    for (auto [past, entries] :
         {std::pair(op.getPastKey(), site.newKeys),
          std::pair(op.getPastValue(), site.newValues)}) {
      bool hasRoom = false;
      BlockArgument cache = traceCache(past, hasRoom);
      if (!cache)
        return fail("its past is computed, not handed in");
      caches.insert(cache);
      growing.insert(cache);
      if (std::optional<int64_t> size = getHeadSize(op, entries))
        headSizes[cache] = *size;
    }
    hasPast = true;
  } else if (isPresent(op.getNonpadKvSeqlen())) {
    site.validCount = op.getNonpadKvSeqlen();
    for (Value *entries : {&site.newKeys, &site.newValues}) {
      auto scatter = entries->getDefiningOp<TensorScatterOp>();
      int64_t rank = getRankOf(*entries);
      if (!scatter || scatter.getMode() != "linear" ||
          onnx::normalizeAxis(scatter.getAxis(), rank) != rank - 2 ||
          (rank == 3 && getRankOf(op.getQ()) != 3))
        return fail("its cache is not written by a linear TensorScatter");
      bool hasRoom = true;
      BlockArgument cache = traceCache(scatter.getPastCache(), hasRoom);
      if (cache) {
        caches.insert(cache);
        if (!hasRoom)
          fullCaches.insert(cache);
        if (std::optional<int64_t> size = getHeadSize(op, scatter.getUpdate()))
          headSizes[cache] = *size;
        hasPast = true;
      }
      site.writeIndices.push_back(scatter.getWriteIndices());
      *entries = scatter.getUpdate();
    }
  }
  siteOf[op] = sites.size();
  sites.push_back(site);
  return true;
}

bool DecoderModel::findSites(std::string &reason) {
  for (auto op : function.getBody().front().getOps<AttentionOp>())
    if (!readSite(op, reason))
      return false;
  if (sites.empty())
    reason = "no attention was recognized";
  return !sites.empty();
}

//===----------------------------------------------------------------------===//
// Meaning of the inputs
//===----------------------------------------------------------------------===//

bool DecoderModel::describeCache(BlockArgument argument) {
  auto type = cast<RankedTensorType>(argument.getType());
  StringRef batchName = getDimName(function, ids, 0);
  InputMeaning input{Meaning::Cache, {}};
  bool hasLength = false;
  // The axis of the batch: the first, behind one of 2 where keys and values
  // are stacked.
  int64_t batchAxis = type.getRank() == 5 && type.getDimSize(0) == 2 ? 1 : 0;
  for (int64_t axis = 0; axis < type.getRank(); ++axis) {
    DimMeaning dim{DimMeaning::Fixed, type.getDimSize(axis)};
    StringRef name = getDimName(function, argument, axis);
    if (axis == batchAxis && type.isDynamicDim(axis)) {
      dim.of = DimMeaning::Batch;
    } else if (type.isDynamicDim(axis)) {
      if (!name.empty() && name == batchName)
        dim.of = DimMeaning::Batch;
      else if (axis + 1 == type.getRank())
        dim.size = headSizes.lookup(argument);
      else if (!std::exchange(hasLength, true))
        dim.of = fullCaches.contains(argument) ? DimMeaning::Total
                                               : DimMeaning::Past;
      else
        return false;
    }
    input.dims.push_back(dim);
  }
  // Attention would see all of a past of fixed length, valid or not.
  if (!hasLength && growing.contains(argument))
    return false;
  inputs[argument] = std::move(input);
  return true;
}

/// The meaning of a list or scalar of integers, by its uses or its name.
static std::optional<Meaning> getCountMeaning(BlockArgument argument,
                                              StringRef name, Type element) {
  for (OpOperand &use : argument.getUses()) {
    if (isa<TensorScatterOp>(use.getOwner()) && use.getOperandNumber() == 2)
      return Meaning::Past;
    if (isa<AttentionOp>(use.getOwner()) && use.getOperandNumber() == 6)
      return Meaning::Total;
  }
  if (element.isInteger(1))
    return name.contains("cache") ? std::optional(Meaning::One) : std::nullopt;
  if (name.contains("seqlens_k"))
    return Meaning::Last;
  if (name.contains("write") || name.contains("past"))
    return Meaning::Past;
  if (name.contains("total") || name.contains("nonpad"))
    return Meaning::Total;
  if (name.contains("logits_to_keep"))
    return Meaning::Zero;
  return std::nullopt;
}

/// True if nothing but masks of attentions is computed of the value.
static bool isMaskOnly(Value root) {
  SmallVector<Value> stack = {root};
  DenseSet<Operation *> seen;
  while (!stack.empty())
    for (OpOperand &use : stack.pop_back_val().getUses()) {
      Operation *user = use.getOwner();
      if (isa<AttentionOp>(user)
              ? use.getOperandNumber() != 3
              : user->hasTrait<mlir::OpTrait::IsTerminator>())
        return false;
      if (!isa<AttentionOp>(user) && seen.insert(user).second)
        llvm::append_range(stack, user->getResults());
    }
  return true;
}

/// Whether an input may be as long there as the sequence.
bool DecoderModel::hasLength(RankedTensorType type, int64_t axis) const {
  return type.isDynamicDim(axis) || type.getDimSize(axis) == loosenedFrom;
}

std::optional<InputMeaning>
DecoderModel::describeInput(BlockArgument argument) {
  StringRef name = getArgumentName(function, argument);
  auto type = dyn_cast<RankedTensorType>(argument.getType());
  if (!type)
    return std::nullopt;
  StringRef sequenceName = getDimName(function, ids, 1);
  InputMeaning input;
  int64_t rank = type.getRank();
  bool isInteger = isa<IntegerType>(type.getElementType());
  bool isNamedPosition = isInteger && name.contains("pos");
  // Of one token, a graph may take the position in any shape of one element.
  bool endsInOne = isSingle && rank && type.getDimSize(rank - 1) == 1;
  bool endsInSequence =
      rank && hasLength(type, rank - 1) && !isSingle &&
      (rank > 1 || !type.isDynamicDim(0) || name.contains("position") ||
       (!sequenceName.empty() &&
        getDimName(function, argument, 0) == sequenceName));
  bool sameLength = endsInSequence && !sequenceName.empty() &&
                    getDimName(function, argument, rank - 1) == sequenceName;
  DimMeaning last{DimMeaning::Sequence};
  if (isNamedPosition && (endsInSequence || endsInOne)) {
    input.meaning = Meaning::Positions;
  } else if (isNamedPosition && isSingle && rank <= 1) {
    input.meaning = Meaning::Past;
    last = {DimMeaning::Batch};
  } else if (rank > 2 && hasLength(type, rank - 1) &&
             hasLength(type, rank - 2) == !isSingle &&
             (name.contains("mask") ||
              (type.getElementType().isInteger(1) && isMaskOnly(argument)))) {
    // Numbers to add may be a bias, too; booleans can only hide keys.
    input.meaning = Meaning::Causal;
    last.of = DimMeaning::Total;
  } else if (rank == 2 && (name.contains("mask") ||
                           (!sameLength && type.isDynamicDim(1) && hasPast))) {
    input.meaning = Meaning::Mask;
    last = {type.isDynamicDim(1) ? DimMeaning::Total : DimMeaning::Fixed,
            type.getDimSize(1)};
  } else if (sameLength && isInteger && hasPast) {
    input.meaning = Meaning::Positions;
  } else if (rank <= 1 && isInteger) {
    std::optional<Meaning> meaning =
        getCountMeaning(argument, name, type.getElementType());
    if (!meaning)
      return std::nullopt;
    input.meaning = *meaning;
    last = {DimMeaning::Batch};
  } else {
    return std::nullopt;
  }
  for (int64_t axis = 0; axis < rank; ++axis) {
    DimMeaning dim{DimMeaning::Fixed, type.getDimSize(axis)};
    if (!type.isDynamicDim(axis))
      input.dims.push_back(dim);
    else if (axis + 2 == rank && input.meaning == Meaning::Causal)
      input.dims.push_back({DimMeaning::Sequence});
    else
      input.dims.push_back(axis + 1 == rank ? last
                                            : DimMeaning{DimMeaning::Batch});
  }
  return input;
}

/// Several masks of queries and keys differ in something, so that not all can
/// be causal and nothing else: one may be that of a window.
bool DecoderModel::checkMasks(std::string &reason) const {
  BlockArgument first;
  for (const auto &[value, input] : inputs) {
    if (input.meaning != Meaning::Causal)
      continue;
    auto argument = cast<BlockArgument>(value);
    if (!first) {
      first = argument;
      continue;
    }
    reason = ("the masks '" + getArgumentName(function, first) + "' and '" +
              getArgumentName(function, argument) + "' cannot be told apart")
                 .str();
    return false;
  }
  return true;
}

bool DecoderModel::describeInputs(std::string &reason) {
  auto idsType = cast<RankedTensorType>(ids.getType());
  DimMeaning batch{DimMeaning::Batch}, sequence{DimMeaning::Sequence};
  if (!idsType.isDynamicDim(0))
    batch = {DimMeaning::Fixed, idsType.getDimSize(0)};
  if (isSingle)
    sequence = {DimMeaning::Fixed, 1};
  inputs[ids] = {Meaning::Tokens, {batch, sequence}};

  for (BlockArgument argument : function.getArguments()) {
    if (argument == ids || argument.use_empty())
      continue;
    if (caches.contains(argument) && describeCache(argument))
      continue;
    std::optional<InputMeaning> input;
    if (!caches.contains(argument))
      input = describeInput(argument);
    if (!input) {
      reason = ("the input '" + getArgumentName(function, argument) +
                "' has no known meaning")
                   .str();
      return false;
    }
    inputs[argument] = std::move(*input);
  }
  return checkMasks(reason);
}

//===----------------------------------------------------------------------===//
// Dependences
//===----------------------------------------------------------------------===//

void DecoderModel::computeKinds() {
  for (BlockArgument argument : function.getArguments()) {
    auto it = inputs.find(argument);
    bool isData =
        it != inputs.end() && (it->second.meaning == Meaning::Tokens ||
                               it->second.meaning == Meaning::Cache);
    kinds[argument] = isData ? Kind::Data : Kind::Frontier;
  }
  function.getBody().front().walk<WalkOrder::PreOrder>([&](Operation *op) {
    Kind kind = Kind::Static;
    auto join = [&](Value value) { kind = std::max(kind, getKind(value)); };
    for (Value operand : op->getOperands())
      join(operand);
    // What a branch captures, the op depends on.
    for (Region &region : op->getRegions())
      region.walk([&](Operation *inner) {
        for (Value operand : inner->getOperands())
          join(operand);
      });
    if (isa<ShapeOp, SizeOp>(op) && kind == Kind::Data)
      kind = Kind::Frontier;
    // A choice between constants is computed, not copied.
    if (op->getNumRegions())
      kind = std::max(kind, Kind::Frontier);
    for (Value result : op->getResults())
      kinds[result] = kind;
  });
}

bool DecoderModel::findLive(std::string &reason) {
  DenseSet<Operation *> reached;
  SmallVector<Value> stack = {logits};
  while (!stack.empty()) {
    Value value = stack.pop_back_val();
    if (getKind(value) != Kind::Data || value == ids)
      continue;
    Operation *op = value.getDefiningOp();
    if (!op) {
      reason = "cached entries are used other than by an attention";
      return false;
    }
    if (isa<AttentionOp>(op) && value != op->getResult(0)) {
      reason = ("node '" + getNodeName(op) +
                "': its present entries lead to the logits")
                   .str();
      return false;
    }
    if (!reached.insert(op).second)
      continue;
    stack.append(getDataOperands(op));
  }
  for (Operation &op : function.getBody().front())
    if (reached.contains(&op))
      live.push_back(&op);
  llvm::erase_if(
      sites, [&](AttentionSite &site) { return !reached.contains(site.op); });
  siteOf.clear();
  for (auto [index, site] : llvm::enumerate(sites))
    siteOf[site.op] = index;
  return true;
}

bool DecoderModel::analyze(std::string &reason) {
  if (!findTokens(reason))
    return false;
  if (fixedLength) {
    reason = ("it takes exactly " + Twine(*fixedLength) + " tokens").str();
    return false;
  }
  if (!findSites(reason) || !describeInputs(reason))
    return false;
  if (isSingle && !hasPast) {
    ids = {};
    reason = "its one token meets no others";
    return false;
  }
  computeKinds();
  if (getKind(logits) != Kind::Data) {
    reason = "the logits do not depend on the tokens";
    return false;
  }
  if (!findLive(reason))
    return false;

  // A cache of fixed length bounds the context.
  for (AttentionSite &site : sites)
    if (site.validCount)
      for (Value keys : {site.op.getK(), site.op.getV()}) {
        auto type = dyn_cast<RankedTensorType>(keys.getType());
        if (!type || type.isDynamicDim(type.getRank() - 2))
          continue;
        int64_t size = type.getDimSize(type.getRank() - 2);
        capacity = std::min(capacity.value_or(size), size);
      }
  return true;
}
