// RUN: gg-opt %s -onnx-fold-constants | FileCheck %s

// Each function compares an op's value to the one that numpy computes, and
// folds to true.

// CHECK-LABEL: func @add
func.func @add() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[7.059999942779541, 1.600000023841858, 3.9100000858306885], [8.960000038146973, 7.46999979019165, -3.9100000858306885]]> : tensor<2x3xf32>
  %a1 = onnx.Constant dense<[3.799999952316284, -0.6100000143051147, -0.4099999964237213]> : tensor<3xf32>
  %r0 = onnx.Add(%a0, %a1) 
      : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %want = onnx.Constant dense<[[10.859999656677246, 0.9900000095367432, 3.5], [12.760000228881836, 6.859999656677246, -4.320000171661377]]> : tensor<2x3xf32>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3xi1>) -> tensor<2x3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @sub
func.func @sub() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[7.059999942779541, 1.600000023841858, 3.9100000858306885], [8.960000038146973, 7.46999979019165, -3.9100000858306885]]> : tensor<2x3xf32>
  %a1 = onnx.Constant dense<[3.799999952316284, -0.6100000143051147, -0.4099999964237213]> : tensor<3xf32>
  %r0 = onnx.Sub(%a0, %a1) 
      : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %want = onnx.Constant dense<[[3.259999990463257, 2.2100000381469727, 4.320000171661377], [5.159999847412109, 8.079999923706055, -3.5]]> : tensor<2x3xf32>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3xi1>) -> tensor<2x3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @mul
func.func @mul() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[7.059999942779541, 1.600000023841858, 3.9100000858306885], [8.960000038146973, 7.46999979019165, -3.9100000858306885]]> : tensor<2x3xf32>
  %a1 = onnx.Constant dense<[3.799999952316284, -0.6100000143051147, -0.4099999964237213]> : tensor<3xf32>
  %r0 = onnx.Mul(%a0, %a1) 
      : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %want = onnx.Constant dense<[[26.827999114990234, -0.9760000109672546, -1.603100061416626], [34.04800033569336, -4.556699752807617, 1.603100061416626]]> : tensor<2x3xf32>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3xi1>) -> tensor<2x3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @div
func.func @div() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[7.059999942779541, 1.600000023841858, 3.9100000858306885], [8.960000038146973, 7.46999979019165, -3.9100000858306885]]> : tensor<2x3xf32>
  %a1 = onnx.Constant dense<[3.799999952316284, -0.6100000143051147, -0.4099999964237213]> : tensor<3xf32>
  %r0 = onnx.Div(%a0, %a1) 
      : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %want = onnx.Constant dense<[[1.857894778251648, -2.622950792312622, -9.536585807800293], [2.3578946590423584, -12.245901107788086, 9.536585807800293]]> : tensor<2x3xf32>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3xi1>) -> tensor<2x3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @div_trunc
func.func @div_trunc() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[-7, 7, -8]> : tensor<3xi64>
  %a1 = onnx.Constant dense<[2, -2, 3]> : tensor<3xi64>
  %r0 = onnx.Div(%a0, %a1) 
      : (tensor<3xi64>, tensor<3xi64>) -> tensor<3xi64>
  %want = onnx.Constant dense<[-3, -3, -2]> : tensor<3xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<3xi64>, tensor<3xi64>) -> tensor<3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<3xi1>) -> tensor<3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @mod
func.func @mod() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[-7, 7, -6]> : tensor<3xi64>
  %a1 = onnx.Constant dense<[3, -3, 3]> : tensor<3xi64>
  %r0 = onnx.Mod(%a0, %a1) 
      : (tensor<3xi64>, tensor<3xi64>) -> tensor<3xi64>
  %want = onnx.Constant dense<[2, -2, 0]> : tensor<3xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<3xi64>, tensor<3xi64>) -> tensor<3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<3xi1>) -> tensor<3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @fmod
func.func @fmod() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[-7, 7, -6]> : tensor<3xi64>
  %a1 = onnx.Constant dense<[3, -3, 3]> : tensor<3xi64>
  %r0 = onnx.Mod(%a0, %a1) {fmod = 1 : i64}
      : (tensor<3xi64>, tensor<3xi64>) -> tensor<3xi64>
  %want = onnx.Constant dense<[-1, 1, 0]> : tensor<3xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<3xi64>, tensor<3xi64>) -> tensor<3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<3xi1>) -> tensor<3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @wrap_i8
func.func @wrap_i8() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[100, -100, 127]> : tensor<3xi8>
  %a1 = onnx.Constant dense<[100, -100, 127]> : tensor<3xi8>
  %r0 = onnx.Add(%a0, %a1) 
      : (tensor<3xi8>, tensor<3xi8>) -> tensor<3xi8>
  %want = onnx.Constant dense<[-56, 56, -2]> : tensor<3xi8>
  %eq = onnx.Equal(%r0, %want) : (tensor<3xi8>, tensor<3xi8>) -> tensor<3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<3xi1>) -> tensor<3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @wrap_ui8
