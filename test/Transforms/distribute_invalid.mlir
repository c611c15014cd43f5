// RUN: gg-opt %s -split-input-file -gg-distribute -verify-diagnostics

func.func @divergent(%ok: i1) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%c1) step (%c1) {
    // expected-error @+1 {{expected outside of parallel loops}}
    cf.assert %ok, "no"
  }
  return
}

// -----

func.func private @unknown()
func.func @call() attributes {gg.entry = "main"} {
  // expected-error @+1 {{cannot be distributed: what memory it touches is not known}}
  call @unknown() : () -> ()
  return
}

// -----

func.func @result(%a: memref<i32>, %v: i32) attributes {gg.entry = "main"} {
  // expected-error @+1 {{cannot be left to one thread: it has results}}
  %0 = memref.atomic_rmw addi %v, %a[] : (i32, memref<i32>) -> i32
  return
}

// -----

func.func @divided(%a: memref<4xf32>) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %cst = arith.constant 0.0 : f32
  %stack = memref.alloca() : memref<16xi8>
  %own = memref.view %stack[%c0][] : memref<16xi8> to memref<4xf32>
  // expected-error @+1 {{cannot be divided: it writes buffers of every thread and shared ones}}
  scf.parallel (%i) = (%c0) to (%c4) step (%c1) {
    memref.store %cst, %a[%i] : memref<4xf32>
    memref.store %cst, %own[%i] : memref<4xf32>
  }
  return
}
