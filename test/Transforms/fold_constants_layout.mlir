// RUN: gg-opt %s -onnx-fold-constants | FileCheck %s

// Each function compares an op's value to the one that numpy computes, and
// folds to true.

// CHECK-LABEL: func @transpose
func.func @transpose() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %r0 = onnx.Transpose(%a0) {perm = array<i64: 2, 0, 1>}
      : (tensor<2x3x4xi64>) -> tensor<4x2x3xi64>
  %want = onnx.Constant dense<[[[0, 4, 8], [12, 16, 20]], [[1, 5, 9], [13, 17, 21]], [[2, 6, 10], [14, 18, 22]], [[3, 7, 11], [15, 19, 23]]]> : tensor<4x2x3xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<4x2x3xi64>, tensor<4x2x3xi64>) -> tensor<4x2x3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<4x2x3xi1>) -> tensor<4x2x3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<4x2x3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @reshape
func.func @reshape() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %a1 = onnx.Constant dense<[0, -1]> : tensor<2xi64>
  %r0 = onnx.Reshape(%a0, %a1) 
      : (tensor<2x3x4xi64>, tensor<2xi64>) -> tensor<2x12xi64>
  %want = onnx.Constant dense<[[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], [12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23]]> : tensor<2x12xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x12xi64>, tensor<2x12xi64>) -> tensor<2x12xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x12xi1>) -> tensor<2x12xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x12xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @flatten
func.func @flatten() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %r0 = onnx.Flatten(%a0) {axis = -1 : i64}
      : (tensor<2x3x4xi64>) -> tensor<6x4xi64>
  %want = onnx.Constant dense<[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]> : tensor<6x4xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<6x4xi64>, tensor<6x4xi64>) -> tensor<6x4xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<6x4xi1>) -> tensor<6x4xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<6x4xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @expand
func.func @expand() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[1], [2], [3]]> : tensor<3x1xi64>
  %a1 = onnx.Constant dense<[2, 1, 4]> : tensor<3xi64>
  %r0 = onnx.Expand(%a0, %a1) 
      : (tensor<3x1xi64>, tensor<3xi64>) -> tensor<2x3x4xi64>
  %want = onnx.Constant dense<[[[1, 1, 1, 1], [2, 2, 2, 2], [3, 3, 3, 3]], [[1, 1, 1, 1], [2, 2, 2, 2], [3, 3, 3, 3]]]> : tensor<2x3x4xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x3x4xi64>, tensor<2x3x4xi64>) -> tensor<2x3x4xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3x4xi1>) -> tensor<2x3x4xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3x4xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @tile
func.func @tile() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[1, 2, 3]]> : tensor<1x3xi64>
  %a1 = onnx.Constant dense<[2, 2]> : tensor<2xi64>
  %r0 = onnx.Tile(%a0, %a1) 
      : (tensor<1x3xi64>, tensor<2xi64>) -> tensor<2x6xi64>
  %want = onnx.Constant dense<[[1, 2, 3, 1, 2, 3], [1, 2, 3, 1, 2, 3]]> : tensor<2x6xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x6xi64>, tensor<2x6xi64>) -> tensor<2x6xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x6xi1>) -> tensor<2x6xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x6xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @concat
func.func @concat() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %a1 = onnx.Constant dense<[[[0, 1, 2, 3]], [[12, 13, 14, 15]]]> : tensor<2x1x4xi64>
  %r0 = onnx.Concat(%a0, %a1) {axis = 1 : i64}
      : (tensor<2x3x4xi64>, tensor<2x1x4xi64>) -> tensor<2x4x4xi64>
  %want = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11], [0, 1, 2, 3]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23], [12, 13, 14, 15]]]> : tensor<2x4x4xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x4x4xi64>, tensor<2x4x4xi64>) -> tensor<2x4x4xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x4x4xi1>) -> tensor<2x4x4xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x4x4xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @split
