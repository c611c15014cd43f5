//===- Calibrator.cpp - Runs a text through a model ----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Calibrator.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace gg;

/// Whether other calls read what `call` returns.
static bool isRead(func::CallOp call) {
  return llvm::any_of(call->getUsers(), llvm::IsaPred<func::CallOp>);
}

/// Padding is token 0, which no token before it sees.
LogicalResult Calibrator::bindTokens() {
  BlockArgument argument = model.plan().getArgument(0);
  FailureOr<MappedBuffer> buffer = MappedBuffer::create(
      job, tokens.rows * getTensorBytes(argument.getType()));
  if (failed(buffer))
    return failure();
  auto *to = reinterpret_cast<int64_t *>(buffer->data());
  for (int64_t id : tokens.ids)
    *to++ = id == run::TokenRows::padding ? 0 : id;
  values[argument] = {*buffer, *buffer};
  return success();
}

/// Sums up what weights of those names are multiplied by, and keeps it.
LogicalResult
Calibrator::gather(Value input, const std::vector<std::string> &names,
                   std::optional<rounding::SecondMoments> &moments) {
  const Streams &streams = values.at(input);
  int64_t windowBytes = getTensorBytes(input.getType());
  int64_t size = cast<RankedTensorType>(input.getType()).getShape().back();
  moments.emplace(size, streams.differ());
  for (int64_t window = 0; window < tokens.rows; ++window) {
    auto at = [&](const MappedBuffer &buffer) {
      return reinterpret_cast<const float *>(buffer.data() +
                                             window * windowBytes);
    };
    moments->add(at(streams.rounded),
                 streams.differ() ? at(streams.original) : nullptr,
                 tokens.lengths[window], size,
                 [&](size_t count, llvm::function_ref<void(size_t)> body) {
                   job.parallelFor(count, body);
                 });
  }
  std::string error;
  if (!writer.append(names, moments->get(), error))
    return job.error(error);
  return success();
}

/// Whether `input` has a row of values for each token of a window, in order.
bool Calibrator::isOfTokens(Value input) const {
  auto type = cast<RankedTensorType>(input.getType());
  int64_t rows = type.getNumElements() / type.getShape().back();
  // [tokens, size], perhaps behind dimensions of 1.
  return rows == tokens.width &&
         type.getDimSize(type.getRank() - 2) == tokens.width;
}

LogicalResult Calibrator::prepareWeights(func::CallOp call) {
  FailureOr<SmallVector<PlanWeight, 0>> weights = collectWeights(model, call);
  if (failed(weights))
    return failure();
  llvm::MapVector<Value, SmallVector<const PlanWeight *>> byInput;
  for (const PlanWeight &weight : *weights)
    byInput[weight.input].push_back(&weight);
  for (auto &[input, group] : byInput) {
    // A weight that several layers share is rounded for the first.
    std::vector<std::string> names;
    for (const PlanWeight *weight : group)
      if (!weight->name.empty() && known.insert(weight->name).second)
        names.push_back(weight->name);
    std::optional<rounding::SecondMoments> moments;
    weights::InputStatistics statistics;
    if (!names.empty() && isOfTokens(input)) {
      if (failed(gather(input, names, moments)))
        return failure();
      statistics = moments->get();
    }
    for (const PlanWeight *weight : group)
      if (isRead(call) &&
          failed(prepare(*weight, moments ? &statistics : nullptr)))
        return failure();
  }
  return success();
}

/// Packs a weight as it is and as it will be.
LogicalResult Calibrator::prepare(const PlanWeight &weight,
                                  const weights::InputStatistics *statistics) {
  std::pair<Attribute, unsigned> key(weight.constant, weight.stepsFirst);
  auto entry = shared.find(key);
  if (entry != shared.end()) {
    values[weight.packed] = entry->second;
    return success();
  }
  rounding::RoundingReport report;
  FailureOr<MappedBuffer> original = packWeight(job, weight);
  FailureOr<MappedBuffer> rounded =
      packRounded(job, weight, statistics, rounding, report);
  if (failed(original) || failed(rounded))
    return failure();
  Streams result{*original, *rounded};
  values[weight.packed] = result;
  if (weight.isShared)
    shared[key] = result;
  return success();
}

