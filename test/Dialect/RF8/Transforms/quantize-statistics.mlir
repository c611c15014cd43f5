// RUN: %python %S/Inputs/statistics_file.py %t.ggs w=2 both=7 elsewhere=5
// RUN: gg-opt %s -rf8-quantize=stats=%t.ggs | FileCheck %s
// RUN: gg-opt %s -rf8-quantize="stats=%t.ggs search-scales" | FileCheck %s --check-prefix=SEARCH

// With inputs that are uncorrelated, codes are the nearest.

// CHECK-LABEL: func @known
// CHECK: rf8.dequantize {{.*}} granularity <channel(1)>
func.func @known(%x: tensor<4x2xf32>, %o: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %w = arith.constant dense_resource<w> : tensor<2x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x2xf32>, tensor<2x2xf32>) outs(%o : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}

// What the file does not know is rounded without it.

// CHECK-LABEL: func @unknown
// CHECK: rf8.dequantize {{.*}} granularity <channel(1)>
func.func @unknown(%x: tensor<4x3xf32>, %o: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x3xf32>, tensor<3x2xf32>) outs(%o : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}

// Nor by it where two inputs could be meant.

// CHECK-LABEL: func @both
// CHECK: rf8.dequantize {{.*}} granularity <channel(1)>
// CHECK: rf8.dequantize {{.*}} granularity <channel(0)>
func.func @both(%x: tensor<4x2xf32>, %o: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %w = arith.constant dense_resource<both> : tensor<2x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x2xf32>, tensor<2x2xf32>) outs(%o : tensor<4x2xf32>) -> tensor<4x2xf32>
  %e = tensor.empty() : tensor<2x2xf32>
  %t = linalg.transpose ins(%w : tensor<2x2xf32>) outs(%e : tensor<2x2xf32>) permutation = [1, 0]
  %1 = linalg.matmul ins(%0, %t : tensor<4x2xf32>, tensor<2x2xf32>) outs(%o : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %1 : tensor<4x2xf32>
}

// Columns 1.875 1.4 and 1 0.8: scales 1 and 8/15, codes 7E 7C and 7E 7C.
// CHECK: rf8_codes: "0x400000007E7E7C7C"
// CHECK: rf8_scales: "0x400000000000803F8988083F"

// Other scales, since 1.5 is not nearest to 1.4.
// SEARCH: rf8_codes
// SEARCH-NOT: rf8_scales: "0x400000000000803F8988083F"

{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000F03F0000803F3333B33FCDCC4C3F",
      both: "0x040000000000803F000000400000404000008040"
    }
  }
#-}
