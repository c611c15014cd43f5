// RUN: gg-opt %s -gg-relax-reductions | FileCheck %s

// CHECK-LABEL: func @dot
func.func @dot(%a: tensor<8xf32>, %b: tensor<8xf32>, %c: tensor<f32>) -> tensor<f32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(k) -> (k)>, affine_map<(k) -> (k)>, affine_map<(k) -> ()>],
                       iterator_types = ["reduction"]}
      ins(%a, %b : tensor<8xf32>, tensor<8xf32>) outs(%c : tensor<f32>) {
  ^bb0(%x: f32, %y: f32, %z: f32):
    // CHECK: arith.addf %{{.*}}, %{{.*}} : f32
    %s = arith.addf %x, %y : f32
    // CHECK: arith.mulf %{{.*}}, %{{.*}} fastmath<contract> : f32
    %p = arith.mulf %s, %y : f32
    // CHECK: arith.addf %{{.*}}, %{{.*}} fastmath<reassoc,contract> : f32
    %t = arith.addf %z, %p : f32
    linalg.yield %t : f32
  } -> tensor<f32>
  return %0 : tensor<f32>
}
