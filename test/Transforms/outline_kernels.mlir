// RUN: gg-opt %s -gg-outline-kernels | FileCheck %s

// Two equal loops over different buffers are one function; a third in place is
// another, as its argument is both read and written.

// CHECK-LABEL: func @entry
// CHECK: call @kernel(%{{.*}}, %{{.*}}, %{{.*}})
// CHECK: gg.barrier
// CHECK: call @kernel(%{{.*}}, %{{.*}}, %{{.*}})
// CHECK: call @kernel_0
// CHECK-NOT: scf.for

// CHECK: func private @kernel(%{{.*}}: index, %{{.*}}: memref<8xf32> {llvm.noalias}, %{{.*}}: memref<8xf32> {llvm.noalias})
// CHECK-SAME: llvm.bareptr, llvm.linkage = #llvm.linkage<internal>
// CHECK: %[[C0:.*]] = arith.constant 0 : index
// CHECK: scf.for
// CHECK: return
// CHECK: func private @kernel_0(%{{.*}}: index, %{{.*}}: memref<8xf32>, %{{.*}}: memref<?xf32{{.*}}>)
// CHECK-SAME: attributes {llvm.linkage
func.func @entry(%n: index, %a: memref<8xf32>, %b: memref<8xf32>, %c: memref<8xf32>) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.for %i = %c0 to %n step %c1 {
    %0 = memref.load %a[%i] : memref<8xf32>
    memref.store %0, %b[%i] : memref<8xf32>
  }
  gg.barrier
  scf.for %i = %c0 to %n step %c1 {
    %0 = memref.load %b[%i] : memref<8xf32>
    memref.store %0, %c[%i] : memref<8xf32>
  }
  %s = memref.subview %c[%n] [%n] [1] : memref<8xf32> to memref<?xf32, strided<[1], offset: ?>>
  scf.for %i = %c0 to %n step %c1 {
    %0 = memref.load %c[%i] : memref<8xf32>
    memref.store %0, %s[%i] : memref<?xf32, strided<[1], offset: ?>>
  }
  return
}
