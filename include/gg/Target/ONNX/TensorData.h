//===- TensorData.h - The elements of a TensorProto -------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TARGET_ONNX_TENSORDATA_H
#define GG_TARGET_ONNX_TENSORDATA_H

#include "gg/Target/ONNX/MappedFile.h"
#include "gg/Target/ONNX/Proto.h"

#include "llvm/ADT/StringMap.h"

namespace gg {

/// Shapes above this rank are refused: nothing computes on them, and a file
/// of a few bytes could otherwise ask for types of any size.
constexpr size_t maxONNXRank = 64;

/// The elements of a tensor: little-endian, row-major, types below a byte
/// packed as in ONNX (low bits first), booleans one byte each (0 or 1).
struct TensorData {
  /// A TensorProto.DataType of fixed size.
  int64_t elementType = 0;
  llvm::SmallVector<int64_t, 4> dims;
  llvm::ArrayRef<char> bytes;
  /// What keeps `bytes` alive: the mapped file, or a buffer of its own where
  /// the file's encoding is not the plain one.
  std::shared_ptr<const void> owner;
};

/// The files that hold a model's external data. Each is mapped once.
class ExternalFiles {
public:
  explicit ExternalFiles(llvm::StringRef modelPath) : modelPath(modelPath) {}

  /// Maps `location`, which is relative to the model's folder. Absolute paths,
  /// `..` and links that lead out of the model's folder are refused: a model
  /// must not make its reader open other files of the machine.
  llvm::Expected<std::shared_ptr<const MappedFile>>
  open(llvm::StringRef location);

private:
  llvm::Error checkInside(llvm::StringRef path) const;

  std::string modelPath;
  llvm::StringMap<std::shared_ptr<const MappedFile>> mapped;
};

/// The elements of `tensor`, whose bytes `owner` keeps alive. Elements are
/// copied only where they are stored as varints or in several pieces.
llvm::Expected<TensorData> readTensor(const proto::TensorProto &tensor,
                                      std::shared_ptr<const void> owner,
                                      ExternalFiles &files);

/// Reads a file that is a single TensorProto (test_data_set_0/input_0.pb).
llvm::Expected<TensorData> readTensorFile(llvm::StringRef path);

} // namespace gg

#endif // GG_TARGET_ONNX_TENSORDATA_H
