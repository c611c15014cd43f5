// RUN: gg-opt %s -split-input-file -gg-distribute="grain=64" -canonicalize -cse | FileCheck %s

// Threads claim ranges of the largest dimension; the loop that reads waits for
// the one that writes.

// CHECK-LABEL: func @split
func.func @split(%a: memref<128x4xf32>, %b: memref<128x4xf32>) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %c128 = arith.constant 128 : index
  %cst = arith.constant 0.0 : f32
  // CHECK-DAG: %[[C1:.*]] = arith.constant 1 : index
  // CHECK-DAG: %[[C128:.*]] = arith.constant 128 : index
  // CHECK: scf.while
  // CHECK-NEXT: %[[LO:.*]], %[[HI:.*]] = gg.claim 0 of %[[C128]] by %[[C1]]
  // CHECK-NEXT: %[[MORE:.*]] = arith.cmpi ult, %[[LO]], %[[HI]]
  // CHECK-NEXT: scf.condition(%[[MORE]]) %[[LO]], %[[HI]]
  // CHECK: ^bb0(%[[FROM:.*]]: index, %[[TO:.*]]: index):
  // CHECK-NEXT: scf.for %{{.*}} = %[[FROM]] to %[[TO]]
  // CHECK-NEXT: scf.for
  scf.parallel (%i, %j) = (%c0, %c0) to (%c128, %c4) step (%c1, %c1) {
    memref.store %cst, %a[%i, %j] : memref<128x4xf32>
  }
  // CHECK: gg.barrier
  // CHECK-NEXT: scf.while
  // CHECK-NEXT: gg.claim 0 of %[[C128]]
  scf.parallel (%i, %j) = (%c0, %c0) to (%c128, %c4) step (%c1, %c1) {
    %0 = memref.load %a[%i, %j] : memref<128x4xf32>
    memref.store %0, %b[%i, %j] : memref<128x4xf32>
  }
  // CHECK-NOT: gg.barrier
  return
}

// -----

// Lower bounds and steps: iteration 10 of 20 is element 5 + 10 * 3. Whole
// vectors of the contiguous dimension are claimed.

// CHECK-LABEL: func @bounds
func.func @bounds(%a: memref<128xf32>) attributes {gg.entry = "main"} {
  %c3 = arith.constant 3 : index
  %c5 = arith.constant 5 : index
  %c65 = arith.constant 65 : index
  %cst = arith.constant 0.0 : f32
  // CHECK-DAG: %[[C3:.*]] = arith.constant 3 : index
  // CHECK-DAG: %[[C5:.*]] = arith.constant 5 : index
  // CHECK-DAG: %[[C16:.*]] = arith.constant 16 : index
  // CHECK-DAG: %[[C20:.*]] = arith.constant 20 : index
  // CHECK: gg.claim 0 of %[[C20]] by %[[C16]]
  // CHECK: ^bb0(%[[LO:.*]]: index, %[[HI:.*]]: index):
  // CHECK-DAG: %[[FIRST:.*]] = arith.muli %[[LO]], %[[C3]]
  // CHECK-DAG: %[[LAST:.*]] = arith.muli %[[HI]], %[[C3]]
  // CHECK-DAG: %[[FROM:.*]] = arith.addi %[[FIRST]], %[[C5]]
  // CHECK-DAG: %[[TO:.*]] = arith.addi %[[LAST]], %[[C5]]
  // CHECK: scf.for %{{.*}} = %[[FROM]] to %[[TO]] step %[[C3]]
  scf.parallel (%i) = (%c5) to (%c65) step (%c3) {
    %0 = arith.negf %cst : f32
    %1 = arith.negf %0 : f32
    %2 = arith.negf %1 : f32
    memref.store %2, %a[%i] : memref<128xf32>
  }
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

// Disjoint pieces of the arena need no barrier; the loops have numbers then.

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
  // CHECK: gg.claim 0
  // CHECK-NOT: gg.barrier
  // CHECK: gg.claim 1
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
  // CHECK: gg.claim 0
  // CHECK: scf.for
  // CHECK: scf.yield
  // CHECK-NEXT: }
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

// -----

// At most eight loops stand between two barriers, and after branches the higher
// number goes on.

// CHECK-LABEL: func @numbers
func.func @numbers(%b: memref<128xf32>, %x: i1) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c128 = arith.constant 128 : index
  %c4096 = arith.constant 4096 : index
  %cst = arith.constant 0.0 : f32
  %arena = gg.arena : memref<?xi8>
  // CHECK: scf.if
  scf.if %x {
    // CHECK: gg.claim 0
    %v0 = memref.view %arena[%c0][] : memref<?xi8> to memref<128xf32>
    scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
      memref.store %cst, %v0[%i] : memref<128xf32>
    }
    // CHECK: gg.claim 1
    %v1 = memref.view %arena[%c4096][] : memref<?xi8> to memref<128xf32>
    scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
      memref.store %cst, %v1[%i] : memref<128xf32>
    }
  } else {
    // CHECK: gg.claim 0
    scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
      memref.store %cst, %b[%i] : memref<128xf32>
    }
  }
  // CHECK-NOT: gg.barrier
  // CHECK: gg.claim 2
  %o0 = arith.constant 8192 : index
  %p0 = memref.view %arena[%o0][] : memref<?xi8> to memref<128xf32>
  scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
    memref.store %cst, %p0[%i] : memref<128xf32>
  }
  // CHECK-NOT: gg.barrier
  // CHECK: gg.claim 3
  %o1 = arith.constant 9216 : index
  %p1 = memref.view %arena[%o1][] : memref<?xi8> to memref<128xf32>
  scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
    memref.store %cst, %p1[%i] : memref<128xf32>
  }
  // CHECK-NOT: gg.barrier
  // CHECK: gg.claim 4
  %o2 = arith.constant 10240 : index
  %p2 = memref.view %arena[%o2][] : memref<?xi8> to memref<128xf32>
  scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
    memref.store %cst, %p2[%i] : memref<128xf32>
  }
  // CHECK-NOT: gg.barrier
  // CHECK: gg.claim 5
  %o3 = arith.constant 11264 : index
  %p3 = memref.view %arena[%o3][] : memref<?xi8> to memref<128xf32>
  scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
    memref.store %cst, %p3[%i] : memref<128xf32>
  }
  // CHECK-NOT: gg.barrier
  // CHECK: gg.claim 6
  %o4 = arith.constant 12288 : index
  %p4 = memref.view %arena[%o4][] : memref<?xi8> to memref<128xf32>
  scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
    memref.store %cst, %p4[%i] : memref<128xf32>
  }
  // CHECK-NOT: gg.barrier
  // CHECK: gg.claim 7
  %o5 = arith.constant 13312 : index
  %p5 = memref.view %arena[%o5][] : memref<?xi8> to memref<128xf32>
  scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
    memref.store %cst, %p5[%i] : memref<128xf32>
  }
  // CHECK: gg.barrier
  // CHECK: gg.claim 0
  %o6 = arith.constant 14336 : index
  %p6 = memref.view %arena[%o6][] : memref<?xi8> to memref<128xf32>
  scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
    memref.store %cst, %p6[%i] : memref<128xf32>
  }
  return
}

