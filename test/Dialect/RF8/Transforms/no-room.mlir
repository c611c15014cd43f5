// RUN: env TMPDIR=%t.nowhere not gg-opt %s -rf8-quantize 2>&1 | FileCheck %s
// CHECK: error: no room for 4 bytes of weights in the folder of temporary files ($TMPDIR, or /tmp): No such file or directory

func.func @matmul(%x: tensor<4x2xf32>, %o: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %w = arith.constant dense<[[1.0, 4.0], [2.0, 3.0]]> : tensor<2x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x2xf32>, tensor<2x2xf32>) outs(%o : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}
