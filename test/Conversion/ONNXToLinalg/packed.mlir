// RUN: gg-opt %s -convert-onnx-to-linalg | FileCheck %s

// Packed in a resource, the first element in the lowest bits.

// CHECK-LABEL: func @packed
// CHECK-DAG: arith.constant dense<[1, -2]> : tensor<2xi8>
// CHECK-DAG: arith.constant dense<[1, 14]> : tensor<2xi8>
// CHECK-DAG: arith.constant dense_resource<nibbles{{.*}}> : tensor<3xi8>
func.func @packed() -> (tensor<2xi4>, tensor<2xui4>, tensor<3xi4>) {
  %0 = onnx.Constant dense<[1, -2]> : tensor<2xi4>
  %1 = onnx.Constant dense<[1, 14]> : tensor<2xui4>
  %2 = onnx.Constant dense_resource<nibbles> : tensor<3xi4>
  return %0, %1, %2 : tensor<2xi4>, tensor<2xui4>, tensor<3xi4>
}

// 0xE1, 0x07: 1, -2, 7, a byte each.
// CHECK: nibbles{{.*}}: "0x4000000001FE07"

{-#
  dialect_resources: {
    builtin: {
      nibbles: "0x01000000E107"
    }
  }
#-}