func.func @wrap_ui8() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[3, 250, 7]> : tensor<3xui8>
  %a1 = onnx.Constant dense<[7, 250, 3]> : tensor<3xui8>
  %r0 = onnx.Sub(%a0, %a1) 
      : (tensor<3xui8>, tensor<3xui8>) -> tensor<3xui8>
  %want = onnx.Constant dense<[252, 0, 4]> : tensor<3xui8>
  %eq = onnx.Equal(%r0, %want) : (tensor<3xui8>, tensor<3xui8>) -> tensor<3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<3xi1>) -> tensor<3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @unsigned_div
func.func @unsigned_div() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[9223372036854775812, 5]> : tensor<2xui64>
  %a1 = onnx.Constant dense<[2, 2]> : tensor<2xui64>
  %r0 = onnx.Div(%a0, %a1) 
      : (tensor<2xui64>, tensor<2xui64>) -> tensor<2xui64>
  %want = onnx.Constant dense<[4611686018427387906, 2]> : tensor<2xui64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2xui64>, tensor<2xui64>) -> tensor<2xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2xi1>) -> tensor<2xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @unsigned_less
func.func @unsigned_less() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[9223372036854775812, 5]> : tensor<2xui64>
  %a1 = onnx.Constant dense<[6, 6]> : tensor<2xui64>
  %r0 = onnx.Less(%a0, %a1) 
      : (tensor<2xui64>, tensor<2xui64>) -> tensor<2xi1>
  %want = onnx.Constant dense<[false, true]> : tensor<2xi1>
  %eq = onnx.Equal(%r0, %want) : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2xi1>) -> tensor<2xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @half
func.func @half() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[1.0, 3.099609375, 1000.5]> : tensor<3xf16>
  %a1 = onnx.Constant dense<[1000.5, 3.099609375, 1.0]> : tensor<3xf16>
  %r0 = onnx.Mul(%a0, %a1) 
      : (tensor<3xf16>, tensor<3xf16>) -> tensor<3xf16>
  %want = onnx.Constant dense<[1000.5, 9.609375, 1000.5]> : tensor<3xf16>
  %eq = onnx.Equal(%r0, %want) : (tensor<3xf16>, tensor<3xf16>) -> tensor<3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<3xi1>) -> tensor<3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @pow
func.func @pow() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[2, 3, -2]> : tensor<3xi64>
  %a1 = onnx.Constant dense<[10, 4, 3]> : tensor<3xi64>
  %r0 = onnx.Pow(%a0, %a1) 
      : (tensor<3xi64>, tensor<3xi64>) -> tensor<3xi64>
  %want = onnx.Constant dense<[1024, 81, -8]> : tensor<3xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<3xi64>, tensor<3xi64>) -> tensor<3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<3xi1>) -> tensor<3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @max
func.func @max() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[7.059999942779541, 1.600000023841858, 3.9100000858306885], [8.960000038146973, 7.46999979019165, -3.9100000858306885]]> : tensor<2x3xf32>
  %a1 = onnx.Constant dense<[3.799999952316284, -0.6100000143051147, -0.4099999964237213]> : tensor<3xf32>
  %a2 = onnx.Constant dense<0.5> : tensor<f32>
  %r0 = onnx.Max(%a0, %a1, %a2) 
      : (tensor<2x3xf32>, tensor<3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %want = onnx.Constant dense<[[7.059999942779541, 1.600000023841858, 3.9100000858306885], [8.960000038146973, 7.46999979019165, 0.5]]> : tensor<2x3xf32>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3xi1>) -> tensor<2x3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @le
func.func @le() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[1, 2, 3]> : tensor<3xi64>
  %a1 = onnx.Constant dense<[2]> : tensor<1xi64>
  %r0 = onnx.LessOrEqual(%a0, %a1) 
      : (tensor<3xi64>, tensor<1xi64>) -> tensor<3xi1>
  %want = onnx.Constant dense<[true, true, false]> : tensor<3xi1>
  %eq = onnx.Equal(%r0, %want) : (tensor<3xi1>, tensor<3xi1>) -> tensor<3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<3xi1>) -> tensor<3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @eq
func.func @eq() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[7.059999942779541, 1.600000023841858, 3.9100000858306885], [8.960000038146973, 7.46999979019165, -3.9100000858306885]]> : tensor<2x3xf32>
  %a1 = onnx.Constant dense<[[7.059999942779541, 1.600000023841858, 3.9100000858306885], [8.960000038146973, 7.46999979019165, -3.9100000858306885]]> : tensor<2x3xf32>
  %r0 = onnx.Equal(%a0, %a1) 
      : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
  %want = onnx.Constant dense<[[true, true, true], [true, true, true]]> : tensor<2x3xi1>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x3xi1>, tensor<2x3xi1>) -> tensor<2x3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3xi1>) -> tensor<2x3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @and
