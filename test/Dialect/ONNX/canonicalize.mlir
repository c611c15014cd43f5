// RUN: gg-opt %s -canonicalize -split-input-file | FileCheck %s

// Ops that hand on their operand.

// CHECK-LABEL: func @identity
// CHECK-SAME: (%[[X:.*]]: tensor<?x3xf32>)
// CHECK-NEXT: return %[[X]]
func.func @identity(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %0 = onnx.Identity(%x) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %1 = onnx.Cast(%0) {to = f32} : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %2 = onnx.Transpose(%1) {perm = array<i64: 0, 1>} : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %3 = onnx.Concat(%2) {axis = 0 : i64} : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %none = onnx.None : none
  %4 = onnx.Split(%3, %none) {axis = 0 : i64, num_outputs = 1 : i64} : (tensor<?x3xf32>, none) -> tensor<?x3xf32>
  %5 = onnx.Flatten(%4) {axis = -1 : i64} : (tensor<?x3xf32>) -> tensor<?x3xf32>
  return %5 : tensor<?x3xf32>
}

// -----

// Their types differ in what is known of the dims: inference is to settle that.

// CHECK-LABEL: func @less_known
// CHECK: onnx.Identity
func.func @less_known(%x: tensor<2x3xf32>) -> tensor<?x3xf32> {
  %0 = onnx.Identity(%x) : (tensor<2x3xf32>) -> tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}

// -----

// CHECK-LABEL: func @dropout
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32>, %[[T:.*]]: tensor<i1>)
func.func @dropout(%x: tensor<4xf32>, %t: tensor<i1>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xi1>, tensor<4xf32>) {
  %none = onnx.None : none
  %false = onnx.Constant dense<false> : tensor<i1>
  %0, %m0 = onnx.Dropout(%x, %none, %none) : (tensor<4xf32>, none, none) -> (tensor<4xf32>, none)
  %1, %m1 = onnx.Dropout(%0, %none, %false) : (tensor<4xf32>, none, tensor<i1>) -> (tensor<4xf32>, none)
  // CHECK: %[[Y:.*]], %[[MASK:.*]] = onnx.Dropout(%[[X]], {{.*}}) {{.*}} -> (tensor<4xf32>, tensor<4xi1>)
  %2, %m2 = onnx.Dropout(%x, %none, %none) : (tensor<4xf32>, none, none) -> (tensor<4xf32>, tensor<4xi1>)
  // CHECK: %[[Z:.*]], %{{.*}} = onnx.Dropout(%[[X]], {{.*}}, %[[T]])
  %3, %m3 = onnx.Dropout(%x, %none, %t) : (tensor<4xf32>, none, tensor<i1>) -> (tensor<4xf32>, none)
  // CHECK: return %[[X]], %[[Y]], %[[MASK]], %[[Z]]
  return %1, %2, %m2, %3 : tensor<4xf32>, tensor<4xf32>, tensor<4xi1>, tensor<4xf32>
}

// -----

// CHECK-LABEL: func @expand
// CHECK-SAME: (%[[X:.*]]: tensor<2x3xf32>, %[[Y:.*]]: tensor<?x3xf32>, %[[S:.*]]: tensor<2xi64>)
func.func @expand(%x: tensor<2x3xf32>, %y: tensor<?x3xf32>, %s: tensor<2xi64>) -> (tensor<2x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>) {
  %0 = onnx.Expand(%x, %s) : (tensor<2x3xf32>, tensor<2xi64>) -> tensor<2x3xf32>
  %ones = onnx.Constant dense<1> : tensor<2xi64>
  %1 = onnx.Expand(%y, %ones) : (tensor<?x3xf32>, tensor<2xi64>) -> tensor<?x3xf32>
  // One row may become many.
  // CHECK: %[[WIDE:.*]] = onnx.Expand(%[[Y]], %[[S]])
  %2 = onnx.Expand(%y, %s) : (tensor<?x3xf32>, tensor<2xi64>) -> tensor<?x3xf32>
  // CHECK: return %[[X]], %[[Y]], %[[WIDE]]
  return %0, %1, %2 : tensor<2x3xf32>, tensor<?x3xf32>, tensor<?x3xf32>
}

