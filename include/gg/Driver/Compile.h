//===- Compile.h - Compile a model ------------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_DRIVER_COMPILE_H
#define GG_DRIVER_COMPILE_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/LogicalResult.h"
#include "llvm/Support/raw_ostream.h"
#include <cstdint>
#include <string>

namespace gg {

/// How far to compile: the text of a stage, an object file, or the artifact.
enum class Emit { ONNX, Linalg, RF8, LLVM, Object, Artifact };

struct CompileOptions {
  std::string input;
  /// A folder for artifacts, else a file; "-" is standard output.
  std::string output;
  std::string weights = "f32";
  std::string rf8 = "e4r3";
  /// "feedback" along the inputs' second moments where they are known, with the
  /// scales of least error; "nearest" and "greedy" look at nothing but the
  /// weights, and their scales make the largest weight the largest code.
  std::string rounding = "feedback";
  std::string scale = "channel";
  /// What a decoder is run over to see what its linear layers are fed with: a
  /// .npy file of token ids, [rows, tokens], "self" for text that the model
  /// writes itself, or "none". Empty: "self", if there are no `statistics` yet.
  std::string calibrate;
  /// The file in which what was seen is kept; nowhere if empty.
  std::string statistics;
  /// What rows of an embedding are read from: the "rf8" codes that a tied head
  /// multiplies by, or a table of "bf16" of their own.
  std::string lookups = "rf8";
  /// What a bit of RF8 codes' entropy may cost, as rf8-quantize has it.
  double rate = 0;
  std::string kv = "f32";
  /// Over many tokens, RF8 and bf16 weights are multiplied by activations
  /// rounded to bf16 where a CPU is twice as fast so, unless "exact".
  std::string activations = "rounded";
  /// "packed": weights are mapped as they are stored. "small": in frames that
  /// `code` makes small, expanded when they are loaded.
  std::string store = "packed";
  /// "zstd" or "exp-golomb".
  std::string code = "zstd";
  /// Positions a row can hold; 0 for what the graph allows.
  int64_t context = 0;
  int64_t batch = 1;
  /// Tokens that prefill takes at once.
  int64_t chunk = 128;
  /// "native", or CPU names and levels with features, separated by commas.
  std::string cpu = "native";
  /// The machine's own where empty.
  std::string triple;
  /// Where to write how the weights are distributed: .html, a page to look at,
  /// or .json; empty for no report.
  std::string report;
  Emit emit = Emit::Artifact;
};

/// Sets an option by its name on gg-compile's command line; fails where there
/// is none or `value` is none of its values.
llvm::LogicalResult setOption(CompileOptions &options, llvm::StringRef name,
                              llvm::StringRef value);

enum class Severity { Error, Warning, Remark, Progress };

/// Takes one message, without a line end.
using MessageHandler = llvm::function_ref<void(Severity, llvm::StringRef)>;

/// Compiles as `options` say. On failure at least one error was handed to
/// `handler`, and nothing was written.
llvm::LogicalResult compileModel(const CompileOptions &options,
                                 MessageHandler handler);

/// Prints the operators of a model and whether each is supported. Fails where
/// one is not.
llvm::LogicalResult checkModel(llvm::StringRef input, llvm::raw_ostream &out,
                               MessageHandler handler);

} // namespace gg

#endif // GG_DRIVER_COMPILE_H
