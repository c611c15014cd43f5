// RUN: gg-opt %s -onnx-recover -split-input-file | FileCheck %s

// CHECK-LABEL: func @swish
// CHECK-NEXT: %[[A:.*]] = onnx.Swish(%arg0)
// CHECK-NEXT: %[[B:.*]] = onnx.Swish(%arg0) {alpha = 1.702000e+00 : f32}
// CHECK-NEXT: return %[[A]], %[[B]]
func.func @swish(%x: tensor<2x8xf32>) -> (tensor<2x8xf32>, tensor<2x8xf32>) {
  %alpha = onnx.Constant dense<1.702> : tensor<f32>
  %s = onnx.Sigmoid(%x) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %a = onnx.Mul(%s, %x) : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %0 = onnx.Mul(%alpha, %x) : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %1 = onnx.Sigmoid(%0) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %b = onnx.Mul(%x, %1) : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %a, %b : tensor<2x8xf32>, tensor<2x8xf32>
}

// -----

// (x * 0.5) * (1 + erf(x / sqrt(2))), and 0.5 * (x * (erf(x * 0.7071) + 1)).
// CHECK-LABEL: func @gelu_erf
// CHECK-NEXT: %[[A:.*]] = onnx.Gelu(%arg0) :
// CHECK-NEXT: return %[[A]], %[[A]]
func.func @gelu_erf(%x: tensor<2x8xf32>) -> (tensor<2x8xf32>, tensor<2x8xf32>) {
  %half = onnx.Constant dense<0.5> : tensor<f32>
  %one = onnx.Constant dense<1.0> : tensor<f32>
  %root = onnx.Constant dense<1.41421354> : tensor<f32>
  %inverse = onnx.Constant dense<0.707106769> : tensor<1xf32>
  %a0 = onnx.Mul(%x, %half) : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %a1 = onnx.Div(%x, %root) : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %a2 = onnx.Erf(%a1) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %a3 = onnx.Add(%one, %a2) : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %a = onnx.Mul(%a0, %a3) : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %b0 = onnx.Mul(%x, %inverse)
      : (tensor<2x8xf32>, tensor<1xf32>) -> tensor<2x8xf32>
  %b1 = onnx.Erf(%b0) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %b2 = onnx.Add(%b1, %one) : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %b3 = onnx.Mul(%x, %b2) : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %b = onnx.Mul(%half, %b3) : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %a, %b : tensor<2x8xf32>, tensor<2x8xf32>
}

// -----

// sqrt(2 / pi) * (x + 0.044715 * x^3), and the same factored out.
// CHECK-LABEL: func @gelu_tanh
// CHECK-NEXT: %[[A:.*]] = onnx.Gelu(%arg0) {approximate = "tanh"}
// CHECK-NEXT: return %[[A]], %[[A]]
func.func @gelu_tanh(%x: tensor<2x8xf32>) -> (tensor<2x8xf32>, tensor<2x8xf32>) {
  %half = onnx.Constant dense<0.5> : tensor<f32>
  %one = onnx.Constant dense<1.0> : tensor<f32>
  %three = onnx.Constant dense<3.0> : tensor<f32>
  %c = onnx.Constant dense<0.797884583> : tensor<f32>
  %cubic = onnx.Constant dense<0.044715> : tensor<f32>
  %c3 = onnx.Constant dense<0.0356774069> : tensor<f32>
  %a0 = onnx.Pow(%x, %three) : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %a1 = onnx.Mul(%cubic, %a0) : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %a2 = onnx.Add(%x, %a1) : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %a3 = onnx.Mul(%c, %a2) : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %a4 = onnx.Tanh(%a3) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %a5 = onnx.Add(%one, %a4) : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %a6 = onnx.Mul(%half, %x) : (tensor<f32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %a = onnx.Mul(%a6, %a5) : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %b0 = onnx.Mul(%x, %x) : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %b1 = onnx.Mul(%b0, %c3) : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %b2 = onnx.Add(%b1, %c) : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %b3 = onnx.Mul(%x, %b2) : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %b4 = onnx.Tanh(%b3) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %b5 = onnx.Add(%b4, %one) : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %b6 = onnx.Mul(%b5, %half) : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %b = onnx.Mul(%b6, %x) : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %a, %b : tensor<2x8xf32>, tensor<2x8xf32>
}

// -----

// A gate of another tensor, a shifted argument, a wrong constant, a factor
// that is no half.
// CHECK-LABEL: func @look_alikes
// CHECK-NOT: onnx.Swish
// CHECK-NOT: onnx.Gelu
func.func @look_alikes(%x: tensor<2x8xf32>, %z: tensor<2x8xf32>)
    -> (tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>) {
  %half = onnx.Constant dense<0.5> : tensor<f32>
  %one = onnx.Constant dense<1.0> : tensor<f32>
  %c = onnx.Constant dense<0.7071> : tensor<f32>
  %inverse = onnx.Constant dense<0.707106769> : tensor<f32>
  %a0 = onnx.Sigmoid(%z) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %a = onnx.Mul(%x, %a0) : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %b0 = onnx.Add(%x, %one) : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %b1 = onnx.Sigmoid(%b0) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %b = onnx.Mul(%x, %b1) : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %c0 = onnx.Mul(%x, %c) : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %c1 = onnx.Erf(%c0) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %c2 = onnx.Add(%c1, %one) : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %c3 = onnx.Mul(%x, %half) : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %c4 = onnx.Mul(%c3, %c2) : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %d0 = onnx.Mul(%x, %inverse) : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %d1 = onnx.Erf(%d0) : (tensor<2x8xf32>) -> tensor<2x8xf32>
  %d2 = onnx.Add(%d1, %one) : (tensor<2x8xf32>, tensor<f32>) -> tensor<2x8xf32>
  %d3 = onnx.Mul(%x, %d2) : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  return %a, %b, %c4, %d3
      : tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>, tensor<2x8xf32>
}
