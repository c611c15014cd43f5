// RUN: gg-opt %s -convert-onnx-to-linalg -split-input-file -verify-diagnostics

func.func @rank(%a: tensor<*xf32>) {
  // expected-error @+1 {{expected results of known rank but got 'tensor<*xf32>'}}
  %0 = onnx.Exp(%a) : (tensor<*xf32>) -> tensor<*xf32>
  return
}

// -----

func.func @training(%a: tensor<4xf32>, %t: tensor<i1>) -> tensor<4xf32> {
  %n = onnx.None : none
  // expected-error @+1 {{failed to legalize operation 'onnx.Dropout' that was explicitly marked illegal}}
  %0, %1 = onnx.Dropout(%a, %n, %t) : (tensor<4xf32>, none, tensor<i1>) -> (tensor<4xf32>, none)
  return %0 : tensor<4xf32>
}
