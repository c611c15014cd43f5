// RUN: gg-opt %s -gg-plan-arena -canonicalize | FileCheck %s

// %0 is dead when %2 is made, so they share memory.

// CHECK-LABEL: func @static
// CHECK-SAME: gg.arena_bytes = 192 : i64
func.func @static(%arg0: memref<32xf32>) attributes {gg.entry = "main"} {
  // CHECK-DAG: %[[C0:.*]] = arith.constant 0 : index
  // CHECK-DAG: %[[C128:.*]] = arith.constant 128 : index
  // CHECK-DAG: %[[ARENA:.*]] = gg.arena
  // CHECK: %[[A:.*]] = memref.view %[[ARENA]][%[[C0]]][] : memref<?xi8> to memref<32xf32>
  %0 = memref.alloc() : memref<32xf32>
  linalg.copy ins(%arg0 : memref<32xf32>) outs(%0 : memref<32xf32>)
  // CHECK: %[[B:.*]] = memref.view %[[ARENA]][%[[C128]]][] : memref<?xi8> to memref<16xf32>
  %1 = memref.alloc() : memref<16xf32>
  %half = memref.subview %0[0] [16] [1] : memref<32xf32> to memref<16xf32, strided<[1]>>
  linalg.copy ins(%half : memref<16xf32, strided<[1]>>) outs(%1 : memref<16xf32>)
  // CHECK: %[[C:.*]] = memref.view %[[ARENA]][%[[C0]]][] : memref<?xi8> to memref<16xi1>
  %2 = memref.alloc() : memref<16xi1>
  %true = arith.constant true
  linalg.fill ins(%true : i1) outs(%2 : memref<16xi1>)
  gg.output 0, %1 : memref<16xf32>
  gg.output 1, %2 : memref<16xi1>
  return
}

// CHECK-LABEL: func @dynamic
// CHECK-SAME: gg.arena_bytes = 0 : i64, gg.arena_dynamic
func.func @dynamic(%n: memref<index>) attributes {gg.entry = "main"} {
  %0 = memref.load %n[] : memref<index>
  // CHECK: %[[CURSOR:.*]] = memref.alloca() : memref<index>
  // CHECK: %[[START:.*]] = memref.load %[[CURSOR]][]
  // CHECK: %[[END:.*]] = arith.addi %[[START]]
  // CHECK: %[[FITS:.*]] = arith.cmpi ule, %[[END]]
  // CHECK: cf.assert %[[FITS]], "the tensors of this call do not fit into its arena"
  // CHECK: memref.store %[[END]], %[[CURSOR]][]
  // CHECK: memref.view %{{.*}}[%[[START]]][%{{.*}}] : memref<?xi8> to memref<?x4xf32>
  %1 = memref.alloc(%0) : memref<?x4xf32>
  gg.output 0, %1 : memref<?x4xf32>
  return
}

// A size that is bounded needs no dynamic rest: the room is that of the bound,
// as a view of its own, by which overlaps are found.

// CHECK-LABEL: func @bounded
// CHECK-SAME: gg.arena_bytes = 192 : i64
// CHECK-NOT: gg.arena_dynamic
func.func @bounded(%n: memref<index>) attributes {gg.entry = "main"} {
  // CHECK: %[[COUNT:.*]] = arith.minui
  %c10 = arith.constant 10 : index
  %0 = memref.load %n[] : memref<index>
  %1 = arith.minui %0, %c10 : index
  // CHECK: %[[ROOM:.*]] = memref.view %{{.*}}[%{{.*}}][] : memref<?xi8> to memref<192xi8>
  // CHECK: memref.view %[[ROOM]][%{{.*}}][%[[COUNT]]] : memref<192xi8> to memref<?x4xf32>
  %2 = memref.alloc(%1) : memref<?x4xf32>
  gg.output 0, %2 : memref<?x4xf32>
  return
}

// Scratch of parallel loops is per thread; the two loops share it.

// CHECK-LABEL: func @scratch
// CHECK-SAME: gg.arena_bytes = 0
func.func @scratch() attributes {gg.entry = "main"} {
  // CHECK: memref.alloca() {alignment = 64 : i64} : memref<128xi8>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %cst = arith.constant 0.0 : f32
  scf.parallel (%i) = (%c0) to (%c1) step (%c1) {
    %0 = memref.alloc() : memref<8xf32>
    memref.store %cst, %0[%i] : memref<8xf32>
  }
  scf.parallel (%i) = (%c0) to (%c1) step (%c1) {
    %0 = memref.alloca() : memref<32xf32>
    memref.store %cst, %0[%i] : memref<32xf32>
  }
  return
}

// Private buffers lie on the stack, and share it as those of the arena do.

// CHECK-LABEL: func @private
// CHECK-SAME: gg.arena_bytes = 0
func.func @private(%out: memref<16xf32>) attributes {gg.entry = "main"} {
  // CHECK: %[[STACK:.*]] = memref.alloca() {alignment = 64 : i64} : memref<128xi8>
  %cst = arith.constant 0.0 : f32
  // CHECK: %[[A:.*]] = memref.view %[[STACK]][%c0{{.*}}][] : memref<128xi8> to memref<16xf32>
  %0 = memref.alloc() {gg.private} : memref<16xf32>
  linalg.fill ins(%cst : f32) outs(%0 : memref<16xf32>)
  // CHECK: %[[B:.*]] = memref.view %[[STACK]][%c64{{.*}}][] : memref<128xi8> to memref<16xf32>
  %1 = memref.alloc() {gg.private} : memref<16xf32>
  // CHECK: linalg.copy ins(%[[A]] : memref<16xf32>) outs(%[[B]] : memref<16xf32>)
  linalg.copy ins(%0 : memref<16xf32>) outs(%1 : memref<16xf32>)
  // CHECK: memref.view %[[STACK]][%c0{{.*}}][] : memref<128xi8> to memref<8xf32>
  %2 = memref.alloc() {gg.private} : memref<8xf32>
  linalg.fill ins(%cst : f32) outs(%2 : memref<8xf32>)
  linalg.copy ins(%1 : memref<16xf32>) outs(%out : memref<16xf32>)
  return
}
