//===- RuntimeLibraryTest.cpp - libggrt.so as programs use it -------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ToyArtifact.h"
#include "gtest/gtest.h"

using namespace gg::test;

extern "C" const char *continuePrompt(const char *artifact,
                                      const int64_t *prompt, int64_t count,
                                      int64_t *tokens, int64_t n);

TEST(RuntimeLibrary, WorksFromC) {
  TemporaryFolder folder;
  std::string path = folder / "toy.gg";
  writeToy(path, toyDecoder(), GG_TOY_DECODER);
  const int64_t prompt[] = {1, 2, 3};
  int64_t tokens[4];
  const char *error = continuePrompt(path.c_str(), prompt, 3, tokens, 4);
  EXPECT_EQ(error, nullptr) << error;
  // The toy's largest logit is always the last one.
  EXPECT_EQ(std::vector<int64_t>(tokens, tokens + 4),
            std::vector<int64_t>(4, Toy::vocabulary - 1));
  error = continuePrompt((folder / "none.gg").c_str(), prompt, 3, tokens, 4);
  ASSERT_NE(error, nullptr);
  EXPECT_NE(std::string(error).find("No such file"), std::string::npos);
}

#ifdef GG_RUNTIME_LIBRARY
TEST(RuntimeLibrary, IsSmall) {
  EXPECT_LE(std::filesystem::file_size(GG_RUNTIME_LIBRARY), 150000u);
}
#endif
