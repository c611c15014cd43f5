//===- MappedFile.cpp - A file mapped for reading -------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Target/ONNX/MappedFile.h"

#include "llvm/ADT/ScopeExit.h"

using namespace llvm;
using namespace gg;

Expected<std::shared_ptr<const MappedFile>> MappedFile::open(StringRef path) {
  // The status comes first: opening a pipe would wait for its writer.
  sys::fs::file_status status;
  if (std::error_code error = sys::fs::status(path, status))
    return createStringError(error, "%s", error.message().c_str());
  if (!sys::fs::is_regular_file(status))
    return createStringError("not a regular file");
  Expected<sys::fs::file_t> file = sys::fs::openNativeFileForRead(path);
  if (!file)
    return file.takeError();
  scope_exit close([&] { (void)sys::fs::closeFile(*file); });
  if (std::error_code error = sys::fs::status(*file, status))
    return createStringError(error, "%s", error.message().c_str());

  auto mapped = std::make_shared<MappedFile>();
  if (status.getSize() == 0)
    return mapped;
  std::error_code error;
  mapped->region = sys::fs::mapped_file_region(
      *file, sys::fs::mapped_file_region::readonly, status.getSize(), 0, error);
  if (error)
    return createStringError(error, "%s", error.message().c_str());
  return mapped;
}
