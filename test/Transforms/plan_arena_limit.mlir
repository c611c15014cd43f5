// RUN: gg-opt %s -gg-plan-arena="max-scratch=64" | FileCheck %s

// Too many private buffers are in the arena, all of them; scratch stays on the
// stack.

// CHECK-LABEL: func @limit
// CHECK-SAME: gg.arena_bytes = 128
func.func @limit() attributes {gg.entry = "main"} {
  // CHECK: %[[ARENA:.*]] = gg.arena
  // CHECK: memref.alloca() {alignment = 64 : i64} : memref<64xi8>
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %cst = arith.constant 0.0 : f32
  // CHECK-COUNT-2: memref.view %[[ARENA]]
  %0 = memref.alloc() {gg.private} : memref<16xf32>
  %1 = memref.alloc() {gg.private} : memref<16xf32>
  linalg.copy ins(%0 : memref<16xf32>) outs(%1 : memref<16xf32>)
  scf.parallel (%i) = (%c0) to (%c1) step (%c1) {
    %2 = memref.alloc() : memref<8xf32>
    memref.store %cst, %2[%i] : memref<8xf32>
  }
  return
}
