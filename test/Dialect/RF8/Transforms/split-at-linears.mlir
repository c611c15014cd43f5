// RUN: gg-opt %s -rf8-split-at-linears -split-input-file | FileCheck %s

// Two layers that are alike share a segment; a weight is an argument, packed
// from either orientation, and so is the parameter. The function calls them.

// CHECK-LABEL: func @layers(
// CHECK-SAME: %[[X:.*]]: tensor<4x8xf32>
// CHECK-DAG: %[[W0:.*]] = arith.constant dense_resource<w0> : tensor<8x16xf32>
// CHECK-DAG: %[[W1:.*]] = arith.constant dense_resource<w1> : tensor<8x16xf32>
// CHECK-DAG: %[[V0:.*]] = arith.constant dense_resource<v0> : tensor<8x16xbf16>
// CHECK-DAG: %[[V1:.*]] = arith.constant dense_resource<v1> : tensor<8x16xbf16>
// CHECK-DAG: %[[B0:.*]] = arith.constant dense<[{{.*}}, 7.000000e+00]> : tensor<8xf32>
// CHECK-DAG: %[[B1:.*]] = arith.constant dense<[{{.*}}, 8.000000e+00]> : tensor<8xf32>
// CHECK-NOT: linalg.generic
// CHECK: %[[H0:.*]] = call @layers_0(%[[X]], %[[B0]]) : (tensor<4x8xf32>, tensor<8xf32>) -> tensor<4x8xf32>
// CHECK: linalg.transpose ins(%[[W0]] : tensor<8x16xf32>) {{.*}} permutation = [1, 0]
// CHECK: %[[P0:.*]] = rf8.pack %{{.*}} layout <panel(2)> : tensor<16x8xf32> -> tensor<1x8x2x16xf32>
// CHECK: %[[Y0:.*]] = call @layers_1(%[[H0]], %[[P0]])
// CHECK: %[[E0:.*]] = arith.extf %[[V0]] : tensor<8x16xbf16> to tensor<8x16xf32>
// CHECK: %[[Q0:.*]] = rf8.pack %[[E0]] layout <panel(2)> : tensor<8x16xf32> -> tensor<1x16x2x16xf32>
// CHECK: %[[H1:.*]] = call @layers_2(%[[Y0]], %[[Q0]], %[[B1]])
// CHECK: %[[Y1:.*]] = call @layers_1(%[[H1]], %{{.*}})
// CHECK: %[[R:.*]] = call @layers_4(%[[Y1]], %{{.*}})
// CHECK: return %[[R]]
func.func @layers(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %zero = arith.constant 0.0 : f32
  %w0 = arith.constant dense_resource<w0> : tensor<8x16xf32>
  %w1 = arith.constant dense_resource<w1> : tensor<8x16xf32>
  %v0 = arith.constant dense_resource<v0> : tensor<8x16xbf16>
  %v1 = arith.constant dense_resource<v1> : tensor<8x16xbf16>
  %b0 = arith.constant dense<[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]> : tensor<8xf32>
  %b1 = arith.constant dense<[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]> : tensor<8xf32>
  %e8 = tensor.empty() : tensor<4x8xf32>
  %z8 = linalg.fill ins(%zero : f32) outs(%e8 : tensor<4x8xf32>) -> tensor<4x8xf32>
  %e16 = tensor.empty() : tensor<4x16xf32>
  %z16 = linalg.fill ins(%zero : f32) outs(%e16 : tensor<4x16xf32>) -> tensor<4x16xf32>
  %wide0 = arith.extf %v0 : tensor<8x16xbf16> to tensor<8x16xf32>
  %wide1 = arith.extf %v1 : tensor<8x16xbf16> to tensor<8x16xf32>

  %h0 = linalg.add ins(%x, %x : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e8 : tensor<4x8xf32>) -> tensor<4x8xf32>
  %s0 = linalg.broadcast ins(%b0 : tensor<8xf32>) outs(%e8 : tensor<4x8xf32>) dimensions = [0]
  %n0 = linalg.mul ins(%h0, %s0 : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e8 : tensor<4x8xf32>) -> tensor<4x8xf32>
  %y0 = linalg.matmul ins(%n0, %w0 : tensor<4x8xf32>, tensor<8x16xf32>) outs(%z16 : tensor<4x16xf32>) -> tensor<4x16xf32>
  %a0 = linalg.exp ins(%y0 : tensor<4x16xf32>) outs(%e16 : tensor<4x16xf32>) -> tensor<4x16xf32>
  %o0 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      ins(%a0, %wide0 : tensor<4x16xf32>, tensor<8x16xf32>) outs(%z8 : tensor<4x8xf32>) -> tensor<4x8xf32>

  %s1 = linalg.broadcast ins(%b1 : tensor<8xf32>) outs(%e8 : tensor<4x8xf32>) dimensions = [0]
  %n1 = linalg.mul ins(%o0, %s1 : tensor<4x8xf32>, tensor<4x8xf32>) outs(%e8 : tensor<4x8xf32>) -> tensor<4x8xf32>
  %y1 = linalg.matmul ins(%n1, %w1 : tensor<4x8xf32>, tensor<8x16xf32>) outs(%z16 : tensor<4x16xf32>) -> tensor<4x16xf32>
  %a1 = linalg.exp ins(%y1 : tensor<4x16xf32>) outs(%e16 : tensor<4x16xf32>) -> tensor<4x16xf32>
  %o1 = linalg.matmul indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>]
      ins(%a1, %wide1 : tensor<4x16xf32>, tensor<8x16xf32>) outs(%z8 : tensor<4x8xf32>) -> tensor<4x8xf32>
  return %o1 : tensor<4x8xf32>
}