func.func @split() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %r0, %r1 = onnx.Split(%a0, %none) {axis = 2 : i64, num_outputs = 2 : i64}
      : (tensor<2x3x4xi64>, none) -> (tensor<2x3x2xi64>, tensor<2x3x2xi64>)
  %want = onnx.Constant dense<[[[2, 3], [6, 7], [10, 11]], [[14, 15], [18, 19], [22, 23]]]> : tensor<2x3x2xi64>
  %eq = onnx.Equal(%r1, %want) : (tensor<2x3x2xi64>, tensor<2x3x2xi64>) -> tensor<2x3x2xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3x2xi1>) -> tensor<2x3x2xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3x2xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @slice
func.func @slice() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %a1 = onnx.Constant dense<[-1, 0]> : tensor<2xi64>
  %a2 = onnx.Constant dense<[-10, 3]> : tensor<2xi64>
  %a3 = onnx.Constant dense<[1, 2]> : tensor<2xi64>
  %a4 = onnx.Constant dense<[-1, 2]> : tensor<2xi64>
  %r0 = onnx.Slice(%a0, %a1, %a2, %a3, %a4) 
      : (tensor<2x3x4xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<2x3x2xi64>
  %want = onnx.Constant dense<[[[8, 10], [4, 6], [0, 2]], [[20, 22], [16, 18], [12, 14]]]> : tensor<2x3x2xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x3x2xi64>, tensor<2x3x2xi64>) -> tensor<2x3x2xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3x2xi1>) -> tensor<2x3x2xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3x2xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @slice_out
func.func @slice_out() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %a1 = onnx.Constant dense<[-100]> : tensor<1xi64>
  %a2 = onnx.Constant dense<[9223372036854775807]> : tensor<1xi64>
  %a3 = onnx.Constant dense<[2]> : tensor<1xi64>
  %r0 = onnx.Slice(%a0, %a1, %a2, %a3, %none) 
      : (tensor<2x3x4xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<2x3x4xi64>
  %want = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x3x4xi64>, tensor<2x3x4xi64>) -> tensor<2x3x4xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3x4xi1>) -> tensor<2x3x4xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3x4xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @range
func.func @range() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<10> : tensor<i64>
  %a1 = onnx.Constant dense<-3> : tensor<i64>
  %a2 = onnx.Constant dense<-4> : tensor<i64>
  %r0 = onnx.Range(%a0, %a1, %a2) 
      : (tensor<i64>, tensor<i64>, tensor<i64>) -> tensor<4xi64>
  %want = onnx.Constant dense<[10, 6, 2, -2]> : tensor<4xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<4xi64>, tensor<4xi64>) -> tensor<4xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<4xi1>) -> tensor<4xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<4xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @trilu
func.func @trilu() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %a1 = onnx.Constant dense<1> : tensor<i64>
  %r0 = onnx.Trilu(%a0, %a1) 
      : (tensor<2x3x4xi64>, tensor<i64>) -> tensor<2x3x4xi64>
  %want = onnx.Constant dense<[[[0, 1, 2, 3], [0, 0, 6, 7], [0, 0, 0, 11]], [[0, 13, 14, 15], [0, 0, 18, 19], [0, 0, 0, 23]]]> : tensor<2x3x4xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x3x4xi64>, tensor<2x3x4xi64>) -> tensor<2x3x4xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3x4xi1>) -> tensor<2x3x4xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3x4xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @tril
func.func @tril() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %a1 = onnx.Constant dense<-1> : tensor<i64>
  %r0 = onnx.Trilu(%a0, %a1) {upper = 0 : i64}
      : (tensor<2x3x4xi64>, tensor<i64>) -> tensor<2x3x4xi64>
  %want = onnx.Constant dense<[[[0, 0, 0, 0], [4, 0, 0, 0], [8, 9, 0, 0]], [[0, 0, 0, 0], [16, 0, 0, 0], [20, 21, 0, 0]]]> : tensor<2x3x4xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x3x4xi64>, tensor<2x3x4xi64>) -> tensor<2x3x4xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3x4xi1>) -> tensor<2x3x4xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3x4xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @gather