// -----

// CHECK-LABEL: func @tile
// CHECK-SAME: (%[[X:.*]]: tensor<2x?xf32>)
func.func @tile(%x: tensor<2x?xf32>) -> (tensor<2x?xf32>, tensor<2x?xf32>) {
  %once = onnx.Constant dense<1> : tensor<2xi64>
  %0 = onnx.Tile(%x, %once) : (tensor<2x?xf32>, tensor<2xi64>) -> tensor<2x?xf32>
  %twice = onnx.Constant dense<[1, 2]> : tensor<2xi64>
  // CHECK: %[[TILED:.*]] = onnx.Tile(%[[X]]
  %1 = onnx.Tile(%x, %twice) : (tensor<2x?xf32>, tensor<2xi64>) -> tensor<2x?xf32>
  // CHECK: return %[[X]], %[[TILED]]
  return %0, %1 : tensor<2x?xf32>, tensor<2x?xf32>
}

// -----

// CHECK-LABEL: func @split
// CHECK-SAME: (%[[X:.*]]: tensor<6xf32>, %[[Y:.*]]: tensor<?xf32>, %[[S:.*]]: tensor<1xi64>)
func.func @split(%x: tensor<6xf32>, %y: tensor<?xf32>, %s: tensor<1xi64>) -> (tensor<6xf32>, tensor<?xf32>) {
  %0 = onnx.Split(%x, %s) {axis = 0 : i64} : (tensor<6xf32>, tensor<1xi64>) -> tensor<6xf32>
  // The size is to be checked.
  // CHECK: %[[CHECKED:.*]] = onnx.Split(%[[Y]], %[[S]])
  %1 = onnx.Split(%y, %s) {axis = 0 : i64} : (tensor<?xf32>, tensor<1xi64>) -> tensor<?xf32>
  // CHECK: return %[[X]], %[[CHECKED]]
  return %0, %1 : tensor<6xf32>, tensor<?xf32>
}

// -----

