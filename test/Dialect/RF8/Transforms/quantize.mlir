// RUN: gg-opt %s -rf8-quantize -split-input-file | FileCheck %s
// RUN: gg-opt %s -rf8-quantize="format=e4r3d scale=group:4" -split-input-file | FileCheck %s --check-prefix=GROUP

// [steps, outputs]: a scale per column.

// CHECK-LABEL: func @matmul
// CHECK: %[[C:.*]] = arith.constant dense_resource<rf8_codes> : tensor<2x3x!rf8.e4r3>
// CHECK: %[[S:.*]] = arith.constant dense_resource<rf8_scales> : tensor<3xf32>
// CHECK: %[[D:.*]] = rf8.dequantize %[[C]], %[[S]] granularity <channel(1)> : tensor<2x3x!rf8.e4r3>, tensor<3xf32> -> tensor<2x3xf32>
// CHECK: linalg.matmul ins(%{{.*}}, %[[D]] :
// GROUP-LABEL: func @matmul
// GROUP: granularity <group(0, 4)> : tensor<2x3x!rf8.e4r3d>, tensor<1x3xf32> -> tensor<2x3xf32>
func.func @matmul(%x: tensor<4x2xf32>, %o: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %w = arith.constant dense<[[1.875, 0.0, -3.75], [-1.0, 0.0, 2.0]]> : tensor<2x3xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x2xf32>, tensor<2x3xf32>) outs(%o : tensor<4x3xf32>) -> tensor<4x3xf32>
  return %0 : tensor<4x3xf32>
}

// Columns 1.875 -1 | 0 0 (scale 1) | -3.75 2 (scale 2): codes 7E F8 | 00 00 | FE 78.
// CHECK: rf8_codes: "0x400000007E00FEF80078"
// CHECK: rf8_scales: "0x400000000000803F0000803F00000040"

// -----

// The weight on the left, f16, transposed and widened on the way.

#id = affine_map<(i, j) -> (i, j)>
#swap = affine_map<(i, j) -> (j, i)>

// CHECK-LABEL: func @left
// CHECK: %[[D:.*]] = rf8.dequantize %{{.*}} granularity <channel(1)> : tensor<2x3x!rf8.e4r3>, tensor<3xf32> -> tensor<2x3xf32>
// CHECK: %[[T:.*]] = linalg.transpose ins(%[[D]] : tensor<2x3xf32>)
// CHECK: linalg.matmul ins(%[[T]], %{{.*}} :
func.func @left(%x: tensor<2x5xf32>, %o: tensor<3x5xf32>) -> tensor<3x5xf32> {
  %w = arith.constant dense<[[1.875, 0.5, -3.75], [-1.0, 1.0, 2.0]]> : tensor<2x3xf16>
  %e = tensor.empty() : tensor<3x2xf32>
  %t = linalg.generic {indexing_maps = [#swap, #id], iterator_types = ["parallel", "parallel"]}
      ins(%w : tensor<2x3xf16>) outs(%e : tensor<3x2xf32>) {
  ^bb0(%a: f16, %b: f32):
    %1 = arith.extf %a : f16 to f32
    linalg.yield %1 : f32
  } -> tensor<3x2xf32>
  %0 = linalg.matmul ins(%t, %x : tensor<3x2xf32>, tensor<2x5xf32>) outs(%o : tensor<3x5xf32>) -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}

// -----

// A tied embedding in two functions: one constant of codes, a scale per row.

#map = affine_map<(i) -> (i)>
#map2 = affine_map<(i, j) -> (i)>
#map3 = affine_map<(i, j) -> (i, j)>

// CHECK-LABEL: func @lookup
// CHECK: %[[C:.*]] = arith.constant dense_resource<rf8_codes> : tensor<4x2x!rf8.e4r3>
// CHECK: %[[D:.*]] = rf8.dequantize %[[C]], %{{.*}} granularity <channel(0)>
// CHECK: tensor.extract %[[D]]
func.func @lookup(%ids: tensor<3xindex>) -> tensor<3x2xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]> : tensor<4x2xf32>
  %e = tensor.empty() : tensor<3x2xf32>
  %0 = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<3xindex>) outs(%e : tensor<3x2xf32>) {
  ^bb0(%id: index, %out: f32):
    %j = linalg.index 1 : index
    %v = tensor.extract %w[%id, %j] : tensor<4x2xf32>
    linalg.yield %v : f32
  } -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// CHECK-LABEL: func @head
