// RUN: gg-opt %s -convert-onnx-to-linalg -canonicalize -cse | FileCheck %s

// CHECK-LABEL: func @mean
// CHECK:       linalg.generic {{.*}} iterator_types = ["parallel", "reduction", "parallel"]
// CHECK:         arith.addf
// CHECK:         arith.divf %{{.*}}, %cst
// CHECK:       tensor.expand_shape
func.func @mean(%x: tensor<2x4x3xf32>) -> tensor<2x1x3xf32> {
  %a = onnx.Constant dense<1> : tensor<1xi64>
  %0 = onnx.ReduceMean(%x, %a) : (tensor<2x4x3xf32>, tensor<1xi64>) -> tensor<2x1x3xf32>
  return %0 : tensor<2x1x3xf32>
}

// The maximum of nothing is minus infinity.
// CHECK-LABEL: func @max
// CHECK:       %[[LOW:.*]] = arith.constant 0xFF800000 : f32
// CHECK:       linalg.fill ins(%[[LOW]]
// CHECK:         arith.maximumf
func.func @max(%x: tensor<2x?xf32>) -> tensor<2xf32> {
  %a = onnx.Constant dense<1> : tensor<1xi64>
  %0 = onnx.ReduceMax(%x, %a) {keepdims = 0 : i64} : (tensor<2x?xf32>, tensor<1xi64>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}

// Axes that only the run knows: each dim has two loops.
// CHECK-LABEL: func @run_time_axes
// CHECK:       cf.assert %{{.*}}, "onnx.ReduceSum: an axis out of range"
// CHECK:       iterator_types = ["parallel", "parallel", "reduction", "reduction"]
func.func @run_time_axes(%x: tensor<2x3xf32>, %a: tensor<1xi64>) -> tensor<?x?xf32> {
  %0 = onnx.ReduceSum(%x, %a) : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// CHECK-LABEL: func @softmax
// CHECK:         arith.maximumf
// CHECK:         arith.subf
// CHECK:         math.exp
// CHECK:         arith.addf
// CHECK:         arith.divf
func.func @softmax(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %0 = onnx.Softmax(%x) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func @rms
// CHECK:         arith.mulf
// CHECK:         arith.addf
// CHECK:         math.sqrt
// CHECK-NOT:     arith.subf
func.func @rms(%x: tensor<2x8xf32>, %s: tensor<8xf32>) -> tensor<2x8xf32> {
  %0 = onnx.RMSNormalization(%x, %s) : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  return %0 : tensor<2x8xf32>
}

// CHECK-LABEL: func @argmax
// CHECK:       linalg.generic {{.*}} outs(%{{.*}}, %{{.*}} : tensor<2xf32>, tensor<2xi64>)
func.func @argmax(%x: tensor<2x8xf32>) -> tensor<2xi64> {
  %0 = onnx.ArgMax(%x) {axis = 1 : i64, keepdims = 0 : i64} : (tensor<2x8xf32>) -> tensor<2xi64>
  return %0 : tensor<2xi64>
}
