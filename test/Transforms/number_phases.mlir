// RUN: gg-opt %s -split-input-file -gg-number-phases -mlir-print-local-scope | FileCheck %s

// A phase has the name of its costliest node and the costs of all. An operation
// that appears in two phases counts in the first, one that writes no memory in
// none. The last phase ends with the entry.

// CHECK-LABEL: func @step
// CHECK-SAME: gg.phases = "linear\09/0/up?\0911\0920\09107\090\09100\0Aother\09\090\090\090\090\090\0Aattention\09/0/attn\09-1\090\091\0950\090\0A"
func.func @step(%a: memref<4xf32>, %i: index) attributes {gg.entry = "step"} {
  %c0 = arith.constant 0.0 : f32
  %0 = arith.addf %c0, %c0 : f32 loc(fused<#gg.cost<0, "linear", bytes = 1000, slot_bytes = 0, flops = 1000, slot_flops = 0>>["/9/moved"])
  memref.store %0, %a[%i] : memref<4xf32> loc(fused<#gg.cost<1, "elementwise", bytes = 1, slot_bytes = 20, flops = 7, slot_flops = 0>>["/0/norm"])
  memref.store %0, %a[%i] : memref<4xf32> loc(fused<#gg.cost<2, "linear", bytes = 10, slot_bytes = 0, flops = 100, slot_flops = 0>>["/0/up\09"])
  // CHECK: gg.barrier{{$}}
  gg.barrier
  memref.store %0, %a[%i] : memref<4xf32> loc(fused<#gg.cost<2, "linear", bytes = 10, slot_bytes = 0, flops = 100, slot_flops = 0>>["/0/up\09"])
  // CHECK: gg.barrier phase 1
  gg.barrier
  memref.store %0, %a[%i] : memref<4xf32> loc(fused<#gg.cost<3, "attention", bytes = -1, slot_bytes = 0, flops = 1, slot_flops = 50>>["/0/attn"])
  return
}

// -----

// An operation that prepares its input counts where it reads its weight.

gg.weight @w offset 0 bytes 16 = dense<0.0> : tensor<4xf32>

// CHECK-LABEL: func @prepared
// CHECK-SAME: gg.phases = "other\09\090\090\090\090\090\0Alinear\09/up\0910\090\09100\090\09100\0A"
func.func @prepared(%a: memref<4xf32>, %i: index) attributes {gg.entry = "main"} {
  %c0 = arith.constant 0.0 : f32
  %w = gg.get_weight @w : memref<4xf32>
  memref.store %c0, %a[%i] : memref<4xf32> loc(fused<#gg.cost<0, "linear", bytes = 10, slot_bytes = 0, flops = 100, slot_flops = 0>>["/up"])
  gg.barrier
  %0 = memref.load %w[%i] : memref<4xf32> loc(fused<#gg.cost<0, "linear", bytes = 10, slot_bytes = 0, flops = 100, slot_flops = 0>>["/up"])
  memref.store %0, %a[%i] : memref<4xf32> loc(fused<#gg.cost<0, "linear", bytes = 10, slot_bytes = 0, flops = 100, slot_flops = 0>>["/up"])
  return
}

// -----

// CHECK-LABEL: func @no_entry
// CHECK-NOT: gg.phases
func.func @no_entry() {
  return
}
