//===- Compile.h - The compiler's C API -------------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_C_COMPILE_H
#define GG_C_COMPILE_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/** How to compile; made by gg_compile_options_create with the defaults of
 *  gg-compile. */
typedef struct gg_compile_options gg_compile_options;

typedef enum gg_severity {
  GG_ERROR = 0,
  GG_WARNING = 1,
  GG_REMARK = 2,
  /** What the compiler is about to do; compiling takes a while. */
  GG_PROGRESS = 3,
} gg_severity;

/** Takes a message, which lives until the call returns. */
typedef void (*gg_message_handler)(void *user, gg_severity severity,
                                   const char *message);

gg_compile_options *gg_compile_options_create(void);
void gg_compile_options_destroy(gg_compile_options *options);

/** Sets an option by its name on gg-compile's command line, without dashes:
 *  "weights", "rf8", "rounding", "scale", "calibrate", "statistics", "lookups",
 *  "rate", "context", "batch", "kv", "activations", "store", "code", "cpu",
 *  "target", "report", "emit". Returns 0, or 1 where there is no such option or
 *  the value is none of it. */
int gg_compile_options_set(gg_compile_options *options, const char *name,
                           const char *value);

/** Compiles the ONNX model `input` to `output`: an artifact, or a file where
 *  "emit" asks for another stage. Messages go to `handler`, which may be null.
 *  Returns 0, or 1 after at least one message of severity GG_ERROR; nothing is
 *  written then. */
int gg_compile(const gg_compile_options *options, const char *input,
               const char *output, gg_message_handler handler, void *user);

/** The version of the compiler, "0.1.0" for example. */
const char *gg_compiler_version(void);

#ifdef __cplusplus
} // extern "C"
#endif

#endif /* GG_C_COMPILE_H */
