//===- CPU.h - The CPUs that code is made for -------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TARGET_NATIVE_CPU_H
#define GG_TARGET_NATIVE_CPU_H

#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/TargetParser/Triple.h"
#include <string>
#include <vector>

namespace gg::native {

/// A CPU as LLVM knows it.
struct CPU {
  /// What names the code file: "x86-64-v4+avx512bf16".
  std::string level;
  llvm::Triple triple;
  /// For LLVM: "x86-64-v4" and "+avx512bf16,…".
  std::string name;
  std::string featureString;
  /// Every feature that the code may use, as LLVM names them, sorted.
  std::vector<std::string> features;

  bool has(llvm::StringRef feature) const;
};

/// Reads "native", an LLVM CPU name or a level as "x86-64-v3", followed by
/// features: "+avx512bf16". `triple` is the machine's own where empty.
llvm::Expected<CPU> parseCPU(llvm::StringRef spec, llvm::StringRef triple = "");

/// Reads a list with commas; equal CPUs are listed once.
llvm::Expected<llvm::SmallVector<CPU>>
parseCPUList(llvm::StringRef list, llvm::StringRef triple = "");

} // namespace gg::native

#endif // GG_TARGET_NATIVE_CPU_H
