// RUN: gg-opt %s -rf8-quantize -split-input-file -verify-diagnostics | FileCheck %s
// RUN: gg-opt %s -rf8-quantize=lookups=bf16 -split-input-file -verify-diagnostics | FileCheck %s --check-prefix=LOOKUPS

// Each weight in the format that its attribute asks for.

// CHECK-LABEL: func @formats
// CHECK: rf8.dequantize {{.*}} : tensor<2x2x!rf8.e4r3>
// CHECK: rf8.dequantize {{.*}} : tensor<2x2x!rf8.e4r3d>
// CHECK: %[[N:.*]] = arith.constant dense_resource<rf8_narrow{{.*}}> : tensor<2x2xbf16>
// CHECK: %[[W:.*]] = arith.extf %[[N]] : tensor<2x2xbf16> to tensor<2x2xf32>
// CHECK: linalg.matmul ins(%{{.*}}, %[[W]] :
// CHECK: %[[H:.*]] = arith.constant {{.*}} tensor<2x2xf16>
// CHECK: %[[E:.*]] = arith.extf %[[H]]
// CHECK: linalg.matmul ins(%{{.*}}, %[[E]] :
func.func @formats(%x: tensor<4x2xf32>, %o: tensor<4x2xf32>) -> tensor<4x2xf32> {
  %a = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = linalg.matmul ins(%x, %a : tensor<4x2xf32>, tensor<2x2xf32>) outs(%o : tensor<4x2xf32>) -> tensor<4x2xf32>
  %b = arith.constant {rf8.format = "e4r3d"} dense<[[1.0, 2.0], [3.0, 5.0]]> : tensor<2x2xf32>
  %1 = linalg.matmul ins(%0, %b : tensor<4x2xf32>, tensor<2x2xf32>) outs(%o : tensor<4x2xf32>) -> tensor<4x2xf32>
  %c = arith.constant {rf8.format = "bf16"} dense<[[1.0, 2.0], [3.0, 6.0]]> : tensor<2x2xf32>
  %2 = linalg.matmul ins(%1, %c : tensor<4x2xf32>, tensor<2x2xf32>) outs(%o : tensor<4x2xf32>) -> tensor<4x2xf32>
  // Narrow already.
  %d = arith.constant {rf8.format = "bf16"} dense<[[1.0, 2.0], [3.0, 7.0]]> : tensor<2x2xf16>
  %e = arith.extf %d : tensor<2x2xf16> to tensor<2x2xf32>
  %3 = linalg.matmul ins(%2, %e : tensor<4x2xf32>, tensor<2x2xf32>) outs(%o : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %3 : tensor<4x2xf32>
}

// -----

// The look-ups of a tied embedding, apart from the head.

#map2 = affine_map<(i, j) -> (i)>
#map3 = affine_map<(i, j) -> (i, j)>

// CHECK-LABEL: func @tied
// CHECK: %[[T:.*]] = rf8.dequantize
// CHECK: tensor.extract %[[T]]
// LOOKUPS-LABEL: func @tied
// LOOKUPS: %[[N:.*]] = arith.constant dense_resource<rf8_narrow> : tensor<4x2xbf16>
// LOOKUPS: %[[T:.*]] = arith.extf %[[N]] : tensor<4x2xbf16> to tensor<4x2xf32>
// LOOKUPS: %[[V:.*]] = tensor.extract %[[T]]
// LOOKUPS: linalg.yield %[[V]] : f32
// LOOKUPS: rf8.dequantize {{.*}} granularity <channel(0)>
func.func @tied(%ids: tensor<3xindex>, %o: tensor<3x4xf32>) -> tensor<3x4xf32> {
  %w = arith.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]> : tensor<4x2xf32>
  %e = tensor.empty() : tensor<3x2xf32>
  %x = linalg.generic {indexing_maps = [#map2, #map3], iterator_types = ["parallel", "parallel"]}
      ins(%ids : tensor<3xindex>) outs(%e : tensor<3x2xf32>) {
  ^bb0(%id: index, %out: f32):
    %j = linalg.index 1 : index
    %v = tensor.extract %w[%id, %j] : tensor<4x2xf32>
    linalg.yield %v : f32
  } -> tensor<3x2xf32>
  %f = tensor.empty() : tensor<2x4xf32>
  %t = linalg.transpose ins(%w : tensor<4x2xf32>) outs(%f : tensor<2x4xf32>) permutation = [1, 0]
  %0 = linalg.matmul ins(%x, %t : tensor<3x2xf32>, tensor<2x4xf32>) outs(%o : tensor<3x4xf32>) -> tensor<3x4xf32>
  return %0 : tensor<3x4xf32>
}

// -----

func.func @unknown(%x: tensor<4x2xf32>, %o: tensor<4x2xf32>) -> tensor<4x2xf32> {
  // expected-error @+1 {{expected rf8.format to be "e4r3", "e4r3d" or "bf16" but got "int8"}}
  %w = arith.constant {rf8.format = "int8"} dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x2xf32>, tensor<2x2xf32>) outs(%o : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %0 : tensor<4x2xf32>
}

// -----

func.func @different(%x: tensor<4x2xf32>, %o: tensor<4x2xf32>) -> tensor<4x2xf32> {
  // expected-note @+1 {{its first use is of this constant}}
  %w = arith.constant {rf8.format = "bf16"} dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %0 = linalg.matmul ins(%x, %w : tensor<4x2xf32>, tensor<2x2xf32>) outs(%o : tensor<4x2xf32>) -> tensor<4x2xf32>
  // expected-error @+1 {{expected one rf8.format for all uses of a constant but got another}}
  %v = arith.constant {rf8.format = "e4r3d"} dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %1 = linalg.matmul ins(%0, %v : tensor<4x2xf32>, tensor<2x2xf32>) outs(%o : tensor<4x2xf32>) -> tensor<4x2xf32>
  return %1 : tensor<4x2xf32>
}
