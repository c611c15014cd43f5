// RUN: gg-opt %s -rf8-quantize -rf8-fuse-linear="min-elements=1 blocks=1" -split-input-file | FileCheck %s

// CHECK-LABEL: func @matmul
// CHECK-SAME: (%[[X:.*]]: tensor<?x2xf32>
// CHECK: %[[W:.*]] = arith.constant dense_resource<rf8_packed> : tensor<1x1x1x64x!rf8.e4r3>
// CHECK: %[[S:.*]] = arith.constant dense_resource<rf8_packed_scales> : tensor<16xf32>
// CHECK: %[[E:.*]] = tensor.empty(%{{.*}}) : tensor<?x3xf32>
// CHECK: %[[R:.*]] = rf8.linear ins(%[[X]], %[[W]] : tensor<?x2xf32>, tensor<1x1x1x64x!rf8.e4r3>) scales(%[[S]] : tensor<16xf32>) outs(%[[E]] : tensor<?x3xf32>) -> tensor<?x3xf32>
// CHECK: return %[[R]]
func.func @matmul(%x: tensor<?x2xf32>, %o: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %w = arith.constant dense<[[1.875, 0.0, -3.75], [-1.0, 0.0, 2.0]]> : tensor<2x3xf32>
  %zero = arith.constant 0.0 : f32
  %f = linalg.fill ins(%zero : f32) outs(%o : tensor<?x3xf32>) -> tensor<?x3xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<?x2xf32>, tensor<2x3xf32>) outs(%f : tensor<?x3xf32>) -> tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}

// Outputs 0, 1, 2 with steps 0 and 1: bytes 0..5 of the block.
// CHECK: rf8_packed: "0x400000007EF80000FE7800
// CHECK: rf8_packed_scales: "0x400000000000803F0000803F0000004000000000

// -----

// Rows of more dimensions are collapsed; what is accumulated on is added.

#x = affine_map<(b, s, n, k) -> (b, s, k)>
#w = affine_map<(b, s, n, k) -> (n, k)>
#y = affine_map<(b, s, n, k) -> (b, s, n)>

// CHECK-LABEL: func @batched
// CHECK-SAME: (%[[X:.*]]: tensor<4x?x2xf32>, %[[O:.*]]: tensor<4x?x3xf32>)
// CHECK: %[[C:.*]] = tensor.collapse_shape %[[X]] {{\[\[}}0, 1], [2]] : tensor<4x?x2xf32> into tensor<?x2xf32>
// CHECK: %[[L:.*]] = rf8.linear ins(%[[C]]
// CHECK: %[[R:.*]] = tensor.expand_shape %[[L]] {{\[\[}}0, 1], [2]] output_shape [4, %{{.*}}, 3] : tensor<?x3xf32> into tensor<4x?x3xf32>
// CHECK: linalg.add ins(%[[R]], %[[O]] :
func.func @batched(%x: tensor<4x?x2xf32>, %o: tensor<4x?x3xf32>) -> tensor<4x?x3xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %0 = linalg.generic {indexing_maps = [#x, #w, #y], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<4x?x2xf32>, tensor<3x2xf32>) outs(%o : tensor<4x?x3xf32>) {
  ^bb0(%a: f32, %b: f32, %c: f32):
    %1 = arith.mulf %a, %b : f32
    %2 = arith.addf %c, %1 : f32
    linalg.yield %2 : f32
  } -> tensor<4x?x3xf32>
  return %0 : tensor<4x?x3xf32>
}

// -----

// The weight on the left: input and result are transposed.

// CHECK-LABEL: func @left
// CHECK: linalg.transpose ins(%{{.*}} : tensor<2x5xf32>) outs(%{{.*}} : tensor<5x2xf32>) permutation = [1, 0]
// CHECK: %[[L:.*]] = rf8.linear
// CHECK: linalg.transpose ins(%[[L]] : tensor<5x3xf32>) outs(%{{.*}} : tensor<3x5xf32>) permutation = [1, 0]
func.func @left(%x: tensor<2x5xf32>, %o: tensor<3x5xf32>) -> tensor<3x5xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %zero = arith.constant dense<0.0> : tensor<3x5xf32>
  %0 = linalg.matmul ins(%w, %x : tensor<3x2xf32>, tensor<2x5xf32>) outs(%zero : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}

// -----

// CHECK-LABEL: func @vector
// CHECK: tensor.expand_shape %{{.*}} {{\[\[}}0, 1]] output_shape [1, 2]
// CHECK: rf8.linear
// CHECK: tensor.collapse_shape %{{.*}} {{\[\[}}0, 1]]
func.func @vector(%x: tensor<2xf32>) -> tensor<3xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %zero = arith.constant dense<0.0> : tensor<3xf32>
  %0 = linalg.matvec ins(%w, %x : tensor<3x2xf32>, tensor<2xf32>) outs(%zero : tensor<3xf32>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// -----

// A tied embedding: the look-up reads what the head multiplies by.

// CHECK-LABEL: func @tied
// CHECK-SAME: (%[[X:.*]]: tensor<1x2xf32>, %[[I:.*]]: index, %[[J:.*]]: index,
// CHECK: %[[W:.*]] = arith.constant dense_resource<[[NAME:rf8_packed.*]]> : tensor<1x1x1x64x!rf8.e4r3>
// CHECK: %[[U:.*]] = rf8.unpack %[[W]] layout <panel(1)> : tensor<1x1x1x64x!rf8.e4r3> -> tensor<3x2x!rf8.e4r3>
// CHECK: %[[S:.*]] = arith.constant dense_resource<{{.*}}> : tensor<16xf32>
// CHECK: dense_resource<[[NAME]]> : tensor<1x1x1x64x!rf8.e4r3>
// CHECK: rf8.linear
// CHECK: %[[CODE:.*]] = tensor.extract %[[U]][%[[I]], %[[J]]]
// CHECK: %[[SCALE:.*]] = tensor.extract %[[S]][%[[I]]]
// CHECK: %[[VALUE:.*]] = rf8.decode %[[CODE]] : !rf8.e4r3 to f32
// CHECK: arith.mulf %[[VALUE]], %[[SCALE]]
#rows = affine_map<(i) -> (i)>
func.func @tied(%x: tensor<1x2xf32>, %i: index, %j: index, %r: tensor<1xf32>) -> (tensor<1x3xf32>, tensor<1xf32>) {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %te = tensor.empty() : tensor<2x3xf32>
  %t = linalg.transpose ins(%w : tensor<3x2xf32>) outs(%te : tensor<2x3xf32>) permutation = [1, 0]
  %zero = arith.constant dense<0.0> : tensor<1x3xf32>
  %0 = linalg.matmul ins(%x, %t : tensor<1x2xf32>, tensor<2x3xf32>) outs(%zero : tensor<1x3xf32>) -> tensor<1x3xf32>
  %1 = linalg.generic {indexing_maps = [#rows], iterator_types = ["parallel"]} outs(%r : tensor<1xf32>) {
  ^bb0(%old: f32):
    %v = tensor.extract %w[%i, %j] : tensor<3x2xf32>
    linalg.yield %v : f32
  } -> tensor<1xf32>
  return %0, %1 : tensor<1x3xf32>, tensor<1xf32>
}
