// RUN: gg-opt %s -rf8-quantize -split-input-file -verify-diagnostics
// RUN: not gg-opt %s -rf8-quantize=scale=group:6 -split-input-file 2>&1 | FileCheck %s
// CHECK: error: expected scale to be channel, tensor-pow2 or group:N with N a positive multiple of 4, but got group:6

func.func @infinite(%x: tensor<4x2xf32>, %o: tensor<4x2xf32>) -> tensor<4x2xf32> {
  // expected-error @+1 {{expected finite weights but got NaN or infinity in a matrix of 2 x 2}}
  %w = arith.constant dense<[[1.0, 0x7F800000], [2.0, 3.0]]> : tensor<2x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x2xf32>, tensor<2x2xf32>) outs(%o : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}

// -----

func.func @short(%x: tensor<4x2xf32>, %o: tensor<4x2xf32>) -> tensor<4x2xf32> {
  // expected-error @+1 {{expected 16 bytes for a constant of type 'tensor<2x2xf32>'}}
  %w = arith.constant dense_resource<short> : tensor<2x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x2xf32>, tensor<2x2xf32>) outs(%o : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}
{-#
  dialect_resources: {
    builtin: {
      short: "0x040000000000803F"
    }
  }
#-}
