// RUN: gg-opt %s -rf8-fuse-linear=min-elements=1 | FileCheck %s
// RUN: gg-opt %s -rf8-fuse-linear | FileCheck %s --check-prefix=SMALL
// RUN: not gg-opt %s -rf8-fuse-linear=blocks=65 2>&1 | FileCheck %s --check-prefix=ERROR
// ERROR: error: expected 1 to 64 blocks but got 65
// SMALL-NOT: rf8.linear

// CHECK-LABEL: func @f32
// CHECK: rf8.linear ins(%{{.*}} : tensor<4x2xf32>, tensor<1x2x2x16xf32>) outs
func.func @f32(%x: tensor<4x2xf32>) -> tensor<4x3xf32> {
  %w = arith.constant dense<[[1.0, 2.0, 1.0e6], [3.0, 4.0, 5.0]]> : tensor<2x3xf32>
  %zero = arith.constant dense<0.0> : tensor<4x3xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x2xf32>, tensor<2x3xf32>) outs(%zero : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// What is stored narrow stays so.

// CHECK-LABEL: func @f16
// CHECK: rf8.linear ins(%{{.*}} : tensor<4x2xf32>, tensor<1x1x2x32xf16>) outs
func.func @f16(%x: tensor<4x2xf32>) -> tensor<4x3xf32> {
  %h = arith.constant dense<[[1.0, 2.0, 3.0], [3.0, 4.0, 5.0]]> : tensor<2x3xf16>
  %w = arith.extf %h : tensor<2x3xf16> to tensor<2x3xf32>
  %zero = arith.constant dense<0.0> : tensor<4x3xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x2xf32>, tensor<2x3xf32>) outs(%zero : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// CHECK-LABEL: func @not_constant
// CHECK-NOT: rf8.linear
func.func @not_constant(%x: tensor<4x2xf32>, %w: tensor<2x3xf32>) -> tensor<4x3xf32> {
  %zero = arith.constant dense<0.0> : tensor<4x3xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x2xf32>, tensor<2x3xf32>) outs(%zero : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// Widened only where it is multiplied by.

// CHECK-LABEL: func @bf16
// CHECK: rf8.linear ins(%{{.*}} : tensor<4x2xf32>, tensor<1x1x2x32xbf16>) outs
func.func @bf16(%x: tensor<4x2xf32>) -> tensor<4x3xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xbf16>
  %zero = arith.constant dense<0.0> : tensor<4x3xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>,
                                        affine_map<(m, n, k) -> (n, k)>,
                                        affine_map<(m, n, k) -> (m, n)>],
                       iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<4x2xf32>, tensor<3x2xbf16>) outs(%zero : tensor<4x3xf32>) {
  ^bb0(%p: f32, %q: bf16, %r: f32):
    %2 = arith.extf %q : bf16 to f32
    %3 = arith.mulf %p, %2 : f32
    %4 = arith.addf %r, %3 : f32
    linalg.yield %4 : f32
  } -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// CHECK-LABEL: func @lookup
// CHECK-SAME: (%[[I:.*]]: index, %[[J:.*]]: index)
// CHECK: %[[W:.*]] = arith.constant dense{{.*}} : tensor<2x4xf16>
// CHECK: %[[V:.*]] = tensor.extract %[[W]][%[[J]], %[[I]]]
// CHECK: arith.extf %[[V]] : f16 to f32
func.func @lookup(%i: index, %j: index) -> f32 {
  %h = arith.constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf16>
  %w = arith.extf %h : tensor<2x4xf16> to tensor<2x4xf32>
  %te = tensor.empty() : tensor<4x2xf32>
  %t = linalg.transpose ins(%w : tensor<2x4xf32>) outs(%te : tensor<4x2xf32>) permutation = [1, 0]
  %v = tensor.extract %t[%i, %j] : tensor<4x2xf32>
  return %v : f32
}
