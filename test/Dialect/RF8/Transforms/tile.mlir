// RUN: gg-opt %s -transform-interpreter -canonicalize -cse | FileCheck %s

// A tile is a number of whole panels, here of 32 outputs.

// CHECK-LABEL: func @linear
// CHECK: scf.for %[[P:[a-z0-9]+]] =
// CHECK: %[[N:.*]] = affine.apply #{{.*}}(%[[P]])
// CHECK-DAG: tensor.extract_slice %{{.*}}[%[[P]], 0, 0, 0] [2, 2, 2, 64] [1, 1, 1, 1]
// CHECK-DAG: tensor.extract_slice %{{.*}}[%[[N]]] [64] [1]
// CHECK-DAG: tensor.extract_slice %{{.*}}[0, %[[N]]] [3, 64] [1, 1]
// CHECK: rf8.linear ins({{.*}} : tensor<3x6xf32>, tensor<2x2x2x64x!rf8.e4r3>) scales({{.*}} : tensor<64xf32>) outs({{.*}} : tensor<3x64xf32>) -> tensor<3x64xf32>
func.func @linear(%x: tensor<3x6xf32>, %w: tensor<4x2x2x64x!rf8.e4r3>, %s: tensor<128xf32>) -> tensor<3x128xf32> {
  %e = tensor.empty() : tensor<3x128xf32>
  %0 = rf8.linear ins(%x, %w : tensor<3x6xf32>, tensor<4x2x2x64x!rf8.e4r3>)
                  scales(%s : tensor<128xf32>) outs(%e : tensor<3x128xf32>) -> tensor<3x128xf32>
  return %0 : tensor<3x128xf32>
}

module attributes {transform.with_named_sequence} {
  transform.named_sequence @__transform_main(%root: !transform.any_op {transform.readonly}) {
    %0 = transform.structured.match ops{["rf8.linear"]} in %root : (!transform.any_op) -> !transform.any_op
    %1, %2 = transform.structured.tile_using_for %0 tile_sizes [0, 2] : (!transform.any_op) -> (!transform.any_op, !transform.any_op)
    transform.yield
  }
}
