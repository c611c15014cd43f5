//===- FeaturesTest.cpp - The runtime's view of the CPU against LLVM's ----===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/Runtime/Features.h"
#include "gg/Weights/CPUFeatures.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/TargetParser/Host.h"
#include "llvm/TargetParser/X86TargetParser.h"
#include "gtest/gtest.h"

using namespace gg::runtime;

TEST(Features, AgreeWithLLVM) {
#if defined(__x86_64__)
  llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  for (const gg::weights::x86::Feature &feature : gg::weights::x86::kFeatures)
    if (host.count(feature.name))
      EXPECT_EQ(hasFeature(feature.name), host.lookup(feature.name))
          << feature.name;
#endif
  EXPECT_FALSE(hasFeature("teleport"));
}

// What the levels need, LLVM doesn't always look for on a host: it is there on
// every 64-bit CPU then.
TEST(Features, KnowTheNeedsOfTheLevels) {
#if defined(__x86_64__)
  llvm::StringMap<bool> host = llvm::sys::getHostCPUFeatures();
  for (const char *level : {"x86-64", "x86-64-v2", "x86-64-v3", "x86-64-v4"}) {
    llvm::SmallVector<llvm::StringRef> needed;
    llvm::X86::getFeaturesForCPU(level, needed);
    for (llvm::StringRef feature : needed)
      EXPECT_EQ(hasFeature(feature.str()),
                !host.count(feature) || host.lookup(feature))
          << feature.str();
  }
#endif
}

TEST(Cores, AreWithinWhatTheSystemGives) {
  EXPECT_GE(physicalCores(), 1);
  EXPECT_LE(physicalCores(), availableCPUs());
}
