// RUN: gg-opt %s -gg-deepshape=min-elements=4 -split-input-file -verify-diagnostics
// RUN: not gg-opt %s -gg-deepshape=shape-factor=0 -split-input-file 2>&1 | FileCheck %s --check-prefix=SHAPE
// RUN: not gg-opt %s -gg-deepshape=scale-factor=-1 -split-input-file 2>&1 | FileCheck %s --check-prefix=SCALE
// RUN: not gg-opt %s -gg-deepshape=lambda=-1 -split-input-file 2>&1 | FileCheck %s --check-prefix=LAMBDA
// RUN: not gg-opt %s -gg-deepshape="min-elements=100 report=%t.nowhere/r.json" 2>&1 | FileCheck %s --check-prefix=REPORT
// RUN: not gg-opt %s -gg-deepshape=stats=%t.none.ggs 2>&1 | FileCheck %s --check-prefix=NONE
// RUN: %python %S/../../Dialect/RF8/Transforms/Inputs/statistics_file.py %t.ggs w=3
// RUN: not gg-opt %S/deepshape.mlir -gg-deepshape="min-elements=4 stats=%t.ggs" 2>&1 | FileCheck %s --check-prefix=SIZE
// NONE: error: {{.*}}none.ggs: No such file or directory
// SIZE: error: expected statistics of inputs of 4 values but got those of 3
// SHAPE: error: expected shape-factor to be above 0 but got 0
// SCALE: error: expected scale-factor to be above 0 but got -1
// LAMBDA: error: expected lambda to be 0 or more but got -1
// REPORT: error: cannot write a report: {{.*}}No such file or directory

func.func @infinite(%x: tensor<4x2xf32>, %o: tensor<4x2xf32>) -> tensor<4x2xf32> {
  // expected-error @+1 {{expected finite weights but got NaN or infinity in a constant of type 'tensor<2x2xf32>'}}
  %w = arith.constant dense<[[1.0, 0x7F800000], [2.0, 3.0]]> : tensor<2x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x2xf32>, tensor<2x2xf32>) outs(%o : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}
