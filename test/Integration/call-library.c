/*===- call-library.c - Call a function of a library ------------------------===
 *
 * Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
 * See LICENSE for license information.
 * SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 *===------------------------------------------------------------------------===
 *
 * call-library LIBRARY FUNCTION FILE...: calls FUNCTION with the address of
 * each file's bytes, and writes the last file's back. Tests run it on machines
 * that Python does not run on.
 *
 *===----------------------------------------------------------------------===*/

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

enum { kMost = 8 };

typedef void Function(void *, void *, void *, void *, void *, void *, void *,
                      void *);

static void fail(const char *what) {
  fprintf(stderr, "call-library: %s\n", what);
  exit(1);
}

static void *readFile(const char *path, size_t *bytes) {
  FILE *file = fopen(path, "rb");
  if (!file || fseek(file, 0, SEEK_END))
    fail(path);
  *bytes = (size_t)ftell(file);
  rewind(file);
  void *data = aligned_alloc(64, (*bytes + 64) / 64 * 64);
  if (!data || fread(data, 1, *bytes, file) != *bytes)
    fail(path);
  fclose(file);
  return data;
}

int main(int argc, char **argv) {
  int count = argc - 3;
  if (count < 1 || count > kMost)
    fail("expected LIBRARY FUNCTION and 1 to 8 files");
  void *library = dlopen(argv[1], RTLD_NOW);
  if (!library)
    fail(dlerror());
  Function *function = (Function *)dlsym(library, argv[2]);
  if (!function)
    fail(dlerror());
  void *data[kMost] = {0};
  size_t bytes = 0;
  for (int i = 0; i < count; ++i)
    data[i] = readFile(argv[3 + i], &bytes);
  function(data[0], data[1], data[2], data[3], data[4], data[5], data[6],
           data[7]);
  FILE *result = fopen(argv[argc - 1], "wb");
  if (!result || fwrite(data[count - 1], 1, bytes, result) != bytes ||
      fclose(result))
    fail(argv[argc - 1]);
  return 0;
}
