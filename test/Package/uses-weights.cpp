//===- uses-weights.cpp - An outside program over gg's weights ------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "gg/RF8/Codec.h"
#include "gg/Weights/ArtifactReader.h"

#include <cstdio>

int main() {
  uint8_t code =
      gg::rf8::encode(0.3f, gg::rf8::Format::E4R3, gg::rf8::Rounding::Nearest);
  std::printf("0.3 is stored as %02x, which is %g\n", code,
              gg::rf8::decode(code));
  return gg::rf8::decode(code) == 0.3125f ? 0 : 1;
}
