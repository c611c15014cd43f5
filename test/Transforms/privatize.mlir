// RUN: gg-opt %s -split-input-file -gg-privatize="max-bytes=512 grain=64" | FileCheck %s

// Little work on a small buffer: every thread does it for itself, and the copy
// into the argument stays with one of them.

// CHECK-LABEL: func @small
func.func @small(%in: memref<8xf32>, %out: memref<8xf32>) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  // CHECK: memref.alloc() {gg.private} : memref<8xf32>
  %0 = memref.alloc() : memref<8xf32>
  %half = memref.subview %0[4] [4] [1] : memref<8xf32> to memref<4xf32, strided<[1], offset: 4>>
  scf.parallel (%i) = (%c0) to (%c4) step (%c1) {
    %1 = memref.load %in[%i] : memref<8xf32>
    memref.store %1, %half[%i] : memref<4xf32, strided<[1], offset: 4>>
  }
  memref.copy %0, %out : memref<8xf32> to memref<8xf32>
  return
}

// -----

// Much work is shared out, a large buffer stays one, and so does one whose size
// is not known.

// CHECK-LABEL: func @large
// CHECK-NOT: gg.private
func.func @large(%n: index) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c128 = arith.constant 128 : index
  %cst = arith.constant 0.0 : f32
  %0 = memref.alloc() : memref<128xf32>
  scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
    memref.store %cst, %0[%i] : memref<128xf32>
  }
  %1 = memref.alloc() : memref<129xf32>
  memref.store %cst, %1[%c0] : memref<129xf32>
  %2 = memref.alloc(%n) : memref<?xf32>
  memref.store %cst, %2[%c0] : memref<?xf32>
  return
}

// -----

// What is written together with shared memory is shared, too; and what is
// written together with that.

// CHECK-LABEL: func @together
// CHECK-NOT: gg.private
func.func @together(%out: memref<8xf32>) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %cst = arith.constant 0.0 : f32
  %0 = memref.alloc() : memref<8xf32>
  %1 = memref.alloc() : memref<8xf32>
  scf.for %i = %c0 to %c4 step %c1 {
    memref.store %cst, %0[%i] : memref<8xf32>
    memref.store %cst, %1[%i] : memref<8xf32>
  }
  scf.for %i = %c0 to %c4 step %c1 {
    memref.store %cst, %1[%i] : memref<8xf32>
    memref.store %cst, %out[%i] : memref<8xf32>
  }
  return
}

// -----

// The caller reads the buffer of an output; what a selection yields could be
// either.

// CHECK-LABEL: func @untraceable
// CHECK-NOT: gg.private
func.func @untraceable(%which: i1) attributes {gg.entry = "main"} {
  %cst = arith.constant 0.0 : f32
  %0 = memref.alloc() : memref<f32>
  memref.store %cst, %0[] : memref<f32>
  gg.output 0, %0 : memref<f32>
  %1 = memref.alloc() : memref<f32>
  %2 = memref.alloc() : memref<f32>
  %3 = arith.select %which, %1, %2 : memref<f32>
  memref.store %cst, %3[] : memref<f32>
  return
}

// -----

// Memory that a loop makes for itself does not count as shared.

// CHECK-LABEL: func @scratch
func.func @scratch() attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %cst = arith.constant 0.0 : f32
  // CHECK: memref.alloc() {gg.private} : memref<8xf32>
  // CHECK-NOT: gg.private
  %0 = memref.alloc() : memref<8xf32>
  scf.parallel (%i) = (%c0) to (%c4) step (%c1) {
    %1 = memref.alloc() : memref<4xf32>
    memref.store %cst, %1[%i] : memref<4xf32>
    %2 = memref.load %1[%i] : memref<4xf32>
    memref.store %2, %0[%i] : memref<8xf32>
  }
  return
}