// CHECK-LABEL: func @slice
// CHECK-SAME: (%[[X:.*]]: tensor<4x?xf32>, %[[Y:.*]]: tensor<4x8xf32>, %[[S:.*]]: tensor<1xi64>)
func.func @slice(%x: tensor<4x?xf32>, %y: tensor<4x8xf32>, %s: tensor<1xi64>) -> (tensor<4x?xf32>, tensor<4x8xf32>, tensor<4x?xf32>, tensor<4x?xf32>, tensor<4x8xf32>) {
  %none = onnx.None : none
  %zero = onnx.Constant dense<0> : tensor<1xi64>
  %one = onnx.Constant dense<1> : tensor<1xi64>
  %last = onnx.Constant dense<-1> : tensor<1xi64>
  %seven = onnx.Constant dense<7> : tensor<1xi64>
  %end = onnx.Constant dense<9223372036854775807> : tensor<1xi64>
  %0 = onnx.Slice(%x, %zero, %end, %last, %one) : (tensor<4x?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4x?xf32>
  %1 = onnx.Slice(%y, %s, %s, %one, %none) : (tensor<4x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, none) -> tensor<4x8xf32>
  // CHECK-DAG: %[[FROM:.*]] = onnx.Slice(%[[X]], %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}})
  %2 = onnx.Slice(%x, %one, %end, %last, %one) : (tensor<4x?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4x?xf32>
  // CHECK-DAG: %[[TO:.*]] = onnx.Slice(%[[X]], %{{.*}}, %{{.*}}, %{{.*}}, %{{.*}})
  %3 = onnx.Slice(%x, %zero, %seven, %last, %one) : (tensor<4x?xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4x?xf32>
  // Backwards.
  // CHECK-DAG: %[[BACK:.*]] = onnx.Slice(%[[Y]],
  %4 = onnx.Slice(%y, %last, %end, %one, %last) : (tensor<4x8xf32>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<4x8xf32>
  // CHECK: return %[[X]], %[[Y]], %[[FROM]], %[[TO]], %[[BACK]]
  return %0, %1, %2, %3, %4 : tensor<4x?xf32>, tensor<4x8xf32>, tensor<4x?xf32>, tensor<4x?xf32>, tensor<4x8xf32>
}

// -----

// The same elements in another shape.

// CHECK-LABEL: func @reshape_nothing
// CHECK-SAME: (%[[X:.*]]: tensor<?x4x?xf32>, %[[Y:.*]]: tensor<?x4xf32>)
func.func @reshape_nothing(%x: tensor<?x4x?xf32>, %y: tensor<?x4xf32>) -> (tensor<?x4x?xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>) {
  %s0 = onnx.Constant dense<[0, 4, -1]> : tensor<3xi64>
  %0 = onnx.Reshape(%x, %s0) : (tensor<?x4x?xf32>, tensor<3xi64>) -> tensor<?x4x?xf32>
  %s1 = onnx.Constant dense<[0, -1]> : tensor<2xi64>
  %1 = onnx.Reshape(%y, %s1) : (tensor<?x4xf32>, tensor<2xi64>) -> tensor<?x4xf32>
  // Eight rows, which the run is to check.
  %s2 = onnx.Constant dense<[8, 4]> : tensor<2xi64>
  // CHECK: %[[EIGHT:.*]] = onnx.Reshape(%[[Y]],
  %2 = onnx.Reshape(%y, %s2) : (tensor<?x4xf32>, tensor<2xi64>) -> tensor<?x4xf32>
  // No rows at all.
  %s3 = onnx.Constant dense<[0, 4]> : tensor<2xi64>
  // CHECK: %[[NONE:.*]] = onnx.Reshape(%[[Y]], {{.*}}) {allowzero = 1 : i64}
  %3 = onnx.Reshape(%y, %s3) {allowzero = 1 : i64} : (tensor<?x4xf32>, tensor<2xi64>) -> tensor<?x4xf32>
  // CHECK: return %[[X]], %[[Y]], %[[EIGHT]], %[[NONE]]
  return %0, %1, %2, %3 : tensor<?x4x?xf32>, tensor<?x4xf32>, tensor<?x4xf32>, tensor<?x4xf32>
}

// -----

// CHECK-LABEL: func @there_and_back
// CHECK-SAME: (%[[X:.*]]: tensor<2x1x6xf32>)
// CHECK-NEXT: return %[[X]]
func.func @there_and_back(%x: tensor<2x1x6xf32>) -> tensor<2x1x6xf32> {
  %axis = onnx.Constant dense<1> : tensor<1xi64>
  %0 = onnx.Squeeze(%x, %axis) : (tensor<2x1x6xf32>, tensor<1xi64>) -> tensor<2x6xf32>
  %1 = onnx.Flatten(%0) {axis = 0 : i64} : (tensor<2x6xf32>) -> tensor<1x12xf32>
  %shape = onnx.Constant dense<[2, 1, -1]> : tensor<3xi64>
  %2 = onnx.Reshape(%1, %shape) : (tensor<1x12xf32>, tensor<3xi64>) -> tensor<2x1x6xf32>
  return %2 : tensor<2x1x6xf32>
}

// -----

// CHECK-LABEL: func @squeeze_unsqueeze
// CHECK-SAME: (%[[X:.*]]: tensor<?x3xf32>, %[[Y:.*]]: tensor<1x?xf32>, %[[Z:.*]]: tensor<?x?xf32>)
func.func @squeeze_unsqueeze(%x: tensor<?x3xf32>, %y: tensor<1x?xf32>, %z: tensor<?x?xf32>) -> (tensor<?x3xf32>, tensor<1x?xf32>, tensor<1x?xf32>, tensor<?x1xf32>) {
  %ends = onnx.Constant dense<[0, -1]> : tensor<2xi64>
  %same = onnx.Constant dense<[3, 0]> : tensor<2xi64>
  %first = onnx.Constant dense<0> : tensor<1xi64>
  %second = onnx.Constant dense<1> : tensor<1xi64>
  %0 = onnx.Unsqueeze(%x, %ends) : (tensor<?x3xf32>, tensor<2xi64>) -> tensor<1x?x3x1xf32>
  %1 = onnx.Squeeze(%0, %same) : (tensor<1x?x3x1xf32>, tensor<2xi64>) -> tensor<?x3xf32>
  %2 = onnx.Squeeze(%y, %first) : (tensor<1x?xf32>, tensor<1xi64>) -> tensor<?xf32>
  %3 = onnx.Unsqueeze(%2, %first) : (tensor<?xf32>, tensor<1xi64>) -> tensor<1x?xf32>
  // Whether there is one row is to be checked.
  // CHECK: %[[ROW:.*]] = onnx.Squeeze(%[[Z]]
  %4 = onnx.Squeeze(%z, %first) : (tensor<?x?xf32>, tensor<1xi64>) -> tensor<?xf32>
  // CHECK: %[[ROWS:.*]] = onnx.Unsqueeze(%[[ROW]]
  %5 = onnx.Unsqueeze(%4, %first) : (tensor<?xf32>, tensor<1xi64>) -> tensor<1x?xf32>
  // CHECK: %[[COLUMN:.*]] = onnx.Unsqueeze(%[[ROW]]
  %6 = onnx.Unsqueeze(%4, %second) : (tensor<?xf32>, tensor<1xi64>) -> tensor<?x1xf32>
  // CHECK: return %[[X]], %[[Y]], %[[ROWS]], %[[COLUMN]]
  return %1, %3, %5, %6 : tensor<?x3xf32>, tensor<1x?xf32>, tensor<1x?xf32>, tensor<?x1xf32>
}

// -----

// CHECK-LABEL: func @reshape_of_reshape
// CHECK-SAME: (%[[X:.*]]: tensor<4x6xf32>, %[[Y:.*]]: tensor<?xf32>)
func.func @reshape_of_reshape(%x: tensor<4x6xf32>, %y: tensor<?xf32>) -> (tensor<2x12xf32>, tensor<8x3xf32>, tensor<4x3xf32>, tensor<?x3xf32>) {
  // CHECK-DAG: %[[S0:.*]] = onnx.Constant dense<[2, -1]>
  %s0 = onnx.Constant dense<[8, 3]> : tensor<2xi64>
  %s1 = onnx.Constant dense<[2, -1]> : tensor<2xi64>
  // CHECK-DAG: %[[FLAT:.*]] = onnx.Reshape(%[[X]], %[[S0]])
  %0 = onnx.Reshape(%x, %s0) : (tensor<4x6xf32>, tensor<2xi64>) -> tensor<8x3xf32>
  %1 = onnx.Reshape(%0, %s1) : (tensor<8x3xf32>, tensor<2xi64>) -> tensor<2x12xf32>
  // A dim that is copied becomes a number.
  // CHECK-DAG: %[[S1:.*]] = onnx.Constant dense<[8, 3]>
  // CHECK-DAG: %[[COPIED:.*]] = onnx.Reshape(%[[X]], %[[S1]])
  %s2 = onnx.Constant dense<[8, 3, 1]> : tensor<3xi64>
  %s3 = onnx.Constant dense<[0, 3]> : tensor<2xi64>
  %2 = onnx.Reshape(%x, %s2) : (tensor<4x6xf32>, tensor<3xi64>) -> tensor<8x3x1xf32>
  %3 = onnx.Reshape(%2, %s3) : (tensor<8x3x1xf32>, tensor<2xi64>) -> tensor<8x3xf32>
  // The last shape asks for all elements, so the first need not.
  // CHECK-DAG: %[[S2:.*]] = onnx.Constant dense<[4, 3]>
  // CHECK-DAG: %[[WHOLE:.*]] = onnx.Reshape(%[[Y]], %[[S2]])
  %s4 = onnx.Constant dense<[2, -1]> : tensor<2xi64>
  %s5 = onnx.Constant dense<[4, 3]> : tensor<2xi64>
  %4 = onnx.Reshape(%y, %s4) : (tensor<?xf32>, tensor<2xi64>) -> tensor<2x?xf32>
  %5 = onnx.Reshape(%4, %s5) : (tensor<2x?xf32>, tensor<2xi64>) -> tensor<4x3xf32>
  // Here it takes what it gets.
  // CHECK-DAG: %[[HALF:.*]] = onnx.Reshape(%[[Y]], %[[S0]])
  // CHECK-DAG: %[[REST:.*]] = onnx.Reshape(%[[HALF]],
  %s6 = onnx.Constant dense<[-1, 3]> : tensor<2xi64>
  %6 = onnx.Reshape(%4, %s6) : (tensor<2x?xf32>, tensor<2xi64>) -> tensor<?x3xf32>
  // CHECK: return %[[FLAT]], %[[COPIED]], %[[WHOLE]], %[[REST]]
  return %1, %3, %5, %6 : tensor<2x12xf32>, tensor<8x3xf32>, tensor<4x3xf32>, tensor<?x3xf32>
}

// -----

// CHECK-LABEL: func @transpose_of_transpose
// CHECK-SAME: (%[[X:.*]]: tensor<2x?x4xf32>)
func.func @transpose_of_transpose(%x: tensor<2x?x4xf32>) -> (tensor<?x4x2xf32>, tensor<2x?x4xf32>) {
  %0 = onnx.Transpose(%x) : (tensor<2x?x4xf32>) -> tensor<4x?x2xf32>
  // CHECK: %[[Y:.*]] = onnx.Transpose(%[[X]]) {perm = array<i64: 1, 2, 0>} : (tensor<2x?x4xf32>) -> tensor<?x4x2xf32>
  %1 = onnx.Transpose(%0) {perm = array<i64: 1, 0, 2>} : (tensor<4x?x2xf32>) -> tensor<?x4x2xf32>
  %2 = onnx.Transpose(%0) : (tensor<4x?x2xf32>) -> tensor<2x?x4xf32>
  // CHECK-NEXT: return %[[Y]], %[[X]]
  return %1, %2 : tensor<?x4x2xf32>, tensor<2x?x4xf32>
}

// -----

// Only a cast that keeps every number goes away.

// CHECK-LABEL: func @cast_of_cast
// CHECK-SAME: (%[[X:.*]]: tensor<4xf16>, %[[Y:.*]]: tensor<4xi32>, %[[B:.*]]: tensor<4xi1>)
func.func @cast_of_cast(%x: tensor<4xf16>, %y: tensor<4xi32>, %b: tensor<4xi1>) -> (tensor<4xf16>, tensor<4xbf16>, tensor<4xf32>, tensor<4xf32>, tensor<4xf16>, tensor<4xi64>) {
  %0 = onnx.Cast(%x) {to = f32} : (tensor<4xf16>) -> tensor<4xf32>
  %1 = onnx.Cast(%0) {to = f16} : (tensor<4xf32>) -> tensor<4xf16>
  // CHECK-DAG: %[[A:.*]] = onnx.Cast(%[[X]]) {to = bf16} : (tensor<4xf16>)
  %2 = onnx.Cast(%0) {to = bf16} : (tensor<4xf32>) -> tensor<4xbf16>
  // CHECK-DAG: %[[C:.*]] = onnx.Cast(%[[A]]) {to = f32} : (tensor<4xbf16>)
  %3 = onnx.Cast(%2) {to = f32} : (tensor<4xbf16>) -> tensor<4xf32>
  // CHECK-DAG: %[[D:.*]] = onnx.Cast(%[[Y]]) {to = f32} : (tensor<4xi32>)
  %4 = onnx.Cast(%y) {to = f64} : (tensor<4xi32>) -> tensor<4xf64>
  %5 = onnx.Cast(%4) {to = f32} : (tensor<4xf64>) -> tensor<4xf32>
  // 2^24 + 1 is no f32.
  // CHECK-DAG: %[[ROUNDED:.*]] = onnx.Cast(%[[Y]]) {to = f32} : (tensor<4xi32>)
  // CHECK-DAG: %[[F:.*]] = onnx.Cast(%[[ROUNDED]]) {to = f16} : (tensor<4xf32>)
  %6 = onnx.Cast(%y) {to = f32} : (tensor<4xi32>) -> tensor<4xf32>
  %7 = onnx.Cast(%6) {to = f16} : (tensor<4xf32>) -> tensor<4xf16>
  // CHECK-DAG: %[[G:.*]] = onnx.Cast(%[[B]]) {to = i64} : (tensor<4xi1>)
  %8 = onnx.Cast(%b) {to = ui8} : (tensor<4xi1>) -> tensor<4xui8>
  %9 = onnx.Cast(%8) {to = i64} : (tensor<4xui8>) -> tensor<4xi64>
  // CHECK: return %[[X]], %[[A]], %[[C]], %[[D]], %[[F]], %[[G]]
  return %1, %2, %3, %5, %7, %9 : tensor<4xf16>, tensor<4xbf16>, tensor<4xf32>, tensor<4xf32>, tensor<4xf16>, tensor<4xi64>
}

// -----

// CHECK-LABEL: func @signs
// CHECK-SAME: (%[[X:.*]]: tensor<4xi8>)
func.func @signs(%x: tensor<4xi8>) -> (tensor<4xi16>, tensor<4xi32>) {
  // CHECK-DAG: %[[U:.*]] = onnx.Cast(%[[X]]) {to = ui8}
  // CHECK-DAG: %[[A:.*]] = onnx.Cast(%[[U]]) {to = i16}
  %0 = onnx.Cast(%x) {to = ui8} : (tensor<4xi8>) -> tensor<4xui8>
  %1 = onnx.Cast(%0) {to = i16} : (tensor<4xui8>) -> tensor<4xi16>
  // -1 as ui16 is 65535.
  // CHECK-DAG: %[[W:.*]] = onnx.Cast(%[[X]]) {to = ui16}
  // CHECK-DAG: %[[B:.*]] = onnx.Cast(%[[W]]) {to = i32}
  %2 = onnx.Cast(%x) {to = ui16} : (tensor<4xi8>) -> tensor<4xui16>
  %3 = onnx.Cast(%2) {to = i32} : (tensor<4xui16>) -> tensor<4xi32>
  // CHECK: return %[[A]], %[[B]]
  return %1, %3 : tensor<4xi16>, tensor<4xi32>
}

// -----

// CHECK-LABEL: func @cast_like
// CHECK-SAME: (%[[X:.*]]: tensor<4xf32>, %{{.*}}: tensor<1xf8E4M3FN>)
// CHECK-NEXT: %[[Y:.*]] = onnx.Cast(%[[X]]) {saturate = 0 : i64, to = f8E4M3FN}
// CHECK-NEXT: return %[[Y]]
func.func @cast_like(%x: tensor<4xf32>, %like: tensor<1xf8E4M3FN>) -> tensor<4xf8E4M3FN> {
  %0 = onnx.CastLike(%x, %like) {saturate = 0 : i64} : (tensor<4xf32>, tensor<1xf8E4M3FN>) -> tensor<4xf8E4M3FN>
  return %0 : tensor<4xf8E4M3FN>
}

// -----

// The exponents fit, but there is no infinity, and no negative zero.

// CHECK-LABEL: func @no_infinity
// CHECK: %[[N:.*]] = onnx.Cast(%{{.*}}) {to = f8E5M2FNUZ}
// CHECK: onnx.Cast(%[[N]]) {to = f32}
func.func @no_infinity(%x: tensor<4xf8E5M2>) -> tensor<4xf32> {
  %0 = onnx.Cast(%x) {to = f8E5M2FNUZ} : (tensor<4xf8E5M2>) -> tensor<4xf8E5M2FNUZ>
  %1 = onnx.Cast(%0) {to = f32} : (tensor<4xf8E5M2FNUZ>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}
