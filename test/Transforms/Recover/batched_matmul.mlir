// RUN: gg-opt %s -onnx-recover -split-input-file | FileCheck %s

// Batch and heads joined around both products, scores masked in between.
// CHECK-LABEL: func @joined
// CHECK: onnx.Attention(%arg0, %arg1, %arg2, %arg3, {{.*}}) {scale = 2.500000e-01 : f32}
// CHECK-NOT: onnx.MatMul
func.func @joined(
    %q: tensor<?x4x?x8xf32> {onnx.dims = ["b", "4", "s", "8"]},
    %k: tensor<?x4x?x8xf32> {onnx.dims = ["b", "4", "t", "8"]},
    %v: tensor<?x4x?x8xf32> {onnx.dims = ["b", "4", "t", "8"]},
    %m: tensor<?x1x?x?xf32> {onnx.dims = ["b", "1", "s", "t"]})
    -> tensor<?x4x?x8xf32> {
  %quarter = onnx.Constant dense<0.25> : tensor<f32>
  %lowest = onnx.Constant dense<-3.40282347E+38> : tensor<f32>
  %rest = onnx.Constant dense<-1> : tensor<1xi64>
  %four = onnx.Constant dense<4> : tensor<1xi64>
  %eight = onnx.Constant dense<8> : tensor<1xi64>
  %b = onnx.Shape(%q) {start = 0 : i64, end = 1 : i64}
      : (tensor<?x4x?x8xf32>) -> tensor<1xi64>
  %s = onnx.Shape(%q) {start = 2 : i64, end = 3 : i64}
      : (tensor<?x4x?x8xf32>) -> tensor<1xi64>
  %t = onnx.Shape(%k) {start = 2 : i64, end = 3 : i64}
      : (tensor<?x4x?x8xf32>) -> tensor<1xi64>
  %qs = onnx.Concat(%rest, %s, %eight) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %ks = onnx.Concat(%rest, %t, %eight) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %ps = onnx.Concat(%rest, %s, %t) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %ps4 = onnx.Concat(%b, %four, %s, %t) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>)
      -> tensor<4xi64>
  %ys4 = onnx.Concat(%b, %four, %s, %eight) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>)
      -> tensor<4xi64>
  %q3 = onnx.Reshape(%q, %qs)
      : (tensor<?x4x?x8xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %k3 = onnx.Reshape(%k, %ks)
      : (tensor<?x4x?x8xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %v3 = onnx.Reshape(%v, %ks)
      : (tensor<?x4x?x8xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %scaled = onnx.Mul(%q3, %quarter)
      : (tensor<?x?x8xf32>, tensor<f32>) -> tensor<?x?x8xf32>
  %kt = onnx.Transpose(%k3) {perm = array<i64: 0, 2, 1>}
      : (tensor<?x?x8xf32>) -> tensor<?x8x?xf32>
  %0 = onnx.MatMul(%scaled, %kt)
      : (tensor<?x?x8xf32>, tensor<?x8x?xf32>) -> tensor<?x?x?xf32>
  %1 = onnx.Reshape(%0, %ps4)
      : (tensor<?x?x?xf32>, tensor<4xi64>) -> tensor<?x4x?x?xf32>
  %2 = onnx.Add(%1, %m)
      : (tensor<?x4x?x?xf32>, tensor<?x1x?x?xf32>) -> tensor<?x4x?x?xf32>
  %3 = onnx.Max(%2, %lowest)
      : (tensor<?x4x?x?xf32>, tensor<f32>) -> tensor<?x4x?x?xf32>
  %4 = onnx.Softmax(%3) : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %5 = onnx.Reshape(%4, %ps)
      : (tensor<?x4x?x?xf32>, tensor<3xi64>) -> tensor<?x?x?xf32>
  %6 = onnx.MatMul(%5, %v3)
      : (tensor<?x?x?xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %y = onnx.Reshape(%6, %ys4)
      : (tensor<?x?x8xf32>, tensor<4xi64>) -> tensor<?x4x?x8xf32>
  return %y : tensor<?x4x?x8xf32>
}

// -----

// A bias of the joined heads and the softmax itself before the heads are parted
// (torch.baddbmm, as for ALiBi).
// CHECK-LABEL: func @biased
// CHECK: %[[BIAS:.*]] = onnx.Reshape(%arg3, {{.*}} -> tensor<?x4x1x?xf32>
// CHECK: onnx.Attention(%arg0, %arg1, %arg2, %[[BIAS]], {{.*}}) {scale = 2.500000e-01 : f32}
// CHECK-NOT: onnx.MatMul
func.func @biased(
    %q: tensor<?x4x?x8xf32> {onnx.dims = ["b", "4", "s", "8"]},
    %k: tensor<?x4x?x8xf32> {onnx.dims = ["b", "4", "t", "8"]},
    %v: tensor<?x4x?x8xf32> {onnx.dims = ["b", "4", "t", "8"]},
    %bias: tensor<?x1x?xf32> {onnx.dims = ["4*b", "1", "t"]})
    -> tensor<?x4x?x8xf32> {
  %quarter = onnx.Constant dense<0.25> : tensor<f32>
  %rest = onnx.Constant dense<-1> : tensor<1xi64>
  %four = onnx.Constant dense<4> : tensor<1xi64>
  %eight = onnx.Constant dense<8> : tensor<1xi64>
  %b = onnx.Shape(%q) {start = 0 : i64, end = 1 : i64}
      : (tensor<?x4x?x8xf32>) -> tensor<1xi64>
  %s = onnx.Shape(%q) {start = 2 : i64, end = 3 : i64}
      : (tensor<?x4x?x8xf32>) -> tensor<1xi64>
  %t = onnx.Shape(%k) {start = 2 : i64, end = 3 : i64}
      : (tensor<?x4x?x8xf32>) -> tensor<1xi64>
  %bh = onnx.Mul(%b, %four) : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  %qs = onnx.Concat(%bh, %s, %eight) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %ks = onnx.Concat(%bh, %t, %eight) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %ys4 = onnx.Concat(%b, %four, %s, %eight) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>)
      -> tensor<4xi64>
  %q3 = onnx.Reshape(%q, %qs)
      : (tensor<?x4x?x8xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %k3 = onnx.Reshape(%k, %ks)
      : (tensor<?x4x?x8xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %v3 = onnx.Reshape(%v, %ks)
      : (tensor<?x4x?x8xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %kt = onnx.Transpose(%k3) {perm = array<i64: 0, 2, 1>}
      : (tensor<?x?x8xf32>) -> tensor<?x8x?xf32>
  %0 = onnx.MatMul(%q3, %kt)
      : (tensor<?x?x8xf32>, tensor<?x8x?xf32>) -> tensor<?x?x?xf32>
  %1 = onnx.Mul(%0, %quarter)
      : (tensor<?x?x?xf32>, tensor<f32>) -> tensor<?x?x?xf32>
  %2 = onnx.Add(%1, %bias)
      : (tensor<?x?x?xf32>, tensor<?x1x?xf32>) -> tensor<?x?x?xf32>
  %3 = onnx.Softmax(%2) : (tensor<?x?x?xf32>) -> tensor<?x?x?xf32>
  %4 = onnx.MatMul(%3, %v3)
      : (tensor<?x?x?xf32>, tensor<?x?x8xf32>) -> tensor<?x?x8xf32>
  %y = onnx.Reshape(%4, %ys4)
      : (tensor<?x?x8xf32>, tensor<4xi64>) -> tensor<?x4x?x8xf32>
  return %y : tensor<?x4x?x8xf32>
}

// -----

// Parted into another number of heads than was joined.
// CHECK-LABEL: func @other_heads
// CHECK: onnx.MatMul(%{{.*}}, %{{.*}}) : (tensor<8x3x8xf32>, tensor<8x8x5xf32>)
func.func @other_heads(%a: tensor<2x4x3x8xf32>, %b: tensor<2x4x8x5xf32>)
    -> tensor<4x2x3x5xf32> {
  %as = onnx.Constant dense<[8, 3, 8]> : tensor<3xi64>
  %bs = onnx.Constant dense<[8, 8, 5]> : tensor<3xi64>
  %ys = onnx.Constant dense<[4, 2, 3, 5]> : tensor<4xi64>
  %0 = onnx.Reshape(%a, %as)
      : (tensor<2x4x3x8xf32>, tensor<3xi64>) -> tensor<8x3x8xf32>
  %1 = onnx.Reshape(%b, %bs)
      : (tensor<2x4x8x5xf32>, tensor<3xi64>) -> tensor<8x8x5xf32>
  %2 = onnx.MatMul(%0, %1)
      : (tensor<8x3x8xf32>, tensor<8x8x5xf32>) -> tensor<8x3x5xf32>
  %y = onnx.Reshape(%2, %ys)
      : (tensor<8x3x5xf32>, tensor<4xi64>) -> tensor<4x2x3x5xf32>
  return %y : tensor<4x2x3x5xf32>
}
