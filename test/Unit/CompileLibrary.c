/*===- CompileLibrary.c - The compiler from C -----------------------------===*\
|*                                                                            *|
|* Part of the gg project, under the Apache License v2.0 with LLVM            *|
|* Exceptions. See LICENSE for license information.                           *|
|* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception                    *|
|*                                                                            *|
\*===----------------------------------------------------------------------===*/

#include "gg-c/Compile.h"

#include <stdio.h>
#include <string.h>

/* What a compilation said: how often, and its first error. */
struct messages {
  int counts[4];
  char error[1000];
};

/* Compiles with the options names[i] = values[i]. Returns what gg_compile did,
 * or -1 - i where option i was refused. */
int compileFromC(const char *input, const char *output,
                 const char *const *names, const char *const *values, int count,
                 struct messages *messages);

/* The same by the defaults, without a handler. */
int compileSilentlyFromC(const char *input, const char *output);

static void collect(void *user, gg_severity severity, const char *message) {
  struct messages *messages = user;
  ++messages->counts[severity];
  if (severity == GG_ERROR && messages->error[0] == '\0')
    snprintf(messages->error, sizeof(messages->error), "%s", message);
}

int compileFromC(const char *input, const char *output,
                 const char *const *names, const char *const *values, int count,
                 struct messages *messages) {
  memset(messages, 0, sizeof(*messages));
  gg_compile_options *options = gg_compile_options_create();
  int result = 0;
  for (int i = 0; i < count && result == 0; ++i)
    if (gg_compile_options_set(options, names[i], values[i]) != 0)
      result = -1 - i;
  if (result == 0)
    result = gg_compile(options, input, output, collect, messages);
  gg_compile_options_destroy(options);
  return result;
}

int compileSilentlyFromC(const char *input, const char *output) {
  gg_compile_options *options = gg_compile_options_create();
  int result = gg_compile(options, input, output, NULL, NULL);
  gg_compile_options_destroy(options);
  return result;
}
