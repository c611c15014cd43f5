// RUN: gg-opt %s -rf8-join-linear -gg-outline-weights -gg-bufferize | FileCheck %s

// The parts of a joined result are views of it: nothing is copied, neither where
// rows are taken apart into heads nor where two parts are multiplied.

#id = affine_map<(r, n) -> (r, n)>
#head = affine_map<(r, h, d) -> (r, h, d)>

// CHECK: gg.weight @weight offset 0 bytes 192 = dense_resource<a> : tensor<1x1x1x32xbf16>, dense_resource<b> : tensor<1x1x1x32xbf16>, dense_resource<c> : tensor<1x1x1x32xbf16>
// CHECK-LABEL: func @main
// CHECK-NOT: copy
// CHECK: %[[W:.*]] = gg.get_weight @weight : memref<3x1x1x32xbf16>
// CHECK-NOT: copy
// CHECK: %[[Y:.*]] = memref.alloc() {{.*}} : memref<8x48xf32>
// CHECK-NOT: {{copy|alloc}}
// CHECK: rf8.linear ins(%{{.*}}, %[[W]] : {{.*}}) outs(%[[Y]]
// CHECK-NOT: {{copy|alloc}}
// CHECK-DAG: %[[A:.*]] = memref.subview %[[Y]][0, 0] [8, 16] [1, 1]
// CHECK-DAG: %[[B:.*]] = memref.subview %[[Y]][0, 16] [8, 16] [1, 1]
// CHECK-DAG: %[[C:.*]] = memref.subview %[[Y]][0, 32] [8, 16] [1, 1]
// CHECK: linalg.generic {{.*}} ins(%[[A]], %[[B]] :
// CHECK-NOT: copy
// CHECK: %[[HEADS:.*]] = memref.expand_shape %[[C]]
// CHECK-NOT: copy
// CHECK: linalg.generic {{.*}} ins(%[[HEADS]] :
// CHECK-NOT: copy
func.func @main(%x: tensor<8x2xf32>) -> (tensor<8x16xf32>, tensor<8x2x8xf32>) attributes {gg.entry = "main"} {
  %a = arith.constant dense_resource<a> : tensor<1x1x1x32xbf16>
  %b = arith.constant dense_resource<b> : tensor<1x1x1x32xbf16>
  %c = arith.constant dense_resource<c> : tensor<1x1x1x32xbf16>
  %e = tensor.empty() : tensor<8x16xf32>
  %0 = rf8.linear ins(%x, %a : tensor<8x2xf32>, tensor<1x1x1x32xbf16>) outs(%e : tensor<8x16xf32>) -> tensor<8x16xf32>
  %1 = rf8.linear ins(%x, %b : tensor<8x2xf32>, tensor<1x1x1x32xbf16>) outs(%e : tensor<8x16xf32>) -> tensor<8x16xf32>
  %2 = rf8.linear ins(%x, %c : tensor<8x2xf32>, tensor<1x1x1x32xbf16>) outs(%e : tensor<8x16xf32>) -> tensor<8x16xf32>
  %p = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%0, %1 : tensor<8x16xf32>, tensor<8x16xf32>) outs(%e : tensor<8x16xf32>) {
  ^bb0(%l: f32, %r: f32, %o: f32):
    %m = arith.mulf %l, %r : f32
    linalg.yield %m : f32
  } -> tensor<8x16xf32>
  %h = tensor.expand_shape %2 [[0], [1, 2]] output_shape [8, 2, 8] : tensor<8x16xf32> into tensor<8x2x8xf32>
  %f = tensor.empty() : tensor<8x2x8xf32>
  %n = linalg.generic {indexing_maps = [#head, #head], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%h : tensor<8x2x8xf32>) outs(%f : tensor<8x2x8xf32>) {
  ^bb0(%i: f32, %o: f32):
    %m = arith.negf %i : f32
    linalg.yield %m : f32
  } -> tensor<8x2x8xf32>
  return %p, %n : tensor<8x16xf32>, tensor<8x2x8xf32>
}

{-#
  dialect_resources: {
    builtin: {
      a: "0x0200000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
      b: "0x0200000001010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101010101",
      c: "0x0200000002020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202020202"
    }
  }
#-}
