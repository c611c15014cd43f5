//===- Options.cpp - Options by name -------------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Driver/Compile.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringSwitch.h"

#include <cmath>

using namespace llvm;
using namespace gg;

/// Takes one of `words`.
static LogicalResult setWord(std::string &option, StringRef value,
                             ArrayRef<StringRef> words) {
  if (!is_contained(words, value))
    return failure();
  option = value.str();
  return success();
}

/// Takes whatever is not empty.
static LogicalResult setText(std::string &option, StringRef value) {
  if (value.empty())
    return failure();
  option = value.str();
  return success();
}

static LogicalResult setNumber(int64_t &option, StringRef value,
                               int64_t least) {
  // 2^31 rows or positions are beyond any memory.
  int64_t number;
  if (value.getAsInteger(10, number) || number < least || number > INT32_MAX)
    return failure();
  option = number;
  return success();
}

static LogicalResult setNumber(double &option, StringRef value) {
  double number;
  if (value.getAsDouble(number) || !std::isfinite(number) || number < 0)
    return failure();
  option = number;
  return success();
}

static LogicalResult setScale(std::string &option, StringRef value) {
  StringRef size = value;
  unsigned number;
  if (size.consume_front("group:")) {
    if (size.getAsInteger(10, number) || number == 0)
      return failure();
    option = value.str();
    return success();
  }
  return setWord(option, value, {"channel", "tensor-pow2"});
}

static LogicalResult setEmit(Emit &option, StringRef value) {
  auto emit = StringSwitch<std::optional<Emit>>(value)
                  .Case("onnx", Emit::ONNX)
                  .Case("linalg", Emit::Linalg)
                  .Case("rf8", Emit::RF8)
                  .Case("llvm", Emit::LLVM)
                  .Case("obj", Emit::Object)
                  .Case("artifact", Emit::Artifact)
                  .Default(std::nullopt);
  if (!emit)
    return failure();
  option = *emit;
  return success();
}

LogicalResult gg::setOption(CompileOptions &options, StringRef name,
                            StringRef value) {
  if (name == "weights")
    return setWord(options.weights, value, {"f32", "bf16", "rf8"});
  if (name == "rf8")
    return setWord(options.rf8, value, {"e4r3", "e4r3d"});
  if (name == "rounding")
    return setWord(options.rounding, value, {"feedback", "nearest", "greedy"});
  if (name == "calibrate")
    return setText(options.calibrate, value);
  if (name == "statistics")
    return setText(options.statistics, value);
  if (name == "lookups")
    return setWord(options.lookups, value, {"rf8", "bf16"});
  if (name == "rate")
    return setNumber(options.rate, value);
  if (name == "scale")
    return setScale(options.scale, value);
  if (name == "kv")
    return setWord(options.kv, value, {"f32", "bf16"});
  if (name == "activations")
    return setWord(options.activations, value, {"rounded", "exact"});
  if (name == "store")
    return setWord(options.store, value, {"packed", "small"});
  if (name == "code")
    return setWord(options.code, value, {"zstd", "exp-golomb"});
  if (name == "context")
    return setNumber(options.context, value, 1);
  if (name == "batch")
    return setNumber(options.batch, value, 1);
  if (name == "emit")
    return setEmit(options.emit, value);
  if (name == "cpu")
    return setText(options.cpu, value);
  if (name == "report" &&
      (value.ends_with(".html") || value.ends_with(".json"))) {
    options.report = value.str();
    return success();
  }
  if (name == "target") {
    options.triple = value.str();
    return success();
  }
  return failure();
}
