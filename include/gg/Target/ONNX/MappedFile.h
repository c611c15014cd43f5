//===- MappedFile.h - A file mapped for reading -----------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TARGET_ONNX_MAPPEDFILE_H
#define GG_TARGET_ONNX_MAPPEDFILE_H

#include "llvm/Support/Error.h"
#include "llvm/Support/FileSystem.h"

#include <memory>

namespace gg {

/// The bytes of a regular file, mapped read-only. It is shared: whoever keeps
/// a view of the bytes keeps the pointer too, which keeps the mapping.
class MappedFile {
public:
  static llvm::Expected<std::shared_ptr<const MappedFile>>
  open(llvm::StringRef path);

  llvm::StringRef bytes() const {
    return region ? llvm::StringRef(region.const_data(), region.size())
                  : llvm::StringRef();
  }

private:
  /// Default-constructed for an empty file, which cannot be mapped.
  llvm::sys::fs::mapped_file_region region;
};

} // namespace gg

#endif // GG_TARGET_ONNX_MAPPEDFILE_H
