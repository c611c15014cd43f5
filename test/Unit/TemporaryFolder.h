//===- TemporaryFolder.h - A folder that a test writes into ---------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TEST_UNIT_TEMPORARYFOLDER_H
#define GG_TEST_UNIT_TEMPORARYFOLDER_H

#include <cstdlib>
#include <filesystem>
#include <string>

namespace gg::test {

/// A folder of its own, removed with all that is in it.
class TemporaryFolder {
public:
  TemporaryFolder() {
    path = std::filesystem::temp_directory_path() / "gg-test-XXXXXX";
    if (!mkdtemp(path.data()))
      std::abort();
  }
  ~TemporaryFolder() { std::filesystem::remove_all(path); }
  TemporaryFolder(const TemporaryFolder &) = delete;

  std::string operator/(const std::string &name) const {
    return path + "/" + name;
  }

  std::string path;
};

} // namespace gg::test

#endif // GG_TEST_UNIT_TEMPORARYFOLDER_H