func.func @and() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[true, false, true]> : tensor<3xi1>
  %a1 = onnx.Constant dense<[true, false, true]> : tensor<3xi1>
  %r0 = onnx.And(%a0, %a1) 
      : (tensor<3xi1>, tensor<3xi1>) -> tensor<3xi1>
  %want = onnx.Constant dense<[true, false, true]> : tensor<3xi1>
  %eq = onnx.Equal(%r0, %want) : (tensor<3xi1>, tensor<3xi1>) -> tensor<3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<3xi1>) -> tensor<3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @xor
func.func @xor() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[true, false, true]> : tensor<3xi1>
  %a1 = onnx.Constant dense<[true]> : tensor<1xi1>
  %r0 = onnx.Xor(%a0, %a1) 
      : (tensor<3xi1>, tensor<1xi1>) -> tensor<3xi1>
  %want = onnx.Constant dense<[false, true, false]> : tensor<3xi1>
  %eq = onnx.Equal(%r0, %want) : (tensor<3xi1>, tensor<3xi1>) -> tensor<3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<3xi1>) -> tensor<3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @not
func.func @not() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[true, false, true]> : tensor<3xi1>
  %r0 = onnx.Not(%a0) 
      : (tensor<3xi1>) -> tensor<3xi1>
  %want = onnx.Constant dense<[false, true, false]> : tensor<3xi1>
  %eq = onnx.Equal(%r0, %want) : (tensor<3xi1>, tensor<3xi1>) -> tensor<3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<3xi1>) -> tensor<3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @where
func.func @where() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[true, false, true]> : tensor<3xi1>
  %a1 = onnx.Constant dense<[[7.059999942779541, 1.600000023841858, 3.9100000858306885], [8.960000038146973, 7.46999979019165, -3.9100000858306885]]> : tensor<2x3xf32>
  %a2 = onnx.Constant dense<[3.799999952316284, -0.6100000143051147, -0.4099999964237213]> : tensor<3xf32>
  %r0 = onnx.Where(%a0, %a1, %a2) 
      : (tensor<3xi1>, tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %want = onnx.Constant dense<[[7.059999942779541, -0.6100000143051147, 3.9100000858306885], [8.960000038146973, -0.6100000143051147, -3.9100000858306885]]> : tensor<2x3xf32>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3xi1>) -> tensor<2x3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @cast_trunc
func.func @cast_trunc() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[1.899999976158142, -1.899999976158142, 0.0]> : tensor<3xf32>
  %r0 = onnx.Cast(%a0) {to = i32}
      : (tensor<3xf32>) -> tensor<3xi32>
  %want = onnx.Constant dense<[1, -1, 0]> : tensor<3xi32>
  %eq = onnx.Equal(%r0, %want) : (tensor<3xi32>, tensor<3xi32>) -> tensor<3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<3xi1>) -> tensor<3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @cast_bool
func.func @cast_bool() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[0.5, 0.0]> : tensor<2xf32>
  %r0 = onnx.Cast(%a0) {to = i1}
      : (tensor<2xf32>) -> tensor<2xi1>
  %want = onnx.Constant dense<[true, false]> : tensor<2xi1>
  %eq = onnx.Equal(%r0, %want) : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2xi1>) -> tensor<2xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @cos
func.func @cos() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[0.0, 1.5, 3000.25]> : tensor<3xf32>
  %r0 = onnx.Cos(%a0) 
      : (tensor<3xf32>) -> tensor<3xf32>
  %want = onnx.Constant dense<[1.0, 0.07073719799518585, -0.9995790719985962]> : tensor<3xf32>
  %eq = onnx.Equal(%r0, %want) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<3xi1>) -> tensor<3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @exp
func.func @exp() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[0.0, 1.5]> : tensor<2xf32>
  %r0 = onnx.Exp(%a0) 
      : (tensor<2xf32>) -> tensor<2xf32>
  %want = onnx.Constant dense<[1.0, 4.481688976287842]> : tensor<2xf32>
  %eq = onnx.Equal(%r0, %want) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2xi1>) -> tensor<2xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @round
func.func @round() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[0.5, 1.5, -2.5]> : tensor<3xf32>
  %r0 = onnx.Round(%a0) 
      : (tensor<3xf32>) -> tensor<3xf32>
  %want = onnx.Constant dense<[0.0, 2.0, -2.0]> : tensor<3xf32>
  %eq = onnx.Equal(%r0, %want) : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<3xi1>) -> tensor<3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @clip
func.func @clip() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[7.059999942779541, 1.600000023841858, 3.9100000858306885], [8.960000038146973, 7.46999979019165, -3.9100000858306885]]> : tensor<2x3xf32>
  %a1 = onnx.Constant dense<-1.0> : tensor<f32>
  %r0 = onnx.Clip(%a0, %a1, %none) 
      : (tensor<2x3xf32>, tensor<f32>, none) -> tensor<2x3xf32>
  %want = onnx.Constant dense<[[7.059999942779541, 1.600000023841858, 3.9100000858306885], [8.960000038146973, 7.46999979019165, -1.0]]> : tensor<2x3xf32>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3xi1>) -> tensor<2x3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}
