// RUN: gg-opt %s -onnx-infer-shapes -split-input-file -verify-diagnostics

// The verifiers see types alone; these contradictions take inference.

func.func @inner(%x: tensor<?x?xf32> {onnx.dims = ["n", "n"]}) -> tensor<*xf32> {
  %shape = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %0 = onnx.Reshape(%x, %shape)
      : (tensor<?x?xf32>, tensor<2xi64>) -> tensor<*xf32>
  // expected-error @+1 {{node 'onnx.MatMul': expected inner dimensions to agree but got 3 and 2}}
  %1 = onnx.MatMul(%0, %0) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// -----

func.func @broadcast(%x: tensor<*xf32>) -> tensor<*xf32> {
  %a = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %b = onnx.Constant dense<[2, 4]> : tensor<2xi64>
  %0 = onnx.Reshape(%x, %a) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  %1 = onnx.Reshape(%x, %b) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  // expected-error @+1 {{node 'onnx.Add': expected dimensions that broadcast but got 3 and 4}}
  %2 = onnx.Add(%0, %1) : (tensor<*xf32>, tensor<*xf32>) -> tensor<*xf32>
  return %2 : tensor<*xf32>
}

// -----

func.func @elements(%x: tensor<*xf32>) -> tensor<*xf32> {
  %a = onnx.Constant dense<[2, 3]> : tensor<2xi64>
  %b = onnx.Constant dense<[2, 4]> : tensor<2xi64>
  %0 = onnx.Reshape(%x, %a) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  // expected-error @+1 {{expected a shape of 6 elements but got 8}}
  %1 = onnx.Reshape(%0, %b) : (tensor<*xf32>, tensor<2xi64>) -> tensor<*xf32>
  return %1 : tensor<*xf32>
}

// -----

func.func @declared(%x: tensor<2x3xf32>) -> tensor<?x7xf32> {
  %minus = onnx.Constant dense<-1> : tensor<1xi64>
  %s = onnx.Shape(%x) {end = 1 : i64} : (tensor<2x3xf32>) -> tensor<1xi64>
  %t = onnx.Concat(%s, %minus) {axis = 0 : i64}
      : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  // expected-error @+1 {{expected a dimension of 3 but got 7 in 'tensor<?x7xf32>'}}
  %0 = onnx.Reshape(%x, %t) : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<?x7xf32>
  return %0 : tensor<?x7xf32>
}
