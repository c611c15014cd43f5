// RUN: gg-opt %s -convert-onnx-to-linalg -canonicalize -cse | FileCheck %s

// CHECK-DAG: #[[$MK_MKN:.*]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-DAG: #[[$KN_MKN:.*]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// CHECK-DAG: #[[$MN_MKN:.*]] = affine_map<(d0, d1, d2) -> (d0, d2)>

// The innermost loop runs along the rows of the weight.
// CHECK-LABEL: func @weight
// CHECK-DAG:   %[[W:.*]] = arith.constant dense_resource<w> : tensor<4x2xf32>
// CHECK-DAG:   %[[X:.*]] = tensor.collapse_shape %{{.*}} {{\[}}[0, 1], [2]] : tensor<1x?x4xf32> into tensor<?x4xf32>
// CHECK:       linalg.generic {indexing_maps = [#[[$MK_MKN]], #[[$KN_MKN]], #[[$MN_MKN]]],
// CHECK-SAME:    iterator_types = ["parallel", "reduction", "parallel"]}
// CHECK-SAME:    ins(%[[X]], %[[W]]
// CHECK:       tensor.expand_shape
func.func @weight(%x: tensor<1x?x4xf32>) -> tensor<1x?x2xf32> {
  %w = onnx.Constant dense_resource<w> : tensor<4x2xf32>
  %0 = onnx.MatMul(%x, %w) : (tensor<1x?x4xf32>, tensor<4x2xf32>) -> tensor<1x?x2xf32>
  return %0 : tensor<1x?x2xf32>
}

// A transposed and widened constant is used as it is stored.
// CHECK-LABEL: func @stored_weight
// CHECK-DAG:   %[[W:.*]] = arith.constant dense_resource<h> : tensor<2x4xf16>
// CHECK:       linalg.generic {indexing_maps = [#[[$MN_MKN]], #[[$KN_MKN]], #[[$MK_MKN]]],
// CHECK-SAME:    iterator_types = ["parallel", "parallel", "reduction"]}
// CHECK-SAME:    ins(%{{.*}}, %[[W]]
// CHECK:         arith.extf %{{.*}} : f16 to f32
// CHECK-NOT:   linalg.generic
func.func @stored_weight(%x: tensor<3x4xf32>) -> tensor<3x2xf32> {
  %w = onnx.Constant dense_resource<h> : tensor<2x4xf16>
  %c = onnx.Cast(%w) {to = f32} : (tensor<2x4xf16>) -> tensor<2x4xf32>
  %t = onnx.Transpose(%c) : (tensor<2x4xf32>) -> tensor<4x2xf32>
  %0 = onnx.MatMul(%x, %t) : (tensor<3x4xf32>, tensor<4x2xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// Half precision is summed up in f32.
// CHECK-LABEL: func @half
// CHECK:         arith.addf %{{.*}} : f32
// CHECK:         arith.truncf %{{.*}} : f32 to f16
func.func @half(%a: tensor<3x4xf16>, %b: tensor<4x2xf16>) -> tensor<3x2xf16> {
  %0 = onnx.MatMul(%a, %b) : (tensor<3x4xf16>, tensor<4x2xf16>) -> tensor<3x2xf16>
  return %0 : tensor<3x2xf16>
}

// CHECK-LABEL: func @batches
// CHECK:         iterator_types = ["parallel", "parallel", "parallel", "reduction", "parallel"]
// CHECK-SAME:    outs(%{{.*}} : tensor<2x5x3x2xf32>)
func.func @batches(%a: tensor<2x1x3x4xf32>, %b: tensor<5x4x2xf32>) -> tensor<2x5x3x2xf32> {
  %0 = onnx.MatMul(%a, %b) : (tensor<2x1x3x4xf32>, tensor<5x4x2xf32>) -> tensor<2x5x3x2xf32>
  return %0 : tensor<2x5x3x2xf32>
}

// CHECK-LABEL: func @gemm
// CHECK:         iterator_types = ["parallel", "parallel", "reduction"]
// CHECK:         arith.mulf
// CHECK:         arith.addf
// CHECK:       linalg.generic
// CHECK:         %[[TWICE:.*]] = arith.mulf %{{.*}}, %cst
// CHECK:         arith.addf %[[TWICE]], %{{.*}}
func.func @gemm(%a: tensor<3x4xf32>, %b: tensor<5x4xf32>, %c: tensor<5xf32>) -> tensor<3x5xf32> {
  %0 = onnx.Gemm(%a, %b, %c) {alpha = 2.0 : f32, transB = 1 : i64} : (tensor<3x4xf32>, tensor<5x4xf32>, tensor<5xf32>) -> tensor<3x5xf32>
  return %0 : tensor<3x5xf32>
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000803F0000803F0000803F0000803F0000803F0000803F0000803F0000803F",
      h: "0x04000000003C003C003C003C003C003C003C003C"
    }
  }
#-}
