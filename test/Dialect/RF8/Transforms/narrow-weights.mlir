// RUN: gg-opt %s -rf8-narrow-weights=min-elements=6 | FileCheck %s
// RUN: gg-opt %s -rf8-narrow-weights=min-elements=6 | FileCheck %s --check-prefix=BYTES
// RUN: gg-opt %s -rf8-narrow-weights="type=f16 min-elements=7" | FileCheck %s --check-prefix=LARGER
// RUN: not gg-opt %s -rf8-narrow-weights="type=f16 min-elements=6" 2>&1 | FileCheck %s --check-prefix=RANGE
// RUN: not gg-opt %s -rf8-narrow-weights=type=f8 2>&1 | FileCheck %s --check-prefix=TYPE
// RANGE: error: expected weights within the range of 'f16' but got larger ones
// TYPE: error: expected type bf16 or f16 but got f8

// 257 lies between the bf16 numbers 256, 0x4380, and 258: the even one is taken.
// BYTES: rf8_narrow: "0x400000008043

// CHECK-LABEL: func @contraction
// CHECK: %[[N:.*]] = arith.constant dense_resource<[[$NAME:rf8_narrow.*]]> : tensor<2x3xbf16>
// CHECK: %[[W:.*]] = arith.extf %[[N]] : tensor<2x3xbf16> to tensor<2x3xf32>
// CHECK: linalg.matmul ins(%{{.*}}, %[[W]]
// LARGER-LABEL: func @contraction
// LARGER-NOT: rf8_narrow
func.func @contraction(%x: tensor<4x2xf32>) -> tensor<4x3xf32> {
  %w = arith.constant dense<[[257.0, 2.0, 1.0e6], [3.0, 4.0, 5.0]]> : tensor<2x3xf32>
  %zero = arith.constant dense<0.0> : tensor<4x3xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x2xf32>, tensor<2x3xf32>) outs(%zero : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// The look-up of a tied embedding reads the same constant.

// CHECK-LABEL: func @lookup
// CHECK: %[[N:.*]] = arith.constant dense_resource<[[$NAME]]> : tensor<2x3xbf16>
// CHECK: %[[W:.*]] = arith.extf %[[N]]
// CHECK: tensor.extract %[[W]]
func.func @lookup(%i: index) -> tensor<3xf32> {
  %w = arith.constant dense<[[257.0, 2.0, 1.0e6], [3.0, 4.0, 5.0]]> : tensor<2x3xf32>
  %e = tensor.empty() : tensor<3xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(d) -> (d)>], iterator_types = ["parallel"]}
      outs(%e : tensor<3xf32>) {
  ^bb0(%out: f32):
    %d = linalg.index 0 : index
    %v = tensor.extract %w[%i, %d] : tensor<2x3xf32>
    linalg.yield %v : f32
  } -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// No weights: a table that is marked, a sum, and a matrix that is narrow already.

// CHECK-LABEL: func @kept
// CHECK-NOT: bf16
func.func @kept(%x: tensor<2x3xf32>, %h: tensor<4x2xf32>, %i: index) -> (tensor<2x3xf32>, tensor<3xf32>, tensor<4x3xf32>) {
  %w = arith.constant dense<[[1.0, 2.0, 3.0], [3.0, 4.0, 5.0]]> : tensor<2x3xf32>
  %t = arith.constant {rf8.keep} dense<[[1.0, 2.0, 3.5], [3.0, 4.0, 5.0]]> : tensor<2x3xf32>
  %n = arith.constant dense<[[1.0, 2.0, 4.5], [3.0, 4.0, 5.0]]> : tensor<2x3xf16>
  %0 = arith.addf %x, %w : tensor<2x3xf32>
  %e = tensor.empty() : tensor<3xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(d) -> (d)>], iterator_types = ["parallel"]}
      outs(%e : tensor<3xf32>) {
  ^bb0(%out: f32):
    %d = linalg.index 0 : index
    %v = tensor.extract %t[%i, %d] : tensor<2x3xf32>
    linalg.yield %v : f32
  } -> tensor<3xf32>
  %f = arith.extf %n : tensor<2x3xf16> to tensor<2x3xf32>
  %zero = arith.constant dense<0.0> : tensor<4x3xf32>
  %2 = linalg.matmul ins(%h, %f : tensor<4x2xf32>, tensor<2x3xf32>) outs(%zero : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0, %1, %2 : tensor<2x3xf32>, tensor<3xf32>, tensor<4x3xf32>
}