// -----

// What the condition reads is free behind it, and the body may take its place:
// no thread begins that while another one still reads.

// CHECK-LABEL: func @condition_frees
func.func @condition_frees(%n: index, %out: memref<?xf32>) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %zero = arith.constant 0.0 : f32
  %one = arith.constant 1.0 : f32
  %arena = gg.arena : memref<?xi8>
  scf.while : () -> () {
    %x = memref.view %arena[%n][%n] : memref<?xi8> to memref<?xf32>
    scf.parallel (%i) = (%c0) to (%n) step (%c1) {
      memref.store %zero, %x[%i] : memref<?xf32>
    }
    // CHECK: gg.barrier
    // CHECK-NEXT: memref.load
    // CHECK-NEXT: %[[MORE:.*]] = arith.cmpf
    // CHECK-NEXT: gg.barrier
    // CHECK-NEXT: scf.condition(%[[MORE]])
    %value = memref.load %x[%c0] : memref<?xf32>
    %more = arith.cmpf ogt, %value, %zero : f32
    scf.condition(%more)
  } do {
    %y = memref.view %arena[%n][%n] : memref<?xi8> to memref<?xf32>
    scf.parallel (%i) = (%c0) to (%n) step (%c1) {
      memref.store %one, %y[%i] : memref<?xf32>
    }
    scf.yield
  }
  return
}

// -----

// To fetch what is read later is no write: the second loop does not wait.

// CHECK-LABEL: func @prefetch
func.func @prefetch(%a: memref<128xf32>, %b: memref<128xf32>, %c: memref<128xf32>) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c128 = arith.constant 128 : index
  %cst = arith.constant 0.0 : f32
  // CHECK: memref.prefetch
  // CHECK-NOT: gg.barrier
  scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
    memref.prefetch %a[%i], read, locality<2>, data : memref<128xf32>
    memref.store %cst, %b[%i] : memref<128xf32>
  }
  scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
    %0 = memref.load %a[%i] : memref<128xf32>
    memref.store %0, %c[%i] : memref<128xf32>
  }
  return
}

// -----

// Nor is it one to a buffer of every thread, in a loop that they share.

// CHECK-LABEL: func @prefetch_private
func.func @prefetch_private(%b: memref<128xf32>) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c128 = arith.constant 128 : index
  %cst = arith.constant 0.0 : f32
  %stack = memref.alloca() : memref<512xi8>
  %own = memref.view %stack[%c0][] : memref<512xi8> to memref<128xf32>
  // CHECK: gg.claim
  // CHECK: memref.prefetch
  scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
    memref.prefetch %own[%i], read, locality<2>, data : memref<128xf32>
    memref.store %cst, %b[%i] : memref<128xf32>
  }
  return
}

// -----

// A sum may be added in any order, but every row's in the same one, whichever
// thread claims it: LLVM makes no second form of the loop over rows.

// CHECK-DAG: #[[VECTORIZE:.*]] = #llvm.loop_vectorize<disable = true>
// CHECK-DAG: #[[UNROLL:.*]] = #llvm.loop_unroll<disable = true>
// CHECK-DAG: #[[$ROLLED:.*]] = #llvm.loop_annotation<vectorize = #[[VECTORIZE]], unroll = #[[UNROLL]]>
// CHECK-LABEL: func @sums
func.func @sums(%a: memref<128x48xf32>, %b: memref<128xf32>) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c48 = arith.constant 48 : index
  %c128 = arith.constant 128 : index
  %zero = arith.constant 0.0 : f32
  // CHECK: gg.claim
  // CHECK: scf.for
  // CHECK: %[[SUM:.*]] = scf.for
  // CHECK: }
  // CHECK-NEXT: memref.store %[[SUM]]
  // CHECK-NEXT: } {loop_annotation = #[[$ROLLED]]}
  scf.parallel (%i) = (%c0) to (%c128) step (%c1) {
    %sum = scf.for %j = %c0 to %c48 step %c1 iter_args(%s = %zero) -> f32 {
      %0 = memref.load %a[%i, %j] : memref<128x48xf32>
      %1 = arith.addf %s, %0 fastmath<reassoc> : f32
      scf.yield %1 : f32
    }
    memref.store %sum, %b[%i] : memref<128xf32>
  }
  return
}
