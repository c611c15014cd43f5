// RUN: gg-opt %s -rf8-quantize="rounding=greedy scale=tensor-pow2" -canonicalize | FileCheck %s

// The one scale of a tensor folds into the look-up, so it is no resource. The
// largest weight is 8: the smallest power of two under which it is at most
// 15/8 is 8.

// CHECK-LABEL: func @lookup
// CHECK: %[[S:.*]] = arith.constant 8.000000e+00 : f32
// CHECK: %[[V:.*]] = rf8.decode %{{.*}} : !rf8.e4r3 to f32
// CHECK: arith.mulf %[[V]], %[[S]]
func.func @lookup(%i: index, %e: tensor<2xf32>) -> tensor<2xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]> : tensor<4x2xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(j) -> (j)>], iterator_types = ["parallel"]}
      outs(%e : tensor<2xf32>) {
  ^bb0(%out: f32):
    %j = linalg.index 0 : index
    %v = tensor.extract %w[%i, %j] : tensor<4x2xf32>
    linalg.yield %v : f32
  } -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
