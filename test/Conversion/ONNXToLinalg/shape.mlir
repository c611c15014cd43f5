// RUN: gg-opt %s -convert-onnx-to-linalg -canonicalize -cse | FileCheck %s

// CHECK-LABEL: func @split_heads
// CHECK-NOT:   cf.assert
// CHECK:       tensor.expand_shape %{{.*}} {{\[}}[0], [1], [2, 3]]
func.func @split_heads(%x: tensor<?x?x64xf32>) -> tensor<?x?x8x8xf32> {
  %s = onnx.Constant dense<[0, 0, 8, 8]> : tensor<4xi64>
  %0 = onnx.Reshape(%x, %s) : (tensor<?x?x64xf32>, tensor<4xi64>) -> tensor<?x?x8x8xf32>
  return %0 : tensor<?x?x8x8xf32>
}

// The sizes are followed through the shape arithmetic.
// CHECK-LABEL: func @computed_shape
// CHECK-NOT:   cf.assert
// CHECK:       tensor.collapse_shape %{{.*}} {{\[}}[0], [1], [2, 3]]
func.func @computed_shape(%x: tensor<?x?x8x8xf32>) -> tensor<?x?x64xf32> {
  %shape = onnx.Shape(%x) {end = 2 : i64} : (tensor<?x?x8x8xf32>) -> tensor<2xi64>
  %rest = onnx.Constant dense<-1> : tensor<1xi64>
  %s = onnx.Concat(%shape, %rest) {axis = 0 : i64} : (tensor<2xi64>, tensor<1xi64>) -> tensor<3xi64>
  %0 = onnx.Reshape(%x, %s) : (tensor<?x?x8x8xf32>, tensor<3xi64>) -> tensor<?x?x64xf32>
  return %0 : tensor<?x?x64xf32>
}

// CHECK-LABEL: func @run_time_shape
// CHECK:       cf.assert %{{.*}}, "onnx.Reshape: a negative dim"
// CHECK:       cf.assert %{{.*}}, "onnx.Reshape: the shape has another number of elements"
func.func @run_time_shape(%x: tensor<6xf32>, %s: tensor<2xi64>) -> tensor<?x?xf32> {
  %0 = onnx.Reshape(%x, %s) : (tensor<6xf32>, tensor<2xi64>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// CHECK-LABEL: func @unsqueeze
// CHECK:       tensor.expand_shape %{{.*}} {{\[}}[0], [1, 2]] output_shape [2, 1, 3]
func.func @unsqueeze(%x: tensor<2x3xf32>) -> tensor<2x1x3xf32> {
  %a = onnx.Constant dense<-2> : tensor<1xi64>
  %0 = onnx.Unsqueeze(%x, %a) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1x3xf32>
  return %0 : tensor<2x1x3xf32>
}

// CHECK-LABEL: func @squeeze
// CHECK:       cf.assert %{{.*}}, "onnx.Squeeze: expected a dim of size 1"
func.func @squeeze(%x: tensor<?x3xf32>) -> tensor<3xf32> {
  %a = onnx.Constant dense<0> : tensor<1xi64>
  %0 = onnx.Squeeze(%x, %a) : (tensor<?x3xf32>, tensor<1xi64>) -> tensor<3xf32>
  return %0 : tensor<3xf32>
}

// Moving dims of size 1 moves no element.
// CHECK-LABEL: func @step_transpose
// CHECK-NOT:   linalg
// CHECK:       tensor.expand_shape
// CHECK-NOT:   linalg
func.func @step_transpose(%x: tensor<2x1x8x16xf32>) -> tensor<2x8x1x16xf32> {
  %0 = onnx.Transpose(%x) {perm = array<i64: 0, 2, 1, 3>} : (tensor<2x1x8x16xf32>) -> tensor<2x8x1x16xf32>
  return %0 : tensor<2x8x1x16xf32>
}

// CHECK-LABEL: func @slice
// CHECK:       tensor.extract_slice %{{.*}}[1, 0] [2, 4] [1, 2]
func.func @slice(%x: tensor<4x8xf32>) -> tensor<2x4xf32> {
  %s = onnx.Constant dense<[1, 0]> : tensor<2xi64>
  %e = onnx.Constant dense<[-1, 9223372036854775807]> : tensor<2xi64>
  %a = onnx.Constant dense<[0, 1]> : tensor<2xi64>
  %t = onnx.Constant dense<[1, 2]> : tensor<2xi64>
  %0 = onnx.Slice(%x, %s, %e, %a, %t) : (tensor<4x8xf32>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<2x4xf32>
  %1 = onnx.Exp(%0) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  return %1 : tensor<2x4xf32>
}

// A result is contiguous.
// CHECK-LABEL: func @split
// CHECK-DAG:   tensor.extract_slice %{{.*}}[0, 0] [2, 3] [1, 1]
// CHECK-DAG:   tensor.extract_slice %{{.*}}[0, 3] [2, 2] [1, 1]
// CHECK:       bufferization.alloc_tensor() copy(
// CHECK:       bufferization.alloc_tensor() copy(
func.func @split(%x: tensor<2x5xf32>) -> (tensor<2x3xf32>, tensor<2x2xf32>) {
  %n = onnx.None : none
  %0:2 = onnx.Split(%x, %n) {axis = 1 : i64, num_outputs = 2 : i64} : (tensor<2x5xf32>, none) -> (tensor<2x3xf32>, tensor<2x2xf32>)
  return %0#0, %0#1 : tensor<2x3xf32>, tensor<2x2xf32>
}

// CHECK-LABEL: func @concat
// CHECK:       tensor.insert_slice %{{.*}} into %{{.*}}[0, 0] [2, 3] [1, 1]
// CHECK:       tensor.insert_slice %{{.*}} into %{{.*}}[0, 3] [2, 4] [1, 1]
func.func @concat(%a: tensor<2x3xf32>, %b: tensor<2x4xf32>) -> tensor<2x7xf32> {
  %0 = onnx.Concat(%a, %b) {axis = -1 : i64} : (tensor<2x3xf32>, tensor<2x4xf32>) -> tensor<2x7xf32>
  return %0 : tensor<2x7xf32>
}

// CHECK-LABEL: func @tile
// CHECK:       linalg.generic {{.*}} outs(%{{.*}} : tensor<2x3x4xf32>)
// CHECK-NOT:   tensor.extract %
// CHECK:       tensor.collapse_shape
func.func @tile(%x: tensor<3x4xf32>) -> tensor<6x4xf32> {
  %r = onnx.Constant dense<[2, 1]> : tensor<2xi64>
  %0 = onnx.Tile(%x, %r) : (tensor<3x4xf32>, tensor<2xi64>) -> tensor<6x4xf32>
  return %0 : tensor<6x4xf32>
}

// CHECK-LABEL: func @filled
// CHECK:       cf.assert %{{.*}}, "onnx.ConstantOfShape: expected a shape of 2 dims"
// CHECK:       cf.assert %{{.*}}, "onnx.ConstantOfShape: a negative dim"
// CHECK:       linalg.fill
func.func @filled(%s: tensor<?xi64>) -> tensor<?x?xf32> {
  %0 = onnx.ConstantOfShape(%s) : (tensor<?xi64>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}