// CHECK: arith.constant dense_resource<rf8_codes> : tensor<4x2x!rf8.e4r3>
// CHECK: rf8.dequantize %{{.*}} granularity <channel(0)>
// CHECK: linalg.transpose
func.func @head(%x: tensor<3x2xf32>, %o: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]> : tensor<4x2xf32>
  %e = tensor.empty() : tensor<2x4xf32>
  %t = linalg.transpose ins(%w : tensor<4x2xf32>) outs(%e : tensor<2x4xf32>) permutation = [1, 0]
  %0 = linalg.matmul ins(%x, %t : tensor<3x2xf32>, tensor<2x4xf32>) outs(%o : tensor<3x4xf32>) -> tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}
// CHECK-NOT: rf8_codes_1

// -----

// Neither multiplied by nor looked up, or to be kept: as it was.

// CHECK-LABEL: func @others
// CHECK-NOT: rf8.dequantize
func.func @others(%x: tensor<2x2xf32>, %i: index) -> (tensor<2x2xf32>, tensor<2x2xf32>) {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %k = arith.constant {rf8.keep} dense<[[1.0, 2.0], [3.0, 5.0]]> : tensor<2x2xf32>
  %0 = arith.addf %x, %w : tensor<2x2xf32>
  %1 = linalg.matmul ins(%x, %k : tensor<2x2xf32>, tensor<2x2xf32>) outs(%0 : tensor<2x2xf32>) -> tensor<2x2xf32>
  return %0, %1 : tensor<2x2xf32>, tensor<2x2xf32>
}

// -----

// Narrow weights that are widened where they are used are dequantized to f32.

#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (n, k)>
#c = affine_map<(m, n, k) -> (m, n)>

// CHECK-LABEL: func @widened
// CHECK: %[[D:.*]] = rf8.dequantize %{{.*}} -> tensor<3x2xf32>
// CHECK: linalg.generic {{.*}} ins(%{{.*}}, %[[D]] : tensor<4x2xf32>, tensor<3x2xf32>)
// CHECK-NEXT: ^bb0(%{{.*}}: f32, %[[W:.*]]: f32, %{{.*}}: f32):
// CHECK-NOT: arith.extf
// CHECK: arith.mulf %{{.*}}, %[[W]]
// CHECK: %[[E:.*]] = rf8.dequantize %{{.*}} -> tensor<3x2xf32>
// CHECK: %[[V:.*]] = tensor.extract %[[E]]
// CHECK-NOT: arith.extf
// CHECK: linalg.yield %[[V]]
func.func @widened(%x: tensor<4x2xf32>, %o: tensor<4x3xf32>, %e: tensor<2xf32>, %i: index)
    -> (tensor<4x3xf32>, tensor<2xf32>) {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf16>
  %0 = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<4x2xf32>, tensor<3x2xf16>) outs(%o : tensor<4x3xf32>) {
  ^bb0(%p: f32, %q: f16, %r: f32):
    %2 = arith.extf %q : f16 to f32
    %3 = arith.mulf %p, %2 : f32
    %4 = arith.addf %r, %3 : f32
    linalg.yield %4 : f32
  } -> tensor<4x3xf32>
  %t = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 7.0]]> : tensor<3x2xf16>
  %1 = linalg.generic {indexing_maps = [affine_map<(j) -> (j)>], iterator_types = ["parallel"]}
      outs(%e : tensor<2xf32>) {
  ^bb0(%out: f32):
    %j = linalg.index 0 : index
    %v = tensor.extract %t[%i, %j] : tensor<3x2xf16>
    %f = arith.extf %v : f16 to f32
    linalg.yield %f : f32
  } -> tensor<2xf32>
  return %0, %1 : tensor<4x3xf32>, tensor<2xf32>
}

// -----

// An embedding that is stored as the head's transpose: a scale per word, and
// the look-up reads what is stored.

// CHECK-LABEL: func @transposed_lookup
// CHECK-SAME: (%[[I:.*]]: index,
// CHECK: %[[D:.*]] = rf8.dequantize %{{.*}} granularity <channel(1)> : tensor<2x4x!rf8.e4r3>, tensor<4xf32> -> tensor<2x4xf32>
// CHECK: %[[J:.*]] = linalg.index 0
// CHECK: tensor.extract %[[D]][%[[J]], %[[I]]]
func.func @transposed_lookup(%i: index, %e: tensor<2xf32>) -> tensor<2xf32> {
  %w = arith.constant dense<[[1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 7.0, 8.0]]> : tensor<2x4xf32>
  %te = tensor.empty() : tensor<4x2xf32>
  %t = linalg.transpose ins(%w : tensor<2x4xf32>) outs(%te : tensor<4x2xf32>) permutation = [1, 0]
  %0 = linalg.generic {indexing_maps = [affine_map<(j) -> (j)>], iterator_types = ["parallel"]}
      outs(%e : tensor<2xf32>) {
  ^bb0(%out: f32):
    %j = linalg.index 0 : index
    %v = tensor.extract %t[%i, %j] : tensor<4x2xf32>
    linalg.yield %v : f32
  } -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
