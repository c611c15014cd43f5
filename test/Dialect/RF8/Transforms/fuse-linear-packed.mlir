// RUN: gg-opt %s -rf8-fuse-linear -split-input-file | FileCheck %s

// A weight that is packed already need not be constant, nor large.

// CHECK-LABEL: func @argument(
// CHECK-SAME: %[[X:.*]]: tensor<4x2xf32>, %[[P:.*]]: tensor<1x2x2x16xf32>)
// CHECK: rf8.linear ins(%[[X]], %[[P]] : tensor<4x2xf32>, tensor<1x2x2x16xf32>) outs(%{{.*}} : tensor<4x3xf32>)
func.func @argument(%x: tensor<4x2xf32>, %p: tensor<1x2x2x16xf32>) -> tensor<4x3xf32> {
  %w = rf8.unpack %p layout <panel(2)> : tensor<1x2x2x16xf32> -> tensor<3x2xf32>
  %e = tensor.empty() : tensor<2x3xf32>
  %t = linalg.transpose ins(%w : tensor<3x2xf32>) outs(%e : tensor<2x3xf32>) permutation = [1, 0]
  %zero = arith.constant dense<0.0> : tensor<4x3xf32>
  %0 = linalg.matmul ins(%x, %t : tensor<4x2xf32>, tensor<2x3xf32>) outs(%zero : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// -----

// It is packed by outputs, so its transpose is no weight.

// CHECK-LABEL: func @transposed(
// CHECK-NOT: rf8.linear
func.func @transposed(%x: tensor<4x3xf32>, %p: tensor<1x2x2x16xf32>) -> tensor<4x2xf32> {
  %w = rf8.unpack %p layout <panel(2)> : tensor<1x2x2x16xf32> -> tensor<3x2xf32>
  %zero = arith.constant dense<0.0> : tensor<4x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x3xf32>, tensor<3x2xf32>) outs(%zero : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}
