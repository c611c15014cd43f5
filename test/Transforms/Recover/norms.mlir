// RUN: gg-opt %s -onnx-recover -split-input-file | FileCheck %s

// x * 1 / sqrt(mean(x^2) + eps), then the weights.
// CHECK-LABEL: func @rms_reciprocal
// CHECK-SAME: (%[[X:.*]]: tensor<?x4x8xf32>, %[[W:.*]]: tensor<8xf32>)
// CHECK-NEXT: %[[Y:.*]] = onnx.RMSNormalization(%[[X]], %[[W]]) :
// CHECK-NEXT: return %[[Y]]
func.func @rms_reciprocal(%x: tensor<?x4x8xf32>, %w: tensor<8xf32>)
    -> tensor<?x4x8xf32> {
  %two = onnx.Constant dense<2.0> : tensor<f32>
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %axes = onnx.Constant dense<-1> : tensor<1xi64>
  %0 = onnx.Pow(%x, %two)
      : (tensor<?x4x8xf32>, tensor<f32>) -> tensor<?x4x8xf32>
  %1 = onnx.ReduceMean(%0, %axes)
      : (tensor<?x4x8xf32>, tensor<1xi64>) -> tensor<?x4x1xf32>
  %2 = onnx.Add(%1, %eps)
      : (tensor<?x4x1xf32>, tensor<f32>) -> tensor<?x4x1xf32>
  %3 = onnx.Sqrt(%2) : (tensor<?x4x1xf32>) -> tensor<?x4x1xf32>
  %4 = onnx.Reciprocal(%3) : (tensor<?x4x1xf32>) -> tensor<?x4x1xf32>
  %5 = onnx.Mul(%x, %4)
      : (tensor<?x4x8xf32>, tensor<?x4x1xf32>) -> tensor<?x4x8xf32>
  %6 = onnx.Mul(%w, %5)
      : (tensor<8xf32>, tensor<?x4x8xf32>) -> tensor<?x4x8xf32>
  return %6 : tensor<?x4x8xf32>
}

// -----

