//===- Link.cpp - From an object to a shared object ----------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Target/Native/Emit.h"
#include "lld/Common/Driver.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"

LLD_HAS_DRIVER(elf)

using namespace llvm;
using namespace gg::native;

Expected<Bytes> gg::native::linkShared(ArrayRef<char> object, const CPU &cpu) {
  // lld reads and writes files only.
  SmallString<128> folder;
  if (std::error_code error = sys::fs::createUniqueDirectory("gg", folder))
    return createFileError("temporary folder", error);
  auto remove = make_scope_exit([&] { sys::fs::remove_directories(folder); });
  SmallString<128> input(folder), output(folder);
  sys::path::append(input, "code.o");
  sys::path::append(output, "code.so");

  std::error_code error;
  raw_fd_ostream stream(input, error);
  stream << StringRef(object.data(), object.size());
  stream.close();
  if (stream.has_error())
    return createFileError(input, stream.error());

  std::string messages;
  raw_string_ostream log(messages);
  const char *arguments[] = {"ld.lld",
                             "-shared",
                             "-z",
                             "defs",
                             "-z",
                             "noexecstack",
                             "-z",
                             "now",
                             "--gc-sections",
                             "--build-id=none",
                             "--hash-style=gnu",
                             "--strip-all",
                             input.c_str(),
                             "-o",
                             output.c_str()};
  lld::Result result =
      lld::lldMain(arguments, log, log, {{lld::Gnu, &lld::elf::link}});
  if (result.retCode != 0)
    return createStringError(inconvertibleErrorCode(),
                             "linking failed: " + messages);
  auto buffer = MemoryBuffer::getFile(output, /*IsText=*/false,
                                      /*RequiresNullTerminator=*/false);
  if (!buffer)
    return createFileError(output, buffer.getError());
  return Bytes((*buffer)->getBufferStart(), (*buffer)->getBufferEnd());
}
