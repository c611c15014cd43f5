// RUN: gg-opt %s -gg-bufferize -canonicalize | FileCheck %s

// The cache is written in place, other arguments are not; results become
// outputs.

// CHECK-LABEL: func @step
// CHECK-SAME: (%[[X:.*]]: memref<1x4xf32>, %[[CACHE:.*]]: memref<8x4xf32> {gg.in_place})
func.func @step(%x: tensor<1x4xf32>, %cache: tensor<8x4xf32>) -> (tensor<1x4xf32>, tensor<8x4xf32> {gg.role = "cache"})
    attributes {gg.entry = "step"} {
  %c3 = arith.constant 3 : index
  // CHECK: %[[ROW:.*]] = memref.subview %[[CACHE]][3, 0]
  // CHECK: linalg.copy ins(%[[X]] : {{.*}}) outs(%[[ROW]]
  %0 = tensor.insert_slice %x into %cache[%c3, 0] [1, 4] [1, 1] : tensor<1x4xf32> into tensor<8x4xf32>
  %cst = arith.constant 1.0 : f32
  // CHECK: %[[Y:.*]] = memref.alloc() {alignment = 64 : i64} : memref<1x4xf32>
  // CHECK: linalg.fill {{.*}} outs(%[[Y]]
  %1 = linalg.fill ins(%cst : f32) outs(%x : tensor<1x4xf32>) -> tensor<1x4xf32>
  // CHECK: gg.output 0, %[[Y]] : memref<1x4xf32>
  // CHECK-NEXT: return{{$}}
  return %1, %0 : tensor<1x4xf32>, tensor<8x4xf32>
}

// Small constants are shared by the functions.

// CHECK: memref.global "private" constant @[[ONE:.*]] : memref<4xf32> = dense<[1.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]>
// CHECK: func @constants
func.func @constants() -> tensor<4xf32> attributes {gg.entry = "main"} {
  // CHECK: memref.get_global @[[ONE]]
  %0 = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  return %0 : tensor<4xf32>
}

// CHECK: memref.global "private" constant @[[OTHER:.*]] : memref<4xf32> = dense<[5.000000e+00, 2.000000e+00, 3.000000e+00, 4.000000e+00]>
// CHECK: func @more_constants
func.func @more_constants() -> (tensor<4xf32>, tensor<4xf32>) attributes {gg.entry = "main"} {
  %0 = arith.constant dense<[5.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %1 = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  // CHECK-DAG: memref.get_global @[[OTHER]]
  // CHECK-DAG: memref.get_global @[[ONE]]
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}
