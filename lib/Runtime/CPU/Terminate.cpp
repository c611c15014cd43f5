//===- Terminate.cpp - Keeps libggrt.so small -----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// libggrt.so links the C++ library statically. Its default terminate handler
// prints the demangled type of an exception that nobody caught, and brings the
// demangler with it, half as large as all the rest. The runtime is compiled
// without exceptions; this shorter handler takes the default one's place.
//
//===----------------------------------------------------------------------===//

#include <cstdlib>

namespace __gnu_cxx {
void __verbose_terminate_handler();
void __verbose_terminate_handler() { std::abort(); }
} // namespace __gnu_cxx
