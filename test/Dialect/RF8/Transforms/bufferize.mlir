// RUN: gg-opt %s -one-shot-bufferize="bufferize-function-boundaries function-boundary-type-conversion=identity-layout-map" | FileCheck %s

// The destination is written in place, and not read: no copy, no fill.

// CHECK-LABEL: func @linear
// CHECK-SAME: (%[[X:.*]]: memref<3x6xf32>, %[[W:.*]]: memref<1x2x2x64x!rf8.e4r3>, %[[S:.*]]: memref<32xf32>)
// CHECK: %[[O:.*]] = memref.alloc() {{.*}}: memref<3x20xf32>
// CHECK-NOT: memref.copy
// CHECK: rf8.linear ins(%[[X]], %[[W]] : memref<3x6xf32>, memref<1x2x2x64x!rf8.e4r3>) scales(%[[S]] : memref<32xf32>) outs(%[[O]] : memref<3x20xf32>)
// CHECK: return %[[O]]
func.func @linear(%x: tensor<3x6xf32>, %w: tensor<1x2x2x64x!rf8.e4r3>, %s: tensor<32xf32>) -> tensor<3x20xf32> {
  %e = tensor.empty() : tensor<3x20xf32>
  %0 = rf8.linear ins(%x, %w : tensor<3x6xf32>, tensor<1x2x2x64x!rf8.e4r3>)
                  scales(%s : tensor<32xf32>) outs(%e : tensor<3x20xf32>) -> tensor<3x20xf32>
  return %0 : tensor<3x20xf32>
}
