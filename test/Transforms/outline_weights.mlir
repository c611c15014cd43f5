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

// -----

// Resources joined along the first dimension are one weight, in both functions;
// a part that something else reads is a weight of its own.

// CHECK: gg.weight @joint offset 0 bytes 24 = dense_resource<a> : tensor<2x2xf32>, dense_resource<b> : tensor<1x2xf32>
// CHECK: gg.weight @a offset 64 bytes 16 = dense_resource<a> : tensor<2x2xf32>
// CHECK-NOT: gg.weight
// CHECK-LABEL: func @joined
func.func @joined() -> (tensor<3x2xf32>, tensor<2x2xf32>) {
  // CHECK: %[[A:.*]] = gg.get_weight @a : memref<2x2xf32>
  // CHECK: gg.get_weight @joint : memref<3x2xf32>
  // CHECK-NOT: tensor.concat
  %a = arith.constant dense_resource<a> : tensor<2x2xf32> loc("a")
  %b = arith.constant dense_resource<b> : tensor<1x2xf32>
  %0 = tensor.concat dim(0) %a, %b : (tensor<2x2xf32>, tensor<1x2xf32>) -> tensor<3x2xf32> loc("joint")
  return %0, %a : tensor<3x2xf32>, tensor<2x2xf32>
}

// CHECK-LABEL: func @joined_again
func.func @joined_again() -> tensor<3x2xf32> {
  // CHECK: gg.get_weight @joint : memref<3x2xf32>
  %a = arith.constant dense_resource<copy> : tensor<2x2xf32>
  %b = arith.constant dense_resource<b> : tensor<1x2xf32>
  %0 = tensor.concat dim(0) %a, %b : (tensor<2x2xf32>, tensor<1x2xf32>) -> tensor<3x2xf32>
  return %0 : tensor<3x2xf32>
}

// Along another dimension, or with what is no constant: left as it is.

// CHECK-LABEL: func @columns
func.func @columns(%x: tensor<2x2xf32>) -> (tensor<2x4xf32>, tensor<4x2xf32>) {
  // CHECK: tensor.concat dim(1)
  // CHECK: tensor.concat dim(0)
  %a = arith.constant dense_resource<a> : tensor<2x2xf32>
  %0 = tensor.concat dim(1) %a, %a : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  %1 = tensor.concat dim(0) %a, %x : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<4x2xf32>
  return %0, %1 : tensor<2x4xf32>, tensor<4x2xf32>
}

// A type that leaves the size open has no place in the payload.

// CHECK-LABEL: func @open_size
func.func @open_size() -> tensor<?x2xf32> {
  // CHECK: tensor.concat dim(0) {{.*}} -> tensor<?x2xf32>
  %a = arith.constant dense_resource<a> : tensor<2x2xf32>
  %0 = tensor.concat dim(0) %a, %a : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %0 : tensor<?x2xf32>
}

{-#
  dialect_resources: {
    builtin: {
      a: "0x040000000000803F000000400000404000008040",
      copy: "0x040000000000803F000000400000404000008040",
      b: "0x040000000000A0400000C040"
    }
  }
#-}
