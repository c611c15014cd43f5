// RUN: gg-opt %s --split-input-file --onnx-recover | FileCheck %s

// CHECK-LABEL: func @last_dim(
// CHECK-SAME: %[[X:.+]]: tensor<2x?x4xf32>
func.func @last_dim(%x: tensor<2x?x4xf32>) -> tensor<2x?x4xf32> {
  // CHECK: %[[Y:.+]] = onnx.Softmax(%[[X]]) : (tensor<2x?x4xf32>) -> tensor<2x?x4xf32>
  // CHECK: return %[[Y]]
  %m = onnx.Flatten(%x) {axis = 2 : i64} : (tensor<2x?x4xf32>) -> tensor<?x4xf32>
  %s = onnx.Softmax(%m) : (tensor<?x4xf32>) -> tensor<?x4xf32>
  %d = onnx.Shape(%x) : (tensor<2x?x4xf32>) -> tensor<3xi64>
  %y = onnx.Reshape(%s, %d) {allowzero = 1 : i64} : (tensor<?x4xf32>, tensor<3xi64>) -> tensor<2x?x4xf32>
  return %y : tensor<2x?x4xf32>
}

// -----

// CHECK-LABEL: func @known_shape(
// CHECK-SAME: %[[X:.+]]: tensor<2x3x4xf32>
func.func @known_shape(%x: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  // CHECK: %[[Y:.+]] = onnx.LogSoftmax(%[[X]]) : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  // CHECK: return %[[Y]]
  %m = onnx.Flatten(%x) {axis = -1 : i64} : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
  %s = onnx.LogSoftmax(%m) {axis = 1 : i64} : (tensor<6x4xf32>) -> tensor<6x4xf32>
  %d = onnx.Constant dense<[2, 3, 4]> : tensor<3xi64>
  %y = onnx.Reshape(%s, %d) : (tensor<6x4xf32>, tensor<3xi64>) -> tensor<2x3x4xf32>
  return %y : tensor<2x3x4xf32>
}

// -----

// A row of several dims, another shape and columns are left as they are.

// CHECK-LABEL: func @others
// CHECK-COUNT-3: onnx.Flatten
func.func @others(%x: tensor<2x3x4xf32>)
    -> (tensor<2x3x4xf32>, tensor<3x2x4xf32>, tensor<2x3x4xf32>) {
  %d = onnx.Constant dense<[2, 3, 4]> : tensor<3xi64>
  %m1 = onnx.Flatten(%x) {axis = 1 : i64} : (tensor<2x3x4xf32>) -> tensor<2x12xf32>
  %s1 = onnx.Softmax(%m1) : (tensor<2x12xf32>) -> tensor<2x12xf32>
  %y1 = onnx.Reshape(%s1, %d) : (tensor<2x12xf32>, tensor<3xi64>) -> tensor<2x3x4xf32>
  %e = onnx.Constant dense<[3, 2, 4]> : tensor<3xi64>
  %m2 = onnx.Flatten(%x) {axis = 2 : i64} : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
  %s2 = onnx.Softmax(%m2) : (tensor<6x4xf32>) -> tensor<6x4xf32>
  %y2 = onnx.Reshape(%s2, %e) : (tensor<6x4xf32>, tensor<3xi64>) -> tensor<3x2x4xf32>
  %m3 = onnx.Flatten(%x) {axis = -1 : i64} : (tensor<2x3x4xf32>) -> tensor<6x4xf32>
  %s3 = onnx.Softmax(%m3) {axis = 0 : i64} : (tensor<6x4xf32>) -> tensor<6x4xf32>
  %y3 = onnx.Reshape(%s3, %d) : (tensor<6x4xf32>, tensor<3xi64>) -> tensor<2x3x4xf32>
  return %y1, %y2, %y3 : tensor<2x3x4xf32>, tensor<3x2x4xf32>, tensor<2x3x4xf32>
}
