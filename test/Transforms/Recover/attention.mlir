// RUN: gg-opt %s -onnx-recover -split-input-file | FileCheck %s

// Scale on both operands, keys transposed through rank 3, a mask, and the guard
// against rows without keys.
// CHECK-LABEL: func @scaled_masked
// CHECK-SAME: (%[[Q:[^:]*]]: {{.*}}, %[[K:[^:]*]]: tensor<?x4x?x8xf32> {{.*}}, %[[V:[^:]*]]: tensor<?x4x?x8xf32> {{.*}}, %[[M:[^:]*]]: tensor<?x1x?x?xf32>
// CHECK-NEXT: %[[NONE:.*]] = onnx.None
// CHECK-NEXT: %[[Y:.*]], %{{.*}}, %{{.*}}, %{{.*}} = onnx.Attention(%[[Q]], %[[K]], %[[V]], %[[M]], %[[NONE]], %[[NONE]], %[[NONE]]) {scale = 2.500000e-01 : f32}
// CHECK-NEXT: return %[[Y]]
func.func @scaled_masked(
    %q: tensor<?x4x?x8xf32> {onnx.dims = ["b", "4", "s", "8"]},
    %k: tensor<?x4x?x8xf32> {onnx.dims = ["b", "4", "t", "8"]},
    %v: tensor<?x4x?x8xf32> {onnx.dims = ["b", "4", "t", "8"]},
    %m: tensor<?x1x?x?xf32> {onnx.dims = ["b", "1", "s", "t"]})
    -> tensor<?x4x?x8xf32> {
  %zero = onnx.Constant dense<0.0> : tensor<f32>
  %root = onnx.Constant dense<0.5> : tensor<f32>
  %rest = onnx.Constant dense<-1> : tensor<1xi64>
  %s = onnx.Shape(%k) {start = 0 : i64, end = 2 : i64}
      : (tensor<?x4x?x8xf32>) -> tensor<2xi64>
  %t = onnx.Shape(%k) {start = 2 : i64, end = 3 : i64}
      : (tensor<?x4x?x8xf32>) -> tensor<1xi64>
  %d = onnx.Shape(%k) {start = 3 : i64} : (tensor<?x4x?x8xf32>) -> tensor<1xi64>
  %s3 = onnx.Concat(%rest, %t, %d) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<3xi64>
  %s4 = onnx.Concat(%s, %d, %t) {axis = 0 : i64}
      : (tensor<2xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4xi64>
  %k3 = onnx.Reshape(%k, %s3)
      : (tensor<?x4x?x8xf32>, tensor<3xi64>) -> tensor<?x?x8xf32>
  %kt3 = onnx.Transpose(%k3) {perm = array<i64: 0, 2, 1>}
      : (tensor<?x?x8xf32>) -> tensor<?x8x?xf32>
  %kt = onnx.Reshape(%kt3, %s4)
      : (tensor<?x8x?xf32>, tensor<4xi64>) -> tensor<?x4x8x?xf32>
  %qs = onnx.Mul(%q, %root)
      : (tensor<?x4x?x8xf32>, tensor<f32>) -> tensor<?x4x?x8xf32>
  %ks = onnx.Mul(%kt, %root)
      : (tensor<?x4x8x?xf32>, tensor<f32>) -> tensor<?x4x8x?xf32>
  %0 = onnx.MatMul(%qs, %ks)
      : (tensor<?x4x?x8xf32>, tensor<?x4x8x?xf32>) -> tensor<?x4x?x?xf32>
  %1 = onnx.Add(%0, %m)
      : (tensor<?x4x?x?xf32>, tensor<?x1x?x?xf32>) -> tensor<?x4x?x?xf32>
  %2 = onnx.Softmax(%1) : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %3 = onnx.IsNaN(%2) : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xi1>
  %4 = onnx.Where(%3, %zero, %2)
      : (tensor<?x4x?x?xi1>, tensor<f32>, tensor<?x4x?x?xf32>)
      -> tensor<?x4x?x?xf32>
  %y = onnx.MatMul(%4, %v)
      : (tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  return %y : tensor<?x4x?x8xf32>
}

// -----

// Softmax in f32 of half-precision scores; scores divided; a condition instead
// of a mask; a soft cap below it.
// CHECK-LABEL: func @capped_half
// CHECK: %[[MASK:.*]] = onnx.Where(%arg3, %{{.*}}, %{{.*}}) : (tensor<1x1x3x5xi1>, tensor<f32>, tensor<f32>) -> tensor<1x1x3x5xf32>
// CHECK: %[[HALF:.*]] = onnx.Cast(%[[MASK]]) {to = f16}
// CHECK: onnx.Attention(%arg0, %{{.*}}, %arg2, %[[HALF]], {{.*}}) {scale = 2.500000e-01 : f32, softcap = 5.000000e+01 : f32}
func.func @capped_half(%q: tensor<2x4x3x8xf16>, %kt: tensor<2x4x8x5xf16>,
                       %v: tensor<2x4x5x8xf16>, %keep: tensor<1x1x3x5xi1>)
    -> tensor<2x4x3x8xf16> {
  %four = onnx.Constant dense<4.0> : tensor<f16>
  %cap = onnx.Constant dense<50.0> : tensor<f32>
  %low = onnx.Constant dense<-3.40282347E+38> : tensor<f32>
  %0 = onnx.MatMul(%q, %kt)
      : (tensor<2x4x3x8xf16>, tensor<2x4x8x5xf16>) -> tensor<2x4x3x5xf16>
  %1 = onnx.Div(%0, %four)
      : (tensor<2x4x3x5xf16>, tensor<f16>) -> tensor<2x4x3x5xf16>
  %2 = onnx.Cast(%1) {to = f32} : (tensor<2x4x3x5xf16>) -> tensor<2x4x3x5xf32>
  %3 = onnx.Div(%2, %cap)
      : (tensor<2x4x3x5xf32>, tensor<f32>) -> tensor<2x4x3x5xf32>
  %4 = onnx.Tanh(%3) : (tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32>
  %5 = onnx.Mul(%4, %cap)
      : (tensor<2x4x3x5xf32>, tensor<f32>) -> tensor<2x4x3x5xf32>
  %6 = onnx.Where(%keep, %5, %low)
      : (tensor<1x1x3x5xi1>, tensor<2x4x3x5xf32>, tensor<f32>)
      -> tensor<2x4x3x5xf32>
  %7 = onnx.Softmax(%6) {axis = 3 : i64}
      : (tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32>
  %8 = onnx.Cast(%7) {to = f16} : (tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf16>
  %y = onnx.MatMul(%8, %v)
      : (tensor<2x4x3x5xf16>, tensor<2x4x5x8xf16>) -> tensor<2x4x3x8xf16>
  return %y : tensor<2x4x3x8xf16>
}

// -----

// One key head for all, by broadcasting; two masks, of which one is scaled
// with the scores.
// CHECK-LABEL: func @broadcast_heads
// CHECK: %[[SCALED:.*]] = onnx.Mul(%arg4, %{{.*}})
// CHECK: %[[MASK:.*]] = onnx.Add(%arg3, %[[SCALED]])
// CHECK: onnx.Attention(%arg0, %arg1, %arg2, %[[MASK]], {{.*}}) {scale = 5.000000e-01 : f32} : (tensor<2x4x3x8xf32>, tensor<2x1x5x8xf32>, tensor<2x1x5x8xf32>
func.func @broadcast_heads(%q: tensor<2x4x3x8xf32>, %k: tensor<2x1x5x8xf32>,
                           %v: tensor<2x1x5x8xf32>, %m: tensor<3x5xf32>,
                           %alibi: tensor<1x4x1x5xf32>)
    -> tensor<2x4x3x8xf32> {
  %half = onnx.Constant dense<0.5> : tensor<f32>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>}
      : (tensor<2x1x5x8xf32>) -> tensor<2x1x8x5xf32>
  %0 = onnx.MatMul(%q, %kt)
      : (tensor<2x4x3x8xf32>, tensor<2x1x8x5xf32>) -> tensor<2x4x3x5xf32>
  %1 = onnx.Add(%0, %alibi)
      : (tensor<2x4x3x5xf32>, tensor<1x4x1x5xf32>) -> tensor<2x4x3x5xf32>
  %2 = onnx.Mul(%half, %1)
      : (tensor<f32>, tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32>
  %3 = onnx.Add(%m, %2)
      : (tensor<3x5xf32>, tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32>
  %4 = onnx.Softmax(%3) : (tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32>
  %y = onnx.MatMul(%4, %v)
      : (tensor<2x4x3x5xf32>, tensor<2x1x5x8xf32>) -> tensor<2x4x3x8xf32>
  return %y : tensor<2x4x3x8xf32>
}

// -----

// Softmax over the queries; a cap above the mask; a fill that hides nothing.
// CHECK-LABEL: func @look_alikes
// CHECK-NOT: onnx.Attention
func.func @look_alikes(%q: tensor<2x4x3x8xf32>, %kt: tensor<2x4x8x5xf32>,
                       %v: tensor<2x4x5x8xf32>, %keep: tensor<3x5xi1>,
                       %m: tensor<3x5xf32>)
    -> (tensor<2x4x3x8xf32>, tensor<2x4x3x8xf32>, tensor<2x4x3x8xf32>) {
  %cap = onnx.Constant dense<50.0> : tensor<f32>
  %fill = onnx.Constant dense<-100.0> : tensor<f32>
  %0 = onnx.MatMul(%q, %kt)
      : (tensor<2x4x3x8xf32>, tensor<2x4x8x5xf32>) -> tensor<2x4x3x5xf32>
  %a0 = onnx.Softmax(%0) {axis = 2 : i64}
      : (tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32>
  %a = onnx.MatMul(%a0, %v)
      : (tensor<2x4x3x5xf32>, tensor<2x4x5x8xf32>) -> tensor<2x4x3x8xf32>
  %b0 = onnx.Add(%0, %m)
      : (tensor<2x4x3x5xf32>, tensor<3x5xf32>) -> tensor<2x4x3x5xf32>
  %b1 = onnx.Div(%b0, %cap)
      : (tensor<2x4x3x5xf32>, tensor<f32>) -> tensor<2x4x3x5xf32>
  %b2 = onnx.Tanh(%b1) : (tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32>
  %b3 = onnx.Mul(%b2, %cap)
      : (tensor<2x4x3x5xf32>, tensor<f32>) -> tensor<2x4x3x5xf32>
  %b4 = onnx.Softmax(%b3) : (tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32>
  %b = onnx.MatMul(%b4, %v)
      : (tensor<2x4x3x5xf32>, tensor<2x4x5x8xf32>) -> tensor<2x4x3x8xf32>
  %c0 = onnx.Where(%keep, %0, %fill)
      : (tensor<3x5xi1>, tensor<2x4x3x5xf32>, tensor<f32>)
      -> tensor<2x4x3x5xf32>
  %c1 = onnx.Softmax(%c0) : (tensor<2x4x3x5xf32>) -> tensor<2x4x3x5xf32>
  %c = onnx.MatMul(%c1, %v)
      : (tensor<2x4x3x5xf32>, tensor<2x4x5x8xf32>) -> tensor<2x4x3x8xf32>
  return %a, %b, %c
      : tensor<2x4x3x8xf32>, tensor<2x4x3x8xf32>, tensor<2x4x3x8xf32>
}

// -----

// Two batch sizes of which nothing is known.
// CHECK-LABEL: func @unknown_batch
// CHECK-NOT: onnx.Attention
func.func @unknown_batch(%q: tensor<?x4x3x8xf32>, %kt: tensor<?x4x8x5xf32>,
                         %v: tensor<?x4x5x8xf32>) -> tensor<?x4x3x8xf32> {
  %0 = onnx.MatMul(%q, %kt)
      : (tensor<?x4x3x8xf32>, tensor<?x4x8x5xf32>) -> tensor<?x4x3x5xf32>
  %1 = onnx.Softmax(%0) : (tensor<?x4x3x5xf32>) -> tensor<?x4x3x5xf32>
  %y = onnx.MatMul(%1, %v)
      : (tensor<?x4x3x5xf32>, tensor<?x4x5x8xf32>) -> tensor<?x4x3x8xf32>
  return %y : tensor<?x4x3x8xf32>
}

// -----

// The mask is cut off a constant: that it reaches every key, and no more, only
// the run knows. Attention hides what a mask does not reach.
// CHECK-LABEL: func @cut_mask
// CHECK: %[[T:.*]] = onnx.Shape(%arg1) {end = 3 : i64, start = 2 : i64}
// CHECK: %[[CUT:.*]] = onnx.Slice(
// CHECK: %[[MASK:.*]] = onnx.Where(%[[CUT]],
// CHECK: %[[SHAPE:.*]] = onnx.Concat(%{{.*}}, %{{.*}}, %{{.*}}, %[[T]])
// CHECK: %[[ALL:.*]] = onnx.Expand(%[[MASK]], %[[SHAPE]]) {{.*}} -> tensor<1x1x?x?xf32>
// CHECK: onnx.Attention(%arg0, %arg1, %arg2, %[[ALL]],
func.func @cut_mask(
    %q: tensor<?x4x?x8xf32> {onnx.dims = ["b", "4", "s", "8"]},
    %k: tensor<?x4x?x8xf32> {onnx.dims = ["b", "4", "t", "8"]},
    %v: tensor<?x4x?x8xf32> {onnx.dims = ["b", "4", "t", "8"]})
    -> tensor<?x4x?x8xf32> {
  %none = onnx.None : none
  %tril = onnx.Constant dense<true> : tensor<1x1x16x16xi1>
  %lowest = onnx.Constant dense<-3.40282347E+38> : tensor<f32>
  %starts = onnx.Constant dense<0> : tensor<2xi64>
  %axes = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %s = onnx.Shape(%q) {start = 2 : i64, end = 3 : i64}
      : (tensor<?x4x?x8xf32>) -> tensor<1xi64>
  %t = onnx.Shape(%k) {start = 2 : i64, end = 3 : i64}
      : (tensor<?x4x?x8xf32>) -> tensor<1xi64>
  %ends = onnx.Concat(%s, %t) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %cut = onnx.Slice(%tril, %starts, %ends, %axes, %none)
      : (tensor<1x1x16x16xi1>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>,
         none) -> tensor<1x1x?x?xi1>
  %kt = onnx.Transpose(%k) {perm = array<i64: 0, 1, 3, 2>}
      : (tensor<?x4x?x8xf32>) -> tensor<?x4x8x?xf32>
  %0 = onnx.MatMul(%q, %kt)
      : (tensor<?x4x?x8xf32>, tensor<?x4x8x?xf32>) -> tensor<?x4x?x?xf32>
  %1 = onnx.Where(%cut, %0, %lowest)
      : (tensor<1x1x?x?xi1>, tensor<?x4x?x?xf32>, tensor<f32>)
      -> tensor<?x4x?x?xf32>
  %2 = onnx.Softmax(%1) : (tensor<?x4x?x?xf32>) -> tensor<?x4x?x?xf32>
  %y = onnx.MatMul(%2, %v)
      : (tensor<?x4x?x?xf32>, tensor<?x4x?x8xf32>) -> tensor<?x4x?x8xf32>
  return %y : tensor<?x4x?x8xf32>
}

// -----

// A mask of another number of heads, or of batch rows, changes the scores'
// shape.
// CHECK-LABEL: func @other_rows
// CHECK-NOT: onnx.Attention
func.func @other_rows(
    %q: tensor<1x4x3x8xf32>, %kt: tensor<1x4x8x5xf32>, %v: tensor<1x4x5x8xf32>,
    %m: tensor<?x1x3x5xf32>) -> tensor<?x4x3x8xf32> {
  %0 = onnx.MatMul(%q, %kt)
      : (tensor<1x4x3x8xf32>, tensor<1x4x8x5xf32>) -> tensor<1x4x3x5xf32>
  %1 = onnx.Add(%0, %m)
      : (tensor<1x4x3x5xf32>, tensor<?x1x3x5xf32>) -> tensor<?x4x3x5xf32>
  %2 = onnx.Softmax(%1) : (tensor<?x4x3x5xf32>) -> tensor<?x4x3x5xf32>
  %y = onnx.MatMul(%2, %v)
      : (tensor<?x4x3x5xf32>, tensor<1x4x5x8xf32>) -> tensor<?x4x3x8xf32>
  return %y : tensor<?x4x3x8xf32>
}
