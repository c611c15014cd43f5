//===- ModelFiles.h - Small models as files -----------------------------===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_TEST_UNIT_MODELFILES_H
#define GG_TEST_UNIT_MODELFILES_H

#include "ONNXBytes.h"
#include "TemporaryFolder.h"

#include <fstream>

namespace gg::test {

/// Writes `model` as model.onnx and returns where it is.
inline std::string writeModel(const TemporaryFolder &folder,
                              const Bytes &model) {
  std::string path = folder / "model.onnx";
  std::ofstream(path, std::ios::binary | std::ios::trunc) << model.data;
  return path;
}

/// y[2, 16] = x[2, 32] · w[32, 16], w[k, n] = (k + n) mod 3 - 1.
inline Bytes makeLinear() {
  Bytes w;
  for (int k = 0; k < 32; ++k)
    for (int n = 0; n < 16; ++n)
      w.plain(float((k + n) % 3 - 1));
  return makeModel(
      makeGraph({{makeNode("product", "MatMul", {"x", "w"}, {"y"})},
                 {makeValue("x", 1, {2, 32})},
                 {makeValue("y", 1, {2, 16})},
                 {makeTensor("w", 1, {32, 16}, w.data)}}));
}

/// A model of an operator that nobody has.
inline Bytes makeUnsupported() {
  return makeModel(makeGraph({{makeNode("n", "Frobnicate", {"x"}, {"y"})},
                              {makeValue("x", 1, {2})},
                              {makeValue("y", 1, {2})}}));
}

} // namespace gg::test

#endif // GG_TEST_UNIT_MODELFILES_H
