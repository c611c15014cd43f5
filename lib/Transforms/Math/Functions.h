//===- Functions.h - Elementary functions on f32 ----------------*- C++ -*-===//
//
// Part of the gg project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef GG_LIB_TRANSFORMS_MATH_FUNCTIONS_H
#define GG_LIB_TRANSFORMS_MATH_FUNCTIONS_H

#include "FloatBuilder.h"

namespace gg {

// Each takes and returns f32, relative error below 1.5e-7 (as measured by
// test/Integration/test_math.py), special values as in C, without branches.
mlir::Value buildExp(FloatBuilder &b, mlir::Value x);
mlir::Value buildExp2(FloatBuilder &b, mlir::Value x);
mlir::Value buildExpM1(FloatBuilder &b, mlir::Value x);
mlir::Value buildTanh(FloatBuilder &b, mlir::Value x);
mlir::Value buildErf(FloatBuilder &b, mlir::Value x);
mlir::Value buildLog(FloatBuilder &b, mlir::Value x);
mlir::Value buildLog1p(FloatBuilder &b, mlir::Value x);
mlir::Value buildPow(FloatBuilder &b, mlir::Value x, mlir::Value y);
mlir::Value buildSin(FloatBuilder &b, mlir::Value x);
mlir::Value buildCos(FloatBuilder &b, mlir::Value x);

} // namespace gg

#endif // GG_LIB_TRANSFORMS_MATH_FUNCTIONS_H