func.func @gather() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %a1 = onnx.Constant dense<[[-1, 0]]> : tensor<1x2xi64>
  %r0 = onnx.Gather(%a0, %a1) {axis = 1 : i64}
      : (tensor<2x3x4xi64>, tensor<1x2xi64>) -> tensor<2x1x2x4xi64>
  %want = onnx.Constant dense<[[[[8, 9, 10, 11], [0, 1, 2, 3]]], [[[20, 21, 22, 23], [12, 13, 14, 15]]]]> : tensor<2x1x2x4xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x1x2x4xi64>, tensor<2x1x2x4xi64>) -> tensor<2x1x2x4xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x1x2x4xi1>) -> tensor<2x1x2x4xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x1x2x4xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @gather_rows
func.func @gather_rows() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[7.059999942779541, 1.600000023841858, 3.9100000858306885], [8.960000038146973, 7.46999979019165, -3.9100000858306885]]> : tensor<2x3xf32>
  %a1 = onnx.Constant dense<[1, 1, 0]> : tensor<3xi64>
  %r0 = onnx.Gather(%a0, %a1) 
      : (tensor<2x3xf32>, tensor<3xi64>) -> tensor<3x3xf32>
  %want = onnx.Constant dense<[[8.960000038146973, 7.46999979019165, -3.9100000858306885], [8.960000038146973, 7.46999979019165, -3.9100000858306885], [7.059999942779541, 1.600000023841858, 3.9100000858306885]]> : tensor<3x3xf32>
  %eq = onnx.Equal(%r0, %want) : (tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<3x3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<3x3xi1>) -> tensor<3x3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<3x3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @gather_elements
func.func @gather_elements() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %a1 = onnx.Constant dense<[[[2, 3], [3, 2], [-4, -3]], [[1, -3], [1, -4], [-3, 0]]]> : tensor<2x3x2xi64>
  %r0 = onnx.GatherElements(%a0, %a1) {axis = 2 : i64}
      : (tensor<2x3x4xi64>, tensor<2x3x2xi64>) -> tensor<2x3x2xi64>
  %want = onnx.Constant dense<[[[2, 3], [7, 6], [8, 9]], [[13, 13], [17, 16], [21, 20]]]> : tensor<2x3x2xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x3x2xi64>, tensor<2x3x2xi64>) -> tensor<2x3x2xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3x2xi1>) -> tensor<2x3x2xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3x2xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @gather_nd
func.func @gather_nd() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %a1 = onnx.Constant dense<[[0, 1], [1, 2]]> : tensor<2x2xi64>
  %r0 = onnx.GatherND(%a0, %a1) 
      : (tensor<2x3x4xi64>, tensor<2x2xi64>) -> tensor<2x4xi64>
  %want = onnx.Constant dense<[[4, 5, 6, 7], [20, 21, 22, 23]]> : tensor<2x4xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x4xi64>, tensor<2x4xi64>) -> tensor<2x4xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x4xi1>) -> tensor<2x4xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x4xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @gather_nd_batch
func.func @gather_nd_batch() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %a1 = onnx.Constant dense<[[1], [2]]> : tensor<2x1xi64>
  %r0 = onnx.GatherND(%a0, %a1) {batch_dims = 1 : i64}
      : (tensor<2x3x4xi64>, tensor<2x1xi64>) -> tensor<2x4xi64>
  %want = onnx.Constant dense<[[4, 5, 6, 7], [20, 21, 22, 23]]> : tensor<2x4xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x4xi64>, tensor<2x4xi64>) -> tensor<2x4xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x4xi1>) -> tensor<2x4xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x4xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @scatter_nd
func.func @scatter_nd() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %a1 = onnx.Constant dense<[[0, 2]]> : tensor<1x2xi64>
  %a2 = onnx.Constant dense<[[9, 9, 9, 9]]> : tensor<1x4xi64>
  %r0 = onnx.ScatterND(%a0, %a1, %a2) 
      : (tensor<2x3x4xi64>, tensor<1x2xi64>, tensor<1x4xi64>) -> tensor<2x3x4xi64>
  %want = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [9, 9, 9, 9]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x3x4xi64>, tensor<2x3x4xi64>) -> tensor<2x3x4xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3x4xi1>) -> tensor<2x3x4xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3x4xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @reduce_sum
