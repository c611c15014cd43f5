//===- gg-compile.cpp - Compiles an ONNX model ---------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Driver/Compile.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/InitLLVM.h"

using namespace llvm;

static cl::OptionCategory category("gg-compile options");

static cl::opt<std::string> input(cl::Positional, cl::desc("MODEL.onnx"),
                                  cl::Required, cl::cat(category));
static cl::opt<std::string> output("o",
                                   cl::desc("The artifact, a folder; with "
                                            "--emit a file"),
                                   cl::value_desc("OUT.gg"), cl::cat(category));
static cl::opt<bool> check("check",
                           cl::desc("Say which operators are supported, and "
                                    "compile nothing"),
                           cl::cat(category));
static cl::opt<bool> quiet("quiet", cl::desc("Print errors only"),
                           cl::cat(category));

namespace {

/// An option that gg::setOption knows.
struct CompileOption : cl::opt<std::string> {
  CompileOption(const char *name, const char *values, const char *description)
      : cl::opt<std::string>(cl::desc(description), cl::value_desc(values),
                             cl::cat(category)) {
    setArgStr(name);
  }
};

} // namespace

static CompileOption compileOptions[] = {
    {"weights", "f32|bf16|rf8", "How weights are stored (default: f32)"},
    {"rf8", "e4r3|e4r3d", "The RF8 format (default: e4r3)"},
    {"rounding", "feedback|nearest|greedy",
     "RF8 rounding: by what a calibration saw of the inputs, or plain "
     "(default: feedback)"},
    {"scale", "channel|tensor-pow2|group:N", "RF8 scales (default: channel)"},
    {"calibrate", "TOKENS.npy|self|none",
     "The text, int64 [rows, tokens], that a decoder is calibrated with; self: "
     "text that it writes itself (default: self)"},
    {"lookups", "rf8|bf16",
     "What rows of an embedding are read from: the codes that a tied head has, "
     "or a table of their own (default: rf8)"},
    {"rate", "COST",
     "What a bit of the codes' entropy may cost, in mean errors of a weight "
     "(default: 0)"},
    {"statistics", "FILE.ggs",
     "Keep what the calibration saw, and use it again unless --calibrate is "
     "given"},
    {"context", "N",
     "Positions a row can hold (default: what the graph allows, at most 2048)"},
    {"batch", "N", "Rows of a batch (default: 1)"},
    {"kv", "f32|bf16", "Element type of the KV cache (default: f32)"},
    {"activations", "rounded|exact",
     "What rf8 and bf16 weights are multiplied by over many tokens, where a "
     "CPU "
     "multiplies bf16 faster (default: rounded)"},
    {"store", "packed|small",
     "How the weights file is stored: as it is mapped, or small, to be "
     "expanded "
     "when it is loaded (default: packed)"},
    {"code", "zstd|exp-golomb",
     "What makes a small weights file small (default: zstd)"},
    {"cpu", "LIST",
     "CPU names and levels with features, as x86-64-v3,x86-64-v4+avx512bf16 "
     "(default: native)"},
    {"target", "TRIPLE", "The target (default: this machine's)"},
    {"report", "FILE.html|FILE.json",
     "Write how the weights are distributed, and what formats cost"},
    {"emit", "onnx|linalg|rf8|llvm|obj|artifact",
     "How far to compile (default: artifact)"},
};

// The value of --quiet: linking resets the options of the command line.
static bool isQuiet = false;

static void print(gg::Severity severity, StringRef message) {
  if (isQuiet && severity != gg::Severity::Error)
    return;
  switch (severity) {
  case gg::Severity::Error:
    errs() << "error: ";
    break;
  case gg::Severity::Warning:
    errs() << "warning: ";
    break;
  case gg::Severity::Remark:
    errs() << "remark: ";
    break;
  case gg::Severity::Progress:
    break;
  }
  errs() << message << "\n";
}

int main(int argc, char **argv) {
  InitLLVM init(argc, argv);
  cl::HideUnrelatedOptions(category);
  cl::SetVersionPrinter(
      [](raw_ostream &out) { out << "gg-compile " GG_VERSION "\n"; });
  if (!cl::ParseCommandLineOptions(
          argc, argv, "Compiles an ONNX model to an artifact\n", &errs()))
    return 1;
  isQuiet = quiet;
  if (check)
    return failed(gg::checkModel(input, outs(), print));

  gg::CompileOptions options;
  options.input = input;
  options.output = output;
  for (CompileOption &option : compileOptions) {
    if (option.getNumOccurrences() == 0 ||
        succeeded(gg::setOption(options, option.ArgStr, option)))
      continue;
    print(gg::Severity::Error,
          ("--" + option.ArgStr + ": expected " + option.ValueStr +
           " but got '" + option.getValue() + "'")
              .str());
    return 1;
  }
  if (output.empty()) {
    print(gg::Severity::Error, "expected -o OUT.gg");
    return 1;
  }
  return failed(gg::compileModel(options, print));
}
