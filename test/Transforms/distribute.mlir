// RUN: gg-opt %s -split-input-file -gg-distribute="grain=64" -canonicalize -cse | FileCheck %s

// Split in two blocks; the loop that reads waits for the one that writes.

// CHECK-LABEL: func @split
func.func @split(%a: memref<128x4xf32>, %b: memref<128x4xf32>) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c128 = arith.constant 128 : index
  %cst = arith.constant 0.0 : f32
  // CHECK-DAG: %[[C128:.*]] = arith.constant 128 : index
  // CHECK-DAG: %[[T:.*]] = gg.thread_id
  // CHECK-DAG: %[[N:.*]] = gg.thread_count
  // CHECK: %[[CHUNK:.*]] = arith.ceildivui %[[C128]], %[[N]]
  // CHECK: %[[START:.*]] = arith.muli %[[T]], %[[CHUNK]]
  // CHECK: %[[LO:.*]] = arith.minui %[[START]], %[[C128]]
  // CHECK: %[[STOP:.*]] = arith.addi %[[LO]], %[[CHUNK]]
  // CHECK: %[[HI:.*]] = arith.minui %[[STOP]], %[[C128]]
  // CHECK: scf.for %{{.*}} = %[[LO]] to %[[HI]]
  // CHECK-NEXT: scf.for
  scf.parallel (%i, %j) = (%c0, %c0) to (%c128, %c4) step (%c1, %c1) {
    memref.store %cst, %a[%i, %j] : memref<128x4xf32>
  }
  // CHECK: gg.barrier
  // CHECK-NEXT: scf.for %{{.*}} = %[[LO]] to %[[HI]]
  scf.parallel (%i, %j) = (%c0, %c0) to (%c128, %c4) step (%c1, %c1) {
    %0 = memref.load %a[%i, %j] : memref<128x4xf32>
    memref.store %0, %b[%i, %j] : memref<128x4xf32>
  }
  // CHECK-NOT: gg.barrier
  return
}

// -----

// Small writes are thread 0's, in one region, without a barrier between.

// CHECK-LABEL: func @first
func.func @first(%a: memref<4xf32>, %b: memref<4xf32>) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %cst = arith.constant 0.0 : f32
  // CHECK: %[[FIRST:.*]] = arith.cmpi eq
  // CHECK: scf.if %[[FIRST]] {
  // CHECK-NEXT: memref.store
  // CHECK-NEXT: scf.parallel
  // CHECK-NOT: gg.barrier
  // CHECK: gg.output
  memref.store %cst, %a[%c0] : memref<4xf32>
  scf.parallel (%i) = (%c0) to (%c4) step (%c1) {
    %0 = memref.load %a[%c0] : memref<4xf32>
    memref.store %0, %b[%i] : memref<4xf32>
  }
  gg.output 0, %b : memref<4xf32>
  return
}

// -----

// What every thread reads waits for thread 0, which in turn may not overwrite
// it before all have read it.

// CHECK-LABEL: func @uniform
func.func @uniform(%a: memref<i1>, %x: i1) attributes {gg.entry = "main"} {
  // CHECK: scf.if
  // CHECK-NEXT: memref.store
  // CHECK: gg.barrier
  // CHECK-NEXT: %[[OK:.*]] = memref.load
  // CHECK-NEXT: cf.assert %[[OK]]
  // CHECK-NEXT: gg.barrier
  // CHECK-NEXT: scf.if
  %true = arith.constant true
  memref.store %true, %a[] : memref<i1>
  %0 = memref.load %a[] : memref<i1>
  cf.assert %0, "no"
  %false = arith.constant false
  memref.store %false, %a[] : memref<i1>
  return
}

// -----

// Disjoint pieces of the arena need no barrier.

// CHECK-LABEL: func @arena
func.func @arena() attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c512 = arith.constant 512 : index
  %c128 = arith.constant 128 : index
  %cst = arith.constant 0.0 : f32
  %arena = gg.arena : memref<?xi8>
  %a = memref.view %arena[%c0][] : memref<?xi8> to memref<128xf32>
  %b = memref.view %arena[%c512][] : memref<?xi8> to memref<128xf32>
  // CHECK-NOT: gg.barrier
  scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
    memref.store %cst, %a[%i] : memref<128xf32>
  }
  scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
    memref.store %cst, %b[%i] : memref<128xf32>
  }
  return
}

// -----

// Every thread follows a loop that holds parallel ones; an iteration ends with
// a barrier.

// CHECK-LABEL: func @loop
func.func @loop(%a: memref<128xf32>, %n: memref<index>) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c128 = arith.constant 128 : index
  %cst = arith.constant 0.0 : f32
  %0 = memref.load %n[] : memref<index>
  // CHECK: gg.barrier
  // CHECK: scf.for
  // CHECK: scf.for
  // CHECK: }
  // CHECK-NEXT: gg.barrier
  // CHECK-NEXT: }
  scf.for %k = %c0 to %0 step %c1 {
    scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
      memref.store %cst, %a[%i] : memref<128xf32>
    }
  }
  return
}

// -----

// The largest of dynamic sizes is chosen at run time.

// CHECK-LABEL: func @dynamic
func.func @dynamic(%a: memref<?x?xf32>, %n: index, %m: index) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %cst = arith.constant 0.0 : f32
  // CHECK: arith.cmpi ugt
  // CHECK: arith.select
  scf.parallel (%i, %j) = (%c0, %c0) to (%n, %m) step (%c1, %c1) {
    memref.store %cst, %a[%i, %j] : memref<?x?xf32>
  }
  return
}

// -----

// What writes nothing but the thread's own stack is done by every thread,
// between barriers that other work needs.

// CHECK-LABEL: func @private
func.func @private(%a: memref<128xf32>) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c128 = arith.constant 128 : index
  %cst = arith.constant 0.0 : f32
  %stack = memref.alloca() : memref<512xi8>
  %own = memref.view %stack[%c0][] : memref<512xi8> to memref<128xf32>
  // CHECK-NOT: scf.if
  // CHECK-NOT: gg.barrier
  // CHECK: scf.parallel
  scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
    %0 = memref.load %a[%i] : memref<128xf32>
    memref.store %0, %own[%i] : memref<128xf32>
  }
  // CHECK: gg.barrier
  // CHECK-NOT: gg.barrier
  // CHECK: scf.for
  scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
    %1 = memref.load %own[%i] : memref<128xf32>
    memref.store %1, %a[%i] : memref<128xf32>
  }
  return
}