func.func @reduce_sum() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %a1 = onnx.Constant dense<[0, -1]> : tensor<2xi64>
  %r0 = onnx.ReduceSum(%a0, %a1) {keepdims = 0 : i64}
      : (tensor<2x3x4xi64>, tensor<2xi64>) -> tensor<3xi64>
  %want = onnx.Constant dense<[60, 92, 124]> : tensor<3xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<3xi64>, tensor<3xi64>) -> tensor<3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<3xi1>) -> tensor<3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @reduce_max
func.func @reduce_max() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[7.059999942779541, 1.600000023841858, 3.9100000858306885], [8.960000038146973, 7.46999979019165, -3.9100000858306885]]> : tensor<2x3xf32>
  %a1 = onnx.Constant dense<[1]> : tensor<1xi64>
  %r0 = onnx.ReduceMax(%a0, %a1) 
      : (tensor<2x3xf32>, tensor<1xi64>) -> tensor<2x1xf32>
  %want = onnx.Constant dense<[[7.059999942779541], [8.960000038146973]]> : tensor<2x1xf32>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x1xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x1xi1>) -> tensor<2x1xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x1xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @reduce_prod
func.func @reduce_prod() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[2, 3, 4]> : tensor<3xi64>
  %r0 = onnx.ReduceProd(%a0, %none) 
      : (tensor<3xi64>, none) -> tensor<1xi64>
  %want = onnx.Constant dense<[24]> : tensor<1xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<1xi1>) -> tensor<1xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<1xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @cumsum
func.func @cumsum() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %a1 = onnx.Constant dense<1> : tensor<i64>
  %r0 = onnx.CumSum(%a0, %a1) 
      : (tensor<2x3x4xi64>, tensor<i64>) -> tensor<2x3x4xi64>
  %want = onnx.Constant dense<[[[0, 1, 2, 3], [4, 6, 8, 10], [12, 15, 18, 21]], [[12, 13, 14, 15], [28, 30, 32, 34], [48, 51, 54, 57]]]> : tensor<2x3x4xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x3x4xi64>, tensor<2x3x4xi64>) -> tensor<2x3x4xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3x4xi1>) -> tensor<2x3x4xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3x4xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @cumsum_back
func.func @cumsum_back() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[0, 1, 2, 3], [4, 5, 6, 7], [8, 9, 10, 11]], [[12, 13, 14, 15], [16, 17, 18, 19], [20, 21, 22, 23]]]> : tensor<2x3x4xi64>
  %a1 = onnx.Constant dense<1> : tensor<i64>
  %r0 = onnx.CumSum(%a0, %a1) {exclusive = 1 : i64, reverse = 1 : i64}
      : (tensor<2x3x4xi64>, tensor<i64>) -> tensor<2x3x4xi64>
  %want = onnx.Constant dense<[[[12, 14, 16, 18], [8, 9, 10, 11], [0, 0, 0, 0]], [[36, 38, 40, 42], [20, 21, 22, 23], [0, 0, 0, 0]]]> : tensor<2x3x4xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x3x4xi64>, tensor<2x3x4xi64>) -> tensor<2x3x4xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3x4xi1>) -> tensor<2x3x4xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3x4xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @argmax
func.func @argmax() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[7.059999942779541, 1.600000023841858, 3.9100000858306885], [8.960000038146973, 7.46999979019165, -3.9100000858306885]]> : tensor<2x3xf32>
  %r0 = onnx.ArgMax(%a0) {axis = 1 : i64}
      : (tensor<2x3xf32>) -> tensor<2x1xi64>
  %want = onnx.Constant dense<[[0], [0]]> : tensor<2x1xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x1xi64>, tensor<2x1xi64>) -> tensor<2x1xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x1xi1>) -> tensor<2x1xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x1xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @matmul
