// RUN: gg-opt %s -gg-fuse-elementwise | FileCheck %s

#id = affine_map<(m, n) -> (m, n)>
#row = affine_map<(m, n) -> (m)>
#vec = affine_map<(m) -> (m)>

// CHECK-LABEL: func @chain
func.func @chain(%a: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %e = tensor.empty() : tensor<4x8xf32>
  // CHECK: linalg.generic
  // CHECK: arith.negf
  // CHECK: math.exp
  // CHECK-NOT: linalg.generic
  %0 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%x: f32, %y: f32):
    %n = arith.negf %x : f32
    linalg.yield %n : f32
  } -> tensor<4x8xf32>
  %1 = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%0 : tensor<4x8xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%x: f32, %y: f32):
    %n = math.exp %x : f32
    linalg.yield %n : f32
  } -> tensor<4x8xf32>
  return %1 : tensor<4x8xf32>
}

// A broadcast would compute exp eight times; of a conversion that is nothing.

// CHECK-LABEL: func @broadcast
func.func @broadcast(%a: tensor<4xf32>, %h: tensor<4xf16>) -> tensor<4x8xf32> {
  %v = tensor.empty() : tensor<4xf32>
  %e = tensor.empty() : tensor<4x8xf32>
  // CHECK: math.exp
  // CHECK: linalg.generic
  // CHECK: arith.extf
  // CHECK: arith.addf
  // CHECK-NOT: linalg.generic
  %0 = linalg.generic {indexing_maps = [#vec, #vec], iterator_types = ["parallel"]}
      ins(%a : tensor<4xf32>) outs(%v : tensor<4xf32>) {
  ^bb0(%x: f32, %y: f32):
    %n = math.exp %x : f32
    linalg.yield %n : f32
  } -> tensor<4xf32>
  %1 = linalg.generic {indexing_maps = [#vec, #vec], iterator_types = ["parallel"]}
      ins(%h : tensor<4xf16>) outs(%v : tensor<4xf32>) {
  ^bb0(%x: f16, %y: f32):
    %n = arith.extf %x : f16 to f32
    linalg.yield %n : f32
  } -> tensor<4xf32>
  %2 = linalg.generic {indexing_maps = [#row, #row, #id], iterator_types = ["parallel", "parallel"]}
      ins(%0, %1 : tensor<4xf32>, tensor<4xf32>) outs(%e : tensor<4x8xf32>) {
  ^bb0(%x: f32, %z: f32, %y: f32):
    %n = arith.addf %x, %z : f32
    linalg.yield %n : f32
  } -> tensor<4x8xf32>
  return %2 : tensor<4x8xf32>
}
