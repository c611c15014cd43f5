//===- Compile.cpp - The compiler's C API --------------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg-c/Compile.h"

#include "gg/Driver/Compile.h"
#include "llvm/Support/ErrorHandling.h"

struct gg_compile_options {
  gg::CompileOptions options;
};

gg_compile_options *gg_compile_options_create(void) {
  return new gg_compile_options();
}

void gg_compile_options_destroy(gg_compile_options *options) { delete options; }

int gg_compile_options_set(gg_compile_options *options, const char *name,
                           const char *value) {
  return failed(gg::setOption(options->options, name, value));
}

static gg_severity toC(gg::Severity severity) {
  switch (severity) {
  case gg::Severity::Error:
    return GG_ERROR;
  case gg::Severity::Warning:
    return GG_WARNING;
  case gg::Severity::Remark:
    return GG_REMARK;
  case gg::Severity::Progress:
    return GG_PROGRESS;
  }
  llvm_unreachable("not a severity");
}

int gg_compile(const gg_compile_options *options, const char *input,
               const char *output, gg_message_handler handler, void *user) {
  gg::CompileOptions own = options->options;
  own.input = input;
  own.output = output;
  return failed(gg::compileModel(
      own, [&](gg::Severity severity, llvm::StringRef message) {
        if (handler)
          handler(user, toC(severity), message.str().c_str());
      }));
}

const char *gg_compiler_version(void) { return GG_VERSION; }