// x / sqrt(eps + sum(x * x) / n), two dims normalized, no weights.
// CHECK-LABEL: func @rms_div
// CHECK: %[[ONES:.*]] = onnx.Constant dense<1.000000e+00> : tensor<4x8xf32>
// CHECK: onnx.RMSNormalization(%{{.*}}, %[[ONES]]) {axis = -2 : i64, epsilon = 9.99999997E-7 : f32}
func.func @rms_div(%x: tensor<2x4x8xf32>) -> tensor<2x4x8xf32> {
  %n = onnx.Constant dense<32.0> : tensor<f32>
  %eps = onnx.Constant dense<1.0e-6> : tensor<1xf32>
  %axes = onnx.Constant dense<[1, 2]> : tensor<2xi64>
  %0 = onnx.Mul(%x, %x)
      : (tensor<2x4x8xf32>, tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %1 = onnx.ReduceSum(%0, %axes)
      : (tensor<2x4x8xf32>, tensor<2xi64>) -> tensor<2x1x1xf32>
  %2 = onnx.Div(%1, %n) : (tensor<2x1x1xf32>, tensor<f32>) -> tensor<2x1x1xf32>
  %3 = onnx.Add(%eps, %2)
      : (tensor<1xf32>, tensor<2x1x1xf32>) -> tensor<2x1x1xf32>
  %4 = onnx.Sqrt(%3) : (tensor<2x1x1xf32>) -> tensor<2x1x1xf32>
  %5 = onnx.Div(%x, %4)
      : (tensor<2x4x8xf32>, tensor<2x1x1xf32>) -> tensor<2x4x8xf32>
  return %5 : tensor<2x4x8xf32>
}

// -----

// Half precision, widened around the norm; weights in half precision.
// CHECK-LABEL: func @rms_half
// CHECK-SAME: (%[[X:.*]]: tensor<2x8xf16>, %[[W:.*]]: tensor<8xf16>)
// CHECK-NEXT: %[[Y:.*]] = onnx.RMSNormalization(%[[X]], %[[W]]) : (tensor<2x8xf16>, tensor<8xf16>) -> tensor<2x8xf16>
// CHECK-NEXT: return %[[Y]]
func.func @rms_half(%x: tensor<2x8xf16>, %w: tensor<8xf16>) -> tensor<2x8xf16> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %exponent = onnx.Constant dense<-0.5> : tensor<f32>
  %axes = onnx.Constant dense<1> : tensor<1xi64>
  %0 = onnx.Cast(%x) {to = f32} : (tensor<2x8xf16>) -> tensor<2x8xf32>
  %1 = onnx.Mul(%0, %0) : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %2 = onnx.ReduceMean(%1, %axes)
      : (tensor<2x8xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %3 = onnx.Add(%2, %eps) : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %4 = onnx.Pow(%3, %exponent)
      : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %5 = onnx.Mul(%0, %4) : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %6 = onnx.Cast(%5) {to = f16} : (tensor<2x8xf32>) -> tensor<2x8xf16>
  %7 = onnx.Mul(%w, %6) : (tensor<8xf16>, tensor<2x8xf16>) -> tensor<2x8xf16>
  return %7 : tensor<2x8xf16>
}

// -----

// Gemma: the factor is 1 + w, in f32, and the result is narrowed last.
// CHECK-LABEL: func @rms_one_plus
// CHECK-SAME: (%[[X:.*]]: tensor<2x8xf16>, %[[W:.*]]: tensor<8xf32>)
// CHECK: %[[WIDE:.*]] = onnx.Cast(%[[X]]) {to = f32}
// CHECK: %[[SUM:.*]] = onnx.Add(%[[W]], %{{.*}})
// CHECK: %[[Y:.*]] = onnx.RMSNormalization(%[[WIDE]], %[[SUM]])
// CHECK: onnx.Cast(%[[Y]]) {to = f16}
func.func @rms_one_plus(%x: tensor<2x8xf16>, %w: tensor<8xf32>)
    -> tensor<2x8xf16> {
  %eps = onnx.Constant dense<1.0e-6> : tensor<f32>
  %one = onnx.Constant dense<1.0> : tensor<f32>
  %two = onnx.Constant dense<2> : tensor<i64>
  %axes = onnx.Constant dense<-1> : tensor<1xi64>
  %0 = onnx.Cast(%x) {to = f32} : (tensor<2x8xf16>) -> tensor<2x8xf32>
  %1 = onnx.Pow(%0, %two) : (tensor<2x8xf32>, tensor<i64>) -> tensor<2x8xf32>
  %2 = onnx.ReduceMean(%1, %axes)
      : (tensor<2x8xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %3 = onnx.Add(%2, %eps) : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %4 = onnx.Sqrt(%3) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %5 = onnx.Div(%one, %4) : (tensor<f32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %6 = onnx.Mul(%0, %5) : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %7 = onnx.Add(%w, %one) : (tensor<8xf32>, tensor<f32>) -> tensor<8xf32>
  %8 = onnx.Mul(%6, %7) : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  %9 = onnx.Cast(%8) {to = f16} : (tensor<2x8xf32>) -> tensor<2x8xf16>
  return %9 : tensor<2x8xf16>
}

// -----

// CHECK-LABEL: func @layer_norm
// CHECK-SAME: (%[[X:.*]]: tensor<2x8xf32>, %[[W:.*]]: tensor<8xf32>, %[[B:.*]]: tensor<8xf32>)
// CHECK-NEXT: %[[Y:.*]], %{{.*}}, %{{.*}} = onnx.LayerNormalization(%[[X]], %[[W]], %[[B]])
// CHECK-NEXT: return %[[Y]]
func.func @layer_norm(%x: tensor<2x8xf32>, %w: tensor<8xf32>, %b: tensor<8xf32>)
    -> tensor<2x8xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %two = onnx.Constant dense<2.0> : tensor<f32>
  %axes = onnx.Constant dense<-1> : tensor<1xi64>
  %mean = onnx.ReduceMean(%x, %axes)
      : (tensor<2x8xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %d = onnx.Sub(%x, %mean) : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  // Some exporters write the difference twice.
  %d2 = onnx.Sub(%x, %mean) : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %0 = onnx.Pow(%d2, %two) : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %1 = onnx.ReduceMean(%0, %axes)
      : (tensor<2x8xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %2 = onnx.Add(%1, %eps) : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %3 = onnx.Sqrt(%2) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %4 = onnx.Div(%d, %3) : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %5 = onnx.Mul(%4, %w) : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  %6 = onnx.Add(%5, %b) : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  return %6 : tensor<2x8xf32>
}

// -----

// A residual is no bias, even if its sizes would fit a smaller norm.
// CHECK-LABEL: func @residual
// CHECK: %[[Y:.*]], %{{.*}}, %{{.*}} = onnx.LayerNormalization(%{{.*}}, %{{.*}}, %{{.*}}) : (tensor<2x8xf32>, tensor<8xf32>, none)
// CHECK: onnx.Add(%[[Y]], %{{.*}})
func.func @residual(%x: tensor<2x8xf32>, %w: tensor<8xf32>, %r: tensor<2x8xf32>)
    -> tensor<2x8xf32> {
  %none = onnx.None : none
  %y, %m, %i = onnx.LayerNormalization(%x, %w, %none)
      : (tensor<2x8xf32>, tensor<8xf32>, none) -> (tensor<2x8xf32>, none, none)
  %z = onnx.Add(%y, %r)
      : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %z : tensor<2x8xf32>
}

// -----

// What is squared is not what is divided.
// CHECK-LABEL: func @other_operand
// CHECK-NOT: Normalization
func.func @other_operand(%x: tensor<2x8xf32>, %z: tensor<2x8xf32>)
    -> tensor<2x8xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %axes = onnx.Constant dense<-1> : tensor<1xi64>
  %0 = onnx.Mul(%z, %z) : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = onnx.ReduceMean(%0, %axes)
      : (tensor<2x8xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %2 = onnx.Add(%1, %eps) : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %3 = onnx.Sqrt(%2) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %4 = onnx.Div(%x, %3) : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  return %4 : tensor<2x8xf32>
}

// -----

// The mean is over the first dim.
// CHECK-LABEL: func @leading_axis
// CHECK-NOT: Normalization
func.func @leading_axis(%x: tensor<2x8xf32>) -> tensor<2x8xf32> {
  %eps = onnx.Constant dense<1.0e-5> : tensor<f32>
  %axes = onnx.Constant dense<0> : tensor<1xi64>
  %0 = onnx.Mul(%x, %x) : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = onnx.ReduceMean(%0, %axes)
      : (tensor<2x8xf32>, tensor<1xi64>) -> tensor<1x8xf32>
  %2 = onnx.Add(%1, %eps) : (tensor<1x8xf32>, tensor<f32>) -> tensor<1x8xf32>
  %3 = onnx.Sqrt(%2) : (tensor<1x8xf32>) -> tensor<1x8xf32>
  %4 = onnx.Div(%x, %3) : (tensor<2x8xf32>, tensor<1x8xf32>) -> tensor<2x8xf32>
  return %4 : tensor<2x8xf32>
}

// -----

// The epsilon is known only at run time; the cube is no square; a sum is no
// mean.
// CHECK-LABEL: func @look_alikes
// CHECK-NOT: Normalization
func.func @look_alikes(%x: tensor<2x8xf32>, %eps: tensor<f32>)
    -> (tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>) {
  %small = onnx.Constant dense<1.0e-5> : tensor<f32>
  %three = onnx.Constant dense<3.0> : tensor<f32>
  %two = onnx.Constant dense<2.0> : tensor<f32>
  %axes = onnx.Constant dense<-1> : tensor<1xi64>
  %a0 = onnx.Pow(%x, %two) : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %a1 = onnx.ReduceMean(%a0, %axes)
      : (tensor<2x8xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %a2 = onnx.Add(%a1, %eps) : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %a3 = onnx.Sqrt(%a2) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %a = onnx.Div(%x, %a3) : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %b0 = onnx.Pow(%x, %three) : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %b1 = onnx.ReduceMean(%b0, %axes)
      : (tensor<2x8xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %b2 = onnx.Add(%b1, %small) : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %b3 = onnx.Sqrt(%b2) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %b = onnx.Div(%x, %b3) : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  %c1 = onnx.ReduceSum(%a0, %axes)
      : (tensor<2x8xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %c2 = onnx.Add(%c1, %small) : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %c3 = onnx.Sqrt(%c2) : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %c = onnx.Div(%x, %c3) : (tensor<2x8xf32>, tensor<2x1xf32>) -> tensor<2x8xf32>
  return %a, %b, %c : tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>
}
