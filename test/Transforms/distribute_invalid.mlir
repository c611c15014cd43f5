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
