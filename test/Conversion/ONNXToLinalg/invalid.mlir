// RUN: gg-opt %s -convert-onnx-to-linalg -split-input-file -verify-diagnostics

func.func @operand(%a: tensor<*xf32>) {
  // expected-error @+1 {{'onnx.Exp' op is not supported: an operand of unknown rank}}
  %0 = onnx.Exp(%a) : (tensor<*xf32>) -> tensor<3xf32>
  return
}

// -----

// Only where the rank gets lost.

func.func @result(%a: tensor<?x3xf32>, %s: tensor<?xi64>) {
  %n = onnx.None : none
  // expected-error @+1 {{'onnx.Squeeze' op is not supported: a result of unknown rank}}
  %0 = onnx.Squeeze(%a, %n) : (tensor<?x3xf32>, none) -> tensor<*xf32>
  %1 = onnx.Exp(%0) : (tensor<*xf32>) -> tensor<*xf32>
  %2 = onnx.Squeeze(%1, %n) : (tensor<*xf32>, none) -> tensor<3xf32>
  // expected-error @+1 {{'onnx.Reshape' op is not supported: a result of unknown rank}}
  %3 = onnx.Reshape(%a, %s) : (tensor<?x3xf32>, tensor<?xi64>) -> tensor<*xf32>
  return
}

// -----

// All that cannot be converted is listed, also inside branches.

func.func @training(%a: tensor<4xf32>, %t: tensor<i1>) -> (tensor<4xf32>, tensor<4xf32>) {
  %n = onnx.None : none
  // expected-error @+1 {{'onnx.Dropout' op is not supported: training mode}}
  %0, %1 = onnx.Dropout(%a, %n, %t) : (tensor<4xf32>, none, tensor<i1>) -> (tensor<4xf32>, none)
  %2 = onnx.Neg(%0) : (tensor<4xf32>) -> tensor<4xf32>
  %3 = onnx.If(%t) : (tensor<i1>) -> tensor<4xf32> then {
    // expected-error @+1 {{'onnx.Dropout' op is not supported: training mode}}
    %4, %5 = onnx.Dropout(%2, %n, %t) : (tensor<4xf32>, none, tensor<i1>) -> (tensor<4xf32>, none)
    onnx.Yield(%4) : tensor<4xf32>
  } else {
    onnx.Yield(%2) : tensor<4xf32>
  }
  return %2, %3 : tensor<4xf32>, tensor<4xf32>
}

// -----

func.func @types(%a: tensor<4xf32>, %b: tensor<4xf4E2M1FN>, %i: tensor<4xi32>) {
  %n = onnx.None : none
  // expected-error @+1 {{'onnx.Cast' op is not supported: from 'f32' to 'f8E8M0FNU'}}
  %0 = onnx.Cast(%a) {to = f8E8M0FNU} : (tensor<4xf32>) -> tensor<4xf8E8M0FNU>
  // expected-error @+1 {{'onnx.Equal' op is not supported: elements of 'f4E2M1FN'}}
  %1 = onnx.Equal(%b, %b) : (tensor<4xf4E2M1FN>, tensor<4xf4E2M1FN>) -> tensor<4xi1>
  // expected-error @+1 {{'onnx.IsNaN' op is not supported: elements of 'i32'}}
  %3 = onnx.IsNaN(%i) : (tensor<4xi32>) -> tensor<4xi1>
  // expected-error @+1 {{'onnx.ReduceLogSumExp' op is not supported: exponentials of integers}}
  %2 = onnx.ReduceLogSumExp(%i, %n) : (tensor<4xi32>, none) -> tensor<1xi32>
  return
}

// -----

func.func @range(%a: tensor<ui8>) {
  // expected-error @+1 {{'onnx.Range' op is not supported: unsigned integers}}
  %0 = onnx.Range(%a, %a, %a) : (tensor<ui8>, tensor<ui8>, tensor<ui8>) -> tensor<?xui8>
  return
}

// -----

func.func @gemm(%a: tensor<2x2xi32>) {
  %n = onnx.None : none
  // expected-error @+1 {{'onnx.Gemm' op is not supported: integers scaled by alpha or beta}}
  %0 = onnx.Gemm(%a, %a, %n) {alpha = 2.0 : f32} : (tensor<2x2xi32>, tensor<2x2xi32>, none) -> tensor<2x2xi32>
  return
}

// -----

func.func @squeeze(%a: tensor<?x?xf32>) {
  %n = onnx.None : none
  // expected-error @+1 {{'onnx.Squeeze' op is not supported: dims of which only the run knows whether they are 1}}
  %0 = onnx.Squeeze(%a, %n) : (tensor<?x?xf32>, none) -> tensor<?xf32>
  return
}

// -----

func.func @tuples(%a: tensor<4x4xf32>, %i: tensor<2x?xi64>, %u: tensor<2xf32>) {
  // expected-error @+1 {{'onnx.GatherND' op is not supported: tuples of unknown length}}
  %0 = onnx.GatherND(%a, %i) : (tensor<4x4xf32>, tensor<2x?xi64>) -> tensor<2xf32>
  // expected-error @+1 {{'onnx.ScatterND' op is not supported: tuples of unknown length}}
  %1 = onnx.ScatterND(%a, %i, %u) : (tensor<4x4xf32>, tensor<2x?xi64>, tensor<2xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @scatter(%a: tensor<4xf4E2M1FN>, %i: tensor<2x1xi64>, %u: tensor<2xf4E2M1FN>) {
  // expected-error @+1 {{'onnx.ScatterND' op is not supported: a reduction of 'f4E2M1FN'}}
  %0 = onnx.ScatterND(%a, %i, %u) {reduction = "add"} : (tensor<4xf4E2M1FN>, tensor<2x1xi64>, tensor<2xf4E2M1FN>) -> tensor<4xf4E2M1FN>
  return
}

// -----

func.func @constants(%s: tensor<1xi64>) {
  // expected-error @+1 {{'onnx.Constant' op is not supported: elements that are neither dense nor a resource}}
  %0 = onnx.Constant sparse<0, 1.0> : tensor<4xf32>
  // expected-error @+1 {{'onnx.ConstantOfShape' op is not supported: a value that is not dense}}
  %1 = onnx.ConstantOfShape(%s) {value = sparse<0, 1.0> : tensor<1xf32>} : (tensor<1xi64>) -> tensor<?xf32>
  return
}

// -----

// No pattern at all: onnx-recover says it otherwise.

func.func @vendor(%a: tensor<4xf32>) {
  %n = onnx.None : none
  // expected-error @+1 {{'onnx.ms.FastGelu' op is not supported}}
  %0 = onnx.ms.FastGelu(%a, %n) : (tensor<4xf32>, none) -> tensor<4xf32>
  return
}
