// RUN: gg-opt %s -split-input-file -gg-plan-arena="max-scratch=64" -verify-diagnostics

func.func @escape(%n: index, %m: memref<4xf32>) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%a = %m) -> memref<4xf32> {
    // expected-error @+1 {{expected a buffer that stays in its loop}}
    %1 = memref.alloc() : memref<4xf32>
    linalg.copy ins(%a : memref<4xf32>) outs(%1 : memref<4xf32>)
    scf.yield %1 : memref<4xf32>
  }
  gg.output 0, %0 : memref<4xf32>
  return
}

// -----

func.func @dealloc() attributes {gg.entry = "main"} {
  %0 = memref.alloc() : memref<4xf32>
  // expected-error @+1 {{expected no deallocation in an entry}}
  memref.dealloc %0 : memref<4xf32>
  return
}

// -----

func.func @dynamic_scratch(%n: index) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    // expected-error @+1 {{expected a per-thread buffer of static size but got 'memref<?xf32>'}}
    %0 = memref.alloc(%n) : memref<?xf32>
  }
  return
}

// -----

// expected-error @+1 {{expected at most 64 bytes of per-thread buffers but got 128}}
func.func @large_scratch(%n: index) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    %0 = memref.alloc() : memref<32xf32>
  }
  return
}

// -----

func.func @alloca(%n: index) attributes {gg.entry = "main"} {
  // expected-error @+1 {{expected a static size but got 'memref<?xf32>'}}
  %0 = memref.alloca(%n) : memref<?xf32>
  return
}

// -----

// expected-error @+1 {{expected one block}}
func.func @blocks() attributes {gg.entry = "main"} {
  cf.br ^next
^next:
  return
}

// -----

func.func @complex() attributes {gg.entry = "main"} {
  // expected-error @+1 {{expected elements of known size but got 'memref<4xcomplex<f32>>'}}
  %0 = memref.alloc() : memref<4xcomplex<f32>>
  return
}
