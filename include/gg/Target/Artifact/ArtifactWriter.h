//===- ArtifactWriter.h - Writes an artifact --------------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TARGET_ARTIFACT_ARTIFACTWRITER_H
#define GG_TARGET_ARTIFACT_ARTIFACTWRITER_H

#include "gg/Weights/Format.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/FunctionExtras.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/JSON.h"

namespace gg::artifact {

/// Takes the next bytes of a tensor.
using Sink = llvm::function_ref<llvm::Error(llvm::ArrayRef<uint8_t>)>;

/// A tensor and where its bytes come from. `write` hands them to the sink in
/// order, in pieces of any size, so that no tensor needs to be on the heap;
/// the pieces must add up to `tensor.bytes`. The checksum is filled in.
struct TensorSource {
  weights::Tensor tensor;
  llvm::unique_function<llvm::Error(Sink)> write;

  /// A tensor whose bytes are in memory or in a mapped file.
  static TensorSource of(weights::Tensor tensor, llvm::ArrayRef<uint8_t> bytes);
};

/// The compiled entries for one CPU level; bytes and checksum are filled in.
struct CodeSource {
  weights::Code code;
  llvm::ArrayRef<uint8_t> bytes;
};

/// How the payload is stored: as code addresses it, or in frames that a coder
/// makes small.
enum class Store { Packed, Zstd, ExpGolomb };

struct Artifact {
  /// `model.codes` is taken from `codes`.
  weights::Model model;
  /// Ascending by offset, without overlaps; gaps are filled with zeros.
  std::vector<TensorSource> tensors;
  std::vector<CodeSource> codes;
  Store store = Store::Packed;
  /// More facts for manifest.json, a tokenizer for example.
  llvm::json::Object manifest;
};

/// Writes the folder `path`. It is written under another name beside `path` and
/// then renamed, so that there is a whole artifact at `path`, the old one or
/// the new one, at any time, and on an error the old state. An existing folder
/// is replaced only if it is an artifact. The bytes depend on `artifact` alone.
llvm::Error write(Artifact &artifact, llvm::StringRef path);

} // namespace gg::artifact

#endif // GG_TARGET_ARTIFACT_ARTIFACTWRITER_H
