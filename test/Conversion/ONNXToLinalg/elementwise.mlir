// RUN: gg-opt %s -convert-onnx-to-linalg -canonicalize -cse | FileCheck %s

// CHECK-DAG: #[[$ID:.*]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$ROW:.*]] = affine_map<(d0, d1) -> (d1)>
// CHECK-DAG: #[[$COLUMN:.*]] = affine_map<(d0, d1) -> (d0, 0)>

// A dim that only one operand has is nobody's question at run time.
// CHECK-LABEL: func @static_broadcast
// CHECK-NOT:   cf.assert
// CHECK:       linalg.generic {indexing_maps = [#[[$ID]], #[[$ROW]], #[[$ID]]]
// CHECK:         arith.addf
func.func @static_broadcast(%a: tensor<?x3xf32>, %b: tensor<3xf32>) -> tensor<?x3xf32> {
  %0 = onnx.Add(%a, %b) : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}

// Equal dims by construction cost nothing either.
// CHECK-LABEL: func @same_dim
// CHECK-NOT:   cf.assert
// CHECK-NOT:   tensor.extract
func.func @same_dim(%a: tensor<?x3xf32>, %b: tensor<4x1xf32>) -> tensor<?x3xf32> {
  %0 = onnx.Exp(%a) : (tensor<?x3xf32>) -> tensor<?x3xf32>
  %1 = onnx.Mul(%0, %a) : (tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<?x3xf32>
  return %1 : tensor<?x3xf32>
}

// Two arguments' dims of one name are one size, checked at the entry.
// CHECK-LABEL: func @named_dims
// CHECK:       cf.assert %{{.*}}, "input b: dim 0 (n) differs from another input's"
// CHECK-NOT:   cf.assert
// CHECK:       return
func.func @named_dims(%a: tensor<?xf32> {onnx.dims = ["n"], onnx.name = "a"},
                      %b: tensor<?xf32> {onnx.dims = ["n"], onnx.name = "b"}) -> tensor<?xf32> {
  %0 = onnx.Add(%a, %b) : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32>
  return %0 : tensor<?xf32>
}

// What may be 1 at run time is read at 0 there.
// CHECK-LABEL: func @dynamic_broadcast
// CHECK:       arith.cmpi eq, %{{.*}}, %c1
// CHECK:       cf.assert %{{.*}}, "sum: dim 0 does not broadcast"
// CHECK:       tensor.extract
func.func @dynamic_broadcast(%a: tensor<?xf32>, %b: tensor<?xf32>) -> tensor<?xf32> {
  %0 = onnx.Add(%a, %b) : (tensor<?xf32>, tensor<?xf32>) -> tensor<?xf32> loc("sum")
  return %0 : tensor<?xf32>
}

// CHECK-LABEL: func @column
// CHECK:       linalg.generic {indexing_maps = [#[[$ID]], #[[$COLUMN]], #[[$ID]]]
func.func @column(%a: tensor<2x3xf32>, %b: tensor<2x1xf32>) -> tensor<2x3xf32> {
  %0 = onnx.Sub(%a, %b) : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  return %0 : tensor<2x3xf32>
}

// Half precision is computed in f32.
// CHECK-LABEL: func @half
// CHECK:         arith.extf %{{.*}} : f16 to f32
// CHECK:         math.tanh %{{.*}} : f32
// CHECK:         arith.truncf %{{.*}} : f32 to f16
func.func @half(%a: tensor<4xf16>) -> tensor<4xf16> {
  %0 = onnx.Tanh(%a) : (tensor<4xf16>) -> tensor<4xf16>
  return %0 : tensor<4xf16>
}

// Unsigned integers become signless and keep their arithmetic; no divisor traps.
// CHECK-LABEL: func @unsigned(
// CHECK-SAME:    %{{.*}}: tensor<4xi8>, %{{.*}}: tensor<4xi8>) -> tensor<4xi8>
// CHECK:         arith.cmpi eq
// CHECK:         arith.select
// CHECK:         arith.divui
func.func @unsigned(%a: tensor<4xui8>, %b: tensor<4xui8>) -> tensor<4xui8> {
  %0 = onnx.Div(%a, %b) : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  return %0 : tensor<4xui8>
}

// CHECK-LABEL: func @compare_unsigned
// CHECK:         arith.cmpi ult
func.func @compare_unsigned(%a: tensor<4xui8>, %b: tensor<4xui8>) -> tensor<4xi1> {
  %0 = onnx.Less(%a, %b) : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xi1>
  return %0 : tensor<4xi1>
}

// CHECK-LABEL: func @cast
// CHECK:         arith.fptosi
// CHECK-LABEL: func @to_bool
// CHECK:         arith.cmpf une
func.func @cast(%a: tensor<4xf32>) -> tensor<4xi64> {
  %0 = onnx.Cast(%a) {to = i64} : (tensor<4xf32>) -> tensor<4xi64>
  return %0 : tensor<4xi64>
}
func.func @to_bool(%a: tensor<4xf32>) -> tensor<4xi1> {
  %0 = onnx.Cast(%a) {to = i1} : (tensor<4xf32>) -> tensor<4xi1>
  return %0 : tensor<4xi1>
}

// Elements that no machine has are held in bytes.

// CHECK-LABEL: func @cast_to_float8(
// CHECK-SAME: %{{.*}}: tensor<4xf32>) -> tensor<4xi8>
func.func @cast_to_float8(%a: tensor<4xf32>) -> tensor<4xf8E4M3FN> {
  // CHECK-DAG: %[[MAX:.*]] = arith.constant 126 : i32
  // CHECK: arith.cmpi sgt, %[[CODE:.*]], %[[MAX]]
  // CHECK-NEXT: arith.select %{{.*}}, %[[MAX]], %[[CODE]]
  // CHECK: arith.trunci %{{.*}} : i32 to i8
  %0 = onnx.Cast(%a) {to = f8E4M3FN} : (tensor<4xf32>) -> tensor<4xf8E4M3FN>
  return %0 : tensor<4xf8E4M3FN>
}

// CHECK-LABEL: func @cast_to_nibbles(
// CHECK-SAME: %{{.*}}: tensor<4xi32>) -> (tensor<4xi8>, tensor<4xi8>)
func.func @cast_to_nibbles(%a: tensor<4xi32>) -> (tensor<4xi4>, tensor<4xui4>) {
  // CHECK: %[[S:.*]] = arith.trunci %{{.*}} : i32 to i4
  // CHECK: arith.extsi %[[S]] : i4 to i8
  %0 = onnx.Cast(%a) {to = i4} : (tensor<4xi32>) -> tensor<4xi4>
  // CHECK: %[[U:.*]] = arith.trunci %{{.*}} : i32 to i4
  // CHECK: arith.extui %[[U]] : i4 to i8
  %1 = onnx.Cast(%a) {to = ui4} : (tensor<4xi32>) -> tensor<4xui4>
  return %0, %1 : tensor<4xi4>, tensor<4xui4>
}
