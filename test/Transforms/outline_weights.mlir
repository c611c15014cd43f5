// RUN: gg-opt %s -split-input-file -gg-outline-weights="threshold=8" | FileCheck %s

// Equal bytes share a place; small constants stay; a splat becomes a fill.

// CHECK: gg.weight @weight offset 0 bytes 16 = dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]>
// CHECK: gg.weight @other offset 64 bytes 16 = dense_resource<other>
// CHECK-NOT: gg.weight
// CHECK-LABEL: func @constants
func.func @constants() -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2xf32>, tensor<9xf32>) {
  // CHECK: %[[W:.*]] = gg.get_weight @weight : memref<4xf32>
  // CHECK: bufferization.to_tensor %[[W]] restrict : memref<4xf32> to tensor<4xf32>
  %0 = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  // CHECK: gg.get_weight @other
  %1 = arith.constant dense_resource<other> : tensor<4xf32> loc("other")
  // CHECK: gg.get_weight @other
  %2 = arith.constant dense_resource<same> : tensor<4xf32>
  // CHECK: arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
  %3 = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  // CHECK: %[[E:.*]] = tensor.empty() : tensor<9xf32>
  // CHECK: linalg.fill {{.*}} outs(%[[E]]
  %4 = arith.constant dense<5.0> : tensor<9xf32>
  return %0, %1, %2, %3, %4 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<2xf32>, tensor<9xf32>
}

{-#
  dialect_resources: {
    builtin: {
      other: "0x0400000000004040000080400000A0400000C040",
      same: "0x0400000000004040000080400000A0400000C040"
    }
  }
#-}
