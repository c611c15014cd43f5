// RUN: gg-opt %s -convert-rf8-to-vector="target=avx512 prefetch=4096" -canonicalize -cse | FileCheck %s

// 4 KB are 32 times two blocks of 64 bytes. The tail of a loop unrolled by four
// is the rest of the 143 blocks of steps.

// CHECK-LABEL: func @vector
// CHECK: scf.parallel (%[[PANEL:[a-z0-9]+]]) =
// CHECK: scf.for %[[I:[a-z0-9]+]] =
// CHECK: %[[STEP:.*]] = arith.muli %[[I]], %c4
// CHECK: %[[AHEAD:.*]] = arith.addi %[[STEP]], %c32
// CHECK: memref.prefetch %{{.*}}[%[[PANEL]], %[[AHEAD]], %c0, %c0], read, locality<3>, data
// CHECK: vector.load %{{.*}}[%[[PANEL]], %[[STEP]], %c0, %c0]
// CHECK: memref.prefetch %{{.*}}[%[[PANEL]], %[[AHEAD]], %c1, %c0], read, locality<3>, data
// CHECK: vector.load %{{.*}}[%[[PANEL]], %[[STEP]], %c1, %c0]
// CHECK: scf.yield
// CHECK: memref.prefetch %{{.*}}[%[[PANEL]], %c172, %c0, %c0]
// CHECK: vector.load %{{.*}}[%[[PANEL]], %c140, %c0, %c0]
func.func @vector(%x: memref<1x570xf32>, %w: memref<48x143x2x64x!rf8.e4r3>,
                  %s: memref<1536xf32>, %o: memref<1x1536xf32>) {
  rf8.linear ins(%x, %w : memref<1x570xf32>, memref<48x143x2x64x!rf8.e4r3>)
             scales(%s : memref<1536xf32>) outs(%o : memref<1x1536xf32>)
  return
}

// Many rows use a weight many times.

// CHECK-LABEL: func @matrix
// CHECK-NOT: memref.prefetch
func.func @matrix(%x: memref<64x576xf32>, %w: memref<48x144x2x64x!rf8.e4r3>,
                  %s: memref<1536xf32>, %o: memref<64x1536xf32>) {
  rf8.linear ins(%x, %w : memref<64x576xf32>, memref<48x144x2x64x!rf8.e4r3>)
             scales(%s : memref<1536xf32>) outs(%o : memref<64x1536xf32>)
  return
}