func.func @matmul() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[[-2, -5, -2, 0], [-5, -3, -2, 3], [-4, -2, -2, -2]]], [[[2, -5, -4, 4], [4, -5, -1, 2], [-2, -3, 2, -3]]]]> : tensor<2x1x3x4xi64>
  %a1 = onnx.Constant dense<[[[-5, -5], [-1, 0], [0, 1], [3, -1]], [[-4, -1], [4, 3], [-4, -4], [2, 4]], [[4, -2], [1, 2], [-3, -5], [-2, 0]]]> : tensor<3x4x2xi64>
  %r0 = onnx.MatMul(%a0, %a1) 
      : (tensor<2x1x3x4xi64>, tensor<3x4x2xi64>) -> tensor<2x3x3x2xi64>
  %want = onnx.Constant dense<[[[[15, 8], [37, 20], [16, 20]], [[-4, -5], [22, 16], [12, -2]], [[-7, 4], [-23, 14], [-8, 14]]], [[[7, -18], [-9, -23], [4, 15]], [[-4, 15], [-28, -7], [-18, -27]], [[7, 6], [10, -13], [-11, -12]]]]> : tensor<2x3x3x2xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x3x3x2xi64>, tensor<2x3x3x2xi64>) -> tensor<2x3x3x2xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x3x3x2xi1>) -> tensor<2x3x3x2xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x3x3x2xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// CHECK-LABEL: func @matvec
func.func @matvec() -> tensor<i1> {
  %none = onnx.None : none
  %a0 = onnx.Constant dense<[[[[-2, -5, -2, 0], [-5, -3, -2, 3], [-4, -2, -2, -2]]], [[[2, -5, -4, 4], [4, -5, -1, 2], [-2, -3, 2, -3]]]]> : tensor<2x1x3x4xi64>
  %a1 = onnx.Constant dense<[-5, -1, 0, 3]> : tensor<4xi64>
  %r0 = onnx.MatMul(%a0, %a1) 
      : (tensor<2x1x3x4xi64>, tensor<4xi64>) -> tensor<2x1x3xi64>
  %want = onnx.Constant dense<[[[15, 37, 16]], [[7, -9, 4]]]> : tensor<2x1x3xi64>
  %eq = onnx.Equal(%r0, %want) : (tensor<2x1x3xi64>, tensor<2x1x3xi64>) -> tensor<2x1x3xi1>
  %int = onnx.Cast(%eq) {to = i64} : (tensor<2x1x3xi1>) -> tensor<2x1x3xi64>
  %min = onnx.ReduceMin(%int, %none) {keepdims = 0 : i64} : (tensor<2x1x3xi64>, none) -> tensor<i64>
  %all = onnx.Cast(%min) {to = i1} : (tensor<i64>) -> tensor<i1>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<true> : tensor<i1>
  // CHECK-NEXT: return %[[R]]
  return %all : tensor<i1>
}

// Values get more precise types: the function's type follows.
// CHECK-LABEL: func @refined_result() -> tensor<1xi64>
func.func @refined_result() -> tensor<*xi64> {
  %a = onnx.Constant dense<1> : tensor<2x4xi64>
  %r = onnx.Shape(%a) {end = 1 : i64} : (tensor<2x4xi64>) -> tensor<*xi64>
  // CHECK-NEXT: %[[R:.*]] = onnx.Constant dense<2> : tensor<1xi64>
  // CHECK-NEXT: return %[[R]] : tensor<1xi64>
  return %r : tensor<*xi64>
}

// A branch hands over values of the type that the op around it has.
// CHECK-LABEL: func @branch_result
func.func @branch_result(%c: tensor<i1>) -> tensor<*xi64> {
  // CHECK: onnx.If
  %r = onnx.If(%c) : (tensor<i1>) -> tensor<*xi64> then {
    %a = onnx.Constant dense<1> : tensor<2x4xi64>
    // CHECK: %[[S:.*]] = onnx.Shape
    // CHECK-NEXT: onnx.Yield(%[[S]]) : tensor<*xi64>
    %s = onnx.Shape(%a) : (tensor<2x4xi64>) -> tensor<*xi64>
    onnx.Yield(%s) : tensor<*xi64>
  } else {
    %b = onnx.Constant dense<1> : tensor<3x4x5xi64>
    %s = onnx.Shape(%b) : (tensor<3x4x5xi64>) -> tensor<*xi64>
    onnx.Yield(%s) : tensor<*xi64>
  }
  return %r : tensor<*xi64>
}
