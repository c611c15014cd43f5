//===- WithoutExceptions.cpp - Keeps libggrt.so small ---------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// libggrt.so links the C++ library statically. What that throws, and the paths
// on which it would clean up behind a throw, bring the unwinder and the
// demangler with them, larger than all the rest. The runtime is compiled
// without exceptions, so a throw would end the process in any case; these
// functions take the place of the C++ library's and end it at once. They are
// visible inside libggrt.so only.
//
//===----------------------------------------------------------------------===//

#include <cstdlib>
#include <new>

// A misuse of strings and containers.
namespace std {
void __throw_bad_alloc() { abort(); }
void __throw_bad_array_new_length() { abort(); }
void __throw_bad_function_call() { abort(); }
void __throw_length_error(const char *) { abort(); }
void __throw_logic_error(const char *) { abort(); }
void __throw_out_of_range(const char *) { abort(); }
void __throw_out_of_range_fmt(const char *, ...) { abort(); }
} // namespace std

// What the compiler and the C++ library's object files refer to.
extern "C" {
void __cxa_pure_virtual() { abort(); }
void *__cxa_begin_catch(void *) { abort(); }
void __cxa_end_catch() { abort(); }
void __cxa_rethrow() { abort(); }
void __gxx_personality_v0() { abort(); }
void _Unwind_Resume(void *) { abort(); }
}

static void *orAbort(void *memory) {
  if (!memory)
    abort();
  return memory;
}

void *operator new(size_t bytes) { return orAbort(malloc(bytes ? bytes : 1)); }

void *operator new(size_t bytes, std::align_val_t alignment) {
  auto unit = static_cast<size_t>(alignment);
  return orAbort(aligned_alloc(unit, (bytes + unit - 1) / unit * unit));
}

void operator delete(void *memory) noexcept { free(memory); }
void operator delete(void *memory, size_t) noexcept { free(memory); }
void operator delete(void *memory, std::align_val_t) noexcept { free(memory); }
void operator delete(void *memory, size_t, std::align_val_t) noexcept {
  free(memory);
}