// CHECK: func private @layers_0(
// CHECK: func private @layers_1(%[[IN:.*]]: tensor<4x8xf32>, %[[P:.*]]: tensor<1x8x2x16xf32> {rf8.input = 0 : i64}) -> tensor<4x16xf32>
// CHECK: %[[M:.*]] = rf8.unpack %[[P]] layout <panel(2)> : tensor<1x8x2x16xf32> -> tensor<16x8xf32>
// CHECK: %[[T:.*]] = linalg.transpose ins(%[[M]] : tensor<16x8xf32>)
// CHECK: linalg.matmul ins(%[[IN]], %[[T]]
// CHECK: linalg.exp
// CHECK: func private @layers_2(%{{.*}}: tensor<4x16xf32>, %{{.*}}: tensor<1x16x2x16xf32> {rf8.input = 0 : i64}, %{{.*}}: tensor<8xf32>)
// CHECK-NOT: @layers_3
// CHECK: func private @layers_4(

// -----

// Linears of one input are in one segment; a value that is read later is handed
// on, a number that is no tensor is computed again, and a check stays where it
// was. What `rf8.keep` marks, and a look-up, is no linear.

// CHECK-LABEL: func @shared(
// CHECK: %[[A:.*]]:2 = call @shared_0(%arg0, %{{.*}})
// CHECK: %[[B:.*]] = call @shared_1(%[[A]]#0, %{{.*}}, %{{.*}}, %[[A]]#1, %arg0)
// CHECK: return %[[B]]
func.func @shared(%i: tensor<1xi64>) -> tensor<4x4xf32> {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %table = arith.constant {rf8.keep} dense_resource<t> : tensor<4x4xf32>
  %w = arith.constant dense_resource<w> : tensor<4x4xf32>
  %v = arith.constant dense_resource<v> : tensor<4x4xf32>
  %e = tensor.empty() : tensor<4x4xf32>
  %z = linalg.fill ins(%zero : f32) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
  %n = tensor.extract %i[%c0] : tensor<1xi64>
  %at = arith.index_cast %n : i64 to index
  %inside = arith.cmpi ult, %at, %c4 : index
  cf.assert %inside, "beyond the table"
  %x = linalg.generic {indexing_maps = [affine_map<(a, b) -> (a, b)>], iterator_types = ["parallel", "parallel"]}
      outs(%e : tensor<4x4xf32>) {
  ^bb0(%out: f32):
    %b = linalg.index 1 : index
    %value = tensor.extract %table[%at, %b] : tensor<4x4xf32>
    linalg.yield %value : f32
  } -> tensor<4x4xf32>
  %k = linalg.matmul ins(%x, %table : tensor<4x4xf32>, tensor<4x4xf32>) outs(%z : tensor<4x4xf32>) -> tensor<4x4xf32>
  %0 = linalg.matmul ins(%k, %w : tensor<4x4xf32>, tensor<4x4xf32>) outs(%z : tensor<4x4xf32>) -> tensor<4x4xf32>
  %1 = linalg.matmul ins(%k, %v : tensor<4x4xf32>, tensor<4x4xf32>) outs(%z : tensor<4x4xf32>) -> tensor<4x4xf32>
  %p = linalg.mul ins(%0, %1 : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) -> tensor<4x4xf32>
  %wide = arith.sitofp %n : i64 to f32
  %s = linalg.generic {indexing_maps = [affine_map<(a, b) -> (a, b)>, affine_map<(a, b) -> (a, b)>, affine_map<(a, b) -> (a, b)>], iterator_types = ["parallel", "parallel"]}
      ins(%p, %x : tensor<4x4xf32>, tensor<4x4xf32>) outs(%e : tensor<4x4xf32>) {
  ^bb0(%in: f32, %more: f32, %out: f32):
    %sum = arith.addf %in, %more : f32
    %scaled = arith.mulf %sum, %wide : f32
    linalg.yield %scaled : f32
  } -> tensor<4x4xf32>
  return %s : tensor<4x4xf32>
}

// CHECK: func private @shared_0(%{{.*}}: tensor<1xi64>, %{{.*}}: tensor<4x4xf32>) -> (tensor<4x4xf32>, tensor<4x4xf32>)
// CHECK: cf.assert
// CHECK: func private @shared_1(%{{.*}}: tensor<4x4xf32>, %{{.*}}: tensor<1x4x2x16xf32> {rf8.input = 0 : i64}, %{{.*}}: tensor<1x4x2x16xf32> {rf8.input = 0 : i64}
// CHECK: arith.sitofp