//===----------------------------------------------------------------------===//
// Running
//===----------------------------------------------------------------------===//

/// The bytes of an operand for a window.
FailureOr<const void *> Calibrator::getOperand(Value value, int64_t window,
                                               bool asRounded) {
  if (auto constant = value.getDefiningOp<arith::ConstantOp>()) {
    std::optional<ArrayRef<char>> bytes = rf8::getRawBytes(constant.getValue());
    if (!bytes)
      return emitError(constant.getLoc(),
                       "expected the bytes of a constant of ")
             << constant.getType();
    return static_cast<const void *>(bytes->data());
  }
  const Streams &streams = values.at(value);
  const MappedBuffer &buffer = asRounded ? streams.rounded : streams.original;
  bool isWeight = isa_and_present<rf8::PackOp>(value.getDefiningOp());
  return static_cast<const void *>(
      buffer.data() +
      (isWeight ? 0 : window * getTensorBytes(value.getType())));
}

LogicalResult Calibrator::runWindows(func::CallOp call, bool asRounded,
                                     ArrayRef<MappedBuffer> results) {
  for (int64_t window = 0; window < tokens.rows; ++window) {
    SmallVector<const void *> operands;
    for (Value value : call.getOperands()) {
      FailureOr<const void *> data = getOperand(value, window, asRounded);
      if (failed(data))
        return failure();
      operands.push_back(*data);
    }
    SmallVector<void *> outputs;
    for (auto [buffer, type] : llvm::zip_equal(results, call.getResultTypes()))
      outputs.push_back(buffer.data() + window * getTensorBytes(type));
    if (failed(model.run(call, operands, outputs)))
      return failure();
  }
  return success();
}

LogicalResult Calibrator::runWindows(func::CallOp call) {
  bool differ = llvm::any_of(call.getOperands(), [&](Value value) {
    auto entry = values.find(value);
    return entry != values.end() && entry->second.differ();
  });
  SmallVector<MappedBuffer> results[2];
  for (bool asRounded : {true, false}) {
    if (!asRounded && !differ)
      break;
    for (Type type : call.getResultTypes()) {
      FailureOr<MappedBuffer> buffer =
          MappedBuffer::create(job, tokens.rows * getTensorBytes(type));
      if (failed(buffer))
        return failure();
      results[asRounded].push_back(*buffer);
    }
    if (failed(runWindows(call, asRounded, results[asRounded])))
      return failure();
  }
  for (auto [i, result] : llvm::enumerate(call.getResults()))
    values[result] = {results[!differ][i], results[true][i]};
  return success();
}

/// Forgets what no call after this one reads.
void Calibrator::release(func::CallOp call) {
  auto isLast = [&](Value value) {
    return llvm::none_of(value.getUsers(), [&](Operation *user) {
      return isa<func::CallOp>(user) && call->isBeforeInBlock(user);
    });
  };
  for (Value value : call.getOperands())
    if (isLast(value))
      values.erase(value);
}

LogicalResult Calibrator::run() {
  if (failed(bindTokens()))
    return failure();
  auto calls = llvm::to_vector(model.plan().getOps<func::CallOp>());
  for (auto [i, call] : llvm::enumerate(calls)) {
    size_t tenth = i * 10 / calls.size();
    if (i == 0 || tenth != (i - 1) * 10 / calls.size())
      job.progress("calibrating: " + Twine(tenth * 10) + " %");
    if (failed(prepareWeights(call)) ||
        (isRead(call) && failed(runWindows(call))))
      return failure();
    release(call);
  }
  return success();
}
