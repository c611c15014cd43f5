//===- FeaturesTest.cpp - The runtime's view of the CPU against LLVM's ----===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Runtime/Features.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/X86TargetParser.h"
#include "gtest/gtest.h"

using namespace gg::runtime;

TEST(Features, AgreeWithLLVM) {
  for (const auto &entry : llvm::sys::getHostCPUFeatures())
    if (entry.second)
      EXPECT_TRUE(hasFeature(entry.first().str())) << entry.first().str();
    else
      EXPECT_FALSE(hasFeature(entry.first().str())) << entry.first().str();
}

// Code for a level needs the features that LLVM derives from its name.
TEST(Features, KnowTheNeedsOfTheLevels) {
#if defined(__x86_64__)
  for (const char *level : {"x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4",
                            "znver4", "sapphirerapids"}) {
    llvm::SmallVector<llvm::StringRef> needed;
    llvm::X86::getFeaturesForCPU(level, needed);
    llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
    for (llvm::StringRef feature : needed)
      if (host.count(feature))
        EXPECT_EQ(hasFeature(feature.str()), host.lookup(feature))
            << feature.str();
      else
        EXPECT_TRUE(hasFeature(feature.str())) << feature.str();
  }
#endif
}

TEST(Cores, AreWithinWhatTheSystemGives) {
  EXPECT_GE(physicalCores(), 1);
  EXPECT_LE(physicalCores(), availableCPUs());
}
